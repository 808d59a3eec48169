"""Convert and evaluate Keras networks from a process that never imports TensorFlow itself."""

import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.process import Completed, run
from harness.schemes.registry import find_scheme
from harness.schemes.source import KerasSource

Samples = npt.NDArray[np.float32]

TIMEOUT_S = 600.0
"""The largest of our models converts in seconds; a user's may take minutes."""

_NOISE = re.compile(
    r"^([IW]\d{4} |\d{4}-\d\d-\d\d .*: [IW] |WARNING|INFO|Extension modules|\*\*\*|Fatal Python|"
    r"Current thread|Thread 0x|\s|$)"
)


@dataclass(frozen=True)
class Converted:
    """What one worker made of one network.

    `tflite` has the file of every scheme that converted, `failures` one line for every other.
    `outputs` are the float network's own, float32, samples x output shape, if they were asked for.
    """

    tflite: Mapping[str, bytes]
    failures: Mapping[str, str]
    outputs: Samples | None


def convert(source: KerasSource, scheme: str, calibration: Samples | None = None) -> bytes:
    """Return the .tflite file that `scheme` makes of `source`.

    `calibration` is samples x input shape, for schemes that need it.

    Raises:
        HarnessError: The scheme is unknown, or the network cannot be loaded or converted.
    """
    made = convert_many(source, [scheme], calibration)
    if scheme in made.failures:
        raise HarnessError(made.failures[scheme])
    return made.tflite[scheme]


def keras_outputs(source: KerasSource, x: Samples) -> Samples:
    """Return the float32 outputs (samples x output shape) of `source` for `x`.

    Raises:
        HarnessError: The network cannot be loaded, or `x` is empty or of another shape.
    """
    made = convert_many(source, [], None, x)
    if made.outputs is None:
        raise HarnessError(f"{source.name}: the conversion worker returned no outputs")
    return made.outputs


def convert_many(
    source: KerasSource,
    schemes: Sequence[str],
    calibration: Samples | None = None,
    x: Samples | None = None,
) -> Converted:
    """Convert `source` with every scheme of `schemes`, and run it on `x` if that is given.

    One worker process does it all, since importing TensorFlow costs more than a conversion; each
    file is the same as if it had been made alone.

    Raises:
        HarnessError: A scheme is unknown, the network cannot be loaded, `x` is empty or of another
            shape than its input, or the worker ended without an answer.
    """
    for scheme in schemes:
        find_scheme(scheme)
    if x is not None and not len(x):
        raise HarnessError("x: no samples; give at least one")
    with tempfile.TemporaryDirectory(prefix="harness-convert-") as temporary:
        folder = Path(temporary)
        _write_source(folder, source)
        empty = np.zeros((0,), dtype=np.float32)
        np.save(folder / "calibration.npy", empty if calibration is None else calibration)
        if x is not None:
            np.save(folder / "x.npy", x)
        request = {
            "name": source.name,
            "format": source.format,
            "keras_major": source.keras_major,
            "schemes": list(schemes),
            "outputs": x is not None,
        }
        legacy = source.keras_major < 3  # noqa: PLR2004 -- Keras 3 is the one that is not legacy
        response = ask("harness.schemes.worker", folder, request, source.name, legacy=legacy)
        failures = {str(name): str(reason) for name, reason in response["failures"].items()}
        tflite = {
            scheme: (folder / f"{index}.tflite").read_bytes()
            for index, scheme in enumerate(schemes)
            if scheme not in failures
        }
        outputs = np.load(folder / "outputs.npy", allow_pickle=False) if x is not None else None
    return Converted(MappingProxyType(tflite), MappingProxyType(failures), outputs)


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

    `legacy` chooses Keras 2 for all that TensorFlow imports.

    Raises:
        HarnessError: The worker refused the request, crashed or took longer than `timeout_s`;
            messages name the network `name`.
    """
    (folder / "request.json").write_text(json.dumps(request))
    # -P and PYTHONPATH: modules in the folder the user works in must not shadow anyone's.
    here = str(Path(__file__).parents[2])
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
    done = run([sys.executable, "-P", "-m", module, folder], env=environment, timeout_s=timeout_s)
    answered = folder / "response.json"
    if done.returncode or not answered.is_file():
        raise HarnessError(f"{name}: the TensorFlow worker {_ending(done)}")
    response: dict[str, Any] = json.loads(answered.read_text())
    if response["error"]:
        raise HarnessError(str(response["error"]))
    return response


def _ending(done: Completed) -> str:
    """How a worker without an answer ended, with the last line that says something."""
    if done.timed_out:
        return "took too long and was ended; try a smaller model"
    lines = [line for line in done.stderr.splitlines() if not _NOISE.match(line)]
    last = f": {lines[-1].strip()}" if lines else ""
    if done.returncode == -signal.SIGKILL:
        return f"was killed, perhaps for want of memory{last}"
    if done.returncode < 0:
        return f"crashed with {signal.Signals(-done.returncode).name}{last}"
    return f"ended with status {done.returncode}{last}"


def _write_source(folder: Path, source: KerasSource) -> None:
    if source.format == "zoo":
        (folder / "model.py").write_bytes(source.architecture)
        (folder / "checkpoint.npz").write_bytes(source.content)
    else:
        (folder / f"model.{source.format}").write_bytes(source.content)
