"""Load what a runtime's kernels can compute: `firmware/runtime/<API>/operators.toml`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from harness.assets import asset_path
from harness.names import unknown_name
from harness.toml_file import read_toml

_FILE = "operators.toml"


Form = Literal[
    "per_channel_fully_connected", "grouped_convolution", "dilated_depthwise", "clamped_depthwise"
]
"""Something unusual about an operator that not every kernel computes rightly."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Frozen):
    """What a runtime computes rightly beyond the types of single operators; false refuses it.

    A form may be right for some types of data only, which are then listed.
    """

    hybrid: bool
    """Float activations with integer weights ("dynamic range" quantization)."""
    per_channel_fully_connected: bool | tuple[str, ...]
    """FULLY_CONNECTED weights with one scale a unit."""
    grouped_convolution: bool | tuple[str, ...]
    """CONV_2D weights with fewer input channels than the input has."""
    dilated_depthwise: bool | tuple[str, ...]
    """DEPTHWISE_CONV_2D with dilation and "same" padding."""
    clamped_depthwise: bool | tuple[str, ...]
    """DEPTHWISE_CONV_2D whose fused activation keeps less than its int8 output can hold."""

    def allows(self, form: Form, data: str) -> bool:
        """Return whether the form is computed rightly for data of a type."""
        allowed: bool | tuple[str, ...] = getattr(self, form)
        return allowed if isinstance(allowed, bool) else data in allowed


class OperatorEntry(_Frozen):
    """One builtin operator of a runtime."""

    registration: str = Field(min_length=1)
    """What registers it: a `Register_X` function (2020) or a resolver method (today)."""
    own_registration: str | None = None
    """What registers a kernel of ours instead, in models that need it: it brings more code."""
    own_types: tuple[str, ...] = ()
    """Types of data for which that is."""
    own_forms: tuple[Form, ...] = ()
    """Forms for which that is."""
    own_runs: tuple[str, ...] = ()
    """Types of data that ours runs at all, for one model cannot have both kernels; none: any."""
    types: tuple[str, ...] | None = None
    """Types of data and first output: "int8" if they agree, "float32->int8" if not. None: any."""
    data_input: Annotated[int, Field(ge=0)] = 0
    """Which input holds the data."""
    weights: Annotated[int, Field(ge=0)] | None = None
    """Which input holds weights, if any."""
    bias: Annotated[int, Field(ge=0)] | None = None
    """Which input holds a bias, if any."""
    same_quantization: tuple[str, ...] = ()
    """Types of data whose scale and zero point must be those of the output."""
    most_inputs: int | None = None
    rank: int | None = None
    """The only number of dimensions that the data may have, but for `own_types`."""
    most_dimensions: int | None = None
    axes: tuple[tuple[int, ...], ...] | None = None
    """The only axes (input 1, a constant) that it reduces, but for `own_types`."""

    @field_validator("types")
    @classmethod
    def _well_formed(cls, types: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for text in types or ():
            if not all(part.isalnum() for part in text.split("->")) or text.count("->") > 1:
                raise ValueError(f'{text!r} is no type; write "int8" or "float32->int8"')
        return types

    def accepts(self, data: str, output: str) -> bool:
        """Return whether the kernel computes `output` elements from `data` elements."""
        if self.types is None:
            return True
        return f"{data}->{output}" in self.types or (data == output and data in self.types)


Need = Literal[
    "constant_amounts",
    "equal_shapes",
    "short_filters",
    "short_rows",
    "short_windows",
    "symmetric_weights",
    "wide_bias",
]
"""What an operator must have for a kernel of a set: constant amounts of padding; inputs and output
of one shape; a filter of at most 511 taps; a last dimension of at most 511; a pool's window of at
most 65,535; weights without zero points; with int16 activations no bias or one of 64 bits."""


class SetEntry(_Frozen):
    """One operator of a kernel set beside the runtime's own kernels."""

    registrations: dict[str, str]
    """What registers it, by the type of its data as `OperatorEntry.types` writes it; for a custom
    operator of ours with the encoding of its weights behind a plus: "int8+int4"."""
    needs: tuple[Need, ...] = ()


class OperatorTable(_Frozen):
    """Everything that decides whether a runtime can run a model."""

    title: str
    """What messages call the runtime."""
    tensor_types: tuple[str, ...]
    """Element types that the runtime's schema knows."""
    limits: Limits
    weights: dict[str, tuple[str, ...]]
    """For each data type, the types that weights may have."""
    biases: dict[str, tuple[str, ...]]
    """For each data type, the types that a bias may have."""
    operators: dict[str, OperatorEntry]
    """By builtin name."""
    custom: dict[str, OperatorEntry] = Field(default_factory=dict)
    """Custom operators of ours for packed weights, by their name in the file."""
    kernel_sets: dict[str, dict[str, SetEntry]] = Field(default_factory=dict)
    """Kernel sets that are adapted to the runtime, each with the operators that it has."""

    def entry(self, name: str, custom_name: str | None) -> OperatorEntry | None:
        """Return the entry of a builtin operator, or of a custom one where that has a name."""
        if custom_name is not None:
            return self.custom.get(custom_name)
        return self.operators.get(name)


def runtime_names() -> tuple[str, ...]:
    """Return the names of the runtime APIs that have an operator table, sorted."""
    return tuple(sorted(path.parent.name for path in _folder().glob(f"*/{_FILE}")))


def load_operator_table(api: str) -> OperatorTable:
    """Return the table of a runtime API such as "tflm2020".

    Raises:
        HarnessError: There is no such runtime, or its table is not valid.
    """
    if api not in runtime_names():
        raise unknown_name("runtime", api, runtime_names())
    return read_operator_table(_folder() / api / _FILE)


def read_operator_table(path: Path) -> OperatorTable:
    """Return the operator table in a TOML file.

    Raises:
        HarnessError: The file cannot be read or is not valid; the message names the field.
    """
    return read_toml(path, OperatorTable)


def _folder() -> Path:
    return asset_path("firmware") / "runtime"
