"""One row of the results: what one cell of a sweep measured, each column with its meaning."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Status(StrEnum):
    """How a cell ended."""

    OK = "ok"
    UNSUPPORTED = "unsupported"
    DOES_NOT_FIT = "does-not-fit"
    MISMATCH = "mismatch"
    FAILED = "failed"
    TIMEOUT = "timeout"

    @property
    def is_bad(self) -> bool:
        """Whether the cell should have been measured and could not be: `bench` then exits 1."""
        return self in {Status.MISMATCH, Status.FAILED, Status.TIMEOUT}


def _one_line(text: str) -> str:
    joined = " ".join(text.split())
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in joined)


def _one_line_or_none(text: str | None) -> str | None:
    return None if text is None else _one_line(text) or None


Identity = Annotated[str, AfterValidator(_one_line), Field(min_length=1)]
Text = Annotated[str | None, AfterValidator(_one_line_or_none)]
Whole = Annotated[int | None, Field(ge=0)]
Real = Annotated[float | None, Field(allow_inf_nan=False)]


def _decimals(count: int) -> dict[str, Any]:
    return {"decimals": count}


class Row(BaseModel):
    """The figures of one cell; None is an unknown figure and an empty field of the CSV file.

    The order of the fields is the order of the columns. They are a public interface: columns are
    added, never renamed.

    Raises:
        pydantic.ValidationError: A row that is not ok has no reason, or a row whose outputs are
            wrong or missing carries a quality or a time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Identity = Field(description="Name of the model, or of the user's file.")
    scheme: Identity = Field(
        description="Quantization scheme; `as-is` for a .tflite file that is taken as it comes."
    )
    board: Identity = Field(description="Name of the board whose limits apply.")
    core: Identity = Field(description="Core of the board, such as `cortex-m4`.")
    kernels: Identity = Field(description="Kernel set; `reference` is TFLM's portable kernels.")
    optimize: Identity = Field(description="Optimization level of the compiler, such as `O2`.")
    runtime: Identity = Field(description="TFLM API that the firmware was adapted to.")
    simulator: Identity = Field(description="Program that emulated the core.")
    status: Status = Field(
        description="`ok`; `unsupported`: the runtime, or the emulated machine, cannot run it; "
        "`does-not-fit`: larger than the board, measured where the emulated machine could; "
        "`mismatch`: the device's outputs are not the host's; `failed`; `timeout`."
    )
    reason: Text = Field(default=None, description="Why the status is not `ok`, in one line.")
    metric: Text = Field(default=None, description="What the quality columns hold.")
    quality_float: Real = Field(
        default=None,
        description="Quality of the float model on the host, over the same samples.",
        json_schema_extra=_decimals(4),
    )
    quality_host: Real = Field(
        default=None,
        description="Quality of the quantized model on the host, over the same samples.",
        json_schema_extra=_decimals(4),
    )
    quality_device: Real = Field(
        default=None,
        description="Quality of the quantized model on the emulated device.",
        json_schema_extra=_decimals(4),
    )
    samples: Whole = Field(
        default=None, description="Test samples that the qualities were measured over."
    )
    outputs_checked: Whole = Field(
        default=None, description="Device outputs compared with the host's."
    )
    outputs_differing: Whole = Field(
        default=None,
        description="Of these, how many differ: in any byte for integer outputs, by more than the "
        "manifest's tolerance for float.",
    )
    flash_bytes: Whole = Field(
        default=None,
        description="Flash: all that is loaded, initial values of `.data` included; the sum of "
        "the six parts that follow.",
    )
    flash_model_bytes: Whole = Field(default=None, description="Flash: the model.")
    flash_kernels_bytes: Whole = Field(default=None, description="Flash: operator kernels.")
    flash_runtime_bytes: Whole = Field(default=None, description="Flash: interpreter and parsers.")
    flash_libc_bytes: Whole = Field(
        default=None, description="Flash: C and C++ library and the compiler's support library."
    )
    flash_app_bytes: Whole = Field(
        default=None, description="Flash: main program, sample loop and console."
    )
    flash_vectors_bytes: Whole = Field(default=None, description="Flash: the vector table.")
    flash_limit_bytes: Whole = Field(default=None, description="Flash that the board has.")
    ram_bytes: Whole = Field(default=None, description="RAM: arena, statics and stack.")
    ram_arena_bytes: Whole = Field(
        default=None,
        description="RAM: the smallest tensor arena, in steps of 16 bytes, that was found to "
        "allocate and run.",
    )
    ram_arena_persistent_bytes: Whole = Field(
        default=None, description="Arena: what lives as long as the interpreter, as it reports."
    )
    ram_arena_nonpersistent_bytes: Whole = Field(
        default=None, description="Arena: what operators share, as the interpreter reports."
    )
    ram_static_bytes: Whole = Field(
        default=None, description="RAM: `.data` and `.bss` without the arena."
    )
    ram_stack_bytes: Whole = Field(
        default=None, description="RAM: high-water mark of the painted stack."
    )
    ram_limit_bytes: Whole = Field(default=None, description="RAM that the board has.")
    macs: Whole = Field(
        default=None, description="Multiply-accumulates of one inference, from the model's shapes."
    )
    instructions: Whole = Field(
        default=None,
        description="Exact count of instructions of the second of two Invokes on test sample 0.",
    )
    cycles: Whole = Field(default=None, description="Estimated clock cycles of the same Invoke.")
    cycles_low: Whole = Field(default=None, description="Lower end of the estimate's band.")
    cycles_high: Whole = Field(default=None, description="Upper end of the estimate's band.")
    latency_ms: Real = Field(
        default=None,
        description="Estimated time of that Invoke at the board's clock, in milliseconds.",
        json_schema_extra=_decimals(4),
    )
    energy_uj: Real = Field(
        default=None,
        description="Estimated energy of that Invoke, in microjoules.",
        json_schema_extra=_decimals(3),
    )
    compiler: Text = Field(default=None, description="Compiler of the firmware, with version.")
    emulator: Text = Field(default=None, description="Simulator, with version.")
    tflm: Text = Field(
        default=None, description="Source of TFLM: crate version and checksum, or content hash."
    )
    model_sha256: Text = Field(
        default=None, description="SHA-256 of the .tflite file that was measured."
    )

    @model_validator(mode="after")
    def _publishes_nothing_wrong(self) -> Self:
        if self.status is not Status.OK and self.reason is None:
            raise ValueError(f"reason: a row that is {self.status} must say why")
        if self.status.is_bad:
            for name in ("quality_device", "cycles", "latency_ms", "energy_uj"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name}: must be empty in a row that is {self.status}")
        return self

    @property
    def cell(self) -> tuple[str, ...]:
        """What tells this row from every other of its table: the values of `AXES`."""
        return tuple(getattr(self, name) for name in AXES)


AXES = ("model", "scheme", "board", "kernels", "optimize", "runtime", "simulator")
COLUMNS = tuple(Row.model_fields)


def decimals(column: str) -> int | None:
    """Return how many decimals the CSV file gives of `column`; None if it is not a fraction."""
    extra = Row.model_fields[column].json_schema_extra
    return extra["decimals"] if isinstance(extra, dict) else None  # type: ignore[return-value]


def column_reference_markdown() -> str:
    """Return the reference of the CSV columns, the content of `docs/columns.md`."""
    lines = [
        "# Columns of the results",
        "",
        "One line a column, in the order of the file. Generated from `harness/results/row.py`.",
        "An empty field is an unknown figure, never zero. The file is UTF-8 with LF line ends.",
        "",
        "| column | values | meaning |",
        "|---|---|---|",
    ]
    for name, field in Row.model_fields.items():
        lines.append(f"| `{name}` | {_values(name)} | {field.description} |")
    return "\n".join(lines) + "\n"


def _values(column: str) -> str:
    places = decimals(column)
    if column == "status":
        return "one of six"
    if places is not None:
        return f"{places} decimals"
    return "whole number" if "int" in str(Row.model_fields[column].annotation) else "text"
