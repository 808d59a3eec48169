"""Tiny firmwares with hand-counted events: branches, reads of memories, misses of caches."""

import json
from collections import Counter
from dataclasses import asdict

import pytest
from assembly import NOTHING, trace_of

from harness.process import run
from harness.simulators.machines import MACHINES
from harness.simulators.memory_system import MemorySystem, SimulatedCache, SimulatedMemory
from harness.simulators.qemu import find_qemu
from harness.simulators.trace import Trace, to_dict

pytestmark = pytest.mark.emulator

ALL_MACHINES = pytest.mark.parametrize("machine", sorted(MACHINES))
CODE, RAM = 0, 1
SMALL = SimulatedCache(64, 32, 1, "lru")


def memories(
    machine: str = "mps2-an386",
    fetch: int | None = None,
    data: int | None = None,
    ram_data: int | None = None,
    caches: tuple[SimulatedCache, ...] = (),
) -> MemorySystem:
    """The machine's code memory, read 8 bytes at once, and its RAM, read 4, with these caches."""
    of = MACHINES[machine]
    code = SimulatedMemory("code", of.code_origin, of.code_bytes, 8, fetch, data)
    ram = SimulatedMemory("ram", of.ram_origin, of.ram_bytes, 4, None, ram_data)
    return MemorySystem((code, ram), caches)


SYSTEMS = {
    "none": memories(),
    "two": memories(
        fetch=0, data=1, ram_data=1, caches=(SMALL, SimulatedCache(256, 32, 8, "fifo"))
    ),
    "one": memories(fetch=0, data=0, ram_data=0, caches=(SMALL,)),
}


def taken(trace: Trace) -> dict[str, int]:
    """Return how many blocks of each region were left by a taken branch."""
    sums = Counter(dict.fromkeys(trace.regions, 0))
    for block in trace.blocks:
        sums[block.region] += block.taken
    return dict(sums)


def events(trace: Trace) -> dict[str, Counter[str]]:
    """Return the sums of all events of each region, each named after its kind, memory and field."""
    sums: dict[str, Counter[str]] = {}
    for one in (*trace.fetches, *trace.data):
        of = sums.setdefault(one.region, Counter())
        fields = asdict(one)
        for name in ("region", "index", "address", "length"):
            fields.pop(name, None)
        memory = fields.pop("memory")
        for name, value in fields.items():
            of[f"{type(one).__name__} {memory} {name}"] += value
    return sums


def of_fetches(trace: Trace, region: str) -> tuple[int, ...]:
    """Return reads, sequential, line_misses, sector_misses, sequential_misses of the code."""
    names = ("reads", "sequential", "line_misses", "sector_misses", "sequential_misses")
    of = events(trace)[region]
    return tuple(of[f"FetchCount {CODE} {name}"] for name in names)


def of_data(trace: Trace, region: str, memory: int = RAM) -> tuple[int, ...]:
    """Return reads, writes, words, line, sector and write misses, and unaligned of a memory."""
    names = ("reads", "writes", "words", "line_misses", "sector_misses", "write_misses")
    of = events(trace).get(region, Counter())
    return tuple(of[f"DataCount {memory} {name}"] for name in (*names, "unaligned"))


BRANCHES = {"mark_compare": 2, "mark_call": 3, "mark_it": 4, "mark_table": 5, "mark_end": 0}


@ALL_MACHINES
def test_taken_branches_are_told_from_those_that_fall_through(go, machine):
    trace = trace_of(go("branches", BRANCHES, machine=machine, memory_system=memories(machine)))
    found = taken(trace)
    assert [found[name] for name in ("first", "second", "third", "last")] == [1, 2, 1, 1]
    # The table of the table branch lies in the code's memory and is read as data.
    assert of_data(trace, "last", CODE) == (1, 0, 1, 0, 0, 0, 0)


def test_the_ends_of_low_overhead_loops_are_branches(go):
    regions = {"mark_le": 2, "mark_wls": 3, "mark_letp": 4, "mark_end": 0}
    machine = "mps3-an547"
    trace = trace_of(
        go("low_overhead_loops", regions, machine=machine, memory_system=memories(machine))
    )
    found = taken(trace)
    assert [found[name] for name in ("first", "second", "third")] == [4, 1, 2]
    assert of_data(trace, "third") == (10, 0, 10, 0, 0, 0, 0)


@pytest.mark.parametrize("machine", ["mps2-an386", "mps3-an547"])
def test_wide_loads_count_as_words_whichever_way_the_emulator_makes_them(go, machine):
    regions = {"mark_loads": 2, "mark_end": 0}
    trace = trace_of(
        go("float_accesses", regions, machine=machine, memory_system=memories(machine))
    )
    # Words 0; 0-3; 1, 2; 0-3: the first of the second load is the word that is held.
    assert of_data(trace, "first") == (11, 0, 1 + 3 + 2 + 4, 0, 0, 0, 0)


FETCHES = {"mark_straight": 2, "mark_one_word": 3, "mark_two_words": 4, "mark_end": 0}


@ALL_MACHINES
def test_fetches_read_a_word_when_it_changes(go, machine):
    trace = trace_of(go("fetches", FETCHES, machine=machine, memory_system=memories(machine)))
    assert [trace.regions[name] for name in ("first", "second", "third")] == [13, 12, 20]
    # Words 0, 1, 2, 12; 13; 14 and 15 five times, 14 the first time behind 13.
    assert of_fetches(trace, "first") == (4, 2, 0, 0, 0)
    assert of_fetches(trace, "second") == (1, 1, 0, 0, 0)
    assert of_fetches(trace, "third") == (10, 6, 0, 0, 0)
    assert [taken(trace)[name] for name in ("first", "second", "third")] == [1, 4, 4]


@ALL_MACHINES
def test_a_fetch_cache_answers_what_it_has(go, machine):
    system = memories(machine, fetch=0, caches=(SMALL,))
    trace = trace_of(go("fetches", FETCHES, machine=machine, memory_system=system))
    # Lines 0 and 3 are allocated; each of the words 0, 1, 2, 12, 13, 14, 15 is missed once.
    assert of_fetches(trace, "first") == (4, 2, 2, 4, 2)
    assert of_fetches(trace, "second") == (1, 1, 0, 1, 1)
    assert of_fetches(trace, "third") == (10, 6, 0, 2, 2)


ACCESSES = {
    "mark_reads": 2,
    "mark_several": 3,
    "mark_writes": 4,
    "mark_elsewhere": 5,
    "mark_end": 0,
}


@ALL_MACHINES
def test_accesses_are_counted_by_memory(go, machine):
    trace = trace_of(go("accesses", ACCESSES, machine=machine, memory_system=memories(machine)))
    assert of_data(trace, "first") == (4, 0, 3, 0, 0, 0, 1)
    assert of_data(trace, "second") == (5, 0, 5, 0, 0, 0, 0)
    assert of_data(trace, "third") == (2, 7, 2, 0, 0, 0, 1)
    assert of_data(trace, "last") == (0,) * 7
    assert of_data(trace, "last", CODE)[:2] == (1, 0)


@ALL_MACHINES
def test_a_data_cache_answers_what_it_has_and_writes_allocate_lines(go, machine):
    system = memories(machine, ram_data=0, caches=(SMALL,))
    trace = trace_of(go("accesses", ACCESSES, machine=machine, memory_system=system))
    # Line 0 with the words 0, 1, 2, then 4 and 5; then the stack's line, at whose two words no
    # read has been yet, in the other set.
    assert of_data(trace, "first") == (4, 0, 3, 1, 3, 0, 1)
    assert of_data(trace, "second") == (5, 0, 5, 0, 2, 0, 0)
    assert of_data(trace, "third") == (2, 7, 2, 0, 2, 1, 1)


def test_an_access_belongs_to_its_instruction(go):
    trace = trace_of(go("accesses", ACCESSES, memory_system=memories()))
    loads = [one for one in trace.data if (one.region, one.memory) == ("first", RAM)]
    assert [one.address - loads[0].address for one in loads] == [0, 2, 4, 6]
    assert [one.words for one in loads] == [1, 0, 1, 1]


@ALL_MACHINES
@pytest.mark.parametrize("detail", [True, False], ids=["detail", "totals"])
def test_a_block_that_accesses_a_device_is_counted_once(go, machine, detail):
    regions = {"mark_devices": 2, "mark_page": 3, "mark_end": 0}
    trace = trace_of(go("devices", regions, machine=machine, detail=detail))
    assert [trace.regions[name] for name in ("first", "second")] == [7, 7]


def test_code_that_runs_through_is_one_block_wherever_the_emulator_cuts_it(go):
    trace = trace_of(go("devices", {"mark_page": 2, "mark_end": 0}))
    blocks = [one for one in trace.blocks if one.region == "first"]
    assert [(one.address % 1024, one.length, one.count, one.taken) for one in blocks] == [
        (1012, 7, 1, 0)
    ]


@ALL_MACHINES
@pytest.mark.parametrize("cached", [False, True], ids=["apart", "in order"])
def test_what_it_fetches_is_counted_once_too(go, machine, cached):
    regions = {"mark_devices": 2, "mark_page": 3, "mark_end": 0}
    cache = {"fetch": 0, "data": 0, "caches": (SMALL,)} if cached else {}
    trace = trace_of(
        go("devices", regions, machine=machine, memory_system=memories(machine, **cache))
    )
    assert [taken(trace)[name] for name in ("first", "second")] == [1, 0]
    # Bytes 1012 to 1027 of two pages: the words 126, 127 and 128, from a branch on.
    assert of_fetches(trace, "second")[:2] == (3, 2)


FIRMWARES = pytest.mark.parametrize(
    ("name", "regions", "symbols"),
    [
        ("fetches", FETCHES, NOTHING),
        ("accesses", ACCESSES, NOTHING),
        ("branches", BRANCHES, NOTHING),
        ("devices", {"mark_devices": 2, "mark_page": 3, "mark_end": 0}, NOTHING),
        ("convolve", {"mark_convolve": 2, "mark_end": 0}, {"COUNT": 70}),
        ("operators", {"mark_first": 2, "mark_second": 3, "mark_end": 0}, NOTHING),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
MEMORIES = pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)


@FIRMWARES
@MEMORIES
def test_events_do_not_depend_on_how_the_emulator_forms_blocks(go, name, regions, symbols, system):
    options = {"symbols": symbols, "memory_system": system}
    usual = trace_of(go(name, regions, **options))
    single = trace_of(go(name, regions, one_instruction_blocks=True, **options))
    assert events(usual) == events(single)
    assert events(usual).keys() >= {"boot", "first"}
    for region, count in taken(single).items():
        if region != "none":  # the instructions behind the one that resets run or not
            assert count == taken(usual)[region]


@FIRMWARES
@MEMORIES
def test_every_emulator_gives_the_same_figures_twice(
    go, name, regions, symbols, system, monkeypatch
):
    options = {"symbols": symbols, "memory_system": system}
    first, again = (trace_of(go(name, regions, **options)) for _ in range(2))
    assert json.dumps(to_dict(first)) == json.dumps(to_dict(again))
    monkeypatch.delenv("HARNESS_QEMU", raising=False)
    installed = trace_of(go(name, regions, **options))
    assert (installed.fetches, installed.data) == (first.fetches, first.data)
    for blocks in ("operators", "blocks"):
        here, there = (
            [one for one in getattr(trace, blocks) if one.region != "none"]
            for trace in (first, installed)
        )
        assert here == there


def test_nothing_is_simulated_outside_the_regions(go):
    trace = trace_of(go("fetches", {"mark_straight": 0}, memory_system=memories()))
    assert events(trace).keys() == {"boot"}


def test_an_emulation_can_end_when_a_region_has_been_left_often_enough(go):
    regions = {"mark_forever": 2}
    trace = trace_of(go("hang", regions, symbols={"CHATTY": 0}, stop_after=(2, 5)))
    assert (trace.status, dict(trace.visits)) == ("stop", {"boot": 1, "first": 5})
    assert trace.regions["first"] == 5 * 2


def test_visits_say_how_often_a_region_was_entered(go):
    regions = {"mark_first": 2, "mark_between": 0, "mark_second": 3, "mark_end": 0}
    trace = trace_of(go("operators", regions))
    assert dict(trace.visits) == {"none": 3, "boot": 1, "first": 2, "second": 1}


# What clocks SysTick, by QEMU's hw/arm/mps2.c and mps2-tz.c, in MHz; -icount shift=0 takes an
# instruction for a nanosecond.
CLOCKS = {
    "mps2-an385": 25,
    "mps2-an386": 25,
    "mps2-an500": 25,
    "mps2-an505": 20,
    "mps3-an547": 32,
}


@ALL_MACHINES
def test_totals_equal_what_systick_counts_to_its_resolution(go, assembled, machine, tmp_path):
    turns = {"COUNT": 400_000}
    elf = assembled("systick", machine, **turns)
    options = ["-nodefaults", "-display", "none", "-serial", "file:ticks", "-no-reboot"]
    done = run(
        [find_qemu(), "-M", machine, *options, "-icount", "shift=0", "-kernel", elf], cwd=tmp_path
    )
    assert done.returncode == 0, done.output
    ticks = int.from_bytes((tmp_path / "ticks").read_bytes(), "little")
    regions = {"mark_counted": 2, "mark_sent": 0}
    counted = trace_of(go("systick", regions, machine=machine, symbols=turns)).regions["first"]
    assert counted == 2 * turns["COUNT"]
    instructions_a_tick = 1000 / CLOCKS[machine]
    assert ticks * instructions_a_tick == pytest.approx(counted, abs=2 * instructions_a_tick)
