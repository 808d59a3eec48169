"""A core's timing: the TOML table of it, and what the table says at either end of its band."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.cycles.band import Band
from harness.cycles.classify import TIMING_CLASSES, TimingClass
from harness.cycles.core_rules import InOrderRules, PairedRules, Rule
from harness.cycles.figure import Figure, band_of, check_source
from harness.errors import HarnessError
from harness.names import nearest_name
from harness.toml_file import parse_toml

End = Literal["low", "typical", "high"]
ENDS: tuple[End, ...] = ("low", "typical", "high")


class ClassTiming(BaseModel):
    """What one class of instructions costs while memory answers at once.

    `cycles` pass until the next instruction can start, `per_register` more for each word of a
    register list. A dependent instruction starts `latency` after the start (`cycles` if absent),
    an accumulation `accumulate_latency` after it (`latency` if absent). `unit` takes no other
    instruction for `busy` cycles (`cycles` if absent).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cycles: Figure
    per_register: float = 0
    latency: Figure | None = None
    accumulate_latency: Figure | None = None
    busy: Figure | None = None
    unit: str = ""
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _unverified_is_wide(self) -> Self:
        check_source(self.source, self.cycles, self.latency, self.accumulate_latency, self.busy)
        return self


class CoreFile(BaseModel):
    """The content of `tables/CORE.toml`: exactly one of `in_order` and `paired` has its rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    core: str
    version: int
    notes: tuple[str, ...]
    unaligned: Rule
    classes: dict[TimingClass, ClassTiming]
    in_order: InOrderRules | None = None
    paired: PairedRules | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.in_order is None) == (self.paired is None):
            raise ValueError("in_order, paired: give the rules of exactly one of them")
        if "unknown" not in self.classes:
            raise ValueError("classes.unknown: missing; add the band of what cannot be decoded")
        return self


@dataclass(frozen=True, slots=True)
class Timing:
    """One class of a table at one end of the band; every figure is filled in."""

    cycles: float
    per_register: float
    latency: float
    accumulate_latency: float
    busy: float
    unit: str


@dataclass(frozen=True)
class Setting:
    """A whole table at one end of the band.

    `rules` maps the names of the pipeline's rules to their cycles. A class that the table does not
    list is timed as "unknown".
    """

    end: End
    classes: Mapping[TimingClass, Timing]
    rules: Mapping[str, float]

    def timing(self, timing_class: TimingClass) -> Timing:
        """Return the timing of a class."""
        return self.classes.get(timing_class) or self.classes["unknown"]


@dataclass(frozen=True)
class Pairing:
    """Which two instructions may issue in one cycle: the classes, in their order, and sizes."""

    together: frozenset[tuple[TimingClass, TimingClass]]
    largest_bytes: int


@dataclass(frozen=True)
class CoreTable:
    """The timing of a core.

    `version` names it in results, such as "cortex-m4 1"; `notes` are sentences on what is
    unpublished or unverified and widens the band. `unaligned_cycles` is what an access to an
    address that is no multiple of its size adds. `settings` are the low, the typical and the high
    end; `pairing` says what issues two at once, and is None for a core that does no such thing.
    """

    version: str
    notes: tuple[str, ...]
    unaligned_cycles: Band
    settings: tuple[Setting, Setting, Setting]
    pairing: Pairing | None

    def knows(self, timing_class: TimingClass) -> bool:
        """Return whether the table has this class, and does not time it as what is unknown."""
        return timing_class != "unknown" and timing_class in self.settings[0].classes


def load_core_table(core: str) -> CoreTable:
    """Return the timing table of `core`, such as "cortex-m4".

    Raises:
        HarnessError: There is no table for this core.
    """
    tables = files("harness.cycles") / "tables"
    known = sorted(entry.name.removesuffix(".toml") for entry in tables.iterdir())
    if core not in known:
        nearest = nearest_name(core, known)
        remedy = f"did you mean {nearest!r}?" if nearest else f"choose one of: {', '.join(known)}"
        raise HarnessError(f"core: {core!r} has no timing table; {remedy}")
    return _table(core)


@lru_cache(maxsize=8)
def _table(core: str) -> CoreTable:
    path = files("harness.cycles") / "tables" / f"{core}.toml"
    return core_table(parse_toml(path.read_bytes(), str(path), CoreFile))


def core_table(content: CoreFile) -> CoreTable:
    """Return the table that a file describes."""
    rules = content.in_order or content.paired
    assert rules is not None  # noqa: S101 -- CoreFile has checked it
    figures = rules.figures()

    def setting(end: End) -> Setting:
        return Setting(
            end,
            {name: _timing(timing, end) for name, timing in content.classes.items()},
            {name: getattr(band, end) for name, band in figures.items()},
        )

    return CoreTable(
        version=f"{content.core} {content.version}",
        notes=content.notes,
        unaligned_cycles=content.unaligned.band(),
        settings=(setting("low"), setting("typical"), setting("high")),
        pairing=None if content.paired is None else _pairing(content.paired),
    )


def _pairing(rules: PairedRules) -> Pairing:
    free = [name for name in TIMING_CLASSES if name not in rules.alone]
    together = {
        (first, second)
        for first in free
        for second in free
        if not any(first in group and second in group for group in rules.exclusive)
        and (not rules.companions or first in rules.companions or second in rules.companions)
    }
    return Pairing(frozenset(together), rules.largest_bytes)


def _timing(timing: ClassTiming, end: End) -> Timing:
    def at(figure: Figure | None, default: float) -> float:
        return default if figure is None else float(getattr(band_of(figure), end))

    cycles = at(timing.cycles, 0)
    latency = at(timing.latency, cycles)
    return Timing(
        cycles=cycles,
        per_register=timing.per_register,
        latency=latency,
        accumulate_latency=at(timing.accumulate_latency, latency),
        busy=at(timing.busy, cycles),
        unit=timing.unit,
    )
