"""What the plugin runs every fetch and access through: memories, their read width, and caches."""

from dataclasses import asdict, dataclass
from typing import Literal

Policy = Literal["lru", "fifo", "random"]
"""Which line of a set makes room; `random` is a fixed sequence, the same in every run."""


@dataclass(frozen=True)
class SimulatedCache:
    """A set-associative cache; all sizes are powers of two. It is empty after reset."""

    bytes: int
    line_bytes: int
    ways: int
    policy: Policy


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


@dataclass(frozen=True)
class MemorySystem:
    """The memories that can hold code or data; they do not overlap. The rest has no events."""

    memories: tuple[SimulatedMemory, ...]
    caches: tuple[SimulatedCache, ...] = ()

    def identity(self) -> dict[str, object]:
        """Everything that decides the events, for a content key."""
        return asdict(self)
