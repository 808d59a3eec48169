"""What becomes of a cell whose step broke: an evidence that ends with status `failed`."""

import traceback
from typing import Any

from harness.bench.assemble import Evidence
from harness.errors import HarnessError, Stop


def failed(error: BaseException, log: Any, tries: int) -> Evidence:  # noqa: ANN401 - no types
    """Return the evidence of a cell that gave `error`, with the traceback `log`.

    `tries` is how often it was given out.
    """
    from distributed import KilledWorker

    if isinstance(error, HarnessError):
        return Evidence(stop=Stop("failed", str(error)))
    if isinstance(error, KilledWorker):
        reason = (
            f"every worker that tried it ended, {tries} times {error.allowed_failures + 1}; "
            "it may need more memory than they have: look at their logs"
        )
        return Evidence(stop=Stop("failed", reason, str(error)))
    text = "".join(traceback.format_exception(type(error), error, log))
    first = (str(error).splitlines() or [""])[0]
    return Evidence(stop=Stop("failed", f"internal error: {type(error).__name__}: {first}", text))
