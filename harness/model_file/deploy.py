"""Rewrite a model for flash: weights packed under custom operators that the runtime's schema reads.

The runtime of July 2020 knows no 4-bit tensors, lookup tables or bitmaps. An operator whose
weights are packed becomes a custom operator with the same inputs and outputs at the same place;
its weight tensor becomes a list of int8 bytes that keeps its scales. All else stays as it is.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from harness.model_file.custom_operators import CUSTOM_NAMES, OPTIONS_BYTES, PackedOptions
from harness.model_file.model import ModelFile, Operator, Tensor
from harness.model_file.packing import (
    TABLE_ENTRIES,
    Encoding,
    Int8,
    pack_int4,
    pack_sparse,
    pack_table16,
    unpack_int4,
)
from harness.model_file.reader import read_model
from harness.model_file.rewriting import (
    ObjectModel,
    custom_code,
    drop_unused,
    load_objects,
    set_tensor_data,
    uses,
    write_objects,
)
from harness.model_file.support import is_grouped_convolution

Storage = Literal["as-converted", "table", "sparse"]
"""How weights lie in flash. 4-bit tensors are packed in any case; "table" also packs int8 tensors
of at most 16 distinct values, "sparse" those of convolutions and fully connected layers; each
where that is smaller."""

_WEIGHTS, _BIAS = 1, 2  # which input
_ACTIVATIONS = ("int8", "int16")


class CannotDeployError(Exception):
    """No kernel reads the model's weights as they would have to be stored; the message says why."""


def deploy(content: bytes, storage: Storage, name: str = "model") -> bytes:
    """Return the .tflite file as it is to be flashed: the very same bytes if nothing is packed.

    `content` is the converted file, which messages call `name`. Metadata stays in the file.

    Raises:
        CannotDeployError: A 4-bit tensor is read by an operator that has no kernel for it, or for
            its bias.
        HarnessError: The file is no model that can be read.
    """
    model = read_model(content, name)
    _check_int4(model)
    if storage == "as-converted" and not any(tensor.type == "int4" for tensor in model.tensors):
        return content
    objects = load_objects(content, name)
    packed = _packed_weights(model, objects, storage)
    if not packed:
        return content
    for index, (encoding, data) in packed.items():
        _rewrite(model.operators[index], model, objects, encoding, data)
    drop_unused(objects)
    return write_objects(objects)


def _check_int4(model: ModelFile) -> None:
    for tensor in model.tensors:
        if tensor.type != "int4":
            continue
        readers = [at for at in model.operators if tensor.index in at.inputs]
        what = f"tensor {tensor.index} (int4)"
        if not tensor.is_constant:
            raise CannotDeployError(f"{what} is no constant; only weights can have 4 bits")
        for operator in readers:
            if not _reads_packed(model, operator) or operator.inputs[_WEIGHTS] != tensor.index:
                raise CannotDeployError(
                    f"{operator.name} (operator {operator.index}): reads {what}; only "
                    f"{', '.join(CUSTOM_NAMES)} with int8 or int16 activations read packed weights"
                )
            if _has_narrow_bias(model, operator):
                raise CannotDeployError(
                    f"{operator.name} (operator {operator.index}): int32 bias with int16 "
                    f"activations and {what}; convert the model with a bias of int64"
                )
        if len(readers) > 1:
            raise CannotDeployError(f"{what} is read by {len(readers)} operators; only one can be")
        if any(tensor.zero_points):
            raise CannotDeployError(f"{what} has a zero point; packed weights have none")


def _reads_packed(model: ModelFile, operator: Operator) -> bool:
    """Whether there is a kernel that computes the operator from packed weights."""
    if operator.name not in CUSTOM_NAMES or len(operator.inputs) <= _WEIGHTS:
        return False
    data = model.tensor(operator.inputs[0])
    return data is not None and data.type in _ACTIVATIONS


def _has_narrow_bias(model: ModelFile, operator: Operator) -> bool:
    """Whether int16 activations meet an int32 bias, whose sums no packed kernel computes."""
    data = model.tensor(operator.inputs[0])
    bias = model.tensor(operator.inputs[_BIAS]) if len(operator.inputs) > _BIAS else None
    return data is not None and data.type == "int16" and bias is not None and bias.type == "int32"


def _packed_weights(
    model: ModelFile, objects: ObjectModel, storage: Storage
) -> Mapping[int, tuple[Encoding, bytes]]:
    """Return, for the index of each operator to be rewritten, its weights as stored."""
    count = uses(objects)
    packed = {}
    for operator in model.operators:
        if not _reads_packed(model, operator) or _has_narrow_bias(model, operator):
            continue
        weights = model.tensor(operator.inputs[_WEIGHTS])
        if weights is None or not weights.is_constant or count[weights.index] > 1:
            continue
        data = model.tensor(operator.inputs[0])
        grouped = data is not None and is_grouped_convolution(operator, data, weights)
        if storage == "sparse" and grouped:  # no kernel reads such weights from a bitmap
            continue
        found = _packed(operator, weights, _data(objects, weights), storage)
        if found is not None:
            packed[operator.index] = found
    return packed


def _data(objects: ObjectModel, tensor: Tensor) -> bytes:
    buffer = objects.subgraphs[0].tensors[tensor.index].buffer
    return bytes(np.asarray(objects.buffers[buffer].data, np.uint8).tobytes())


def _packed(
    operator: Operator, weights: Tensor, data: bytes, storage: Storage
) -> tuple[Encoding, bytes] | None:
    if weights.type == "int4":
        return Encoding.INT4, pack_int4(unpack_int4(data, weights.elements))
    if weights.type != "int8" or not weights.scales or any(weights.zero_points):
        return None
    values: Int8 = np.frombuffer(data, np.int8, weights.elements)
    found = None
    if storage == "table" and len(np.unique(values)) <= TABLE_ENTRIES:
        found = Encoding.TABLE16, pack_table16(values)
    elif storage == "sparse" and operator.name != "DEPTHWISE_CONV_2D":
        found = Encoding.SPARSE, pack_sparse(values.reshape(weights.shape[0], -1))
    if found is None or len(found[1]) + OPTIONS_BYTES >= len(values):
        return None
    return found


def _rewrite(
    operator: Operator, model: ModelFile, objects: ObjectModel, encoding: Encoding, data: bytes
) -> None:
    graph = objects.subgraphs[0]
    table, index = graph.operators[operator.index], operator.inputs[_WEIGHTS]
    options = _options(operator, model.tensors[index].shape, table.builtinOptions, encoding)
    table.opcodeIndex = custom_code(objects, CUSTOM_NAMES[operator.name])
    table.builtinOptionsType, table.builtinOptions = 0, None
    table.customOptions = np.frombuffer(options.pack(), np.uint8)
    _store(objects, graph.tensors[index], data)


def _store(objects: ObjectModel, weights: Any, data: bytes) -> None:  # noqa: ANN401 - a table
    from ai_edge_litert.schema_py_generated import TensorType

    set_tensor_data(objects, weights, data)
    weights.type = TensorType.INT8
    weights.shape, weights.shapeSignature = np.array([len(data)], np.int32), None


def _options(
    operator: Operator,
    shape: tuple[int, ...],
    builtin: Any,  # noqa: ANN401 - the operator's options table
    encoding: Encoding,
) -> PackedOptions:
    activation = builtin.fusedActivationFunction if builtin is not None else 0
    if operator.name == "FULLY_CONNECTED":
        return PackedOptions(encoding, 1, 1, 1, 1, 1, activation, 0, shape[0], 1, 1, shape[1])
    return PackedOptions(
        encoding,
        builtin.strideH,
        builtin.strideW,
        builtin.dilationHFactor,
        builtin.dilationWFactor,
        builtin.padding,
        activation,
        builtin.depthMultiplier if operator.name == "DEPTHWISE_CONV_2D" else 0,
        *shape,
    )
