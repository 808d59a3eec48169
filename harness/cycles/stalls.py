"""How long the core waits for memory: reads and misses, as counted, times what each costs.

docs/timing.md derives the bounds. w is the wait states of a read and n the reads of a line; a read
takes w + 1 cycles, of which an access that waits for nothing takes one itself.
"""

from harness.cycles.band import ZERO, Band
from harness.cycles.memory_layout import CacheTiming, MemoryTiming
from harness.simulators.trace import DataCount, FetchCount

_MOST_WORDS = 32
"""VSTM of all single registers, the longest transfer of one instruction."""


def fetch_wait(count: FetchCount, memory: MemoryTiming, core: Band, *, cached: bool = True) -> Band:
    """Return the cycles that the executions of a block waited for their instructions.

    `core` is what the core needs for all of these executions: prefetching hides behind it.
    `cached` says whether the caches are switched on.
    """
    if _is_immediate(memory):
        return ZERO
    if memory.fetch is None or not cached:
        wait = _streamed(count.reads, count.sequential, count.reads, memory, core)
        return _calibrated(wait, count.reads, memory.fetch_read)
    if not memory.fetch.simulated:
        return _anything(count.reads * memory.wait.high)
    if memory.prefetch is not False:
        wait = _streamed(count.sector_misses, count.sequential_misses, count.reads, memory, core)
    else:
        jumps = count.sector_misses - count.sequential_misses
        wait = _missed(count.sector_misses, jumps, count.line_misses, memory, memory.fetch)
    wait = _widened(wait, memory.fetch, count.reads * memory.wait.high)
    return _calibrated(wait, count.sector_misses, memory.fetch_read)


def data_wait(
    count: DataCount, memory: MemoryTiming, executions: int, *, cached: bool = True
) -> Band:
    """Return the cycles that an instruction waited for data, in all of its `executions`."""
    if _is_immediate(memory):
        return ZERO
    written = _written(count, memory, executions)
    accesses = _accesses(count, memory, executions)
    most = accesses * _longest(memory)
    if memory.data is None or not cached:
        # Whether the path keeps the last word that it read is not published for any of the boards.
        fewest = min(count.words, count.reads)
        typical = (count.words + accesses) / 2 * memory.wait.typical
        wait = Band(fewest * memory.wait.low, typical, max(most, typical))
        return _calibrated(wait, count.words, memory.data_read) + written
    if not memory.data.simulated:
        return _anything(most) + written
    sectors = count.sector_misses
    wait = _missed(sectors, sectors, count.line_misses, memory, memory.data)
    wait = _widened(wait, memory.data, most)
    wait = _calibrated(wait, count.sector_misses, memory.data_read)
    hits = max(0, count.words - count.sector_misses)
    return wait + memory.hit.times(hits) + written


def _accesses(count: DataCount, memory: MemoryTiming, executions: int) -> int:
    """Return the most words that were read.

    The emulator reports an access that is not aligned, which may read two words, as one; and the
    elements of a vector one by one, of which many lie in a word: there it is each new word, and one
    that the path held each time.
    """
    if memory.vectors:
        return max(count.words, min(count.reads, count.words + executions))
    return max(count.words, count.reads)


def _longest(memory: MemoryTiming) -> float:
    """Return the most that one data read costs.

    Where the memory also holds code it waits for a fetch that is under way, and the next one comes
    later for it.
    """
    wait = memory.wait.high
    return wait + 2 * (wait + 1) if memory.holds_code else wait


def _is_immediate(memory: MemoryTiming) -> bool:
    """Whether every access is answered in the cycle that the core's own table has for it."""
    return memory.line is None and memory.wait.high == 0


def _anything(most: float) -> Band:
    return Band(0, most / 2, most)


def _streamed(reads: int, sequential: int, words: int, memory: MemoryTiming, core: Band) -> Band:
    """Wait of reads without a cache, or with prefetching into one.

    A prefetched word was asked for when the one before it arrived, so that the core waits for what
    the time it spends on a word leaves of w + 1 cycles. Low has sequential words in time, for the
    core itself fetches ahead while an instruction takes long; but all words cannot come faster than
    one each w + 1 cycles.
    """
    wait = memory.wait
    jumps = reads - sequential
    low = min(reads * wait.low, max(jumps * wait.low, reads * (wait.low + 1) - core.high))
    if memory.prefetch is False:
        return Band(low, reads * wait.typical, reads * wait.high)
    spent = core.typical / words if words else 0.0
    hidden = sequential * min(wait.typical, max(0.0, wait.typical + 1 - spent))
    typical = jumps * wait.typical + hidden
    if memory.prefetch is None:
        typical = (typical + reads * wait.typical) / 2
    return Band(low, max(low, typical), reads * wait.high)


def _missed(sectors: int, jumps: int, lines: int, memory: MemoryTiming, cache: CacheTiming) -> Band:
    """Wait of the reads that a cache did not answer; `jumps` of them follow no earlier one.

    Filled read by read, each read waits w cycles, and up to one more to go on. Filled by the line,
    the core waits at least for the word it wants and at most for all n reads. Another fill of the
    same memory may be under way, and must end first. Low waits for no word that follows the last.
    """
    wait, reads = memory.wait, cache.reads
    if memory.line is not None:
        return memory.line.times(lines)
    by_read = Band(jumps * wait.low, sectors * (wait.typical + 0.5), sectors * (wait.high + 1))
    least = min(lines, jumps) * wait.low
    busy = wait.high + 1
    if cache.fill == "read" or reads == 1:
        return Band(by_read.low, by_read.typical, by_read.high + sectors * busy)
    whole = reads * (wait.typical + 1) - 1
    most = lines * (2 * reads * busy - 1)
    if cache.fill == "line":
        return Band(least, lines * (wait.typical + whole) / 2, most)
    typical = (sectors * (wait.typical + 1) + lines * whole) / 2
    return Band(least, typical, max(most, typical, by_read.high))


def _written(count: DataCount, memory: MemoryTiming, executions: int) -> Band:
    """Wait of writes: a buffer takes them while it has room; a line is fetched behind it.

    Vectors are written word by word, and reported element by element.
    """
    if memory.data is not None and count.write_misses:
        fill = memory.data.reads * (memory.wait.high + 1)
        return Band(0, count.write_misses * fill / 2, count.write_misses * fill)
    writes = min(count.writes, _MOST_WORDS * executions)
    return Band(0, 0, writes * memory.wait.high) if writes else ZERO


def _widened(wait: Band, cache: CacheTiming, uncached: float) -> Band:
    """An organization that nobody read: from no misses to twice as many, at most every read."""
    if cache.trusted:
        return wait
    return Band(0, wait.typical, max(wait.typical, min(2 * wait.high, uncached)))


def _calibrated(wait: Band, reads: int, cycles: float | None) -> Band:
    """A measured coefficient moves the typical figure; the bounds stay, or make room for it."""
    if cycles is None:
        return wait
    typical = reads * cycles
    return Band(min(wait.low, typical), typical, max(wait.high, typical))
