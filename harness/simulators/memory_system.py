"""What the plugin runs every fetch and access through: memories, their read width, and caches."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Literal, get_args

from harness.errors import HarnessError

Policy = Literal["lru", "fifo", "random"]
"""Which line of a set makes room; `random` is a fixed sequence, the same in every run."""

CACHES_MAX = 8
MEMORIES_MAX = 16
"""What the plugin has room for."""

_LEAST_BYTES = 4
_SECTORS_MAX = 64
_ADDRESSES = 2**32


@dataclass(frozen=True)
class SimulatedCache:
    """A set-associative cache; all sizes are powers of two. It is empty after reset."""

    bytes: int
    line_bytes: int
    ways: int
    policy: Policy

    def __post_init__(self) -> None:
        for field in ("bytes", "line_bytes", "ways"):
            _require_power_of_two("cache", field, getattr(self, field))
        if self.line_bytes < _LEAST_BYTES:
            raise HarnessError(
                f"memory system: cache: line_bytes {self.line_bytes} is below {_LEAST_BYTES}; "
                "give the bytes of one line"
            )
        if self.line_bytes * self.ways > self.bytes:
            raise HarnessError(
                f"memory system: cache: {self.ways} ways of {self.line_bytes} bytes are more than "
                f"its {self.bytes} bytes; correct bytes, line_bytes or ways"
            )
        if self.policy not in get_args(Policy):
            raise HarnessError(
                f"memory system: cache: policy {self.policy!r} is unknown; "
                f"use one of {', '.join(get_args(Policy))}"
            )


@dataclass(frozen=True)
class SimulatedMemory:
    """An address range of the emulated machine that is read as one memory of the board.

    One read of the memory delivers `read_bytes` (4 or more), aligned; the path keeps the last of
    them, for fetches and for data apart. `fetch_cache` and `data_cache` are positions in
    `MemorySystem.caches`; one cache may serve both.
    """

    name: str
    origin: int
    bytes: int
    read_bytes: int
    fetch_cache: int | None = None
    data_cache: int | None = None

    def __post_init__(self) -> None:
        _require_power_of_two(self.name, "read_bytes", self.read_bytes)
        if self.read_bytes < _LEAST_BYTES:
            raise HarnessError(
                f"memory system: {self.name}: read_bytes {self.read_bytes} is below "
                f"{_LEAST_BYTES}, what the core reads; give {_LEAST_BYTES} or more"
            )
        if self.bytes <= 0 or self.origin < 0 or self.origin + self.bytes > _ADDRESSES:
            raise HarnessError(
                f"memory system: {self.name}: {self.bytes} bytes at {self.origin:#x} are not "
                "in 32-bit addresses; correct origin or bytes"
            )


@dataclass(frozen=True)
class MemorySystem:
    """The memories that can hold code or data; they do not overlap. The rest has no events.

    Memories of different `read_bytes` that share a cache should not share one of its lines.

    Raises:
        HarnessError: It is more than the plugin holds, or a geometry that cannot be.
    """

    memories: tuple[SimulatedMemory, ...]
    caches: tuple[SimulatedCache, ...] = ()

    def __post_init__(self) -> None:
        for what, items, most in (
            ("memories", self.memories, MEMORIES_MAX),
            ("caches", self.caches, CACHES_MAX),
        ):
            if len(items) > most:
                raise HarnessError(f"memory system: {len(items)} {what}; at most {most} can be")
        for memory in self.memories:
            self._check_caches(memory)
        for low, high in pairwise(sorted(self.memories, key=lambda memory: memory.origin)):
            if low.origin + low.bytes > high.origin:
                raise HarnessError(
                    f"memory system: {low.name} and {high.name} overlap at {high.origin:#x}; "
                    "correct origin or bytes"
                )

    def _check_caches(self, memory: SimulatedMemory) -> None:
        for field in ("fetch_cache", "data_cache"):
            position: int | None = getattr(memory, field)
            if position is None:
                continue
            if not 0 <= position < len(self.caches):
                raise HarnessError(
                    f"memory system: {memory.name}: {field} {position} is not one of "
                    f"{len(self.caches)} caches; correct it"
                )
            line_bytes = self.caches[position].line_bytes
            if not 1 <= line_bytes // memory.read_bytes <= _SECTORS_MAX:
                raise HarnessError(
                    f"memory system: cache of {memory.name}: line_bytes {line_bytes} is not 1 to "
                    f"{_SECTORS_MAX} reads of {memory.read_bytes} bytes; correct either"
                )

    def identity(self) -> dict[str, object]:
        """Everything that decides the events, for a content key."""
        return asdict(self)


def _require_power_of_two(owner: str, field: str, value: int) -> None:
    if value <= 0 or value & (value - 1):
        raise HarnessError(
            f"memory system: {owner}: {field} {value} is no power of two; correct it"
        )
