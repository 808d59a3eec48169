"""Promises about the fit: known coefficients come back, errors are those of a hand calculation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.calibration.fit import Coefficients, Observation, fit_coefficients
from harness.errors import HarnessError


def observation(name: str, base: float, fetch: float, data: float, measured: float) -> Observation:
    return Observation(name, base, fetch, data, measured, base + 5 * fetch + 5 * data)


# An early model's figures for NUCLEO-L4R5ZI: core cycles, I misses, D misses, silicon; millions.
KEYWORD = observation("keyword", 9.53, 0.103, 0.091, 13.27)
IMAGE = observation("image", 36.83, 0.395, 0.804, 48.93)
ANOMALY = observation("anomaly", 0.72, 0.002, 0.034, 1.07)
INT8 = (KEYWORD, IMAGE, ANOMALY)
FLOAT32 = (
    observation("image float32", 191.6, 0.002, 5.93, 275.3),
    observation("anomaly float32", 3.48, 0.001, 0.135, 2.94),
)

events = st.lists(
    st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1e6, 1e9)), min_size=3, max_size=8
)
cost = st.floats(0, 50)


@given(events, cost, cost)
def test_synthetic_measurements_give_their_coefficients_back(
    rows: list[tuple[float, float, float]], fetch_cost: float, data_cost: float
) -> None:
    made = [
        observation(str(i), base, fetch, data, base + fetch * fetch_cost + data * data_cost)
        for i, (fetch, data, base) in enumerate(rows)
    ]
    try:
        fit = fit_coefficients(made)
    except HarnessError:
        assume(False)
    assert fit.coefficients.fetch_read_cycles == pytest.approx(fetch_cost, rel=1e-4, abs=1e-4)
    assert fit.coefficients.data_read_cycles == pytest.approx(data_cost, rel=1e-4, abs=1e-4)
    assert fit.worst_error < 1e-6
    assert all(abs(row.left_out) < 1e-6 for row in fit.rows if row.left_out is not None)


def test_the_fit_has_the_least_squares_of_relative_errors() -> None:
    fit = fit_coefficients(INT8)
    found = np.array([fit.coefficients.fetch_read_cycles, fit.coefficients.data_read_cycles])

    def squares(coefficients: np.ndarray) -> float:
        tried = Coefficients(*coefficients)
        return sum((tried.cycles(one) / one.measured - 1) ** 2 for one in INT8)

    least = squares(found)
    for step in ([0.1, 0], [-0.1, 0], [0, 0.1], [0, -0.1], [0.1, -0.1], [-0.1, 0.1]):
        assert squares(found + step) > least


def test_the_prototypes_int8_networks_are_fitted_within_seven_percent() -> None:
    fit = fit_coefficients(INT8)
    assert fit.coefficients.fetch_read_cycles == pytest.approx(21.12, abs=0.01)
    assert fit.coefficients.data_read_cycles == pytest.approx(8.45, abs=0.01)
    assert [round(100 * row.fitted) for row in fit.rows] == [-6, 6, -2]
    assert [round(100 * (row.left_out or 0)) for row in fit.rows] == [-13, 13, -26]


def test_the_prototypes_own_figures_come_out() -> None:
    fit = fit_coefficients((*INT8, *FLOAT32))
    uncalibrated = [round(100 * row.uncalibrated) for row in fit.rows]
    assert uncalibrated == [-21, -12, -16, -20, 41]
    by_hand = Coefficients(12, 10)
    errors = [round(100 * (by_hand.cycles(one) / one.measured - 1)) for one in INT8]
    assert errors == [-12, 1, 1]


def test_leaving_a_row_out_fits_the_others_alone() -> None:
    rows = (*INT8, *FLOAT32)
    fit = fit_coefficients(rows)
    for index, row in enumerate(fit.rows):
        others = [one for position, one in enumerate(rows) if position != index]
        alone = fit_coefficients(others).coefficients
        expected = alone.cycles(rows[index]) / rows[index].measured - 1
        assert row.left_out == pytest.approx(expected)
        assert row.observation is rows[index]


def test_a_coefficient_is_never_below_zero() -> None:
    rows = [
        observation("a", 100, 10, 1, 150),
        observation("b", 100, 1, 10, 95),
        observation("c", 100, 5, 5, 120),
        observation("d", 100, 2, 9, 97),
    ]
    coefficients = fit_coefficients(rows).coefficients
    assert coefficients.data_read_cycles == 0
    assert coefficients.fetch_read_cycles > 0


def test_fewer_rows_than_coefficients_and_one_are_refused() -> None:
    with pytest.raises(HarnessError, match="2 measurements for 2 coefficients; give at least 3"):
        fit_coefficients(INT8[:2])


def test_collinear_rows_are_refused() -> None:
    rows = [observation(str(i), 100, i, 3 * i, 100 + 20 * i) for i in (1, 2, 3, 4)]
    with pytest.raises(HarnessError, match=r"the measurements are collinear: .*; add a network"):
        fit_coefficients(rows)


def test_nothing_is_said_of_a_row_without_which_the_others_are_collinear() -> None:
    alike = [observation(str(i), 100, i, 3 * i, 100 + 20 * i) for i in (1, 2, 3)]
    fit = fit_coefficients([*alike, observation("other", 100, 3, 1, 130)])
    assert [row.left_out is None for row in fit.rows] == [False, False, False, True]
    assert fit.leave_one_out_worst is None
    assert fit.worst_error < 0.1


@pytest.mark.parametrize(
    ("fetch", "data", "kind"), [(0, 1, "instruction"), (1, 0, "data"), (1e-4, 1, "instruction")]
)
def test_a_kind_of_read_that_hardly_happens_is_refused(
    fetch: float, data: float, kind: str
) -> None:
    rows = [
        replace(one, fetch_reads=one.fetch_reads * fetch, data_reads=one.data_reads * data)
        for one in INT8
    ]
    with pytest.raises(HarnessError, match=f"hardly any {kind} reads of flash"):
        fit_coefficients(rows)
