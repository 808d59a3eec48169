"""See a model with packed weights as the model that it stands for, to check and count it."""

from dataclasses import replace

from harness.model_file.custom_operators import BUILTIN_NAMES
from harness.model_file.flatbuffer import MalformedError
from harness.model_file.model import ModelFile, Operator, Tensor
from harness.model_file.packing import TABLE_ENTRIES, Encoding, bitmap_row_bytes

_WEIGHTS = 1  # which input
_ACTIVATION_CODES = range(4)  # none, RELU, RELU_N1_TO_1, RELU6


def logical_view(model: ModelFile) -> ModelFile:
    """Return `model` with builtin operators and int8 weights in place of packed ones.

    Raises:
        MalformedError: The options of a custom operator do not fit its packed weights.
    """
    operators, tensors = list(model.operators), list(model.tensors)
    for operator in model.operators:
        if operator.custom_name not in BUILTIN_NAMES:
            continue
        weights = model.tensor(operator.inputs[_WEIGHTS]) if len(operator.inputs) > 1 else None
        if weights is None or weights.type != "int8" or not weights.is_constant:
            raise _fault(operator, "its weights are no packed constant")
        name = BUILTIN_NAMES[operator.custom_name or ""]
        shape = _shape(operator, name)
        _check_bytes(operator, weights, shape)
        operators[operator.index] = replace(operator, name=name, custom_name=None)
        tensors[weights.index] = replace(weights, shape=shape)
    if operators == list(model.operators):
        return model
    return replace(model, operators=tuple(operators), tensors=tuple(tensors))


def _shape(operator: Operator, name: str) -> tuple[int, ...]:
    sizes = tuple(operator.option(f"d{axis}") or 0 for axis in range(4))
    if min(sizes) < 1 or operator.option("activation") not in _ACTIVATION_CODES:
        raise _fault(operator, f"weights of shape {list(sizes)} or its activation")
    if name != "FULLY_CONNECTED":
        return sizes
    if sizes[1:3] != (1, 1):
        raise _fault(operator, f"weights of shape {list(sizes)}")
    return sizes[0], sizes[3]


def _check_bytes(operator: Operator, weights: Tensor, shape: tuple[int, ...]) -> None:
    """Refuse fewer bytes than the kernel reads, those of a sparse tensor's values left aside."""
    count = replace(weights, shape=shape).elements
    encoding = operator.option("encoding")
    if encoding == Encoding.INT4:
        least = (count + 1) // 2
    elif encoding == Encoding.TABLE16:
        least = TABLE_ENTRIES + (count + 1) // 2
    elif encoding == Encoding.SPARSE and operator.custom_name != "HARNESS_DEPTHWISE_CONV_2D":
        least = shape[0] * bitmap_row_bytes(count // shape[0])
    else:
        raise _fault(operator, f"weight encoding {encoding}")
    if weights.elements < least:
        raise _fault(operator, f"{weights.elements} bytes of weights, not {least}")


def _fault(operator: Operator, what: str) -> MalformedError:
    return MalformedError(f"operator {operator.index} ({operator.custom_name}): {what}")
