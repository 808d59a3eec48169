"""Turn the bytes of a .tflite file into a `ModelFile`, or say in one line why that cannot be."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, replace

from harness.errors import HarnessError
from harness.model_file import schema
from harness.model_file.custom_operators import BUILTIN_NAMES, unpack_options
from harness.model_file.flatbuffer import FlatFile, MalformedError, Table
from harness.model_file.logical import logical_view
from harness.model_file.macs import model_macs
from harness.model_file.model import ModelFile, Operator, Tensor
from harness.model_file.shapes import check_shapes
from harness.model_file.side_data import check_side_data
from harness.model_file.verifier import verify
from harness.model_file.wiring import check_wiring

# More than any model has that a microcontroller could hold; they bound the time that a hostile
# file can take.
_MOST_TABLES = 65_536
_MOST_DIMENSIONS = 8
_MOST_TENSOR_BYTES = 1 << 28
_MOST_ACTIVATION_BYTES = 1 << 28  # of all tensors together
_MOST_SAMPLE_BYTES = 1 << 24  # of all inputs, or of all outputs

_MOST_VALUES = 16
_CUSTOM_QUANTIZATION = 1
"""The kind of quantization details that has no meaning to any runtime; those above it do."""
_SMALLEST_FILE = 8


class _UnsuitableError(Exception):
    """A sound TensorFlow Lite model of a kind that the harness does not measure."""


def read_model(data: bytes, name: str) -> ModelFile:
    """Return the model in the bytes of a .tflite file that messages call `name`.

    Every offset, length and index is checked, so that the result is consistent: one subgraph,
    static shapes, indices in range, constants as long as their shapes say, operators in an order
    in which they can run.

    Raises:
        HarnessError: The bytes are no such model.
    """
    try:
        return _read(data, name)
    except MalformedError as error:
        raise HarnessError(
            f"{name}: not a TensorFlow Lite model ({error}); check that the file is complete, or "
            "convert the model again"
        ) from None
    except _UnsuitableError as error:
        raise HarnessError(f"{name}: {error}") from None


def _read(data: bytes, name: str) -> ModelFile:
    if len(data) < _SMALLEST_FILE:
        raise MalformedError(f"{len(data)} bytes")
    if data[4:8] != schema.IDENTIFIER:
        raise MalformedError("the identifier TFL3 is missing at byte 4")
    verify(data)
    root = FlatFile(data).root()
    version = root.scalar(0, "I", 0)
    if version != schema.VERSION:
        raise MalformedError(f"schema version {version}, not {schema.VERSION}")
    graph = _only_graph(root)
    buffers = _read_buffers(root)
    tensors = tuple(
        _read_tensor(index, table, buffers, data)
        for index, table in enumerate(graph.children(0, _MOST_TABLES))
    )
    codes = [_read_code(table) for table in root.children(1, _MOST_TABLES)]
    operators = tuple(
        _read_operator(index, table, codes, len(tensors), data)
        for index, table in enumerate(graph.children(3, _MOST_TABLES))
    )
    model = ModelFile(
        name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        operators=operators,
        tensors=tensors,
        inputs=graph.scalars(1, "i"),
        outputs=graph.scalars(2, "i"),
        macs=None,
    )
    check_wiring(model)
    _check_sizes(model)
    check_side_data(root, data, buffers, len(tensors))
    logical = logical_view(model)
    for tensor in logical.tensors:
        _check_scales(tensor)
    check_shapes(logical)
    return replace(model, macs=model_macs(logical))


def _check_sizes(model: ModelFile) -> None:
    activations = sum(tensor.bytes for tensor in model.tensors if not tensor.is_constant)
    for what, size, most in (
        ("activations", activations, _MOST_ACTIVATION_BYTES),
        ("inputs", model.input_bytes, _MOST_SAMPLE_BYTES),
        ("outputs", model.output_bytes, _MOST_SAMPLE_BYTES),
    ):
        if size > most:
            raise MalformedError(f"its {what} take {size} bytes")


def _only_graph(root: Table) -> Table:
    graphs = root.children(2, _MOST_TABLES)
    if not graphs:
        raise MalformedError("no subgraph")
    if len(graphs) > 1:
        raise _UnsuitableError(
            f"has {len(graphs)} subgraphs (control flow or several signatures), and only models "
            "with one can be measured; export one signature without loops or branches"
        )
    return graphs[0]


def _read_buffers(root: Table) -> list[tuple[int, int]]:
    """Return (offset in the file, length) of every buffer."""
    buffers = []
    for table in root.children(4, _MOST_TABLES):
        # 0 and 1 are what writers leave there when the data is in its usual place.
        if table.scalar(1, "Q", 0) > 1 or table.scalar(2, "Q", 0) > 1:
            raise _UnsuitableError(
                "keeps weights outside the flatbuffer, as files over 2 GB do; "
                "no microcontroller runtime reads that"
            )
        buffers.append(table.extent(0))
    return buffers


def _read_tensor(
    index: int, table: Table, buffers: Sequence[tuple[int, int]], data: bytes
) -> Tensor:
    buffer = table.scalar(2, "I", 0)
    if buffer >= len(buffers):
        raise MalformedError(f"tensor {index} names buffer {buffer} of {len(buffers)}")
    first, length = buffers[buffer]
    tensor = Tensor(
        index=index,
        name=table.text(3),
        shape=_read_shape(index, table),
        type=schema.type_name(table.scalar(1, "b", 0)),
        buffer_bytes=length,
        is_variable=bool(table.scalar(5, "?", 0)),
        is_sparse=table.child(6) is not None,
    )
    if tensor.is_variable and tensor.is_constant:
        raise MalformedError(f"tensor {index} is a variable and has data")
    if tensor.bytes > _MOST_TENSOR_BYTES:
        raise MalformedError(f"tensor {index} takes {tensor.bytes} bytes")
    if tensor.is_constant and not tensor.is_sparse and length < tensor.bytes:
        raise MalformedError(f"tensor {index} has {length} of its {tensor.bytes} bytes of data")
    if tensor.is_constant and tensor.type == "int32" and tensor.elements <= _MOST_VALUES:
        values = memoryview(data)[first : first + tensor.bytes]
        tensor = replace(tensor, values=_int32_values(values))
    quantization = table.child(4)
    if quantization is not None and quantization.scalar(4, "B", 0) > _CUSTOM_QUANTIZATION:
        raise _UnsuitableError(
            f"tensor {index} ({tensor.name}) is quantized in blocks, which no runtime here reads; "
            "convert the model with one scale a tensor or a channel"
        )
    return tensor if quantization is None else _with_quantization(tensor, quantization)


def _read_shape(index: int, table: Table) -> tuple[int, ...]:
    shape: tuple[int, ...] = table.scalars(0, "i")
    if len(shape) > _MOST_DIMENSIONS:
        raise MalformedError(f"tensor {index} has {len(shape)} dimensions")
    if any(size <= 0 for size in shape):
        raise _UnsuitableError(
            f"tensor {index} ({table.text(3)}) has the dynamic shape {list(shape)}; convert the "
            "model with a fixed input shape"
        )
    return shape


def _int32_values(data: memoryview) -> tuple[int, ...]:
    starts = range(0, len(data), 4)
    return tuple(int.from_bytes(data[at : at + 4], "little", signed=True) for at in starts)


def _with_quantization(tensor: Tensor, table: Table) -> Tensor:
    scales = table.scalars(2, "f")
    if not scales:
        return tensor
    zero_points = table.scalars(3, "q")
    dimension = table.scalar(6, "i", 0)
    where = f"tensor {tensor.index}"
    if any(not math.isfinite(scale) or scale < 0 for scale in scales):
        raise MalformedError(f"{where} has a scale that is no positive number")
    if len(zero_points) != len(scales):
        raise MalformedError(f"{where} has {len(scales)} scales, {len(zero_points)} zero points")
    if 0.0 in scales and not tensor.is_constant:
        raise MalformedError(f"{where} has a scale of 0")
    if any(not -(1 << 31) <= point < 1 << 31 for point in zero_points):
        raise MalformedError(f"{where} has a zero point outside 32 bits")
    return replace(tensor, scales=scales, zero_points=zero_points, quantized_dimension=dimension)


def _check_scales(tensor: Tensor) -> None:
    count, dimension = len(tensor.scales), tensor.quantized_dimension
    if count > 1 and (not 0 <= dimension < len(tensor.shape) or tensor.shape[dimension] != count):
        raise MalformedError(
            f"tensor {tensor.index} has {count} scales along dimension {dimension} of "
            f"{list(tensor.shape)}"
        )


def _read_code(table: Table) -> tuple[str, str | None, int]:
    """Return (builtin name, custom name, version) of an operator code."""
    # Codes above 127 do not fit the older field, which then holds a placeholder of 127.
    code = max(table.scalar(0, "b", 0), table.scalar(3, "i", 0))
    name = schema.operator_name(code)
    custom = table.text(1) if name == schema.CUSTOM else None
    return name, custom, table.scalar(2, "i", 1)


def _check_operator(index: int, table: Table, tensors: int) -> None:
    """Check what of an operator is kept by nobody here, but read by runtimes."""
    if table.scalar(9, "Q", 0) > 1 or table.scalar(10, "Q", 0) > 1:
        raise _UnsuitableError("keeps custom options outside the flatbuffer")
    if any(not -1 <= tensor < tensors for tensor in table.scalars(8, "i")):
        raise MalformedError(f"operator {index} names an intermediate tensor that does not exist")


def _read_operator(
    index: int,
    table: Table,
    codes: Sequence[tuple[str, str | None, int]],
    tensors: int,
    data: bytes,
) -> Operator:
    _check_operator(index, table, tensors)
    code = table.scalar(0, "I", 0)
    if code >= len(codes):
        raise MalformedError(f"operator {index} names operator code {code} of {len(codes)}")
    name, custom, version = codes[code]
    packed = custom in BUILTIN_NAMES
    return Operator(
        index=index,
        name=name,
        custom_name=custom,
        version=version,
        inputs=table.scalars(1, "i"),
        outputs=table.scalars(2, "i"),
        options=_read_packed(index, table, data) if packed else _read_options(index, name, table),
    )


def _read_options(index: int, name: str, table: Table) -> tuple[tuple[str, int], ...]:
    # The table is checked for every operator, because the runtimes read it unchecked.
    options = table.child(4)
    if name not in schema.OPTIONS:
        return ()
    tag, fields = schema.OPTIONS[name]
    if options is None or table.scalar(3, "B", 0) != tag:
        raise MalformedError(f"operator {index} ({name}) lacks its options")
    return tuple((at.name, options.scalar(at.slot, at.layout, at.default)) for at in fields)


def _read_packed(index: int, table: Table, data: bytes) -> tuple[tuple[str, int], ...]:
    """Return the options of an operator of ours with packed weights."""
    first, length = table.extent(5)
    try:
        options = unpack_options(data[first : first + length])
    except ValueError as error:
        raise MalformedError(f"operator {index}: {error}") from None
    return tuple(asdict(options).items())
