"""Have TensorFlow do something in a process of its own: what both ends of a request need.

A request is a folder with `request.json` and what the worker's module says; the worker leaves its
answer and `response.json` there. TensorFlow is imported by the worker alone.
"""

import json
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.process import Budget, Completed, run

TIMEOUT_S = 600.0
"""The largest of our models converts in seconds; a user's may take minutes."""

_BUDGET = Budget(memory_bytes=16 << 30, file_bytes=4 << 30)
"""Converting the largest model of `models/` took 0.6 GB, training it 2 GB (November 2026)."""

_log = logging.getLogger(__name__)

_NOISE = re.compile(
    r"^([IW]\d{4} |\d{4}-\d\d-\d\d .*: [IW] |WARNING|INFO|Extension modules|\*\*\*|Fatal Python|"
    r"Current thread|Thread 0x|\s|$)"
)


def ask(
    module: str,
    folder: Path,
    request: Mapping[str, Any],
    name: str,
    *,
    legacy: bool = True,
    timeout_s: float = TIMEOUT_S,
) -> dict[str, Any]:
    """Run the worker `module` on `folder` with `request` and return its response.

    `legacy` chooses Keras 2 for all that TensorFlow imports. What our modules log as warnings in
    the worker is logged here again, each line once.

    Raises:
        HarnessError: The worker refused the request, crashed or took longer than `timeout_s`;
            messages name the network `name`.
    """
    (folder / "request.json").write_text(json.dumps(request))
    # -P and PYTHONPATH: modules in the folder the user works in must not shadow anyone's.
    here = str(Path(__file__).parents[1])
    environment = {
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": str(folder),  # a user's keras.json may change the image format
        "PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",  # its sums differ from processor to processor
        "TF_USE_LEGACY_KERAS": "1" if legacy else "0",
    }
    done = run(
        [sys.executable, "-P", "-m", module, folder],
        env=environment,
        timeout_s=timeout_s,
        budget=_BUDGET,
    )
    answered = folder / "response.json"
    if done.returncode or not answered.is_file():
        raise HarnessError(f"{name}: the TensorFlow worker {_ending(done)}")
    response: dict[str, Any] = json.loads(answered.read_text())
    for line in dict.fromkeys(response["warnings"]):
        _log.warning("%s", line)
    if response["error"]:
        raise HarnessError(str(response["error"]))
    return response


def serve(answer: Callable[[Path, dict[str, Any]], dict[str, Any]]) -> None:
    """Answer the request in the folder that is the program's argument (worker side).

    An error of the user's goes into the response, and so do the lines that our modules logged as
    warnings; any other error ends the process with a traceback.
    """
    folder = Path(sys.argv[1])
    request = json.loads((folder / "request.json").read_text())
    logged = _Lines(logging.WARNING)
    logging.getLogger("harness").addHandler(logged)
    try:
        response = answer(folder, request)
    except HarnessError as error:
        response = {"error": str(error)}
    response["warnings"] = logged.lines
    (folder / "response.json").write_text(json.dumps(response))


class _Lines(logging.Handler):
    """Keeps the messages that are logged."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _ending(done: Completed) -> str:
    """How a worker without an answer ended, with the last line that says something."""
    if done.timed_out:
        return "took too long and was ended; try a smaller model"
    if done.exceeded:
        return f"took more than {done.exceeded} and was ended; try a smaller model"
    lines = [line for line in done.stderr.splitlines() if not _NOISE.match(line)]
    last = f": {lines[-1].strip()}" if lines else ""
    if done.returncode == -signal.SIGKILL:
        return f"was killed, perhaps for want of memory{last}"
    if done.returncode < 0:
        return f"crashed with {signal.Signals(-done.returncode).name}{last}"
    return f"ended with status {done.returncode}{last}"
