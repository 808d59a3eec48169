"""A geometry that cannot be is refused in one line that names what to correct."""

from typing import Any

import pytest

from harness.errors import HarnessError
from harness.simulators.memory_system import (
    CACHES_MAX,
    MEMORIES_MAX,
    MemorySystem,
    SimulatedCache,
    SimulatedMemory,
)

CACHE = SimulatedCache(1024, 32, 2, "lru")


def memory(name: str = "flash", origin: int = 0, size: int = 4096, **more: Any) -> SimulatedMemory:
    return SimulatedMemory(name, origin, size, **{"read_bytes": 8, **more})


def test_the_identity_tells_systems_apart():
    one = MemorySystem((memory(fetch_cache=0),), (CACHE,))
    same = MemorySystem((memory(fetch_cache=0),), (SimulatedCache(1024, 32, 2, "lru"),))
    other = MemorySystem((memory(data_cache=0),), (CACHE,))
    assert one.identity() == same.identity() != other.identity()


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1000, 32, 2, "lru"), "bytes 1000 is no power of two"),
        ((1024, 24, 2, "lru"), "line_bytes 24 is no power of two"),
        ((1024, 32, 3, "lru"), "ways 3 is no power of two"),
        ((0, 32, 2, "lru"), "bytes 0 is no power of two"),
        ((1024, 2, 2, "lru"), "line_bytes 2 is below 4"),
        ((1024, 512, 4, "lru"), "4 ways of 512 bytes are more than its 1024"),
        ((1024, 32, 2, "plru"), "policy 'plru' is unknown; use one of lru, fifo, random"),
    ],
)
def test_a_cache_that_cannot_be_is_refused(shape, message):
    with pytest.raises(HarnessError, match=message):
        SimulatedCache(*shape)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"read_bytes": 6}, "flash: read_bytes 6 is no power of two"),
        ({"read_bytes": 2}, "flash: read_bytes 2 is below 4"),
        ({"size": 0}, "flash: 0 bytes at 0x0"),
        ({"origin": 0xFFFF_F800}, "flash: 4096 bytes at 0xfffff800"),
    ],
)
def test_a_memory_that_cannot_be_is_refused(change, message):
    with pytest.raises(HarnessError, match=message):
        memory(**change)


@pytest.mark.parametrize(
    ("memories", "caches", "message"),
    [
        ((memory(fetch_cache=1),), (CACHE,), "flash: fetch_cache 1 is not one of 1 caches"),
        ((memory(data_cache=-1),), (CACHE,), "flash: data_cache -1 is not one of 1 caches"),
        (
            (memory(read_bytes=64, fetch_cache=0),),
            (CACHE,),
            "line_bytes 32 is not 1 to 64 reads of 64 bytes",
        ),
        (
            (memory(read_bytes=4, data_cache=0),),
            (SimulatedCache(4096, 512, 1, "lru"),),
            "line_bytes 512 is not 1 to 64 reads of 4 bytes",
        ),
        ((memory("low"), memory("high", 4092)), (), "low and high overlap at 0xffc"),
        (tuple(memory(str(i), 4096 * i) for i in range(MEMORIES_MAX + 1)), (), "17 memories"),
        ((), (CACHE,) * (CACHES_MAX + 1), "9 caches; at most 8"),
    ],
)
def test_a_system_that_cannot_be_is_refused(memories, caches, message):
    with pytest.raises(HarnessError, match=message) as refused:
        MemorySystem(memories, caches)
    assert "\n" not in str(refused.value)


def test_as_many_memories_and_caches_as_there_is_room_for_are_accepted():
    memories = tuple(memory(str(i), 4096 * i, fetch_cache=i % 8) for i in range(MEMORIES_MAX))
    assert len(MemorySystem(memories, (CACHE,) * CACHES_MAX).memories) == MEMORIES_MAX
