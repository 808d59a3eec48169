"""Promises about energy: figures that a hand calculation gives, or the reason for none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.board_tables import Current
from harness.boards import Board, load_board
from harness.cycles.band import Band, exactly
from harness.cycles.energy import Energy, battery_days, energy, idle_ua


def with_current(**figures: object) -> Board:
    board = load_board("nano33ble")
    given = {"active_ua_per_mhz": 50.0, "voltage": 3.0, "source": "the test"} | figures
    return board.model_copy(update={"current": Current.model_validate(given)})


def microjoules(board: Board, cycles: Band) -> Band:
    found = energy(board, cycles)
    assert isinstance(found, Energy)
    return found.microjoules


def test_energy_is_current_times_voltage_times_time() -> None:
    board = with_current()
    amperes = 50e-6 * 64
    seconds = 6.4e6 / 64e6
    expected = amperes * 3.0 * seconds * 1e6
    assert microjoules(board, exactly(6.4e6)).typical == pytest.approx(expected)
    assert expected == pytest.approx(960)


def test_band_joins_that_of_the_cycles_and_that_of_the_current() -> None:
    board = with_current(active_ua_per_mhz_low=40.0, active_ua_per_mhz_high=80.0)
    found = microjoules(board, Band(1e6, 2e6, 3e6))
    assert found.low == pytest.approx(40e-6 * 3 * 1e6)
    assert found.typical == pytest.approx(50e-6 * 3 * 2e6)
    assert found.high == pytest.approx(80e-6 * 3 * 3e6)


@given(st.floats(0, 1e12), st.floats(0, 1e12), st.floats(0, 1e12))
def test_bands_keep_rising(first: float, second: float, third: float) -> None:
    low, typical, high = sorted((first, second, third))
    found = microjoules(with_current(active_ua_per_mhz_low=1.5), Band(low, typical, high))
    assert found.low <= found.typical <= found.high


def test_energy_does_not_depend_on_the_clock() -> None:
    board = with_current()
    faster = board.model_copy(update={"clock_hz": 2 * board.clock_hz})
    assert microjoules(faster, exactly(1000)) == microjoules(board, exactly(1000))


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        ({"source": "unverified"}, "current.active_ua_per_mhz is unverified"),
        ({"unverified": ("active_ua_per_mhz",)}, "current.active_ua_per_mhz is unverified"),
        ({"unverified": ("voltage",)}, "current.voltage is unverified"),
    ],
)
def test_a_current_that_nobody_read_gives_the_reason(
    figures: dict[str, object], reason: str
) -> None:
    found = energy(with_current(**figures), exactly(1))
    assert isinstance(found, str)
    assert reason in found


def test_a_board_without_a_current_gives_the_reason() -> None:
    board = load_board("nano33ble").model_copy(update={"current": None})
    assert energy(board, exactly(1)) == "board nano33ble names no supply current"


def test_the_current_is_named_with_its_conditions() -> None:
    found = energy(load_board("nano33ble"), exactly(1))
    assert isinstance(found, Energy)
    assert found.current.startswith("52 uA/MHz at 3 V, code in flash, DC/DC converter (nRF52840")


def test_a_battery_of_one_milliampere_hour_lasts_an_hour_at_one_milliampere() -> None:
    by_idling = battery_days(0, stride_ms=1000, idle_ua=1000, battery_mah=1, volts=3)
    by_computing = battery_days(3000, stride_ms=1000, idle_ua=0, battery_mah=1, volts=3)
    assert by_idling == pytest.approx(1 / 24)
    assert by_computing == pytest.approx(1 / 24)


def test_no_current_at_all_never_empties_a_battery() -> None:
    assert math.isinf(battery_days(0, 1000, 0, 1, 3))


@pytest.mark.parametrize("wrong", [{"volts": 0.0}, {"stride_ms": 0.0}, {"energy_uj": -1.0}])
def test_impossible_figures_of_a_battery_are_refused(wrong: dict[str, float]) -> None:
    figures = {"energy_uj": 1.0, "stride_ms": 1.0, "idle_ua": 1.0, "battery_mah": 1.0, "volts": 3.0}
    with pytest.raises(ValueError, match="positive figures"):
        battery_days(**(figures | wrong))


def test_only_a_sourced_idle_current_is_used() -> None:
    assert idle_ua(with_current(idle_ua=2.0)) == 2.0
    assert idle_ua(with_current(idle_ua=2.0, unverified=("idle_ua",))) is None
    assert idle_ua(with_current()) is None
