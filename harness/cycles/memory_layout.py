"""Which of the board's memories each address of the emulated machine stands for, and its timing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.board_tables import Cache, FlashTiming, Memory
from harness.boards import Board
from harness.cycles.band import ZERO, Band, exactly
from harness.errors import HarnessError
from harness.simulators.machines import Machine
from harness.simulators.memory_system import MemorySystem, SimulatedCache, SimulatedMemory

_BUS_BYTES = 4
_FLASH_READ_BYTES = 16
"""Assumed where neither a read width nor a cache line is known; it only rounds addresses then."""


@dataclass(frozen=True)
class CacheTiming:
    """How a cache before a memory fills: `reads` of the memory make a line.

    `fill` as in the board file. Without `trusted`, nobody has read how the cache is organized;
    without `simulated` it could not even be assumed, and nothing is known of its misses.
    """

    reads: int
    fill: Literal["line", "read"] | None
    trusted: bool
    simulated: bool = True


@dataclass(frozen=True)
class MemoryTiming:
    """How one memory answers: what a read adds to an access that waits for nothing, in cycles.

    `line` is the time of a whole line where the memory is serial and knows no single reads.
    `fetch_read` and `data_read` are calibrated: cycles of each read that no cache answered.
    `holds_code` says whether fetches and data share the memory, `vectors` whether the core reads
    vectors, whose elements are counted one by one. `hit` is what a read costs that the
    cache, but not the path's own buffer, answers.
    """

    name: str
    wait: Band
    fetch: CacheTiming | None = None
    data: CacheTiming | None = None
    prefetch: bool | None = False
    line: Band | None = None
    hit: Band = ZERO
    fetch_read: float | None = None
    data_read: float | None = None
    holds_code: bool = True
    vectors: bool = False


@dataclass(frozen=True)
class MemoryLayout:
    """The memories of a board as its emulated machine has them, and the notes on their figures."""

    system: MemorySystem
    timings: tuple[MemoryTiming, ...]
    notes: tuple[str, ...]
    calibrated_with: str | None = None
    """The timing model that the board's calibration was made with."""


def memory_layout(
    board: Board,
    machine: Machine,
    *,
    weights: tuple[int, int] | None = None,
) -> MemoryLayout:
    """Return what to simulate and how to time it.

    The regions of `placement.code` follow one another from the start of the machine's code, those
    of `placement.data` from the start of its RAM; the last of each holds what is left. `weights`
    (address, bytes) is a part of the code that is to lie in the largest region for data instead.

    Raises:
        HarnessError: A region that is used has neither wait states nor another timing.
    """
    places = [
        *_places(board, board.placement.code, machine.code_origin, machine.code_bytes),
        *_places(board, board.placement.data, machine.ram_origin, machine.ram_bytes),
    ]
    if weights is not None:
        places = _moved(places, weights, _largest_data_region(board))
    caches = tuple(cache for cache in board.cache if _simulated(cache) is not None)
    system = MemorySystem(
        tuple(_simulated_memory(board, caches, *place) for place in places),
        tuple(simulated for cache in caches if (simulated := _simulated(cache)) is not None),
    )
    timings = tuple(_timing(board, place[0]) for place in places)
    calibrated_with = board.calibration.timing if board.calibration is not None else None
    return MemoryLayout(system, timings, tuple(_notes(board)), calibrated_with)


_Place = tuple[Memory, int, int]
"""A region of the board, and where in the machine it begins and how many bytes it has there."""


def _places(board: Board, names: Sequence[str], origin: int, size: int) -> Iterator[_Place]:
    end = origin + size
    for position, name in enumerate(names):
        region = board.region(name)
        last = position == len(names) - 1
        length = end - origin if last else min(region.bytes, end - origin)
        if length > 0:
            yield region, origin, length
        origin += length


def _moved(places: Sequence[_Place], weights: tuple[int, int], to: Memory) -> list[_Place]:
    """Cut the weights out of the place that holds them and put them into another region."""
    first, last = weights[0], weights[0] + weights[1]
    moved: list[_Place] = []
    for region, origin, size in places:
        end = origin + size
        if not (origin <= first and last <= end):
            moved.append((region, origin, size))
            continue
        pieces = [(region, origin, first - origin), (to, first, last - first)]
        pieces.append((region, last, end - last))
        moved += [piece for piece in pieces if piece[2] > 0]
    return moved


def _largest_data_region(board: Board) -> Memory:
    return max((board.region(name) for name in board.placement.data), key=lambda one: one.bytes)


def _simulated(cache: Cache) -> SimulatedCache | None:
    if cache.bytes is None or cache.line_bytes is None or cache.ways is None:
        return None
    return SimulatedCache(cache.bytes, cache.line_bytes, cache.ways, cache.policy or "lru")


def _simulated_memory(
    board: Board, caches: Sequence[Cache], region: Memory, origin: int, size: int
) -> SimulatedMemory:
    fetch = data = None
    if region.behind_caches:
        for index, cache in enumerate(caches):
            fetch = index if cache.kind in {"instruction", "unified"} else fetch
            data = index if cache.kind in {"data", "unified"} else data
    return SimulatedMemory(region.name, origin, size, _read_bytes(board, region), fetch, data)


def _read_bytes(board: Board, region: Memory) -> int:
    """What one read of a region delivers, at most a line of the caches before it."""
    bits = region.read_bits
    if bits is None and region.kind == "flash" and board.flash is not None:
        bits = board.flash.read_bits
    lines = [cache.line_bytes for cache in board.cache if cache.line_bytes is not None]
    if bits is not None:
        return min(bits // 8, *lines) if lines and region.behind_caches else bits // 8
    if region.kind == "ram":
        return _BUS_BYTES
    return min(lines, default=_FLASH_READ_BYTES)


def _timing(board: Board, region: Memory) -> MemoryTiming:
    is_flash = region.kind == "flash"
    flash = board.flash if is_flash else None
    caches = board.cache if region.behind_caches else ()
    line = None
    if flash is not None and flash.miss_cycles is not None:
        line = _trusted(flash.miss_cycles, flash.verified("miss_cycles"))
    calibration = board.calibration if is_flash else None
    return MemoryTiming(
        name=region.name,
        wait=_wait(board, region, line),
        holds_code=region.name in board.placement.code,
        vectors=board.fpu == "mve",
        fetch=_cache_timing(board, region, caches, "instruction"),
        data=_cache_timing(board, region, caches, "data"),
        prefetch=_prefetch(flash) if is_flash else False,
        line=line,
        hit=_hit(board, is_flash=is_flash),
        fetch_read=calibration.fetch_read_cycles if calibration else None,
        data_read=calibration.data_read_cycles if calibration else None,
    )


def _prefetch(flash: FlashTiming | None) -> bool | None:
    if flash is not None and flash.miss_cycles is not None:
        return False
    return flash.prefetch if flash is not None and flash.verified("prefetch") else None


def _hit(board: Board, *, is_flash: bool) -> Band:
    """What a flash controller's cache adds to a read that it answers; L1 caches are in the core.

    RM0440 3.3.4 has instruction caches answer without any delay and data caches work like them. It
    is STM32G4's manual: for the other controllers a cycle on the bus cannot be excluded.
    """
    has_l1 = board.core in {"cortex-m7", "cortex-m55"}
    return Band(0, 0, 1) if is_flash and board.cache and not has_l1 else ZERO


def _wait(board: Board, region: Memory, line: Band | None) -> Band:
    if region.wait_states is not None:
        wait = _trusted(region.wait_states, region.verified("wait_states"))
        flash = board.flash
        if region.kind == "flash" and flash is not None and not flash.verified("read_bits"):
            # Reads may be twice as wide, or half as wide.
            return Band(wait.low / 2, wait.typical, 2 * wait.high)
        return wait
    if line is not None:
        return line
    raise HarnessError(
        f"board {board.name}: memory {region.name}: wait_states is unknown, so that cycles are "
        "too; add it to the board's file"
    )


def _trusted(value: float, trusted: bool) -> Band:
    """Return a figure's band: a figure that nobody read is known to a factor of two, 0 to 1."""
    return exactly(value) if trusted else Band(value / 2, value, max(1, 2 * value))


def _cache_timing(
    board: Board, region: Memory, caches: Sequence[Cache], side: Literal["instruction", "data"]
) -> CacheTiming | None:
    for cache in caches:
        if cache.kind in {side, "unified"}:
            known = _simulated(cache) is not None
            read = _read_bytes(board, region)
            reads = max(1, (cache.line_bytes or read) // read)
            fill = cache.fill if cache.verified("fill") else None
            return CacheTiming(reads, fill, known and _is_verified(cache), known)
    return None


def _is_verified(cache: Cache) -> bool:
    return all(cache.verified(key) for key in ("bytes", "line_bytes", "ways"))


def _notes(board: Board) -> Iterator[str]:
    for name in (*board.placement.code, *board.placement.data):
        if not board.region(name).verified("wait_states"):
            yield f"the wait states of {name} are unverified: known to a factor of two"
    for cache in board.cache:
        if _simulated(cache) is None:
            yield f"the {cache.kind} cache's size is not published: any share of reads may hit"
        elif not _is_verified(cache):
            yield f"the {cache.kind} cache's organization is unverified: from 0 to twice the misses"
        if cache.fill is None or not cache.verified("fill"):
            yield f"whether the {cache.kind} cache fills whole lines is not published"
