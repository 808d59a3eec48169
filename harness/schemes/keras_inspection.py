"""Check a Keras file in a process of its own: the library that reads HDF5 may crash over one.

`python -m harness.schemes.keras_inspection FILE KIND` prints `{"version": ..., "error": ...}`.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from harness.errors import HarnessError, MachineFault
from harness.process import Budget, Completed, run
from harness.schemes.keras_safety import Format, check_keras_file

_TIMEOUT_S = 120.0
_BUDGET = Budget(output_bytes=1 << 20, memory_bytes=8 << 30, file_bytes=0)


def keras_version(content: bytes, kind: Format, name: str) -> str:
    """Check a file, which messages call `name`, and return the version of Keras that wrote it.

    Raises:
        HarnessError: The file is refused, or crashes what reads it.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="harness-inspect-") as folder:
            path = Path(folder) / "model"
            path.write_bytes(content)
            done = _started(path, kind)
    except OSError as error:
        raise MachineFault(
            f"{name}: a look into it needs a writable temporary folder with space "
            f"({error.strerror}); set TMPDIR to another"
        ) from error
    if done.returncode:
        how = f"it takes more than {done.exceeded}" if done.exceeded else "its reader crashed"
        raise HarnessError(f"{name}: cannot be read: {how}; save the model again")
    answer = json.loads(done.stdout)
    if answer["error"]:
        raise HarnessError(f"{name}: {answer['error']}")
    return str(answer["version"])


def _started(path: Path, kind: Format) -> Completed:
    here = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    return run(
        [sys.executable, "-P", "-m", "harness.schemes.keras_inspection", path, kind],
        env={"PYTHONPATH": paths},
        timeout_s=_TIMEOUT_S,
        budget=_BUDGET,
    )


def _inspect(path: Path, kind: Format) -> dict[str, str]:
    try:
        return {"version": check_keras_file(path.read_bytes(), kind), "error": ""}
    except HarnessError as error:
        return {"version": "", "error": str(error)}


if __name__ == "__main__":
    print(json.dumps(_inspect(Path(sys.argv[1]), "h5" if sys.argv[2] == "h5" else "keras")))
