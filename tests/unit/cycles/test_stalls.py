"""Waits for memory, against sums written out by hand."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from harness.cycles.band import ZERO, Band, exactly
from harness.cycles.memory_layout import CacheTiming, MemoryTiming
from harness.cycles.stalls import data_wait as wait_for_data
from harness.cycles.stalls import fetch_wait
from harness.simulators.trace import DataCount, FetchCount

FIVE = MemoryTiming("flash", exactly(5))
BY_READ = replace(FIVE, fetch=CacheTiming(4, "read", True), data=CacheTiming(4, "read", True))
BY_LINE = replace(FIVE, fetch=CacheTiming(4, "line", True), data=CacheTiming(4, "line", True))
UNKNOWN = replace(FIVE, fetch=CacheTiming(4, None, True), data=CacheTiming(4, None, True))


def data_wait(count: DataCount, memory: MemoryTiming, *, executions: int | None = None) -> Band:
    """An instruction that makes one access each time it runs, unless said otherwise."""
    return wait_for_data(count, memory, executions or max(count.reads, count.writes))


def fetches(reads=0, sequential=0, lines=0, sectors=0, sequential_misses=0) -> FetchCount:
    return FetchCount("warm", 0, 0x100, 8, 0, reads, sequential, lines, sectors, sequential_misses)


def accesses(reads=0, writes=0, words=0, lines=0, sectors=0, write_misses=0) -> DataCount:
    return DataCount("warm", 0, 0x100, 0, reads, writes, words, lines, sectors, write_misses, 0)


def test_without_cache_and_prefetch_each_read_waits_the_wait_states():
    # At best the core itself has fetched ahead what follows; but 10 reads take 60 cycles in all.
    assert fetch_wait(fetches(reads=10, sequential=6), FIVE, exactly(100)) == Band(20, 50, 50)
    assert fetch_wait(fetches(reads=10, sequential=6), FIVE, Band(20, 22, 25)) == Band(35, 50, 50)


def test_prefetch_hides_what_the_core_spends_on_a_word():
    # 10 words, 6 of them prefetched; the core spends 40 / 10 = 4 cycles on each, so that a
    # prefetched word of 5 + 1 cycles is 2 late: 4 x 5 + 6 x 2.
    memory = replace(FIVE, prefetch=True)
    assert fetch_wait(fetches(reads=10, sequential=6), memory, exactly(40)) == Band(20, 32, 50)
    assert fetch_wait(fetches(reads=10, sequential=6), memory, exactly(60)).typical == 20


def test_unknown_prefetch_lies_between():
    memory = replace(FIVE, prefetch=None)
    assert fetch_wait(fetches(reads=10, sequential=6), memory, exactly(60)) == Band(20, 35, 50)


def test_hits_cost_no_fetch_anything():
    for memory in (BY_READ, BY_LINE, UNKNOWN):
        assert fetch_wait(fetches(reads=1000), memory, exactly(0)) == ZERO


def test_a_cache_filled_read_by_read_waits_for_each_of_them():
    # 8 reads of 5 wait states, half a cycle to go on; at most a cycle, behind another read of 6.
    found = fetch_wait(fetches(reads=100, lines=2, sectors=8), BY_READ, exactly(0))
    assert found == Band(40, 44, 8 * (6 + 6))


def test_a_cache_filled_by_lines_waits_between_the_first_read_and_all_of_them():
    # A line is 4 reads of 6 cycles: 23 more than an access that waits for nothing.
    found = fetch_wait(fetches(reads=100, lines=2, sectors=3), BY_LINE, exactly(0))
    assert found == Band(2 * 5, 2 * (5 + 23) / 2, 2 * (24 + 23))


def test_words_that_follow_the_last_may_have_been_fetched_ahead():
    misses = {"reads": 100, "lines": 2, "sectors": 8, "sequential_misses": 7}
    assert fetch_wait(fetches(**misses), BY_READ, exactly(0)).low == 5
    assert fetch_wait(fetches(**misses), BY_LINE, exactly(0)).low == 5
    assert fetch_wait(fetches(**misses), UNKNOWN, exactly(0)).low == 5


def test_where_the_filling_is_unknown_the_figure_lies_between_both():
    found = fetch_wait(fetches(reads=100, lines=2, sectors=8), UNKNOWN, exactly(0))
    assert found == Band(2 * 5, (8 * 6 + 2 * 23) / 2, 8 * 12 - 2)


def test_switching_caches_off_makes_every_read_wait():
    assert fetch_wait(
        fetches(reads=10, lines=1, sectors=2), UNKNOWN, exactly(0), cached=False
    ) == exactly(50)


def test_data_without_cache_waits_for_each_word_or_for_each_read():
    # At most each read waits for a fetch that is under way, 6, and holds up the next one as long.
    assert data_wait(accesses(reads=8, words=2), FIVE) == Band(10, 25, 8 * (5 + 12))


def test_a_vector_is_read_by_words_however_many_elements_it_has():
    # 4 executions, each of 16 elements in 4 new words: at most a word more each time.
    memory = replace(FIVE, holds_code=False, vectors=True)
    found = data_wait(accesses(reads=64, words=16), memory, executions=4)
    assert found == Band(80, (16 + 20) / 2 * 5, 100)


def test_a_transfer_of_many_registers_may_read_the_memory_for_each():
    memory = replace(FIVE, holds_code=False)
    assert data_wait(accesses(reads=8, words=2), memory, executions=1).high == 40


def test_memory_without_code_is_not_shared_with_fetches():
    memory = replace(FIVE, holds_code=False)
    assert data_wait(accesses(reads=8, words=2), memory).high == 40


def test_a_read_that_is_not_aligned_may_be_of_two_words():
    assert data_wait(accesses(reads=16, words=24), FIVE) == Band(80, 120, 24 * (5 + 12))


def test_data_hits_of_a_flash_cache_cost_their_unpublished_time():
    memory = replace(BY_READ, hit=Band(0, 0.5, 1))
    assert data_wait(accesses(reads=9, words=6, lines=1, sectors=2), memory) == Band(
        2 * 5, 2 * 5.5 + 4 * 0.5, 2 * 12 + 4
    )


def test_a_buffer_may_hide_writes():
    assert data_wait(accesses(writes=3), FIVE) == Band(0, 0, 15)


def test_memory_without_wait_states_costs_nothing_whatever_its_caches_do():
    for memory in (FIVE, BY_READ, BY_LINE, UNKNOWN):
        immediate = replace(memory, wait=ZERO, hit=Band(0, 0.5, 1))
        assert fetch_wait(fetches(reads=9, lines=2, sectors=5), immediate, exactly(9)) == ZERO
        assert data_wait(accesses(9, 9, 9, 2, 5, 3), immediate) == ZERO


def test_a_cache_of_unread_size_may_hit_always_or_miss_twice_as_often():
    memory = replace(FIVE, fetch=CacheTiming(1, "line", False))
    assert fetch_wait(fetches(reads=100, lines=4, sectors=4), memory, exactly(0)) == Band(
        0, 22, 2 * 48
    )


def test_a_cache_of_unknown_size_lies_anywhere_up_to_none():
    memory = replace(FIVE, fetch=CacheTiming(1, None, False, False))
    assert fetch_wait(fetches(reads=10), memory, exactly(0)) == Band(0, 25, 50)


def test_a_calibrated_coefficient_moves_the_typical_figure_within_the_band():
    memory = replace(UNKNOWN, fetch_read=9.5, data_read=7)
    found = fetch_wait(fetches(reads=100, lines=2, sectors=8), memory, exactly(0))
    assert found == Band(10, 76, 94)
    assert data_wait(accesses(reads=8, words=8, lines=2, sectors=8), memory).typical == 56


COUNTS = st.integers(0, 10_000)


@given(st.lists(COUNTS, min_size=4, max_size=4), st.sampled_from([FIVE, BY_READ, BY_LINE, UNKNOWN]))
def test_waits_always_rise(counts, memory):
    lines, sectors, words, reads = sorted(counts)
    fetched = fetch_wait(fetches(reads, words, lines, sectors, lines), memory, exactly(100))
    found = data_wait(accesses(reads, reads, 2 * words, lines, sectors, lines), memory)
    for wait in (fetched, found):
        assert 0 <= wait.low <= wait.typical <= wait.high
