"""The estimate of one run: cycles by region, operator, cause and instruction."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.cycles.band import Band, total
from harness.cycles.cost import Cause


@dataclass(frozen=True)
class SiteTime:
    """What one instruction cost in one part: how often it ran, and its cycles by cause."""

    address: int
    executions: int
    causes: Mapping[Cause, Band]

    @property
    def cycles(self) -> Band:
        """The sum over the causes."""
        return total(self.causes.values())


@dataclass(frozen=True)
class MemoryEvents:
    """What one memory did for one part; the coefficients of a calibration multiply these.

    `fetch_reads` and `data_reads` are reads of the memory's width that its caches did not answer;
    `fetch_line_misses` and `data_line_misses` are lines that were allocated for them.
    """

    memory: str
    fetch_reads: int
    fetch_line_misses: int
    data_reads: int
    data_line_misses: int
    data_hits: int


@dataclass(frozen=True)
class PartTime:
    """The time of one operator of one region; index -1 is what the region spends outside operators.

    `causes` sum to the cycles; so do `sites`.
    """

    region: str
    index: int
    instructions: int
    causes: Mapping[Cause, Band]
    sites: tuple[SiteTime, ...]
    events: tuple[MemoryEvents, ...]

    @property
    def cycles(self) -> Band:
        """The sum over the causes."""
        return total(self.causes.values())


@dataclass(frozen=True)
class Estimate:
    """The parts of one run in the order of region and operator, and what the band is owed to.

    `timing` names the timing model: the core's table and its version. `notes` says, a sentence
    each, which figures widen the band because nobody publishes or verified them. `undecoded`
    counts executions of instructions that could not be decoded.
    """

    timing: str
    parts: tuple[PartTime, ...]
    notes: tuple[str, ...] = ()
    undecoded: int = 0

    def region(self, name: str) -> tuple[PartTime, ...]:
        """Return the parts of a region, in the order of their operators."""
        return tuple(part for part in self.parts if part.region == name)

    def cycles(self, region: str) -> Band:
        """Return the cycles of a region."""
        return total(part.cycles for part in self.region(region))
