"""Fit a board's two stall coefficients to measured cycles: the arithmetic alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from harness.errors import HarnessError

COEFFICIENTS = 2
FEWEST_ROWS = COEFFICIENTS + 1
"""One row more than coefficients: else every fit is perfect and leaving one out impossible."""

_LEAST_SHARE = 1e-4
"""Reads a cycle, over all rows, below which their cost drowns: at 10 cycles a read they make a
thousandth of the time."""

_MOST_COLLINEAR = 30.0
"""The condition number of columns of length 1 from which one column all but follows from the
other: the usual bound in regression diagnostics (Belsley, Kuh and Welsch)."""


@dataclass(frozen=True)
class Observation:
    """One measured run: cycles are `base_cycles` + `fetch_reads` x a + `data_reads` x b.

    `measured` is what silicon took, `uncalibrated` what the model says without any calibration.
    """

    name: str
    base_cycles: float
    fetch_reads: float
    data_reads: float
    measured: float
    uncalibrated: float


@dataclass(frozen=True)
class Coefficients:
    """Stall cycles of each instruction read and each data read that no cache answered."""

    fetch_read_cycles: float
    data_read_cycles: float

    def cycles(self, observation: Observation) -> float:
        """Return the cycles that they give for a run."""
        return (
            observation.base_cycles
            + observation.fetch_reads * self.fetch_read_cycles
            + observation.data_reads * self.data_read_cycles
        )


@dataclass(frozen=True)
class FittedRow:
    """A run beside its estimates; errors are relative to the measured cycles, 0.1 is 10 % more.

    `left_out` is the error of coefficients that were fitted to all other rows; None where these
    are collinear, so that they hang on this one.
    """

    observation: Observation
    fitted: float
    left_out: float | None
    uncalibrated: float


@dataclass(frozen=True)
class Fit:
    """The coefficients that fit best, and every row's errors."""

    coefficients: Coefficients
    rows: tuple[FittedRow, ...]

    @property
    def worst_error(self) -> float:
        """The largest relative error of a fitted row, either way."""
        return max(abs(row.fitted) for row in self.rows)

    @property
    def leave_one_out_worst(self) -> float | None:
        """The largest relative error of a row that was left out, either way; None if not known."""
        errors = [row.left_out for row in self.rows]
        known = [abs(error) for error in errors if error is not None]
        return max(known) if len(known) == len(errors) else None


def fit_coefficients(observations: Sequence[Observation]) -> Fit:
    """Return the coefficients, none below 0, whose relative errors have the least squares.

    Relative, so that a run of 50 M cycles weighs no more than one of 1 M.

    Raises:
        HarnessError: There are too few rows, or they are collinear.
    """
    if len(observations) < FEWEST_ROWS:
        raise HarnessError(
            f"{len(observations)} measurements for {COEFFICIENTS} coefficients; "
            f"give at least {FEWEST_ROWS}"
        )
    coefficients = _solve(observations)
    rows = tuple(
        FittedRow(
            observation=one,
            fitted=_error(coefficients.cycles(one), one),
            left_out=_left_out(observations, index),
            uncalibrated=_error(one.uncalibrated, one),
        )
        for index, one in enumerate(observations)
    )
    return Fit(coefficients, rows)


def _left_out(observations: Sequence[Observation], index: int) -> float | None:
    one = observations[index]
    try:
        without = _solve([*observations[:index], *observations[index + 1 :]])
    except HarnessError:
        return None
    return _error(without.cycles(one), one)


def _error(cycles: float, one: Observation) -> float:
    return cycles / one.measured - 1


def _solve(observations: Sequence[Observation]) -> Coefficients:
    measured = np.array([one.measured for one in observations])
    events = np.array([(one.fetch_reads, one.data_reads) for one in observations])
    stalls = 1 - np.array([one.base_cycles for one in observations]) / measured
    shares = events / measured[:, np.newaxis]
    _check_rank(shares)
    found = lsq_linear(shares, stalls, bounds=(0, np.inf), method="bvls")
    fetch, data = (float(value) for value in found.x)
    return Coefficients(fetch, data)


def _check_rank(shares: NDArray[np.float64]) -> None:
    lengths = np.linalg.norm(shares, axis=0)
    for length, what in zip(lengths, ("instruction", "data"), strict=True):
        if length < _LEAST_SHARE:
            raise HarnessError(
                f"hardly any {what} reads of flash in the measurements, so that their cost "
                "cannot be told; add a network that has them"
            )
    if np.linalg.cond(shares / lengths) > _MOST_COLLINEAR:
        raise HarnessError(
            "the measurements are collinear: in all of them instruction and data reads of flash "
            "are in nearly the same proportion; add a network of another kind"
        )
