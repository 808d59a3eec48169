"""The plugin's caches and memories: traces worked out by hand, and against a plain model."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin_library import (
    PluginCache,
    PluginMemories,
    compile_plugin_parts,
    open_cache,
    values,
)

from harness.simulators.memory_system import MemorySystem, SimulatedCache, SimulatedMemory

pytestmark = pytest.mark.emulator  # it needs the host's compiler


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return compile_plugin_parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture
def cache(parts):
    opened: list[PluginCache] = []

    def start(size: int, line_bytes: int, ways: int, policy: str = "lru") -> PluginCache:
        opened.append(open_cache(parts, SimulatedCache(size, line_bytes, ways, policy)))
        return opened[-1]

    yield start
    for one in opened:
        parts.close_cache(one.handle)


YES, NO = True, False


def test_a_direct_mapped_cache_has_one_place_for_a_line(cache):
    four_sets = cache(128, 32, 1)
    # Lines 0 and 4 share set 0; line 1 is left alone.
    assert four_sets.misses(0, 1, 0, 4, 0, 1) == [YES, YES, NO, YES, YES, NO]


def test_two_ways_keep_the_line_used_last(cache):
    two_sets = cache(128, 32, 2)
    # All even lines share set 0: 4 makes room for 2, not for 0, which was used after it.
    assert two_sets.misses(0, 2, 0, 4, 0, 2) == [YES, YES, NO, YES, NO, YES]


def test_fifo_makes_room_in_the_order_of_allocation(cache):
    two_sets = cache(128, 32, 2, "fifo")
    # Using 0 again does not keep it: 4 makes room for 0, then 0 for 2.
    assert two_sets.misses(0, 2, 0, 4, 0, 4, 2) == [YES, YES, NO, YES, YES, NO, YES]


def test_a_fully_associative_cache_of_32_lines_holds_any_32(cache):
    accelerator = cache(1024, 32, 32)
    lines = [7 * i for i in range(32)]
    assert accelerator.misses(*lines) == [YES] * 32
    assert accelerator.misses(*lines) == [NO] * 32
    # One more line in a cycle of 33 makes room for the one that is needed next, each time.
    assert accelerator.misses(*lines, 999, *lines) == [NO] * 32 + [YES] * 33


def test_random_replacement_follows_its_published_sequence(cache):
    one_set = cache(128, 32, 4, "random")
    assert one_set.misses(0, 1, 2, 3) == [YES] * 4
    # xorshift32 from 1: 270369, 67634689, 2647435461, 307599695, ... modulo 4: ways 1, 1, 1, 3.
    assert one_set.misses(4, 0, 2, 3, 1) == [YES, NO, NO, NO, YES]
    assert one_set.misses(4, 5) == [YES, YES]
    assert one_set.misses(0, 4, 2, 5, 3) == [NO, NO, NO, NO, YES]


def test_a_line_is_filled_sector_by_sector(cache):
    accelerator = cache(1024, 32, 32)
    assert accelerator.use(5, 0b0010) == (True, 0b0010)
    assert accelerator.use(5, 0b0110) == (False, 0b0100)
    assert accelerator.use(5, 0b1111) == (False, 0b1001)
    assert accelerator.use(5, 0b1111) == (False, 0)


def test_a_line_that_comes_back_is_empty(cache):
    direct = cache(64, 32, 1)
    assert direct.use(0, 0b1111) == (True, 0b1111)
    assert direct.use(2, 0b0001) == (True, 0b0001)
    assert direct.use(0, 0b0001) == (True, 0b0001)


@pytest.mark.parametrize(
    "geometry", [(96, 32, 1), (128, 24, 1), (128, 32, 3), (64, 32, 4), (8, 2, 1)]
)
def test_the_plugin_refuses_a_cache_that_cannot_be(parts, geometry):
    assert parts.new_cache(*geometry, 0) is None


@dataclass
class ModelCache:
    """A cache as a list of (line, sectors) a set, the one that makes room first at the front."""

    shape: SimulatedCache
    sets: dict[int, list[tuple[int, set[int]]]] = field(default_factory=dict)
    ways: dict[int, list[int | None]] = field(default_factory=dict)
    state: int = 1

    def use(self, line: int, sectors: set[int]) -> tuple[int, set[int]]:
        """Return how many lines were allocated, and the missing sectors."""
        count = self.shape.bytes // self.shape.line_bytes // self.shape.ways
        held = self.sets.setdefault(line % count, [])
        places = self.ways.setdefault(line % count, [None] * self.shape.ways)
        found = [entry for entry in held if entry[0] == line]
        allocated = 0
        if not found:
            allocated = 1
            if None in places:
                places[places.index(None)] = line
            else:
                leaving = held[0][0]
                if self.shape.policy == "random":
                    leaving = places[self.next_random() % self.shape.ways]
                places[places.index(leaving)] = line
                held[:] = [entry for entry in held if entry[0] != leaving]
            held.append((line, set()))
        elif self.shape.policy == "lru":
            held.remove(found[0])
            held.append(found[0])
        valid = next(entry[1] for entry in held if entry[0] == line)
        missing = sectors - valid
        valid |= sectors
        return allocated, missing

    def next_random(self) -> int:
        """Marsaglia's xorshift32, written from "Xorshift RNGs" (2003), figures 13, 17, 5."""
        x = self.state
        x = (x ^ (x * 2**13)) % 2**32
        x = x ^ (x // 2**17)
        x = (x ^ (x * 2**5)) % 2**32
        self.state = x
        return x


class ModelMemories:
    """The memories word by word."""

    def __init__(self, system: MemorySystem) -> None:
        self.system = system
        self.caches = [ModelCache(shape) for shape in system.caches]
        self.fetched: list[int | None] = [None] * len(system.memories)
        self.read: list[int | None] = [None] * len(system.memories)
        names = ("reads", "sequential", "line_misses", "sector_misses", "sequential_misses")
        self.fetches = [dict.fromkeys(names, 0) for _ in system.memories]
        names = ("reads", "writes", "words", "line_misses", "sector_misses", "write_misses")
        self.data = [dict.fromkeys((*names, "unaligned"), 0) for _ in system.memories]

    def fetch(self, position: int, offset: int, size: int) -> None:
        memory, counts = self.system.memories[position], self.fetches[position]
        for word in self.words(position, offset, size):
            if word == self.fetched[position]:
                continue
            follows = self.fetched[position] is not None and word == self.fetched[position] + 1
            self.fetched[position] = word
            counts["reads"] += 1
            counts["sequential"] += follows
            lines, missing = self.look_up(position, memory.fetch_cache, [word])
            counts["line_misses"] += lines
            counts["sector_misses"] += missing
            counts["sequential_misses"] += missing and follows

    def access(self, position: int, offset: int, size: int, *, store: bool) -> None:
        memory, counts = self.system.memories[position], self.data[position]
        words = self.words(position, offset, size)
        for start in range(offset, offset + size, min(size, 4)):
            counts["writes" if store else "reads"] += 1
            counts["unaligned"] += (memory.origin + start) % min(size, 4) != 0
        if store:
            lines, _ = self.look_up(position, memory.data_cache, words, write=True)
            counts["write_misses"] += lines
            return
        for word in words:
            counts["words"] += word != self.read[position]
            self.read[position] = word
            lines, missing = self.look_up(position, memory.data_cache, [word])
            counts["line_misses"] += lines
            counts["sector_misses"] += missing

    def words(self, position: int, offset: int, size: int) -> list[int]:
        memory = self.system.memories[position]
        addresses = range(memory.origin + offset, memory.origin + min(offset + size, memory.bytes))
        return sorted({address // memory.read_bytes for address in addresses})

    def look_up(
        self, position: int, cache: int | None, words: list[int], *, write: bool = False
    ) -> tuple[int, int]:
        if cache is None:
            return 0, 0
        read_bytes = self.system.memories[position].read_bytes
        line_bytes = self.system.caches[cache].line_bytes
        lines = missing = 0
        for word in words:
            line, inside = divmod(word * read_bytes, line_bytes)
            sectors = set() if write else {inside // read_bytes}
            allocated, absent = self.caches[cache].use(line, sectors)
            lines += allocated
            missing += len(absent)
        return lines, missing


POWERS = st.integers(0, 4).map(lambda power: 2**power)


@st.composite
def caches(draw) -> SimulatedCache:
    line_bytes = 16 * draw(POWERS)
    ways = draw(POWERS)
    return SimulatedCache(
        line_bytes * ways * draw(POWERS),
        line_bytes,
        ways,
        draw(st.sampled_from(["lru", "fifo", "random"])),
    )


@st.composite
def systems(draw) -> MemorySystem:
    shapes = tuple(draw(st.lists(caches(), min_size=1, max_size=2)))
    position = st.one_of(st.none(), st.integers(0, len(shapes) - 1))
    memories = tuple(
        SimulatedMemory(
            name, origin, 4096, draw(st.sampled_from([4, 8, 16])), draw(position), draw(position)
        )
        for name, origin in (("flash", 0x1000_0000), ("ram", 0x2000_0000))
    )
    return MemorySystem(memories, shapes)


@given(systems(), st.randoms(use_true_random=False))
def test_random_traces_give_what_a_plain_model_gives(parts, system, dice: random.Random):
    plugin, model = PluginMemories(parts, system), ModelMemories(system)
    near = dice.choice([64, 512, 4096])
    start = dice.choice([0, 4096 - near])
    for _ in range(120):
        position, offset = dice.randrange(2), start + dice.randrange(near)
        kind = dice.choice(["fetch", "read", "write"])
        if kind == "fetch":
            size = 2 * dice.randint(1, 60)
            size = min(size, 4096 - offset)
            plugin.fetch(position, offset, size)
            model.fetch(position, offset, size)
        else:
            size = dice.choice([1, 2, 4, 8])
            plugin.access(position, offset, size, store=kind == "write")
            model.access(position, offset, size, store=kind == "write")
    assert [values(counts) for counts in plugin.fetches] == model.fetches
    assert [values(counts) for counts in plugin.data] == model.data
    plugin.close()
