"""Writes small .tflite files, sound or with one chosen fault, without TensorFlow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import flatbuffers
import numpy as np
import tflite

TYPES = {
    "float32": tflite.TensorType.FLOAT32,
    "float16": tflite.TensorType.FLOAT16,
    "int32": tflite.TensorType.INT32,
    "uint8": tflite.TensorType.UINT8,
    "int16": tflite.TensorType.INT16,
    "int8": tflite.TensorType.INT8,
    "int4": tflite.TensorType.INT4,
    "int64": tflite.TensorType.INT64,
    "string": tflite.TensorType.STRING,
}


@dataclass(frozen=True)
class T:
    """A tensor to write; `data` None makes it an activation."""

    name: str
    shape: tuple[int, ...]
    type: str = "float32"
    data: bytes | None = None
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    dimension: int = 0


@dataclass(frozen=True)
class Op:
    """An operator to write; `options` writes its option table and returns (tag, offset)."""

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Callable[[flatbuffers.Builder], tuple[int, int]] | None = None
    custom: str | None = None


@dataclass(frozen=True)
class Spec:
    """A whole model to write."""

    tensors: tuple[T, ...]
    operators: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    subgraphs: int = 1
    version: int = 3
    identifier: bytes = b"TFL3"
    skip_buffer: bool = False
    """Leave out the constants, so that tensors name buffers that do not exist."""
    shared_entries: int = 0
    """How many more entries of the tensor list lead to the first tensor."""

    def with_tensor(self, index: int, **changes) -> "Spec":
        tensors = list(self.tensors)
        tensors[index] = replace(tensors[index], **changes)
        return replace(self, tensors=tuple(tensors))

    def with_operator(self, index: int, **changes) -> "Spec":
        operators = list(self.operators)
        operators[index] = replace(operators[index], **changes)
        return replace(self, operators=tuple(operators))

    def write(self) -> bytes:
        return _write(self)


def fully_connected(weights: str = "float32", *, integer: bool = False) -> Spec:
    """Three inputs, two outputs: y = Wx + b."""
    if not integer:
        values = np.arange(6, dtype=np.float32).reshape(2, 3)
        data = values.astype("<f4").tobytes() if weights == "float32" else bytes(range(6))
        scales = () if weights == "float32" else (0.5,)
        tensors = (
            T("x", (1, 3)),
            T("w", (2, 3), weights, data, scales, (0,) * len(scales)),
            T("b", (2,), "float32", np.array([1, -1], "<f4").tobytes()),
            T("y", (1, 2)),
        )
    else:
        tensors = (
            T("x", (1, 3), "int8", None, (0.5,), (-1,)),
            T("w", (2, 3), "int8", bytes([1, 2, 3, 4, 5, 6]), (0.25,), (0,)),
            T("b", (2,), "int32", np.array([8, -8], "<i4").tobytes(), (0.125,), (0,)),
            T("y", (1, 2), "int8", None, (0.5,), (3,)),
        )
    operator = Op("FULLY_CONNECTED", (0, 1, 2), (3,), fully_connected_options)
    return Spec(tensors, (operator,), (0,), (3,))


def convolution(
    *,
    depthwise: bool = False,
    dilation: int = 1,
    stride: int = 1,
    same: bool = True,
    activation: int = 0,
) -> Spec:
    """A 4x4 image of two channels, 3x3 windows; three channels (depthwise: two) out."""
    out = 2 if depthwise else 3
    shape = (1, 3, 3, out) if depthwise else (out, 3, 3, 2)
    size = int(np.prod(shape))
    data = bytes(k % 7 for k in range(size))
    tensors = (
        T("image", (1, 4, 4, 2), "int8", None, (0.5,), (0,)),
        T("w", shape, "int8", data, (0.25,) * out, (0,) * out, 3 if depthwise else 0),
        T("b", (out,), "int32", bytes(4 * out), (0.125,) * out, (0,) * out),
        T("map", (1, 4, 4, out), "int8", None, (4.0,), (0,)),
    )
    name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"

    def options(builder: flatbuffers.Builder) -> tuple[int, int]:
        table = "DepthwiseConv2DOptions" if depthwise else "Conv2DOptions"
        fields = {"StrideW": stride, "StrideH": stride, "Padding": 0 if same else 1}
        fields |= {"FusedActivationFunction": activation}
        fields |= {"DilationWFactor": dilation, "DilationHFactor": dilation}
        fields |= {"DepthMultiplier": 1} if depthwise else {}
        getattr(tflite, f"{table}Start")(builder)
        for name, value in fields.items():
            getattr(tflite, f"{table}Add{name}")(builder, value)
        return getattr(tflite.BuiltinOptions, table), getattr(tflite, f"{table}End")(builder)

    return Spec(tensors, (Op(name, (0, 1, 2), (3,), options),), (0,), (3,))


def unary(name: str, source: T, target: T) -> Spec:
    """One operator without options from `source` to `target`."""
    return Spec((source, target), (Op(name, (0,), (1,)),), (0,), (1,))


def fully_connected_options(builder: flatbuffers.Builder) -> tuple[int, int]:
    tflite.FullyConnectedOptionsStart(builder)
    options = tflite.FullyConnectedOptionsEnd(builder)
    return tflite.BuiltinOptions.FullyConnectedOptions, options


def matrix_product_options(adj_x: bool) -> Callable[[flatbuffers.Builder], tuple[int, int]]:
    def options(builder: flatbuffers.Builder) -> tuple[int, int]:
        tflite.BatchMatMulOptionsStart(builder)
        tflite.BatchMatMulOptionsAddAdjX(builder, adj_x)
        return tflite.BuiltinOptions.BatchMatMulOptions, tflite.BatchMatMulOptionsEnd(builder)

    return options


def transpose_convolution_options(builder: flatbuffers.Builder) -> tuple[int, int]:
    tflite.TransposeConvOptionsStart(builder)
    tflite.TransposeConvOptionsAddStrideW(builder, 2)
    tflite.TransposeConvOptionsAddStrideH(builder, 2)
    return tflite.BuiltinOptions.TransposeConvOptions, tflite.TransposeConvOptionsEnd(builder)


def _write(spec: Spec) -> bytes:
    builder = flatbuffers.Builder(1024)
    buffers = [_buffer(builder, None)]
    tensors = []
    for tensor in spec.tensors:
        tensors.append(_tensor(builder, tensor, len(buffers) if tensor.data is not None else 0))
        if tensor.data is not None and not spec.skip_buffer:
            buffers.append(_buffer(builder, tensor.data))
    codes = [_code(builder, operator) for operator in spec.operators]
    operators = [_operator(builder, index, at) for index, at in enumerate(spec.operators)]
    graph = _subgraph(builder, spec, tensors, operators)
    code_list = _tables(builder, codes)
    graph_list = _tables(builder, [graph] * spec.subgraphs)
    buffer_list = _tables(builder, buffers)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, spec.version)
    tflite.ModelAddOperatorCodes(builder, code_list)
    tflite.ModelAddSubgraphs(builder, graph_list)
    tflite.ModelAddBuffers(builder, buffer_list)
    builder.Finish(tflite.ModelEnd(builder), file_identifier=spec.identifier)
    return bytes(builder.Output())


def _buffer(builder: flatbuffers.Builder, data: bytes | None) -> int:
    content = None if data is None else builder.CreateByteVector(data)
    tflite.BufferStart(builder)
    if content is not None:
        tflite.BufferAddData(builder, content)
    return tflite.BufferEnd(builder)


def _tensor(builder: flatbuffers.Builder, tensor: T, buffer: int) -> int:
    name = builder.CreateString(tensor.name)
    shape = builder.CreateNumpyVector(np.array(tensor.shape, "<i4"))
    quantization = None
    if tensor.scales or tensor.zero_points:
        scales = builder.CreateNumpyVector(np.array(tensor.scales, "<f4"))
        zero_points = builder.CreateNumpyVector(np.array(tensor.zero_points, "<i8"))
        tflite.QuantizationParametersStart(builder)
        tflite.QuantizationParametersAddScale(builder, scales)
        tflite.QuantizationParametersAddZeroPoint(builder, zero_points)
        tflite.QuantizationParametersAddQuantizedDimension(builder, tensor.dimension)
        quantization = tflite.QuantizationParametersEnd(builder)
    tflite.TensorStart(builder)
    tflite.TensorAddName(builder, name)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, TYPES[tensor.type])
    tflite.TensorAddBuffer(builder, buffer)
    if quantization is not None:
        tflite.TensorAddQuantization(builder, quantization)
    return tflite.TensorEnd(builder)


def _code(builder: flatbuffers.Builder, operator: Op) -> int:
    code = getattr(tflite.BuiltinOperator, operator.name)
    custom = builder.CreateString(operator.custom) if operator.custom else None
    tflite.OperatorCodeStart(builder)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, min(code, 127))
    tflite.OperatorCodeAddBuiltinCode(builder, code)
    if custom is not None:
        tflite.OperatorCodeAddCustomCode(builder, custom)
    return tflite.OperatorCodeEnd(builder)


def _operator(builder: flatbuffers.Builder, index: int, operator: Op) -> int:
    inputs = builder.CreateNumpyVector(np.array(operator.inputs, "<i4"))
    outputs = builder.CreateNumpyVector(np.array(operator.outputs, "<i4"))
    tag, options = (0, None) if operator.options is None else operator.options(builder)
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, index)
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    if options is not None:
        tflite.OperatorAddBuiltinOptionsType(builder, tag)
        tflite.OperatorAddBuiltinOptions(builder, options)
    return tflite.OperatorEnd(builder)


def _subgraph(
    builder: flatbuffers.Builder, spec: Spec, tensors: Sequence[int], operators: Sequence[int]
) -> int:
    tensor_list = _tables(builder, [*tensors, *[tensors[0]] * spec.shared_entries])
    operator_list = _tables(builder, operators)
    inputs = builder.CreateNumpyVector(np.array(spec.inputs, "<i4"))
    outputs = builder.CreateNumpyVector(np.array(spec.outputs, "<i4"))
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensor_list)
    tflite.SubGraphAddInputs(builder, inputs)
    tflite.SubGraphAddOutputs(builder, outputs)
    tflite.SubGraphAddOperators(builder, operator_list)
    return tflite.SubGraphEnd(builder)


def _tables(builder: flatbuffers.Builder, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()
