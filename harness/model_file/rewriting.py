"""Change a .tflite file: its tables as mutable objects, and back into bytes, the same every time.

The objects are those of the generated schema in the package `ai-edge-litert`, whose import takes
a moment; only functions that need it import it.
"""

import struct
from collections import Counter
from copy import copy
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.model_file import schema

ObjectModel = Any
"""A `ModelT` of the generated schema, which has no types; so have its tables."""

_ALIGNMENT = 16
"""The schema asks for it: kernels read int32 and int64 constants where they lie."""


def load_objects(content: bytes, name: str) -> ObjectModel:
    """Return the tables of the .tflite file that messages call `name`.

    Raises:
        HarnessError: A part of the file that no reader has checked is damaged.
    """
    from ai_edge_litert import schema_py_generated as generated

    try:
        return generated.ModelT.InitFromPackedBuf(content, 0)
    except (struct.error, IndexError, TypeError, ValueError) as error:
        raise HarnessError(
            f"{name}: damaged in its metadata or signatures ({error}); convert the model again"
        ) from error


def write_objects(model: ObjectModel) -> bytes:
    """Return the .tflite file of `model`; the same tables give the same bytes."""
    aligned = copy(model)
    aligned.buffers = [_AlignedBuffer(_bytes_of(buffer.data)) for buffer in model.buffers]
    builder = flatbuffers.Builder(1024)
    builder.Finish(aligned.Pack(builder), file_identifier=schema.IDENTIFIER)
    return bytes(builder.Output())


def builtin_name(model: ObjectModel, operator: Any) -> str:  # noqa: ANN401 - a schema table
    """Return the builtin name of an operator, such as "CONV_2D"."""
    code = model.operatorCodes[operator.opcodeIndex]
    return schema.operator_name(max(code.builtinCode, code.deprecatedBuiltinCode))


def custom_code(model: ObjectModel, name: str) -> int:
    """Return the index of the custom operator code `name`, which is added if it is not there."""
    from ai_edge_litert import schema_py_generated as generated

    for index, code in enumerate(model.operatorCodes):
        if code.customCode == name.encode():
            return index
    custom = generated.BuiltinOperator.CUSTOM
    model.operatorCodes.append(
        generated.OperatorCodeT(
            deprecatedBuiltinCode=custom, customCode=name.encode(), version=1, builtinCode=custom
        )
    )
    return len(model.operatorCodes) - 1


def uses(model: ObjectModel) -> Counter[int]:
    """Return for each tensor of the only subgraph how many operator inputs read it."""
    # A list that the file leaves out is None.
    lists = (operator.inputs for operator in model.subgraphs[0].operators)
    return Counter(int(index) for inputs in lists if inputs is not None for index in inputs)


def tensor_data(model: ObjectModel, tensor: Any, dtype: str) -> npt.NDArray[Any]:  # noqa: ANN401
    """Return a constant's elements as an array of `dtype`, in the tensor's shape."""
    data = np.ascontiguousarray(model.buffers[tensor.buffer].data)
    return data.view(dtype).reshape(tuple(int(size) for size in tensor.shape))


def set_tensor_data(model: ObjectModel, tensor: Any, data: bytes) -> None:  # noqa: ANN401
    """Give a tensor new data, in a buffer of its own: others may share the one that it had."""
    from ai_edge_litert import schema_py_generated as generated

    model.buffers.append(generated.BufferT(data=np.frombuffer(data, np.uint8)))
    tensor.buffer = len(model.buffers) - 1


def drop_unused(model: ObjectModel) -> None:
    """Remove buffers and operator codes that nothing refers to; what is left keeps its order."""
    graphs = model.subgraphs
    tensors = [tensor for graph in graphs for tensor in graph.tensors]
    kept = {0} | {tensor.buffer for tensor in tensors}
    kept |= {entry.buffer for entry in model.metadata or ()}
    places = {old: new for new, old in enumerate(sorted(kept))}
    model.buffers = [model.buffers[old] for old in sorted(kept)]
    for owner in (*tensors, *(model.metadata or ())):
        owner.buffer = places[owner.buffer]
    operators = [operator for graph in graphs for operator in graph.operators]
    codes = sorted({operator.opcodeIndex for operator in operators})
    model.operatorCodes = [model.operatorCodes[old] for old in codes]
    for operator in operators:
        operator.opcodeIndex = codes.index(operator.opcodeIndex)


@dataclass(frozen=True)
class _AlignedBuffer:
    """A buffer as it is written; the generated code would leave out the schema's alignment."""

    data: bytes | None

    def Pack(self, builder: flatbuffers.Builder) -> int:  # noqa: N802 - as the generated code's
        from ai_edge_litert import schema_py_generated as generated

        vector = None
        if self.data is not None:
            builder.StartVector(1, len(self.data), _ALIGNMENT)
            builder.head -= len(self.data)
            builder.Bytes[builder.head : builder.head + len(self.data)] = self.data
            vector = builder.EndVector()
        generated.BufferStart(builder)
        if vector is not None:
            generated.BufferAddData(builder, vector)
        return int(generated.BufferEnd(builder))


def _bytes_of(data: Any) -> bytes | None:  # noqa: ANN401 - an array, a list or nothing
    return None if data is None else np.asarray(data, np.uint8).tobytes()
