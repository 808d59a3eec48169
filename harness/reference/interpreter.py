"""Run a model on the host, in a process of its own because a hostile model may end it."""

import importlib.metadata
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from harness.errors import HarnessError
from harness.model_file.model import ModelFile
from harness.model_file.reader import read_model
from harness.process import Budget, Completed, run

InterpreterName = Literal["tflite-micro", "litert"]

_PACKAGES = {"tflite-micro": "tflite-micro", "litert": "ai-edge-litert"}
_TIMEOUT_S = 600.0
_BUDGET = Budget(output_bytes=1 << 20, memory_bytes=4 << 30, file_bytes=1 << 30)
"""The models of `models/` took 0.15 GB at most (November 2026)."""
_BOOKKEEPING_BYTES = 1 << 20
_REASON_LINES = 3
_LONGEST_REASON = 400


def reference_outputs(
    tflite: bytes,
    samples: Sequence[bytes],
    interpreter: InterpreterName,
    *,
    name: str = "model",
    arena_bytes: int | None = None,
) -> list[bytes]:
    """Return the outputs of each sample: raw bytes of all outputs, one after the other.

    Args:
        tflite: The model.
        samples: For each sample, the raw bytes of all inputs, one after the other. They run in
            order on one interpreter, so that a model with variables keeps its state.
        interpreter: "tflite-micro" has the kernels that integer outputs must equal byte for byte;
            "litert" also runs hybrid and float16 models, here with its portable reference kernels,
            whose answers do not depend on the processor.
        name: What messages call the model.
        arena_bytes: Tensor arena for tflite-micro; by default more than any order of tensors needs.

    Raises:
        HarnessError: The model cannot be read or run, or a sample has another length than the
            inputs.
    """
    model = read_model(tflite, name)
    for number, sample in enumerate(samples):
        if len(sample) != model.input_bytes:
            raise HarnessError(
                f"{name}: sample {number} has {len(sample)} bytes, not {model.input_bytes}"
            )
    request = {
        "interpreter": interpreter,
        "arena_bytes": arena_bytes or _ample_arena(model),
        "samples": len(samples),
        "inputs": [[tensor.type, list(tensor.shape)] for tensor in model.input_tensors],
        "outputs": len(model.outputs),
    }
    answers = _run_worker(request, tflite, samples, name)
    size = model.output_bytes
    if len(answers) != size * len(samples):
        raise HarnessError(
            f"{name}: {interpreter} gave {len(answers)} bytes of output, not "
            f"{size * len(samples)}: the outputs are not what the file says"
        )
    return [answers[start : start + size] for start in range(0, size * len(samples), size)]


@cache
def identity(interpreter: InterpreterName) -> str:
    """Return the package and version that answers, for the keys of stored results."""
    package = _PACKAGES[interpreter]
    return f"{package} {importlib.metadata.version(package)}"


def _run_worker(
    request: Mapping[str, object], tflite: bytes, samples: Sequence[bytes], name: str
) -> bytes:
    try:
        with tempfile.TemporaryDirectory(prefix="harness-reference-") as folder:
            place = Path(folder)
            (place / "request.json").write_text(json.dumps(request))
            (place / "model.tflite").write_bytes(tflite)
            (place / "inputs.bin").write_bytes(b"".join(samples))
            # -P and PYTHONPATH: modules in the folder the user works in must not be imported.
            here = str(Path(__file__).parents[2])
            paths = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
            completed = run(
                [sys.executable, "-P", "-m", "harness.reference.worker", folder],
                env={"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": paths},
                timeout_s=_TIMEOUT_S,
                budget=_BUDGET,
            )
            if completed.returncode == 0:
                return (place / "outputs.bin").read_bytes()
    except OSError as error:
        raise HarnessError(
            f"{tempfile.gettempdir()}: temporary files cannot be written ({error.strerror}); free "
            "space or set TMPDIR"
        ) from error
    raise HarnessError(f"{name}: {request['interpreter']} cannot run it: {_failure(completed)}")


def _ample_arena(model: ModelFile) -> int:
    """Return an arena that holds all activations side by side, with as much again for scratch."""
    activations = sum(tensor.bytes for tensor in model.tensors if not tensor.is_constant)
    # Today's runtime keeps quantization parameters and operator data of the weights' order.
    parameters = sum(64 + 16 * len(tensor.scales) for tensor in model.tensors)
    return _BOOKKEEPING_BYTES + 2 * activations + parameters + model.size_bytes


def _failure(completed: Completed) -> str:
    if completed.exceeded:
        return f"it took more than {completed.exceeded}"
    lines = [" ".join(line.split()) for line in completed.stderr.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("INFO:", "WARNING:"))]
    # Before it gives up, TFLM says why in a line or two; of a traceback only the last line tells.
    last = 1 if any(line.startswith("Traceback") for line in told) else _REASON_LINES
    text = "; ".join(told[-last:])[:_LONGEST_REASON] or "it ended without a message"
    if completed.returncode < 0:
        return f"{text} (ended by signal {-completed.returncode})"
    return text
