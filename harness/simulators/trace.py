"""What the plugin counted: instructions by region, operator and block, and events of memories."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, TypeVar

from harness.errors import HarnessError

Status = Literal["end", "stop", "budget"]
STATUSES: tuple[Status, ...] = ("end", "stop", "budget")

INTERPRETER = -1
"""The operator index of what a region spends outside operators."""

_VERSION = 2


class TraceError(HarnessError):
    """A trace that is truncated, garbled, of another version or inconsistent with itself."""


@dataclass(frozen=True)
class OperatorCount:
    """The instructions of one operator in one visit of a region.

    `visit` says how many times the region was entered before. `index` counts the operators of
    the visit from 0; `INTERPRETER` (-1) is what the visit spent outside operators.
    """

    region: str
    visit: int
    index: int
    instructions: int


@dataclass(frozen=True)
class BlockCount:
    """How often a run of `length` instructions at `address` was executed from its start.

    `taken` of the `count` executions were left by a taken branch: what ran next does not start
    where the block ends (it may be an exception's handler). What runs only behind one other block,
    and always then, is part of that. Summed over the visits of `region`; `index` as in
    `OperatorCount`.
    """

    region: str
    index: int
    address: int
    length: int
    count: int
    taken: int


@dataclass(frozen=True)
class FetchCount:
    """What fetching a block did to the memory that holds it; `address`, `length` as `BlockCount`.

    `memory` is a position in `MemorySystem.memories`. `reads` counts the changes of the word (of
    `SimulatedMemory.read_bytes`, aligned) that the fetch path holds: the reads of the memory, had
    it no cache. `sequential` of them are of the word right behind the one fetched before.
    With a fetch cache, `line_misses` lines were allocated, `sector_misses` words were not in it
    yet, `sequential_misses` of these are right behind the word fetched before; else all are 0.
    """

    region: str
    index: int
    address: int
    length: int
    memory: int
    reads: int
    sequential: int
    line_misses: int
    sector_misses: int
    sequential_misses: int


@dataclass(frozen=True)
class DataCount:
    """What the instruction at `address` did to one memory (a position in `MemorySystem.memories`).

    `reads` and `writes` count transfers of up to 4 bytes, as the emulator makes them (several in an
    LDM, one an element in a vector load). `words` counts the changes of the word that the data path
    holds, by reads: the reads of the memory, had it no cache. `unaligned` transfers are of an
    address that is no multiple of their size. With a data cache, reads allocated `line_misses`
    lines and missed `sector_misses` words, and writes allocated `write_misses` lines; else 0.
    """

    region: str
    index: int
    address: int
    memory: int
    reads: int
    writes: int
    words: int
    line_misses: int
    sector_misses: int
    write_misses: int
    unaligned: int


@dataclass(frozen=True)
class Trace:
    """The exact counts of one emulation.

    `status` is "end" when the guest ended the emulation, "stop" when a region had been left as
    often as was asked for, and "budget" when the instruction budget was spent. `regions` maps a
    region's name to its instructions, `total` is their sum; `visits` says how often each was
    entered. `operators` and `blocks` are empty without detail; with it, each sums to the same total
    region by region.
    `fetches` and `data` are empty without a memory system, and have nothing of region 0.
    """

    status: Status
    total: int
    regions: Mapping[str, int]
    operators: tuple[OperatorCount, ...]
    blocks: tuple[BlockCount, ...]
    fetches: tuple[FetchCount, ...] = ()
    data: tuple[DataCount, ...] = ()
    visits: Mapping[str, int] = field(default_factory=dict)


_Count = TypeVar("_Count", BlockCount, FetchCount, DataCount)


def to_dict(trace: Trace) -> dict[str, Any]:
    """Return `trace` as plain lists and numbers that JSON can hold; `from_dict` reads it.

    The counts of one operator are one list of numbers.
    """
    return {
        "version": _VERSION,
        "status": trace.status,
        "total": trace.total,
        "regions": dict(trace.regions),
        "visits": dict(trace.visits),
        "operators": [[o.region, o.visit, o.index, o.instructions] for o in trace.operators],
        "blocks": _packed(trace.blocks),
        "fetches": _packed(trace.fetches),
        "data": _packed(trace.data),
    }


def from_dict(data: Mapping[str, Any]) -> Trace:
    """Return the trace that `to_dict` wrote.

    Raises:
        TraceError: The data is not what `to_dict` writes.
    """
    try:
        if data["version"] != _VERSION or data["status"] not in STATUSES:
            raise TraceError("stored trace: of another version, or its status is unknown")
        trace = Trace(
            status=data["status"],
            total=int(data["total"]),
            regions={str(name): int(count) for name, count in data["regions"].items()},
            operators=tuple(OperatorCount(*_row(row, 4)) for row in data["operators"]),
            blocks=tuple(_unpacked(BlockCount, data["blocks"], 4)),
            fetches=tuple(_unpacked(FetchCount, data["fetches"], 8)),
            data=tuple(_unpacked(DataCount, data["data"], 9)),
            visits={str(name): int(count) for name, count in data["visits"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise TraceError(f"stored trace: garbled ({type(error).__name__}: {error})") from error
    return checked(trace)


def _packed(counts: Sequence[_Count]) -> list[list[Any]]:
    """Return a list [region, index, [numbers of its counts, one after the other]] a part."""
    packed: list[list[Any]] = []
    for (region, index), part in groupby(counts, key=lambda one: (one.region, one.index)):
        numbers = [number for one in part for number in list(vars(one).values())[2:]]
        packed.append([region, index, numbers])
    return packed


def _unpacked(kind: type[_Count], parts: Sequence[Any], width: int) -> Iterator[_Count]:
    for region, index, numbers in parts:
        if not isinstance(region, str) or len(numbers) % width:
            raise ValueError(f"a part of {region!r} has another form")
        values = [int(number) for number in numbers]
        for start in range(0, len(values), width):
            yield kind(region, int(index), *values[start : start + width])


def _row(row: Sequence[Any], length: int) -> tuple[Any, ...]:
    if len(row) != length or not isinstance(row[0], str):
        raise ValueError(f"{row!r} has another form")
    return (row[0], *(int(value) for value in row[1:]))


def checked(trace: Trace) -> Trace:
    """Return `trace` if its parts sum to the same counts and its events are possible.

    Raises:
        TraceError: They do not, or are not.
    """
    if sum(trace.regions.values()) != trace.total:
        raise TraceError("trace: its regions do not sum to its total")
    if not trace.visits.keys() <= trace.regions.keys():
        raise TraceError("trace: it visits a region that is not there")
    if bool(trace.operators) != bool(trace.blocks) and trace.total > 0:
        raise TraceError("trace: it has operators or blocks, not both")
    by_operators = _sums((o.region, o.index, o.instructions) for o in trace.operators)
    by_blocks = _sums((b.region, b.index, b.length * b.count) for b in trace.blocks)
    if by_blocks != {key: count for key, count in by_operators.items() if count > 0}:
        raise TraceError("trace: its blocks do not sum to its operators")
    by_region = dict.fromkeys(trace.regions, 0)
    for (region, _), count in by_operators.items():
        by_region[region] = by_region.get(region, 0) + count
    if trace.operators and by_region != dict(trace.regions):
        raise TraceError("trace: its operators do not sum to its regions")
    _check_events(trace)
    return trace


def _sums(counts: Iterable[tuple[str, int, int]]) -> dict[tuple[str, int], int]:
    sums: dict[tuple[str, int], int] = {}
    for region, index, count in counts:
        sums[region, index] = sums.get((region, index), 0) + count
    return sums


def _check_events(trace: Trace) -> None:
    known = {(b.region, b.index, b.address, b.length) for b in trace.blocks}
    if any(not 0 <= block.taken <= block.count for block in trace.blocks):
        raise TraceError("trace: a block was left by more branches than it ran")
    for fetch in trace.fetches:
        if (fetch.region, fetch.index, fetch.address, fetch.length) not in known:
            raise TraceError(f"trace: it fetches at {fetch.address:#x} what did not run")
        if not (
            0 <= fetch.sequential_misses <= fetch.sequential <= fetch.reads
            and fetch.sequential_misses <= fetch.sector_misses <= fetch.reads
            and 0 <= fetch.line_misses <= fetch.sector_misses
        ):
            raise TraceError(f"trace: the fetches at {fetch.address:#x} cannot be")
    for data in trace.data:
        if (
            min(list(vars(data).values())[4:]) < 0
            or data.line_misses > data.sector_misses
            or data.unaligned > data.reads + data.writes
        ):
            raise TraceError(f"trace: the accesses at {data.address:#x} cannot be")
