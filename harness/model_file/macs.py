"""Count multiply-accumulates of one Invoke from the shapes, padding included as is customary."""

from collections.abc import Sequence

from harness.model_file.model import ModelFile, Operator, Tensor

# Operators that multiply and accumulate in ways not counted here: no figure rather than a wrong
# one. All others that `_COUNTED` does not name only move, compare or scale values.
_UNKNOWN = frozenset(
    {
        "BIDIRECTIONAL_SEQUENCE_LSTM",
        "BIDIRECTIONAL_SEQUENCE_RNN",
        "CONV_3D",
        "CONV_3D_TRANSPOSE",
        "CUSTOM",
        "LSTM",
        "RNN",
        "SVDF",
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        "UNIDIRECTIONAL_SEQUENCE_RNN",
    }
)
_PREFIXES_UNKNOWN = ("STABLEHLO_", "BUILTIN_")

_IMAGE = 4  # dimensions of an image tensor: batch, height, width, channels
_MATRIX = 2


def model_macs(model: ModelFile) -> int | None:
    """Return the multiply-accumulates of one Invoke, or None if an operator's are not known."""
    total = 0
    for operator in model.operators:
        count = operator_macs(operator, model.tensors)
        if count is None:
            return None
        total += count
    return total


def operator_macs(operator: Operator, tensors: Sequence[Tensor]) -> int | None:
    """Return one operator's multiply-accumulates; None if they are not known.

    A convolution's window counts whole at the borders too, and adding the bias counts as nothing.
    Operators without weights count 0.
    """
    if operator.name in _UNKNOWN or operator.name.startswith(_PREFIXES_UNKNOWN):
        return None
    count = _COUNTED.get(operator.name)
    if count is None:
        return 0
    inputs = [tensors[index] for index in operator.inputs if index >= 0]
    outputs = [tensors[index] for index in operator.outputs]
    if len(inputs) < _MATRIX or not outputs:
        return None
    return count(operator, inputs, outputs[0])


def _convolution(_: Operator, inputs: Sequence[Tensor], output: Tensor) -> int | None:
    weights = inputs[1]  # output channels, height, width, input channels
    if len(weights.shape) != _IMAGE or len(output.shape) != _IMAGE:
        return None
    return output.elements * (weights.elements // weights.shape[0])


def _depthwise(_: Operator, inputs: Sequence[Tensor], output: Tensor) -> int | None:
    weights = inputs[1]  # 1, height, width, output channels
    if len(weights.shape) != _IMAGE or len(output.shape) != _IMAGE:
        return None
    return output.elements * weights.shape[1] * weights.shape[2]


def _fully_connected(_: Operator, inputs: Sequence[Tensor], output: Tensor) -> int | None:
    weights = inputs[1]  # output units, input units
    if len(weights.shape) != _MATRIX:
        return None
    return output.elements * weights.shape[1]


def _transpose_convolution(_: Operator, inputs: Sequence[Tensor], __: Tensor) -> int | None:
    # Inputs: the output's shape, weights (output channels, height, width, input channels), data.
    if len(inputs) <= _MATRIX or len(inputs[1].shape) != _IMAGE or len(inputs[2].shape) != _IMAGE:
        return None
    weights, data = inputs[1], inputs[2]
    return data.elements * (weights.elements // weights.shape[3])


def _matrix_product(operator: Operator, inputs: Sequence[Tensor], output: Tensor) -> int | None:
    left = inputs[0].shape
    if len(left) < _MATRIX:
        return None
    return output.elements * (left[-2] if operator.option("adj_x") else left[-1])


_COUNTED = {
    "BATCH_MATMUL": _matrix_product,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "TRANSPOSE_CONV": _transpose_convolution,
}
