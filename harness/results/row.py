"""One row of the results: what one cell of a sweep measured, each column with its meaning."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

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
LARGEST = 2**53
"""The largest figure: what is beyond it no floating-point number holds exactly."""

Whole = Annotated[int | None, Field(ge=0, le=LARGEST)]
Real = Annotated[float | None, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Amount = Annotated[float | None, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
Share = Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False)]


def _decimals(count: int) -> dict[str, Any]:
    return {"decimals": count}


_UNTRUSTED = (
    "quality_device",
    "quality_drop_points",
    "quality_drop_low",
    "quality_drop_high",
    "auc",
    "pauc",
    "eer",
    "far",
    "frr",
    "threshold",
    "false_accepts_per_hour",
    "instructions",
    "features_instructions",
    "pipeline_instructions",
    "timing",
    "cycles",
    "cycles_low",
    "cycles_high",
    "latency_ms",
    "pipeline_latency_ms",
    "energy_uj",
    "energy_low_uj",
    "energy_high_uj",
    "duty_cycle_low",
    "duty_cycle",
    "headroom",
    "realtime",
)
"""What a row whose outputs are wrong or missing must leave empty."""


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
    kernels: Identity = Field(
        description="Kernel set: `simd` is ours; `reference` TFLM's portable kernels, and ours for "
        "what they lack; `cmsis-nn` Arm's, of a tree given with `--tflm-dir`."
    )
    optimize: Identity = Field(description="Optimization level of the compiler, such as `O2`.")
    runtime: Identity = Field(description="TFLM API that the firmware was adapted to.")
    simulator: Identity = Field(description="Program that emulated the core.")
    features: Literal["host", "device"] = Field(
        default="host",
        description="Who computed the model's inputs from the sensor's data; `device`: the "
        "firmware, whose features are then held against the host's to a stated bound.",
    )
    status: Status = Field(
        description="`ok`; `unsupported`: the runtime, or the emulated machine, cannot run it; "
        "`does-not-fit`: larger than the board, measured where the emulated machine could; "
        "`mismatch`: the device's outputs are not the host's; `failed`; `timeout`."
    )
    reason: Text = Field(default=None, description="Why the status is not `ok`, in one line.")
    metric: Text = Field(default=None, description="What the quality columns hold.")
    quality_float: Share = Field(
        default=None,
        description="Quality of the float model on the host, over the same samples.",
        json_schema_extra=_decimals(4),
    )
    quality_host: Share = Field(
        default=None,
        description="Quality of the quantized model on the host, over the same samples.",
        json_schema_extra=_decimals(4),
    )
    quality_device: Share = Field(
        default=None,
        description="Quality of the quantized model on the emulated device.",
        json_schema_extra=_decimals(4),
    )
    quality_drop_points: Real = Field(
        default=None,
        description="Quality lost against the float model, `quality_float` - `quality_device`, in "
        "points (hundredths); positive is worse. Empty where the device did not run.",
        json_schema_extra=_decimals(2),
    )
    quality_drop_low: Real = Field(
        default=None,
        description="Lower end of its 95 % confidence interval, from the same samples under both: "
        "Tango's score interval for paired proportions (accuracy), or a paired bootstrap of the "
        "recordings, 2,000 draws (auc).",
        json_schema_extra=_decimals(2),
    )
    quality_drop_high: Real = Field(
        default=None,
        description="Upper end of that interval. Where it holds 0, the loss may be noise.",
        json_schema_extra=_decimals(2),
    )
    auc: Share = Field(
        default=None,
        description="Detectors, of the device's outputs: area under the ROC curve.",
        json_schema_extra=_decimals(4),
    )
    pauc: Share = Field(
        default=None,
        description="Detectors: partial area up to 10 % false accepts, standardised as "
        "scikit-learn's `max_fpr=0.1` (McClish): 0.5 is chance, 1 is perfect.",
        json_schema_extra=_decimals(4),
    )
    eer: Share = Field(
        default=None,
        description="Detectors: equal error rate, at the threshold where both rates are alike.",
        json_schema_extra=_decimals(4),
    )
    far: Share = Field(
        default=None,
        description="Detectors: false accept rate at `threshold`: share of negatives that are "
        "accepted.",
        json_schema_extra=_decimals(4),
    )
    frr: Share = Field(
        default=None,
        description="Detectors: false reject rate at `threshold`: share of positives that are not "
        "accepted, or accepted as the wrong class.",
        json_schema_extra=_decimals(4),
    )
    threshold: Real = Field(
        default=None,
        description="Detectors: the score from which `far` and `frr` accept. Fixed on the float "
        "model, the same for all its schemes: the lowest that lets it falsely accept at most 5 % "
        "of these samples' negatives.",
        json_schema_extra=_decimals(6),
    )
    false_accepts_per_hour: Amount = Field(
        default=None,
        description="Detectors on a stream: `far` times the decisions an hour, on a stream where "
        "nothing is ever there; an independent decision each stride or, where recordings are "
        "judged, each mean recording (its windows x `stride_ms`).",
        json_schema_extra=_decimals(2),
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
    fallback_operators: Text = Field(
        default=None,
        description="Operators of the model that `simd` lacks, by name: the kernels of `reference` "
        "run them. Empty for sets that a tree brings, whose operators are the tree's.",
    )
    flash_bytes: Whole = Field(
        default=None,
        description="Flash: all that is loaded, initial values of `.data` included; the sum of "
        "the seven parts that follow.",
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
    flash_features_bytes: Whole = Field(
        default=None, description="Flash: the feature stage, its tables and the transform."
    )
    flash_vectors_bytes: Whole = Field(default=None, description="Flash: the vector table.")
    flash_limit_bytes: Whole = Field(default=None, description="Flash that the board has.")
    weights_bytes: Whole = Field(
        default=None,
        description="Of the model: weights of convolutions and fully connected layers as they are "
        "stored in flash, biases and scales not counted.",
    )
    weights_entropy_bytes: Whole = Field(
        default=None,
        description="What no code for single weights can beat: the order-0 Shannon bound of each "
        "weight tensor's values, summed and rounded up; empty for weights above 8 bits.",
    )
    model_deflate_bytes: Whole = Field(
        default=None,
        description="The model as flashed under deflate (zlib, level 9): what zeros and repeated "
        "values are worth in a download; the device does not inflate it.",
    )
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
    features_instructions: Whole = Field(
        default=None,
        description="Exact count of instructions that computed the features of the same sample, "
        "where the device did.",
    )
    pipeline_instructions: Whole = Field(
        default=None, description="The sum of both: from the sensor's data to the output."
    )
    timing: Text = Field(
        default=None, description="The timing model that estimated the cycles, with its version."
    )
    cycles: Whole = Field(default=None, description="Estimated clock cycles of the same Invoke.")
    cycles_low: Whole = Field(default=None, description="Lower end of the estimate's band.")
    cycles_high: Whole = Field(default=None, description="Upper end of the estimate's band.")
    latency_ms: Amount = Field(
        default=None,
        description="Estimated time of that Invoke at the board's clock, in milliseconds.",
        json_schema_extra=_decimals(4),
    )
    pipeline_latency_ms: Amount = Field(
        default=None,
        description="Estimated time of features and Invoke, where the device computes both.",
        json_schema_extra=_decimals(4),
    )
    energy_uj: Amount = Field(
        default=None,
        description="Estimated energy of that Invoke, in microjoules; empty where no sourced "
        "current of the board is known.",
        json_schema_extra=_decimals(3),
    )
    energy_low_uj: Amount = Field(
        default=None,
        description="Lower end of its band: the fewest cycles at the lowest current.",
        json_schema_extra=_decimals(3),
    )
    energy_high_uj: Amount = Field(
        default=None,
        description="Upper end of its band.",
        json_schema_extra=_decimals(3),
    )
    stride_ms: Amount = Field(
        default=None,
        description="Streams: time from one inference to the next, in milliseconds.",
        json_schema_extra=_decimals(3),
    )
    duty_cycle_low: Amount = Field(
        default=None,
        description="Streams: least share of the time that the core computes: the instructions "
        "counted each stride (`pipeline_instructions`, else `instructions`) / (clock x stride x "
        "the most instructions of the core a cycle: 2 for Cortex-M7, M33 and M55, else 1).",
        json_schema_extra=_decimals(4),
    )
    duty_cycle: Amount = Field(
        default=None,
        description="Streams: estimated share, `pipeline_latency_ms` (else `latency_ms`, where the "
        "inference needs no features) / `stride_ms`.",
        json_schema_extra=_decimals(4),
    )
    headroom: Real = Field(
        default=None,
        description="Streams: 1 - `duty_cycle`; negative where it cannot keep up.",
        json_schema_extra=_decimals(4),
    )
    realtime: Literal["yes", "no"] | None = Field(
        default=None,
        description="Streams: whether an inference ends before the next stride: `no` where "
        "`duty_cycle_low` exceeds 1 or the least latency the stride; `yes` where the most latency "
        "is below it; empty is unknown, or within the band.",
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
            for name in _UNTRUSTED:
                if getattr(self, name) is not None:
                    raise ValueError(f"{name}: must be empty in a row that is {self.status}")
        return self

    @property
    def cell(self) -> tuple[str, ...]:
        """What tells this row from every other of its table: the values of `AXES`."""
        return tuple(getattr(self, name) for name in AXES)


AXES = ("model", "scheme", "board", "kernels", "optimize", "runtime", "simulator", "features")
COLUMNS = tuple(Row.model_fields)


def decimals(column: str) -> int | None:
    """Return how many decimals the CSV file gives of `column`; None if it is not a fraction."""
    extra = Row.model_fields[column].json_schema_extra
    return extra["decimals"] if isinstance(extra, dict) else None  # type: ignore[return-value]
