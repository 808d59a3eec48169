"""The process that runs a model on the host: `python -m harness.reference.worker FOLDER`.

FOLDER holds request.json, model.tflite and inputs.bin; the answers go to outputs.bin. A failure
is told on standard error, its last line for the user.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

_LAYOUTS = {
    "bool": "?",
    "int8": "i1",
    "uint8": "u1",
    "int16": "<i2",
    "uint16": "<u2",
    "int32": "<i4",
    "uint32": "<u4",
    "int64": "<i8",
    "uint64": "<u8",
    "float16": "<f2",
    "float32": "<f4",
    "float64": "<f8",
}


class _Interpreter(Protocol):
    def run(self, inputs: Sequence[NDArray[Any]], outputs: int) -> bytes: ...


class _TfliteMicro:
    def __init__(self, model: bytes, arena_bytes: int) -> None:
        from tflite_micro import runtime

        self._interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_bytes)

    def run(self, inputs: Sequence[NDArray[Any]], outputs: int) -> bytes:
        for index, values in enumerate(inputs):
            self._interpreter.set_input(values, index)
        self._interpreter.invoke()
        answers = (self._interpreter.get_output(index) for index in range(outputs))
        return b"".join(np.ascontiguousarray(answer).tobytes() for answer in answers)


class _Litert:
    def __init__(self, model: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        # The optimized kernels and XNNPACK choose code by processor, and XNNPACK rounds hybrid
        # layers otherwise: the answer would depend on the machine.
        self._interpreter = Interpreter(
            model_content=model,
            num_threads=1,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        )
        self._interpreter.allocate_tensors()

    def run(self, inputs: Sequence[NDArray[Any]], outputs: int) -> bytes:
        del outputs
        for detail, values in zip(self._interpreter.get_input_details(), inputs, strict=True):
            self._interpreter.set_tensor(detail["index"], values)
        self._interpreter.invoke()
        details = self._interpreter.get_output_details()
        answers = (self._interpreter.get_tensor(detail["index"]) for detail in details)
        return b"".join(np.ascontiguousarray(answer).tobytes() for answer in answers)


def main(folder: Path) -> None:
    """Carry out the request in `folder`.

    Raises:
        ValueError: An input type has no counterpart in NumPy, or the interpreter refuses.
        RuntimeError: The interpreter refuses the model or fails to run it.
    """
    request = json.loads((folder / "request.json").read_text())
    model = (folder / "model.tflite").read_bytes()
    interpreter: _Interpreter
    if request["interpreter"] == "tflite-micro":
        interpreter = _TfliteMicro(model, request["arena_bytes"])
    else:
        interpreter = _Litert(model)
    data = memoryview((folder / "inputs.bin").read_bytes())
    with (folder / "outputs.bin").open("wb") as stream:
        for _ in range(request["samples"]):
            inputs, data = _take(request["inputs"], data)
            stream.write(interpreter.run(inputs, request["outputs"]))


def _take(
    specs: Sequence[tuple[str, list[int]]], data: memoryview
) -> tuple[list[NDArray[Any]], memoryview]:
    """Return the arrays of one sample, and what is left of the data."""
    arrays = []
    for element_type, shape in specs:
        if element_type not in _LAYOUTS:
            raise ValueError(f"inputs of type {element_type} are not supported")
        layout = np.dtype(_LAYOUTS[element_type])
        size = int(np.prod(shape)) * layout.itemsize
        arrays.append(np.frombuffer(data[:size], layout).reshape(shape))
        data = data[size:]
    return arrays, data


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except (RuntimeError, ValueError, MemoryError) as error:
        sys.exit(str(error) or type(error).__name__)
