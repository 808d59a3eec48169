"""Check that a model's operators, tensors, inputs and outputs fit together and can run in order."""

from harness.model_file.flatbuffer import MalformedError
from harness.model_file.model import ModelFile, Operator


def check_wiring(model: ModelFile) -> None:
    """Check indices, and that each tensor is written once and before it is read.

    Raises:
        MalformedError: Something does not fit; the message says what.
    """
    count = len(model.tensors)
    if not model.operators:
        raise MalformedError("no operators")
    for kind, indices in (("input", model.inputs), ("output", model.outputs)):
        if not indices:
            raise MalformedError(f"no {kind}s")
        if any(not 0 <= index < count for index in indices):
            raise MalformedError(f"an {kind} names a tensor that does not exist")
    if any(model.tensors[index].is_constant for index in model.inputs):
        raise MalformedError("an input is a constant")
    ready = {
        tensor.index for tensor in model.tensors if tensor.is_constant or tensor.is_variable
    } | set(model.inputs)
    for operator in model.operators:
        _check_operator(operator, count, ready)
        ready.update(operator.outputs)
    if not ready.issuperset(model.outputs):
        raise MalformedError("an output is never written")


def _check_operator(operator: Operator, count: int, ready: set[int]) -> None:
    where = f"operator {operator.index} ({operator.name})"
    if any(not -1 <= index < count for index in operator.inputs):
        raise MalformedError(f"{where} names an input tensor that does not exist")
    if any(not 0 <= index < count for index in operator.outputs):
        raise MalformedError(f"{where} names an output tensor that does not exist")
    for index in operator.inputs:
        if index >= 0 and index not in ready:
            raise MalformedError(f"{where} reads tensor {index} before it is written")
    if len(set(operator.outputs)) < len(operator.outputs) or ready & set(operator.outputs):
        raise MalformedError(f"{where} writes a tensor that is already written")
