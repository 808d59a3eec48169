"""Decide before anything is built whether a runtime computes a model rightly, and if not, why."""

from collections.abc import Iterator

from harness.model_file import schema
from harness.model_file.model import ModelFile, Operator, Tensor
from harness.model_file.operator_table import OperatorEntry, OperatorTable

_CHANNELS = 3  # dimension of the channels in an image, and of the input channels in conv weights
_INTEGER_DATA = ("int8", "uint8", "int16")


def unsupported_reason(model: ModelFile, table: OperatorTable) -> str | None:
    """Return why the runtime cannot run `model` rightly, or None if it can.

    The reason names the first operator that stands in the way, its place in the model, and what
    is wrong with it.
    """
    for operator in model.operators:
        for reason in _reasons(model, operator, table):
            name = operator.custom_name or operator.name
            return f"{name} (operator {operator.index}): {reason}"
    return None


def _reasons(model: ModelFile, operator: Operator, table: OperatorTable) -> Iterator[str]:
    if operator.name == schema.CUSTOM:
        yield f"custom operators are unknown to {table.title}"
        return
    entry = table.operators.get(operator.name)
    if entry is None:
        yield f"{table.title} has no such operator"
        return
    yield from _storage_reasons(model, operator, table)
    data = _input(model, operator, entry.data_input)
    if data is None or not operator.outputs:
        yield "its data input or its output is missing"
        return
    output = model.tensors[operator.outputs[0]]
    if not entry.accepts(data.type, output.type):
        yield (
            f"{_types(data, output)} is not supported; {table.title} has "
            f"{', '.join(entry.types or ())}"
        )
    yield from _shape_reasons(model, operator, entry, data)
    if entry.same_quantization and data.type in _INTEGER_DATA and _rescales(data, output):
        yield f"{table.title} does not rescale between its input and its output"
    yield from _weight_reasons(model, operator, entry, table)


def _storage_reasons(model: ModelFile, operator: Operator, table: OperatorTable) -> Iterator[str]:
    for index in (*operator.inputs, *operator.outputs):
        tensor = model.tensor(index)
        if tensor is None:
            continue
        if tensor.type not in table.tensor_types:
            yield f"tensor {index} is {tensor.type}, a type that {table.title} does not know"
        if tensor.is_sparse:
            yield f"tensor {index} is stored sparse, which {table.title} cannot read"


def _shape_reasons(
    model: ModelFile, operator: Operator, entry: OperatorEntry, data: Tensor
) -> Iterator[str]:
    rank = len(data.shape)
    if entry.rank is not None and rank != entry.rank:
        yield f"{rank} dimensions; only {entry.rank} are supported"
    if entry.most_dimensions is not None and rank > entry.most_dimensions:
        yield f"{rank} dimensions; at most {entry.most_dimensions} are supported"
    if entry.most_inputs is not None and len(operator.inputs) > entry.most_inputs:
        yield f"{len(operator.inputs)} inputs; at most {entry.most_inputs} are supported"
    if entry.axes is not None:
        axis = _input(model, operator, 1)
        values = axis.values if axis is not None else None
        if values is None:
            yield "its axes are not constant"
        elif tuple(value % max(rank, 1) for value in values) not in entry.axes:
            yield f"axes {list(values)}; only {list(map(list, entry.axes))} are supported"


def _weight_reasons(
    model: ModelFile, operator: Operator, entry: OperatorEntry, table: OperatorTable
) -> Iterator[str]:
    data = _input(model, operator, entry.data_input)
    weights = None if entry.weights is None else _input(model, operator, entry.weights)
    if data is None or entry.weights is None:
        return
    if weights is None:
        yield "its weights are missing"
        return
    hybrid = data.type == "float32" and weights.type in ("int8", "uint8", "int4", "int2", "int16")
    if hybrid and not table.limits.hybrid:
        yield (
            f"hybrid (dynamic range): float32 activations with {weights.type} weights, which "
            f"{table.title} cannot compute; quantize activations too, or neither"
        )
    elif not hybrid and weights.type not in table.weights.get(data.type, ()):
        yield f"{weights.type} weights with {data.type} activations are not supported"
    bias = None if entry.bias is None else _input(model, operator, entry.bias)
    if bias is not None and not hybrid and bias.type not in table.biases.get(data.type, ()):
        yield f"{bias.type} bias with {data.type} activations is not supported"
    quantized = (data, weights, model.tensors[operator.outputs[0]])
    for tensor in quantized:
        if data.type in _INTEGER_DATA and not tensor.scales:
            yield f"tensor {tensor.index} ({tensor.type}) has no scale"
    yield from _limit_reasons(operator, data, weights, table)


def _limit_reasons(
    operator: Operator, data: Tensor, weights: Tensor, table: OperatorTable
) -> Iterator[str]:
    limits = table.limits
    if operator.name == "FULLY_CONNECTED":
        if len(weights.scales) > 1 and not limits.per_channel_fully_connected:
            yield (
                f"weights have {len(weights.scales)} scales (per channel), and the kernel reads "
                "only one; convert with per-tensor fully connected layers"
            )
    elif operator.name == "CONV_2D":
        grouped = len(data.shape) == len(weights.shape) == _CHANNELS + 1 and (
            weights.shape[_CHANNELS] != data.shape[_CHANNELS]
        )
        if grouped and not limits.grouped_convolution:
            yield (
                f"grouped: weights for {weights.shape[_CHANNELS]} of "
                f"{data.shape[_CHANNELS]} input channels, which the kernel does not support"
            )
    elif operator.name == "DEPTHWISE_CONV_2D":
        dilated = max(operator.option(f"dilation_{side}_factor") or 1 for side in "wh") > 1
        same = operator.option("padding") == schema.PADDING_SAME
        if dilated and same and not limits.dilated_depthwise:
            yield 'dilated with "same" padding, which the kernel pads wrongly'


def _input(model: ModelFile, operator: Operator, position: int) -> Tensor | None:
    if position >= len(operator.inputs):
        return None
    return model.tensor(operator.inputs[position])


def _types(data: Tensor, output: Tensor) -> str:
    return data.type if data.type == output.type else f"{data.type}->{output.type}"


def _rescales(data: Tensor, output: Tensor) -> bool:
    return (data.scales, data.zero_points) != (output.scales, output.zero_points)
