"""Decide before anything is built if a runtime computes a model rightly."""

from collections.abc import Iterator

from harness.model_file import schema
from harness.model_file.model import ModelFile, Operator, Tensor
from harness.model_file.operator_table import Form, OperatorEntry, OperatorTable

_CHANNELS = 3  # dimension of the channels in an image, and of the input channels in conv weights
_INT8_LEAST, _INT8_MOST = -128, 127
_FAR = 1e6  # in steps of the scale; more than any integer type of data here can hold
_INTEGER_DATA = ("int8", "uint8", "int16")


def unsupported_reason(model: ModelFile, table: OperatorTable) -> str | None:
    """Return why the runtime cannot run `model` rightly, or None if it can.

    The reason names the first operator that stands in the way, its place in the model, and what
    is wrong with it.
    """
    for operator in model.operators:
        for reason in _reasons(model, operator, table):
            # A custom operator's name is anyone's text, and a spreadsheet computes what begins with
            # an equals sign: it does not begin the reason.
            custom = "custom " if operator.custom_name else ""
            return f"{custom}{operator_name(operator)} (operator {operator.index}): {reason}"
    return None


def needs_own(model: ModelFile, operator: Operator, entry: OperatorEntry) -> bool:
    """Return whether an operator is one that only a kernel of ours computes rightly."""
    data = _input(model, operator, entry.data_input)
    weights = None if entry.weights is None else _input(model, operator, entry.weights)
    if data is None:
        return False
    form = None
    if weights is not None and operator.outputs:
        form = _form(operator, data, weights, model.tensors[operator.outputs[0]])
    return data.type in entry.own_types or form in entry.own_forms


def _reasons(model: ModelFile, operator: Operator, table: OperatorTable) -> Iterator[str]:
    entry = table.entry(operator.name, operator.custom_name)
    if entry is None:
        custom = operator.name == schema.CUSTOM
        yield (
            f"custom operators are unknown to {table.title}"
            if custom
            else f"{table.title} has no such operator"
        )
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
    if data.type in entry.same_quantization and _rescales(data, output):
        yield f"{table.title} does not rescale between its input and its output"
    yield from _weight_reasons(model, operator, entry, table)
    yield from _own_reasons(model, operator, entry, data)


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
    narrow = data.type not in entry.own_types
    if narrow and entry.rank is not None and rank != entry.rank:
        yield f"{rank} dimensions; only {entry.rank} are supported"
    if entry.most_dimensions is not None and rank > entry.most_dimensions:
        yield f"{rank} dimensions; at most {entry.most_dimensions} are supported"
    if entry.most_inputs is not None and len(operator.inputs) > entry.most_inputs:
        yield f"{len(operator.inputs)} inputs; at most {entry.most_inputs} are supported"
    if narrow and entry.axes is not None:
        axis = _input(model, operator, 1)
        values = axis.values if axis is not None else None
        if values is None:
            yield "its axes are not constant"
        elif tuple(value % max(rank, 1) for value in values) not in entry.axes:
            yield f"axes {list(values)}; only {list(map(list, entry.axes))} are supported"


def _own_reasons(
    model: ModelFile, operator: Operator, entry: OperatorEntry, data: Tensor
) -> Iterator[str]:
    same = [one for one in model.operators if operator_name(one) == operator_name(operator)]
    sources = [_input(model, one, entry.data_input) for one in same]
    if (
        entry.own_runs
        and any(needs_own(model, one, entry) for one in same)
        and any(source is not None and source.type not in entry.own_runs for source in sources)
    ):
        own = "/".join(entry.own_runs)
        yield f"the model has it with {own} and with other types, which needs two kernels for it"
    for tensor in (data, model.tensors[operator.outputs[0]]):
        if entry.own_runs and tensor.type == "int16" and any(tensor.zero_points):
            yield f"tensor {tensor.index} is int16 with a zero point; only 0 is supported"


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
    yield from _limit_reasons(operator, data, weights, quantized[2], table)


def _limit_reasons(
    operator: Operator, data: Tensor, weights: Tensor, output: Tensor, table: OperatorTable
) -> Iterator[str]:
    form = _form(operator, data, weights, output)
    if form is None or table.limits.allows(form, data.type):
        return
    if form == "per_channel_fully_connected":
        yield (
            f"weights have {len(weights.scales)} scales (per channel), and the kernel reads "
            "only one; convert with per-tensor fully connected layers"
        )
    elif form == "grouped_convolution":
        yield (
            f"grouped: weights for {weights.shape[_CHANNELS]} of "
            f"{data.shape[_CHANNELS]} input channels, which the kernel does not support"
        )
    elif form == "clamped_depthwise":
        yield "its fused activation keeps less than int8 can hold, and the kernel does not clamp"
    else:
        yield 'dilated with "same" padding, which the kernel pads wrongly'


def is_grouped_convolution(operator: Operator, data: Tensor, weights: Tensor) -> bool:
    """Return whether a CONV_2D has weights for some of the input channels only."""
    images = len(data.shape) == len(weights.shape) == _CHANNELS + 1
    return (
        operator.name == "CONV_2D" and images and weights.shape[_CHANNELS] != data.shape[_CHANNELS]
    )


def _form(operator: Operator, data: Tensor, weights: Tensor, output: Tensor) -> Form | None:
    """Return what is unusual about a layer, if anything is."""
    if operator.name == "FULLY_CONNECTED" and len(weights.scales) > 1:
        return "per_channel_fully_connected"
    if is_grouped_convolution(operator, data, weights):
        return "grouped_convolution"
    if operator.name == "DEPTHWISE_CONV_2D":
        dilated = max(operator.option(f"dilation_{side}_factor") or 1 for side in "wh") > 1
        if dilated and operator.option("padding") == schema.PADDING_SAME:
            return "dilated_depthwise"
        if output.type == "int8" and _clamps(operator, output):
            return "clamped_depthwise"
    return None


def _clamps(operator: Operator, output: Tensor) -> bool:
    """Return whether a fused activation cuts off values that the int8 output could hold."""
    bounds = schema.ACTIVATION_BOUNDS.get(operator.option("fused_activation_function") or 0)
    if bounds is None or not output.scales:
        return False
    scale, zero_point = output.scales[0], output.zero_points[0]
    low, high = (min(bound / scale, _FAR) for bound in bounds)
    return zero_point + round(low) > _INT8_LEAST or zero_point + round(high) < _INT8_MOST


def operator_name(operator: Operator) -> str:
    """Return the builtin name of an operator, or its own where it is a custom one."""
    return operator.custom_name or operator.name


def _input(model: ModelFile, operator: Operator, position: int) -> Tensor | None:
    if position >= len(operator.inputs):
        return None
    return model.tensor(operator.inputs[position])


def _types(data: Tensor, output: Tensor) -> str:
    return data.type if data.type == output.type else f"{data.type}->{output.type}"


def _rescales(data: Tensor, output: Tensor) -> bool:
    return (data.scales, data.zero_points) != (output.scales, output.zero_points)
