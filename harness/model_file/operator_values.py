"""Check axes, amounts and shapes of operators that move or combine data: kernels trust them."""

import math
from collections.abc import Callable, Mapping, Sequence

from harness.model_file.misfit import MisfitError, expect
from harness.model_file.model import ModelFile, Operator, Tensor

_SVDF_STATE = 4  # which input

Check = Callable[[Operator, Sequence[Tensor | None], Sequence[Tensor]], None]
"""Check an operator by its inputs (None where one is left out) and outputs, of which it has one
at least."""


def check_values(model: ModelFile, operator: Operator) -> None:
    """Check an operator whose kind has a rule here.

    Raises:
        MisfitError: An axis, an amount or a shape does not fit.
    """
    check = _CHECKS.get(operator.name)
    outputs = [model.tensors[index] for index in operator.outputs]
    if check is not None and outputs:
        check(operator, [model.tensor(index) for index in operator.inputs], outputs)


def _need(inputs: Sequence[Tensor | None], count: int) -> list[Tensor]:
    found = [tensor for tensor in inputs[:count] if tensor is not None]
    if len(found) < count:
        raise MisfitError(f"{len(found)} of the {count} inputs that it needs")
    return found


def _all(inputs: Sequence[Tensor | None]) -> list[Tensor]:
    return _need(inputs, max(1, len(inputs)))


def _in_range(axis: int, dimensions: int) -> int:
    if not -dimensions <= axis < dimensions:
        raise MisfitError(f"axis {axis} of {dimensions} dimensions")
    return axis % dimensions


def _same_shape(found: Sequence[int], expected: Sequence[int], what: str) -> None:
    if tuple(found) != tuple(expected):
        raise MisfitError(f"{what} of shape {list(found)}, where {list(expected)} must be")


def _broadcast(_: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    left, right = (tensor.shape for tensor in _need(inputs, 2))
    size = max(len(left), len(right))
    pairs = zip((1,) * (size - len(left)) + left, (1,) * (size - len(right)) + right, strict=True)
    if any(one != other and 1 not in (one, other) for one, other in pairs):
        raise MisfitError(f"inputs of shapes {list(left)} and {list(right)}")
    pairs = zip((1,) * (size - len(left)) + left, (1,) * (size - len(right)) + right, strict=True)
    _same_shape(outputs[0].shape, [max(pair) for pair in pairs], "output")


def _concatenation(
    operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> None:
    parts = [tensor.shape for tensor in _all(inputs)]
    axis = _in_range(operator.option("axis") or 0, len(parts[0]))
    for part in parts:
        if len(part) != len(parts[0]):
            raise MisfitError(f"inputs of {len(parts[0])} and of {len(part)} dimensions")
        _same_shape(part[:axis] + part[axis + 1 :], parts[0][:axis] + parts[0][axis + 1 :], "input")
    whole = (*parts[0][:axis], sum(part[axis] for part in parts), *parts[0][axis + 1 :])
    _same_shape(outputs[0].shape, whole, "output")


def _pad(_: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    data, amounts = _need(inputs, 2)
    expect(amounts.elements, 2 * len(data.shape), "amounts of padding")
    values = amounts.values
    if values is None:
        return
    if min(values, default=0) < 0:
        raise MisfitError(f"padding of {min(values)}")
    pairs = zip(data.shape, values[0::2], values[1::2], strict=True)
    _same_shape(outputs[0].shape, [sum(sizes) for sizes in pairs], "output")


def _reduction(_: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    data, axes = _need(inputs, 2)
    if axes.values is not None:
        gone = {_in_range(axis, len(data.shape)) for axis in axes.values}
        kept = [size for place, size in enumerate(data.shape) if place not in gone]
        expect(outputs[0].elements, math.prod(kept), "output elements")


def _split(operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    axes, data = _need(inputs, 2)
    expect(len(outputs), operator.option("num_splits") or 0, "outputs")
    if axes.values is not None:
        expect(len(axes.values), 1, "axes")
        axis = _in_range(axes.values[0], len(data.shape))
        expect(data.shape[axis] % len(outputs), 0, "elements left over")
        part = (*data.shape[:axis], data.shape[axis] // len(outputs), *data.shape[axis + 1 :])
        for output in outputs:
            _same_shape(output.shape, part, "output")


def _pack(operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    parts = _all(inputs)
    expect(operator.option("values_count") or 0, len(parts), "values")
    axis = _in_range(operator.option("axis") or 0, len(parts[0].shape) + 1)
    for part in parts:
        _same_shape(part.shape, parts[0].shape, "input")
    whole = (*parts[0].shape[:axis], len(parts), *parts[0].shape[axis:])
    _same_shape(outputs[0].shape, whole, "output")


def _unpack(operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    (data,) = _need(inputs, 1)
    axis = _in_range(operator.option("axis") or 0, len(data.shape))
    expect(operator.option("num") or 0, len(outputs), "number of parts")
    expect(data.shape[axis], len(outputs), "outputs")
    for output in outputs:
        _same_shape(output.shape, data.shape[:axis] + data.shape[axis + 1 :], "output")


def _extreme(_: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    data, axes = _need(inputs, 2)
    if axes.values is not None:
        expect(len(axes.values), 1, "axes")
        axis = _in_range(axes.values[0], len(data.shape))
        expect(outputs[0].elements, data.elements // data.shape[axis], "output elements")


def _resize(_: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    data, size = _need(inputs, 2)
    expect(len(data.shape), 4, "dimensions")
    expect(size.elements, 2, "sizes")
    if size.values is not None:
        whole = (data.shape[0], *size.values, data.shape[3])
        _same_shape(outputs[0].shape, whole, "output")


def _transpose(_: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    data, order = _need(inputs, 2)
    if order.values is not None:
        axes = [_in_range(axis, len(data.shape)) for axis in order.values]
        expect(len(set(axes)), len(data.shape), "axes")
        _same_shape(outputs[0].shape, [data.shape[axis] for axis in axes], "output")


def _strided_slice(
    operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> None:
    data, *bounds = _need(inputs, 4)
    for bound in bounds:
        expect(bound.elements, len(data.shape), "bounds")
    begin, end, strides = (bound.values for bound in bounds)
    if strides is not None and 0 in strides:
        raise MisfitError("a stride of 0")
    if operator.option("ellipsis_mask") or operator.option("new_axis_mask"):
        raise MisfitError("an ellipsis or a new axis, whose shapes are not checked")
    if begin is None or end is None or strides is None:
        return
    count = 1
    for place, size in enumerate(data.shape):
        first = None if _bit(operator, "begin_mask", place) else begin[place]
        last = None if _bit(operator, "end_mask", place) else end[place]
        if _bit(operator, "shrink_axis_mask", place):
            _in_range(begin[place], size)
        else:
            count *= len(range(size)[first : last : strides[place]])
    expect(outputs[0].elements, count, "output elements")


def _bit(operator: Operator, mask: str, place: int) -> bool:
    return bool((operator.option(mask) or 0) >> place & 1)


def _svdf(operator: Operator, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> None:
    state = inputs[_SVDF_STATE] if len(inputs) > _SVDF_STATE else None
    data, features, time = _need(inputs, 3)
    bias = inputs[3] if len(inputs) > 3 else None  # noqa: PLR2004
    if state is None:
        raise MisfitError("no state")
    rank = operator.option("rank") or 0
    if rank < 1 or any(len(one.shape) != 2 for one in (data, features, time, state)):  # noqa: PLR2004
        raise MisfitError(f"rank {rank}, or data and weights that are no matrices")
    filters, width = features.shape
    expect(filters % rank, 0, "filters left over")
    expect(data.shape[1], width, "input elements")
    expect(time.shape[0], filters, "filters of the second weights")
    _same_shape(state.shape, (data.shape[0], filters * time.shape[1]), "state")
    _same_shape(outputs[0].shape, (data.shape[0], filters // rank), "output")
    if bias is not None:
        expect(bias.elements, filters // rank, "bias elements")


_BROADCAST = (
    *("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "POW", "SQUARED_DIFFERENCE", "PRELU"),
    *("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"),
    *("LOGICAL_AND", "LOGICAL_OR", "FLOOR_DIV", "FLOOR_MOD"),
)
_REDUCTIONS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL")
_CHECKS: Mapping[str, Check] = {
    **dict.fromkeys(_BROADCAST, _broadcast),
    **dict.fromkeys(_REDUCTIONS, _reduction),
    "ARG_MAX": _extreme,
    "ARG_MIN": _extreme,
    "CONCATENATION": _concatenation,
    "PACK": _pack,
    "PAD": _pad,
    "PADV2": _pad,
    "RESIZE_BILINEAR": _resize,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "SPLIT": _split,
    "STRIDED_SLICE": _strided_slice,
    "SVDF": _svdf,
    "TRANSPOSE": _transpose,
    "UNPACK": _unpack,
}
