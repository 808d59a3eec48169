"""Choose what registers each operator of a model: the runtime's kernel, ours, or a kernel set's."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.errors import HarnessError
from harness.kernel_sets import REFERENCE
from harness.model_file.model import ModelFile, Operator, Tensor
from harness.model_file.operator_table import Need, OperatorTable, SetEntry
from harness.model_file.packing import Encoding
from harness.model_file.support import needs_own, operator_name

_MOST = 511
"""kLongestSoftmax of kernels/simd/softmax.h, and kShortRun of kernels/products.h."""
_MOST_OF_POOL = 65535
"""kMostTaps of runtime/tflm2020/pool.cc."""


@dataclass(frozen=True)
class KernelChoice:
    """What registers each operator, by builtin or custom name, builtins first.

    `fallbacks` are the operators that the kernel set lacks, sorted: others' kernels run them.
    """

    registrations: Mapping[str, str]
    fallbacks: tuple[str, ...]


def choose_kernels(
    model: ModelFile, table: OperatorTable, kernels: str = REFERENCE
) -> KernelChoice:
    """Return the kernels of a model in the kernel set `kernels`.

    A set's kernel is taken only where it covers every operator of that name in the model, and all
    by the same registration: an image registers one kernel a name. A kernel of ours in the set's
    place is taken only where an operator needs it, for it is linked beside the runtime's.

    Raises:
        HarnessError: The table lacks an operator.
    """
    covered = table.kernel_sets.get(kernels, {})
    chosen: dict[str, str] = {}
    fallbacks = []
    for name, operators in _by_name(model).items():
        in_set = _of_set(model, operators, covered.get(name))
        chosen[name] = in_set or _of_runtime(model, operators, table)
        if in_set is None and covered:
            fallbacks.append(name)
    return KernelChoice(chosen, tuple(sorted(fallbacks)))


def _by_name(model: ModelFile) -> dict[str, list[Operator]]:
    found: dict[str, list[Operator]] = {}
    for operator in sorted(model.operators, key=lambda one: (one.custom_name or "", one.name)):
        found.setdefault(operator_name(operator), []).append(operator)
    return found


def _of_runtime(model: ModelFile, operators: list[Operator], table: OperatorTable) -> str:
    first = operators[0]
    entry = table.entry(first.name, first.custom_name)
    if entry is None:
        raise HarnessError(f"{model.name}: {table.title} has no operator {operator_name(first)}")
    if entry.own_registration is not None and any(
        needs_own(model, operator, entry) for operator in operators
    ):
        return entry.own_registration
    return entry.registration


def _of_set(model: ModelFile, operators: list[Operator], entry: SetEntry | None) -> str | None:
    """Return the one registration of a set that covers all of `operators`, or None."""
    if entry is None:
        return None
    found = {
        entry.registrations.get(_kind(model, operator))
        if all(_HAS[need](model, operator) for need in entry.needs)
        else None
        for operator in operators
    }
    return found.pop() if len(found) == 1 else None


def _kind(model: ModelFile, operator: Operator) -> str:
    """Return what a set tells operators of one name apart by: "int8", "float32->int8"."""
    data, output = _input(model, operator, 0), _output(model, operator)
    if data is None or output is None or not (_has_one_scale(data) and _has_one_scale(output)):
        return ""
    kind = data.type if data.type == output.type else f"{data.type}->{output.type}"
    encoding = operator.option("encoding")
    return kind if encoding is None else f"{kind}+{Encoding(encoding).name.lower()}"


def _input(model: ModelFile, operator: Operator, place: int) -> Tensor | None:
    return model.tensor(operator.inputs[place]) if len(operator.inputs) > place else None


def _output(model: ModelFile, operator: Operator) -> Tensor | None:
    return model.tensors[operator.outputs[0]] if operator.outputs else None


def _has_one_scale(tensor: Tensor) -> bool:
    return tensor.type not in ("int8", "int16") or len(tensor.scales) == 1


def _has_constant_amounts(model: ModelFile, operator: Operator) -> bool:
    amounts = _input(model, operator, 1)
    return amounts is not None and amounts.is_constant


def _has_equal_shapes(model: ModelFile, operator: Operator) -> bool:
    tensors = [model.tensor(index) for index in (*operator.inputs, *operator.outputs)]
    shapes = {None if tensor is None else tensor.shape for tensor in tensors}
    return len(shapes) == 1 and all(one is not None and _has_one_scale(one) for one in tensors)


def _has_short_filters(model: ModelFile, operator: Operator) -> bool:
    if operator.option("encoding") is not None:
        return (operator.option("d1") or 0) * (operator.option("d2") or 0) <= _MOST
    weights = _input(model, operator, 1)
    return weights is not None and math.prod(weights.shape[1:3]) <= _MOST


def _has_short_rows(model: ModelFile, operator: Operator) -> bool:
    data = _input(model, operator, 0)
    return data is not None and bool(data.shape) and data.shape[-1] <= _MOST


def _has_short_windows(_model: ModelFile, operator: Operator) -> bool:
    height, width = (operator.option(f"filter_{side}") or 0 for side in ("height", "width"))
    return 0 < height * width <= _MOST_OF_POOL


def _has_symmetric_weights(model: ModelFile, operator: Operator) -> bool:
    weights = _input(model, operator, 1)
    return weights is not None and not any(weights.zero_points)


def _has_wide_bias(model: ModelFile, operator: Operator) -> bool:
    data, bias = _input(model, operator, 0), _input(model, operator, 2)
    return data is None or data.type != "int16" or bias is None or bias.type == "int64"


_HAS: Mapping[Need, Callable[[ModelFile, Operator], bool]] = {
    "constant_amounts": _has_constant_amounts,
    "equal_shapes": _has_equal_shapes,
    "short_filters": _has_short_filters,
    "short_rows": _has_short_rows,
    "short_windows": _has_short_windows,
    "symmetric_weights": _has_symmetric_weights,
    "wide_bias": _has_wide_bias,
}
