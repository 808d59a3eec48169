"""Compiles the plugin's caches and memories for this machine and calls them through ctypes."""

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.process import run
from harness.simulators.memory_system import MemorySystem, SimulatedCache
from harness.simulators.plugin import c_sources, find_compiler

_PURE = ("cache.c", "memory_events.c")
_POLICIES = ("lru", "fifo", "random")


class FetchCounts(ctypes.Structure):
    """`struct fetch_counts` of memory_events.h."""

    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in ("reads", "sequential", "line_misses", "sector_misses", "sequential_misses")
    )


class DataCounts(ctypes.Structure):
    """`struct data_counts` of memory_events.h."""

    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in (
            *("reads", "writes", "words", "line_misses"),
            *("sector_misses", "write_misses", "unaligned"),
        )
    )


def values(counts: FetchCounts | DataCounts) -> dict[str, int]:
    """Return the counts by name."""
    return {name: getattr(counts, name) for name, _ in counts._fields_}


def compile_plugin_parts(folder: Path) -> ctypes.CDLL:
    """Return the library of what the plugin has that needs no QEMU."""
    library = folder / "parts.so"
    sources = [path for path in c_sources() if path.name in _PURE]
    probe = Path(__file__).with_name("memory_events_probe.c")
    flags = ["-std=gnu11", "-O2", "-shared", "-fPIC", f"-I{sources[0].parent}"]
    built = run([find_compiler(), *flags, *sources, probe, "-o", library])
    assert built.returncode == 0, built.output
    parts = ctypes.CDLL(str(library))
    _declare(parts)
    return parts


def _declare(parts: ctypes.CDLL) -> None:
    pointer, u32, u64 = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64
    for name, result, arguments in (
        ("new_cache", pointer, (u32, u32, u32, ctypes.c_int)),
        ("use_line", ctypes.c_bool, (pointer, u32, u64, pointer)),
        ("close_cache", None, (pointer,)),
        ("open_memory_system", pointer, ()),
        ("close_memory_system", None, (pointer,)),
        ("add_cache", ctypes.c_bool, (pointer, u32, u32, u32, ctypes.c_int)),
        ("add_memory", ctypes.c_bool, (pointer, u64, u64, u32, ctypes.c_int, ctypes.c_int)),
        ("memory_at", pointer, (pointer, u64)),
        ("word_at", u64, (pointer, u64)),
        ("fetch_words", None, (pointer, u64, u64, pointer)),
        ("read_data", None, (pointer, u64, u32, pointer)),
        ("write_data", None, (pointer, u64, u32, pointer)),
    ):
        function = getattr(parts, name)
        function.restype = result
        function.argtypes = arguments


@dataclass
class PluginCache:
    """One cache of the plugin."""

    parts: ctypes.CDLL
    handle: Any

    def use(self, line: int, sectors: int = 1) -> tuple[bool, int]:
        """Return whether the line was allocated, and the sectors that were missing."""
        missing = ctypes.c_uint64()
        allocated = self.parts.use_line(self.handle, line, sectors, ctypes.byref(missing))
        return allocated, missing.value

    def misses(self, *lines: int) -> list[bool]:
        """Return which of the lines, used one after the other, were not there."""
        return [self.use(line)[0] for line in lines]


def open_cache(parts: ctypes.CDLL, cache: SimulatedCache) -> PluginCache:
    """Return an empty cache of the plugin; its `handle` is None if the plugin refuses it."""
    policy = _POLICIES.index(cache.policy)
    return PluginCache(parts, parts.new_cache(cache.bytes, cache.line_bytes, cache.ways, policy))


class PluginMemories:
    """The memories of the plugin, and what each did so far."""

    def __init__(self, parts: ctypes.CDLL, system: MemorySystem) -> None:
        self._parts = parts
        self._handle = parts.open_memory_system()
        self._origins = [memory.origin for memory in system.memories]
        self.fetches = [FetchCounts() for _ in system.memories]
        self.data = [DataCounts() for _ in system.memories]
        for cache in system.caches:
            policy = _POLICIES.index(cache.policy)
            assert parts.add_cache(self._handle, cache.bytes, cache.line_bytes, cache.ways, policy)
        for memory in system.memories:
            caches = (memory.fetch_cache, memory.data_cache)
            positions = [-1 if one is None else one for one in caches]
            assert parts.add_memory(
                self._handle, memory.origin, memory.bytes, memory.read_bytes, *positions
            )

    def fetch(self, position: int, offset: int, size: int) -> None:
        """Fetch a block of `size` bytes at `offset` in a memory."""
        memory, address = self._at(position, offset)
        first = self._parts.word_at(memory, address)
        last = self._parts.word_at(memory, address + size - 1)
        self._parts.fetch_words(memory, first, last, ctypes.byref(self.fetches[position]))

    def access(self, position: int, offset: int, size: int, *, store: bool) -> None:
        """Read or write `size` bytes at `offset` in a memory."""
        memory, address = self._at(position, offset)
        book = self._parts.write_data if store else self._parts.read_data
        book(memory, address, size, ctypes.byref(self.data[position]))

    def close(self) -> None:
        """Give the memory back."""
        self._parts.close_memory_system(self._handle)

    def _at(self, position: int, offset: int) -> tuple[Any, int]:
        address = self._origins[position] + offset
        return self._parts.memory_at(self._handle, address), address
