"""One region of an estimated run, with the names of its operators, functions and lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.cycles.band import Band, total
from harness.cycles.cost import CAUSES, Cause
from harness.cycles.estimate import Estimate, MemoryEvents, PartTime, SiteTime
from harness.errors import HarnessError
from harness.profile.rounding import whole_cycles
from harness.profile.source_lines import Location, locate
from harness.simulators.trace import INTERPRETER

REGION_TITLES: Mapping[str, str] = {
    "boot": "boot",
    "allocate": "allocation of tensors",
    "invoke_first": "first Invoke",
    "invoke_warm": "warm Invoke",
    "input": "input",
}
"""What the measured regions are called in headings."""

_MS = 1000
_MHZ = 1_000_000


@dataclass(frozen=True)
class Subject:
    """What was profiled: a cell of the sweep, or a program of one's own (`elf`) on a board.

    `changes` says what of the board is otherwise ("80 MHz, caches off").
    """

    board: str
    model: str = ""
    scheme: str = ""
    kernels: str = ""
    optimize: str = ""
    elf: str = ""
    changes: str = ""

    @property
    def title(self) -> str:
        """The subject for headings."""
        built = ", ".join(word for word in (self.kernels, self.optimize) if word)
        program = self.elf or f"{self.model} {self.scheme}" + (f" ({built})" if built else "")
        changed = f" (what if: {self.changes})" if self.changes else ""
        return f"{program} on {self.board}{changed}"

    def names(self) -> dict[str, str]:
        """Return what is known of the subject, by the names of the row's columns."""
        names = {
            "model": self.model,
            "scheme": self.scheme,
            "board": self.board,
            "kernels": self.kernels,
            "optimize": self.optimize,
            "elf": self.elf,
            "what_if": self.changes,
        }
        return {key: value for key, value in names.items() if value}


@dataclass(frozen=True)
class OperatorLabel:
    """What an operator of the graph is called, its first output's shape, and its MACs."""

    index: int
    name: str
    shape: tuple[int, ...] = ()
    macs: int | None = None


@dataclass(frozen=True)
class OperatorTime:
    """The time of one operator, of what lies outside all of them, or of the whole region.

    `index` is None for the whole and -1 outside operators. `part` is what it is made of.
    """

    index: int | None
    name: str
    shape: tuple[int, ...]
    macs: int | None
    instructions: int
    causes: Mapping[Cause, Band]
    part: PartTime | None = None

    @property
    def cycles(self) -> Band:
        """The sum over the causes."""
        return total(self.causes.values())

    @property
    def cycles_per_mac(self) -> float | None:
        """Typical cycles a multiply-accumulate; None where there is none, or none is known."""
        return self.cycles.typical / self.macs if self.macs else None

    @property
    def title(self) -> str:
        """Index and name."""
        return self.name if self.index is None or self.index < 0 else f"{self.index} {self.name}"

    @property
    def events(self) -> tuple[MemoryEvents, ...]:
        """What the memories did for it."""
        return () if self.part is None else self.part.events

    @property
    def sites(self) -> tuple[SiteTime, ...]:
        """The instructions that it consists of."""
        return () if self.part is None else self.part.sites


@dataclass(frozen=True)
class Profile:
    """The times of one region: of `operators` in their order, then of what is outside them.

    `locations` says where each executed instruction stands. `notes` are sentences about the
    figures; `timing` names the model that they are of.
    """

    subject: Subject
    region: str
    clock_hz: int
    operators: tuple[OperatorTime, ...]
    locations: Mapping[int, Location]
    timing: str
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> OperatorTime:
        """The sum over the operators; its MACs are unknown if those of one operator are."""
        counted = [one.macs for one in self.operators if one.index != INTERPRETER]
        known = [macs for macs in counted if macs is not None]
        return OperatorTime(
            index=None,
            name="all",
            shape=(),
            macs=sum(known) if counted and len(known) == len(counted) else None,
            instructions=sum(one.instructions for one in self.operators),
            causes=sum_causes(one.causes for one in self.operators),
        )

    @property
    def whole_cycles(self) -> list[int]:
        """Typical cycles of each operator as whole numbers, which sum to the whole's, rounded."""
        cycles = [one.cycles.typical for one in self.operators]
        return whole_cycles(cycles, round(self.whole.cycles.typical))

    @property
    def milliseconds(self) -> Band:
        """The time of the whole."""
        return self.whole.cycles.times(_MS / self.clock_hz)

    @property
    def region_title(self) -> str:
        """The region for headings."""
        return REGION_TITLES.get(self.region, self.region)

    @property
    def heading(self) -> str:
        """What was profiled, and where, in one line."""
        return f"{self.subject.title}: {self.region_title} at {self.clock_hz / _MHZ:g} MHz"


def make_profile(
    subject: Subject,
    region: str,
    clock_hz: int,
    estimate: Estimate,
    labels: Iterable[OperatorLabel],
    elf: bytes,
    notes: tuple[str, ...] = (),
) -> Profile:
    """Name what `estimate` says of a region; `elf` is the image that was run.

    Raises:
        HarnessError: The region was not run, or binutils cannot read the image.
    """
    parts = estimate.region(region)
    if not parts:
        known = dict.fromkeys(part.region for part in estimate.parts)
        raise HarnessError(f"--region {region}: was not run; there are {', '.join(known)}")
    # What is outside operators comes last, as nothing of the graph.
    ordered = sorted(parts, key=lambda part: (part.index == INTERPRETER, part.index))
    named = {label.index: label for label in labels}
    addresses = {site.address for part in parts for site in part.sites}
    undecoded = (
        (f"{estimate.undecoded} executions of instructions that nobody could decode",)
        if estimate.undecoded
        else ()
    )
    return Profile(
        subject=subject,
        region=region,
        clock_hz=clock_hz,
        operators=tuple(operator_time(part, named, alone=len(parts) == 1) for part in ordered),
        locations=locate(elf, addresses, subject.elf or "firmware.elf"),
        timing=estimate.timing,
        notes=(*notes, *undecoded, *estimate.notes),
    )


def operator_time(
    part: PartTime, labels: Mapping[int, OperatorLabel], *, alone: bool
) -> OperatorTime:
    """Name a part; `alone` says that it is all of its region."""
    label = labels.get(part.index) or OperatorLabel(part.index, f"operator {part.index}")
    if part.index == INTERPRETER:
        title = REGION_TITLES.get(part.region, part.region)
        label = OperatorLabel(INTERPRETER, title if alone else "interpreter")
    return OperatorTime(
        part.index, label.name, label.shape, label.macs, part.instructions, part.causes, part
    )


def sum_causes(many: Iterable[Mapping[Cause, Band]]) -> dict[Cause, Band]:
    """Return the bands of all, added up cause by cause; a cause that none has is left out."""
    sums: dict[Cause, list[Band]] = {}
    for causes in many:
        for cause, band in causes.items():
            sums.setdefault(cause, []).append(band)
    return {cause: total(sums[cause]) for cause in CAUSES if cause in sums}
