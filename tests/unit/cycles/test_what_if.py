"""Promises about what-ifs: how clocks are written, and what of a board changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.board_tables import Calibration
from harness.boards import load_board, load_boards
from harness.cycles.what_if import WhatIf, changed_board, parse_clock
from harness.errors import HarnessError

CALIBRATION = Calibration(
    source="measured by hand",
    fetch_read_cycles=6,
    data_read_cycles=5,
    clock_hz=120_000_000,
    csv="cycles.csv",
    sha256="0" * 64,
    rows=4,
    worst_error=0.1,
    leave_one_out_worst=0.2,
    timing="cortex-m4 1",
    harness="0.1.0",
)


@pytest.mark.parametrize(
    ("word", "hertz"),
    [
        ("80MHz", 80_000_000),
        ("80mhz", 80_000_000),
        ("80 MHz", 80_000_000),
        ("32.768kHz", 32_768),
        ("1.5 GHz", 1_500_000_000),
        ("80_000_000", 80_000_000),
        ("80000000", 80_000_000),
        ("64M", 64_000_000),
        ("100Hz", 100),
    ],
)
def test_clocks_are_written_in_many_ways(word: str, hertz: int) -> None:
    assert parse_clock(word) == hertz


@pytest.mark.parametrize(
    "word", ["", "MHz", "fast", "-80MHz", "0", "1.5", "0.0000001MHz", "1e9", "80MHz!", "99999GHz"]
)
def test_what_is_no_clock_is_refused_in_one_line(word: str) -> None:
    with pytest.raises(HarnessError, match=r"--clock .*give hertz above 0"):
        parse_clock(word)


@given(st.integers(1, 10_000_000_000))
def test_hertz_are_read_as_they_are(hertz: int) -> None:
    assert parse_clock(str(hertz)) == parse_clock(f"{hertz:_}") == hertz


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clock_hz": 0}, "--clock 0"),
        ({"clock_hz": -1}, "--clock -1"),
        ({"wait_states": -1}, "--wait-states -1"),
        ({"wait_states": 10**6}, "--wait-states 1000000"),
    ],
)
def test_impossible_changes_are_refused(changes: dict[str, int], message: str) -> None:
    with pytest.raises(HarnessError, match=message):
        WhatIf(**changes)


def test_nothing_changes_nothing() -> None:
    for board in load_boards():
        assert changed_board(board, WhatIf()) == board
        assert WhatIf().notes(board) == ()
    assert WhatIf().is_nothing
    assert WhatIf().describe() == "as it is"


def test_clock_and_wait_states_of_the_code_memory_change_and_nothing_else() -> None:
    board = load_board("nucleo-l4r5zi")
    changed = changed_board(board, WhatIf(clock_hz=80_000_000, wait_states=3))
    assert changed.clock_hz == 80_000_000
    code = board.placement.code[0]
    assert changed.region(code).wait_states == 3
    back = changed_board(
        changed, WhatIf(clock_hz=board.clock_hz, wait_states=board.region(code).wait_states)
    )
    assert back.model_dump(exclude={"memory"}) == board.model_dump(exclude={"memory"})
    assert [region.wait_states for region in back.memory] == [
        region.wait_states for region in board.memory
    ]


def test_given_wait_states_are_not_unverified_any_more() -> None:
    board = load_board("nano33ble")
    code = board.placement.code[0]
    assert "wait_states" in board.region(code).unverified
    changed = changed_board(board, WhatIf(wait_states=2)).region(code)
    assert "wait_states" not in changed.unverified


def test_a_board_without_wait_states_has_none_to_change() -> None:
    with pytest.raises(HarnessError, match="--wait-states: the code memory of pico"):
        changed_board(load_board("pico"), WhatIf(wait_states=1))


def test_a_changed_clock_alone_says_that_wait_states_stay() -> None:
    board = load_board("nucleo-l4r5zi")
    assert "the wait states stay" in WhatIf(clock_hz=80_000_000).notes(board)[0]
    assert WhatIf(clock_hz=80_000_000, wait_states=3).notes(board) == ()
    assert WhatIf(clock_hz=board.clock_hz).notes(board) == ()


def test_a_calibration_goes_with_its_wait_states_and_follows_its_clock() -> None:
    board = load_board("nucleo-l4r5zi").model_copy(update={"calibration": CALIBRATION})
    assert board.region("flash").wait_states == 5
    assert changed_board(board, WhatIf(wait_states=3)).calibration is None
    assert "calibration" in WhatIf(wait_states=3).notes(board)[0]
    kept = changed_board(board, WhatIf(clock_hz=80_000_000, wait_states=5)).calibration
    assert kept is not None
    assert kept.clock_hz == 80_000_000
    assert kept.fetch_read_cycles == 6


def test_changes_are_described_in_words() -> None:
    every = WhatIf(80_000_000, 1, cache_off=True, weights_in_ram=True)
    assert every.describe() == "80 MHz, 1 wait state, caches off, weights in RAM"
    assert WhatIf(32_768, 0).describe() == "0.032768 MHz, 0 wait states"
