"""Check that the shapes around an operator fit, because kernels trust them and read beyond."""

from harness.model_file import schema
from harness.model_file.flatbuffer import MalformedError
from harness.model_file.misfit import MisfitError, expect
from harness.model_file.model import ModelFile, Operator, Tensor
from harness.model_file.operator_values import check_values

_IMAGE = 4  # dimensions: batch, height, width, channels
_MATRIX = 2
_FARTHEST = 1 << 20  # places; kernels multiply what they are told by others without a check
_AXES = ((1, "h", "height"), (2, "w", "width"))

# Operators whose output has as many elements as their input.
_ELEMENTWISE = frozenset(
    {
        *("ABS", "CEIL", "COS", "DEQUANTIZE", "ELU", "EXP", "EXPAND_DIMS", "FLOOR", "HARD_SWISH"),
        *("L2_NORMALIZATION", "LEAKY_RELU", "LOG", "LOGICAL_NOT", "LOGISTIC", "LOG_SOFTMAX", "NEG"),
        *("QUANTIZE", "RELU", "RELU6", "RELU_N1_TO_1", "RESHAPE", "ROUND", "RSQRT", "SIN"),
        *("SOFTMAX", "SQRT", "SQUARE", "SQUEEZE", "TANH", "ZEROS_LIKE"),
    }
)


def check_shapes(model: ModelFile) -> None:
    """Check the shapes of the operators that carry nearly all of a model's work.

    Raises:
        MalformedError: A shape does not follow from the others; the message names the operator.
    """
    for operator in model.operators:
        try:
            _check(model, operator)
        except MisfitError as error:
            raise MalformedError(f"operator {operator.index} ({operator.name}): {error}") from None


def _check(model: ModelFile, operator: Operator) -> None:
    check_values(model, operator)
    inputs = [model.tensor(index) for index in operator.inputs]
    if not inputs or inputs[0] is None or not operator.outputs:
        return
    data, output = inputs[0], model.tensors[operator.outputs[0]]
    if operator.name in _ELEMENTWISE:
        expect(output.elements, data.elements, "output elements")
    elif operator.name in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        _expect_image(data, "input")
        sizes = tuple(operator.option(f"filter_{axis}") or 0 for _, _, axis in _AXES)
        _check_window(operator, data, output, sizes)
        expect(output.shape[3], data.shape[3], "output channels")
    elif len(inputs) > 1 and inputs[1] is not None:
        weights, bias = inputs[1], inputs[2] if len(inputs) > _MATRIX else None
        if operator.name == "FULLY_CONNECTED":
            _check_fully_connected(data, weights, bias, output)
        elif operator.name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            _check_convolution(operator, (data, weights, output), bias)


def _check_fully_connected(
    data: Tensor, weights: Tensor, bias: Tensor | None, output: Tensor
) -> None:
    if len(weights.shape) != _MATRIX:
        raise MisfitError(f"weights of shape {list(weights.shape)}")
    units, width = weights.shape
    if data.elements % width:
        raise MisfitError(f"{data.elements} inputs for weights of shape {list(weights.shape)}")
    expect(output.elements, data.elements // width * units, "output elements")
    _check_bias(bias, units)


def _check_convolution(
    operator: Operator, images: tuple[Tensor, Tensor, Tensor], bias: Tensor | None
) -> None:
    data, weights, output = images
    for tensor, kind in zip(images, ("input", "weights", "output"), strict=True):
        _expect_image(tensor, kind)
    channels = data.shape[3]
    if operator.name == "CONV_2D":
        made, groups = weights.shape[0], channels // weights.shape[3]
        if channels % weights.shape[3] or made % groups:
            raise MisfitError(f"{channels} channels for weights of shape {list(weights.shape)}")
    else:
        made = weights.shape[3]
        expect(channels * (operator.option("depth_multiplier") or 0), made, "channels made")
    _check_window(operator, data, output, weights.shape[1:3])
    expect(output.shape[3], made, "output channels")
    _check_bias(bias, made)


def _check_bias(bias: Tensor | None, channels: int) -> None:
    if bias is not None:
        expect(bias.elements, channels, "bias elements")


def _check_window(operator: Operator, data: Tensor, output: Tensor, sizes: tuple[int, ...]) -> None:
    _expect_image(output, "output")
    expect(output.shape[0], data.shape[0], "batch")
    same = operator.option("padding") == schema.PADDING_SAME
    for (dimension, letter, axis), size in zip(_AXES, sizes, strict=True):
        stride = operator.option(f"stride_{letter}") or 0
        dilation = operator.option(f"dilation_{letter}_factor")
        dilation = 1 if dilation is None else dilation
        if min(stride, dilation, size) < 1:
            raise MisfitError(f"{axis}: stride {stride}, dilation {dilation}, window {size}")
        reach = (size - 1) * dilation + 1
        if max(reach, stride) > _FARTHEST:
            raise MisfitError(f"{axis}: a window over {reach} places, stride {stride}")
        reach = 1 if same else reach
        places = -(-(data.shape[dimension] - reach + 1) // stride)
        expect(output.shape[dimension], places, f"output {axis}")


def _expect_image(tensor: Tensor, kind: str) -> None:
    if len(tensor.shape) != _IMAGE:
        raise MisfitError(f"{kind} of shape {list(tensor.shape)}")
