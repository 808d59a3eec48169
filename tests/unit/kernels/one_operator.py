"""Writes .tflite models of one or a few operators, and asks tflite-micro for their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import ArrayLike, NDArray

_LAYOUTS = {"int8": "i1", "int16": "<i2", "int32": "<i4", "int64": "<i8", "float32": "<f4"}


@dataclass(frozen=True)
class Tensor:
    """A tensor to write; `data` None makes it an activation."""

    shape: tuple[int, ...]
    type: str
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    """As many as `scales`; left out, all are zero."""
    dimension: int = 0
    """Along which dimension the scales lie."""
    data: bytes | None = None


@dataclass(frozen=True)
class Operator:
    """An operator to write: a builtin's name, or a custom one's with its option bytes."""

    name: str
    inputs: tuple[int, ...]
    """Tensor indices; -1 leaves an optional input out."""
    outputs: tuple[int, ...]
    options: Any = None
    """An option object of the schema, such as `Conv2DOptionsT`."""
    custom_options: bytes | None = None


def activation(
    shape: Sequence[int], element_type: str, scale: float, zero_point: int = 0
) -> Tensor:
    """Return a quantized activation."""
    return Tensor(tuple(shape), element_type, (scale,), (zero_point,))


def constant(
    values: ArrayLike, element_type: str, scales: Sequence[float] = (), dimension: int = 0
) -> Tensor:
    """Return a constant of zero point 0; int4 values are packed, the first in the low nibble."""
    array = np.asarray(values)
    if element_type == "int4":
        data = packed_nibbles(array)
    else:
        data = array.astype(_LAYOUTS[element_type]).tobytes()
    return Tensor(array.shape, element_type, tuple(scales), (0,) * len(scales), dimension, data)


def packed_nibbles(values: NDArray[Any]) -> bytes:
    """Return the low four bits of each value, two to a byte, the first in the low half."""
    nibbles = np.asarray(values).reshape(-1).astype(np.int64) & 15
    padded = np.append(nibbles, 0)[: (nibbles.size + 1) // 2 * 2]
    return (padded[0::2] | padded[1::2] << 4).astype(np.uint8).tobytes()


def one_operator(
    name: str, inputs: Sequence[Tensor | None], output: Tensor, options: Any = None
) -> bytes:
    """Return a model of one builtin operator; its activations are the model's inputs."""
    tensors = [tensor for tensor in inputs if tensor is not None]
    places = iter(range(len(tensors)))
    indices = tuple(-1 if tensor is None else next(places) for tensor in inputs)
    operator = Operator(name, indices, (len(tensors),), options)
    return write_model([*tensors, output], [operator])


def write_model(tensors: Sequence[Tensor], operators: Sequence[Operator]) -> bytes:
    """Return the model; activations that no operator writes are inputs, all written are outputs."""
    written = [index for operator in operators for index in operator.outputs]
    model = schema.ModelT()
    model.version = 3
    model.buffers = [schema.BufferT()]
    graph = schema.SubGraphT()
    graph.tensors = [_tensor(model, f"t{k}", tensor) for k, tensor in enumerate(tensors)]
    graph.inputs = [
        k for k, tensor in enumerate(tensors) if tensor.data is None and k not in written
    ]
    graph.outputs = written
    graph.operators = [_operator(k, operator) for k, operator in enumerate(operators)]
    model.operatorCodes = [_code(operator) for operator in operators]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def tflite_micro_answer(model: bytes, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
    """Return all outputs of one Invoke of tflite-micro, in this process.

    Raises:
        RuntimeError: tflite-micro refuses the model.
    """
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(model, arena_size=1 << 20)
    for index, values in enumerate(inputs):
        interpreter.set_input(values, index)
    interpreter.invoke()
    outputs = len(schema.ModelT.InitFromPackedBuf(model).subgraphs[0].outputs)
    return [np.array(interpreter.get_output(index)) for index in range(outputs)]


def _tensor(model: Any, name: str, tensor: Tensor) -> Any:
    found = schema.TensorT()
    found.name = name
    found.shape = np.array(tensor.shape, np.int32)
    found.type = getattr(schema.TensorType, tensor.type.upper())
    if tensor.scales:
        zero_points = tensor.zero_points or (0,) * len(tensor.scales)
        found.quantization = schema.QuantizationParametersT()
        found.quantization.scale = np.array(tensor.scales, np.float32)
        found.quantization.zeroPoint = np.array(zero_points, np.int64)
        found.quantization.quantizedDimension = tensor.dimension
    if tensor.data is not None:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(tensor.data, np.uint8)
        found.buffer = len(model.buffers)
        model.buffers.append(buffer)
    else:
        found.buffer = 0
    return found


def _operator(index: int, operator: Operator) -> Any:
    found = schema.OperatorT()
    found.opcodeIndex = index
    found.inputs = np.array(operator.inputs, np.int32)
    found.outputs = np.array(operator.outputs, np.int32)
    if operator.options is not None:
        tag = type(operator.options).__name__.removesuffix("T")
        found.builtinOptionsType = getattr(schema.BuiltinOptions, tag)
        found.builtinOptions = operator.options
    if operator.custom_options is not None:
        found.customOptions = np.frombuffer(operator.custom_options, np.uint8)
    return found


def _code(operator: Operator) -> Any:
    found = schema.OperatorCodeT()
    builtin = "CUSTOM" if operator.custom_options is not None else operator.name
    found.builtinCode = getattr(schema.BuiltinOperator, builtin)
    found.deprecatedBuiltinCode = min(found.builtinCode, 127)
    found.version = 1
    if operator.custom_options is not None:
        found.customCode = operator.name
    return found
