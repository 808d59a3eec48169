"""What a TensorFlow Lite model consists of, as plain values that every other step can rely on."""

import math
from dataclasses import dataclass

# Bits of one element; 0 where the schema gives no fixed size.
_ELEMENT_BITS = {
    "string": 0,
    "resource": 0,
    "variant": 0,
    "int2": 2,
    "int4": 4,
    "uint4": 4,
    "bool": 8,
    "int8": 8,
    "uint8": 8,
    "float8_e4m3fn": 8,
    "float8_e5m2": 8,
    "int16": 16,
    "uint16": 16,
    "float16": 16,
    "bfloat16": 16,
    "int32": 32,
    "uint32": 32,
    "float32": 32,
    "int64": 64,
    "uint64": 64,
    "float64": 64,
    "complex64": 64,
    "complex128": 128,
}


@dataclass(frozen=True)
class Tensor:
    """One tensor; `index` is its place in the subgraph's list."""

    index: int
    name: str
    shape: tuple[int, ...]
    """Dimensions, all positive; empty for a scalar."""
    type: str
    """Element type in lower case: "int8", "float32", "int4"; "type23" if the schema is newer."""
    scales: tuple[float, ...] = ()
    """One scale (per tensor), one a channel (per channel), or none (not quantized)."""
    zero_points: tuple[int, ...] = ()
    """As many as `scales`."""
    quantized_dimension: int = 0
    buffer_bytes: int = 0
    """Size of the constant data in the file; 0 for activations."""
    is_variable: bool = False
    is_sparse: bool = False
    values: tuple[int, ...] | None = None
    """Elements of a small int32 constant (an axis, a shape); None for anything else."""

    @property
    def elements(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Size of the dense tensor in memory; 0 for a type without a fixed size."""
        return (self.elements * _ELEMENT_BITS.get(self.type, 0) + 7) // 8

    @property
    def is_constant(self) -> bool:
        """Whether the file holds the tensor's data."""
        return self.buffer_bytes > 0


@dataclass(frozen=True)
class Operator:
    """One step of the model; operators run in the order of the list."""

    index: int
    name: str
    """Builtin name such as "CONV_2D"; "CUSTOM" for custom operators."""
    custom_name: str | None
    version: int
    inputs: tuple[int, ...]
    """Tensor indices; -1 stands for an optional input that is left out."""
    outputs: tuple[int, ...]
    options: tuple[tuple[str, int], ...] = ()
    """The builtin options that the harness uses, by their names in the schema."""

    def option(self, name: str) -> int | None:
        """Return the value of an option, or None for one that is not kept."""
        return dict(self.options).get(name)


@dataclass(frozen=True)
class ModelFile:
    """A model of one subgraph with static shapes, checked for consistency."""

    name: str
    """What messages call the file."""
    sha256: str
    size_bytes: int
    operators: tuple[Operator, ...]
    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    macs: int | None
    """Multiply-accumulates of one Invoke; None if an operator's are not known."""

    @property
    def operator_names(self) -> tuple[str, ...]:
        """Builtin names of the operators used, sorted, each once."""
        return tuple(sorted({operator.name for operator in self.operators}))

    @property
    def input_tensors(self) -> tuple[Tensor, ...]:
        """The input tensors, in the order in which the runtime numbers them."""
        return tuple(self.tensors[index] for index in self.inputs)

    @property
    def output_tensors(self) -> tuple[Tensor, ...]:
        """The output tensors, in the order in which the runtime numbers them."""
        return tuple(self.tensors[index] for index in self.outputs)

    @property
    def input_bytes(self) -> int:
        """Size of one sample: all inputs, one after the other."""
        return sum(tensor.bytes for tensor in self.input_tensors)

    @property
    def output_bytes(self) -> int:
        """Size of one answer: all outputs, one after the other."""
        return sum(tensor.bytes for tensor in self.output_tensors)

    def tensor(self, index: int) -> Tensor | None:
        """Return the tensor that an operator's list names, or None for -1."""
        return None if index < 0 else self.tensors[index]
