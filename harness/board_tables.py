"""The tables that a board's file is made of, each with the rules of its own figures."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _power_of_two(value: int) -> int:
    if value & (value - 1):
        raise ValueError(f"must be a power of two, not {value}; correct it")
    return value


def _clock(value: int) -> int:
    if value <= 0:
        raise ValueError(
            "missing or not above 0, and wait states and currents are those at a clock; "
            "give it in hertz"
        )
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("holds a line break or a control character; write one line of plain text")
    return value


Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(gt=0)]
WaitStates = Annotated[int, Field(ge=0, le=1000)]
Clock = Annotated[
    int,
    Field(validate_default=True, json_schema_extra={"exclusiveMinimum": 0}),
    AfterValidator(_clock),
]
PowerOfTwo = Annotated[int, Field(gt=0), AfterValidator(_power_of_two)]
ReadBits = Annotated[int, Field(ge=32), AfterValidator(_power_of_two)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Line = Annotated[Text, AfterValidator(_one_line)]
"""What is printed as it is: a line break or a control character could pass for something else."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class Sourced(BaseModel):
    """A table of figures that says where they were read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Text
    """What the figures were read in; the word "unverified" when nobody read them anywhere."""
    unverified: tuple[str, ...] = ()
    """The keys of this table whose figures `source` does not cover."""

    def verified(self, key: str) -> bool:
        """Return whether `source` covers the figure under `key`."""
        return self.source != "unverified" and key not in self.unverified

    @model_validator(mode="after")
    def _unverified_keys_exist(self) -> Self:
        for key in self.unverified:
            if key not in type(self).model_fields or key not in self.model_fields_set:
                raise ValueError(f"unverified: this table has no key {key!r}; correct the name")
        return self


class Memory(Sourced):
    """A stretch of the address space: `origin` and `bytes` of one flash or RAM bank."""

    name: Name
    """What `placement` calls it."""
    kind: Literal["flash", "ram"]
    """What it is made of."""
    origin: Count
    """Its first address."""
    bytes: Size
    """Its size."""
    wait_states: WaitStates | None = None
    """Clock cycles that a read adds at `clock_hz`; left out when unknown."""
    read_bits: ReadBits | None = None
    """Bits that one read delivers; left out where `[flash]` says it, or when unknown."""
    cached: bool | None = None
    """Whether the board's caches stand before it; left out: before flash yes, before RAM no."""

    @property
    def behind_caches(self) -> bool:
        """Whether the board's caches answer reads of this memory."""
        return self.kind == "flash" if self.cached is None else self.cached


class Placement(BaseModel):
    """Which regions hold what: their sums are the limits that firmware is held against."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[tuple[str, ...], Field(min_length=1)]
    """Regions for code, constants and the initial values of `.data`."""
    data: Annotated[tuple[str, ...], Field(min_length=1)]
    """Regions for the arena, statics and the stack."""


class FlashTiming(Sourced):
    """How the memory behind `placement.code` is read, as configured at `clock_hz`."""

    read_bits: ReadBits | None = None
    """Bits that one read delivers."""
    prefetch: bool | None = None
    """Whether the next line is fetched ahead."""
    miss_cycles: Size | None = None
    """Clock cycles of a read that misses every cache, for serial flash without wait states."""


class Cache(Sourced):
    """A cache, or the accelerator of a flash controller; unknown figures are left out."""

    kind: Literal["instruction", "data", "unified"]
    """Which path it stands in: fetches, data, or both."""
    bytes: Size | None = None
    """Its size."""
    line_bytes: PowerOfTwo | None = None
    """Bytes that share one address tag."""
    ways: PowerOfTwo | None = None
    """Lines that one address may be in; all of them when fully associative."""
    policy: Literal["lru", "fifo", "random"] | None = None
    """Which line of a set makes room."""
    fill: Literal["line", "read"] | None = None
    """What a miss brings: the whole `line`, or only the `read` of the memory's width."""

    @model_validator(mode="after")
    def _ways_divide_lines(self) -> Self:
        set_bytes = (self.line_bytes or 1) * (self.ways or 1)
        if self.bytes is not None and self.bytes % set_bytes:
            raise ValueError("bytes: must be a multiple of line_bytes x ways; correct one of them")
        if self.bytes is not None and self.line_bytes is not None and self.ways is not None:
            sets = self.bytes // set_bytes
            if sets & (sets - 1):
                raise ValueError(
                    f"bytes: {sets} sets are no power of two; correct bytes, line_bytes or ways"
                )
        return self


class Current(Sourced):
    """Supply current while the core computes, all peripherals off, at `clock_hz`."""

    active_ua_per_mhz: Positive
    """The typical current, in microamperes a megahertz."""
    active_ua_per_mhz_low: Positive | None = None
    """The least that was measured or printed; left out where only one figure is known."""
    active_ua_per_mhz_high: Positive | None = None
    """The most that was measured or printed."""
    voltage: Positive
    """The supply voltage at which the current flows."""
    regulator: Literal["ldo", "dcdc"] | None = None
    """What feeds the core: the linear regulator, or a switching one."""
    running_from: Literal["flash", "ram"] | None = None
    """Where the code lay while the current was measured; left out when the source is silent."""
    idle_ua: NotNegative | None = None
    """Microamperes between inferences, in the deepest sleep that keeps the RAM."""

    @model_validator(mode="after")
    def _figures_rise(self) -> Self:
        typical = self.active_ua_per_mhz
        if (self.active_ua_per_mhz_low or typical) > typical:
            raise ValueError("active_ua_per_mhz_low: is above active_ua_per_mhz; correct one")
        if (self.active_ua_per_mhz_high or typical) < typical:
            raise ValueError("active_ua_per_mhz_high: is below active_ua_per_mhz; correct one")
        return self


class Calibration(Sourced):
    """Measured stall cycles of the code memory, and the measurements that they came from.

    They replace what follows from wait states. `source` says on which board, with which tools the
    cycles were measured. Errors are fractions: 0.1 is 10 %.
    """

    fetch_read_cycles: NotNegative
    """Stall cycles for each instruction read of the memory's width that no cache answered."""
    data_read_cycles: NotNegative
    """Stall cycles for each data read of the memory's width that no cache answered."""
    clock_hz: Clock
    """The clock of the measurements, which must be the board's."""
    csv: Text
    """Name of the file of measurements."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Its SHA-256."""
    rows: Annotated[int, Field(ge=3)]
    """Measurements that were fitted."""
    worst_error: NotNegative
    """The largest relative error, either way, of the fitted rows."""
    leave_one_out_worst: NotNegative | None = None
    """The largest relative error of a row by coefficients that were fitted to the others; left out
    where the others of one row are collinear, so that the fit hangs on it."""
    timing: Text
    """The timing model that gave the core's cycles: coefficients hold for it alone."""
    harness: Text
    """Version of the program that fitted."""


UartKind = Literal["cmsdk", "pl011", "stm32-usart-v1", "stm32-usart-v2", "nrf-uart", "nrf-uarte"]


class Uart(Sourced):
    """The serial port that firmware answers over where a simulator has the board's own."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    """What the manual and the simulators' platforms call it."""
    kind: UartKind
    """The peripheral, by the driver for it: firmware/port/console_KIND.cc."""
    origin: Annotated[int, Field(ge=0, lt=1 << 32, multiple_of=4)]
    """Its first address."""

    @property
    def console(self) -> str:
        """The driver, as `Machine.console` names it."""
        return self.kind.replace("-", "_")


class Emulation(BaseModel):
    """The emulated machines that stand for the board."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    qemu: Text
    """Machine name, as `qemu-system-arm -M` takes it."""
    renode: Text | None = None
    """Platform description, as Renode ships it."""
