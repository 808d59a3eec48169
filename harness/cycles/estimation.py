"""From counted events to cycles: each block's cost times its executions, and memory's waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.cycles.band import Band
from harness.cycles.block_cost import cost_block
from harness.cycles.core_table import CoreTable
from harness.cycles.cost import BlockCost, Cause
from harness.cycles.decode import decode_block
from harness.cycles.elf_code import ElfCode
from harness.cycles.estimate import Estimate, MemoryEvents, PartTime, SiteTime
from harness.cycles.memory_layout import MemoryLayout
from harness.cycles.stalls import data_wait, fetch_wait
from harness.simulators.trace import BlockCount, DataCount, FetchCount, Trace


def estimate_trace(
    trace: Trace,
    elf: bytes,
    table: CoreTable,
    layout: MemoryLayout,
    *,
    regions: Sequence[str] | None = None,
    cached: bool = True,
) -> Estimate:
    """Return the estimate of the named `regions` of a run (None: of all).

    `trace` must have been recorded with the memory system of `layout`, on the image `elf`.
    `cached` says whether the board's caches are switched on; both are known from one recording.

    Raises:
        HarnessError: The image does not hold the code that was executed.
    """
    blocks = [one for one in trace.blocks if regions is None or one.region in regions]
    costs = _block_costs(blocks, elf, table, _memory_of(trace.data, layout))
    parts: dict[tuple[str, int], _Part] = {}
    undecoded = 0
    for block in blocks:
        cost = costs[block.address, block.length]
        part = parts.setdefault((block.region, block.index), _Part())
        part.add_block(block, cost)
        undecoded += cost.undecoded * block.count
    for fetch in trace.fetches:
        if (fetch.region, fetch.index) in parts:
            cost = costs[fetch.address, fetch.length]
            parts[fetch.region, fetch.index].add_fetch(fetch, cost, layout, cached=cached)
    for access in trace.data:
        if (access.region, access.index) in parts:
            part = parts[access.region, access.index]
            part.add_data(access, layout, table.unaligned_cycles, cached=cached)
    return Estimate(
        timing=table.version,
        parts=tuple(
            part.time(region, index, layout) for (region, index), part in sorted(parts.items())
        ),
        notes=(*table.notes, *layout.notes, *_calibration_notes(table, layout)),
        undecoded=undecoded,
    )


def _calibration_notes(table: CoreTable, layout: MemoryLayout) -> Iterator[str]:
    made_with = layout.calibrated_with
    if made_with is not None and made_with != table.version:
        yield (
            f"the board was calibrated with timing model {made_with}, and this is "
            f"{table.version}: calibrate it again"
        )


def _memory_of(data: Iterable[DataCount], layout: MemoryLayout) -> dict[int, str]:
    """Return the memory that each instruction's accesses mostly hit, by name."""
    most: dict[int, tuple[int, str]] = {}
    for one in data:
        accesses = one.reads + one.writes
        if accesses > most.get(one.address, (0, ""))[0]:
            most[one.address] = (accesses, layout.timings[one.memory].name)
    return {address: name for address, (_, name) in most.items()}


def _block_costs(
    blocks: Iterable[BlockCount], elf: bytes, table: CoreTable, memory_of: Mapping[int, str]
) -> dict[tuple[int, int], BlockCost]:
    code = ElfCode(elf)
    costs: dict[tuple[int, int], BlockCost] = {}
    for block in blocks:
        key = (block.address, block.length)
        if key not in costs:
            instructions = decode_block(code, block.address, block.length)
            costs[key] = cost_block(instructions, table, memory_of)
    return costs


_Sums = dict[Cause, list[float]]


def _add(sums: _Sums, cause: Cause, band: Band, times: float = 1) -> None:
    held = sums.setdefault(cause, [0.0, 0.0, 0.0])
    held[0] += band.low * times
    held[1] += band.typical * times
    held[2] += band.high * times


def _bands(sums: _Sums) -> dict[Cause, Band]:
    return {cause: Band(*values) for cause, values in sums.items()}


@dataclass
class _Events:
    fetch_reads: int = 0
    fetch_lines: int = 0
    data_reads: int = 0
    data_lines: int = 0
    data_hits: int = 0


@dataclass
class _Part:
    """Collects one operator of one region."""

    instructions: int = 0
    executions: dict[int, int] = field(default_factory=dict)
    sites: dict[int, _Sums] = field(default_factory=dict)
    core: dict[tuple[int, int], Band] = field(default_factory=dict)
    events: dict[int, _Events] = field(default_factory=dict)

    def add_block(self, block: BlockCount, cost: BlockCost) -> None:
        self.instructions += block.count * block.length
        for instruction in cost.instructions:
            address = instruction.address
            self.executions[address] = self.executions.get(address, 0) + block.count
            sums = self.sites.setdefault(address, {})
            for cause, band in instruction.causes.items():
                _add(sums, cause, band, block.count)
        if block.taken:
            last = self.sites[cost.instructions[-1].address]
            _add(last, "branch", cost.taken, block.taken)
        cycles = cost.cycles.times(block.count) + cost.taken.times(block.taken)
        self.core[block.address, block.length] = cycles

    def add_fetch(
        self, count: FetchCount, cost: BlockCost, layout: MemoryLayout, *, cached: bool
    ) -> None:
        timing = layout.timings[count.memory]
        spent = self.core[count.address, count.length]
        wait = fetch_wait(count, timing, spent, cached=cached)
        # Which of the block's instructions waited is not recorded: each has its bytes' share.
        code_bytes = sum(one.size for one in cost.instructions)
        for one in cost.instructions:
            _add(self.sites[one.address], "fetch_wait", wait, one.size / code_bytes)
        events = self.events.setdefault(count.memory, _Events())
        through = cached and timing.fetch is not None
        events.fetch_reads += count.sector_misses if through else count.reads
        events.fetch_lines += count.line_misses

    def add_data(
        self, count: DataCount, layout: MemoryLayout, unaligned: Band, *, cached: bool
    ) -> None:
        timing = layout.timings[count.memory]
        sums = self.sites.setdefault(count.address, {})
        executions = self.executions.get(count.address, 0)
        _add(sums, "data_wait", data_wait(count, timing, executions, cached=cached))
        if count.unaligned:
            _add(sums, "load_use", unaligned, count.unaligned)
        events = self.events.setdefault(count.memory, _Events())
        through = cached and timing.data is not None
        events.data_reads += count.sector_misses if through else count.words
        events.data_lines += count.line_misses
        events.data_hits += max(0, count.words - count.sector_misses) if through else 0

    def time(self, region: str, index: int, layout: MemoryLayout) -> PartTime:
        sites = tuple(
            SiteTime(address, self.executions.get(address, 0), _bands(sums))
            for address, sums in sorted(self.sites.items())
        )
        whole: _Sums = {}
        for site in sites:
            for cause, band in site.causes.items():
                _add(whole, cause, band)
        events = tuple(
            MemoryEvents(
                layout.timings[memory].name,
                one.fetch_reads,
                one.fetch_lines,
                one.data_reads,
                one.data_lines,
                one.data_hits,
            )
            for memory, one in sorted(self.events.items())
        )
        return PartTime(region, index, self.instructions, _bands(whole), sites, events)
