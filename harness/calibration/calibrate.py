"""The whole calibration: what each measured run counts, the fit, and the table it makes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness import __version__
from harness.board_tables import Calibration
from harness.boards import Board
from harness.calibration.fit import Coefficients, Fit, Observation, fit_coefficients
from harness.calibration.measurements import Measured, Measurements
from harness.errors import HarnessError

Estimator = Callable[[Board], float]
"""Gives the typical cycles of one measured run on a board."""

_DIGITS = 4


@dataclass(frozen=True)
class Calibrated:
    """The fit, and the table that it makes in the board's file."""

    fit: Fit
    calibration: Calibration


def calibrate(
    board: Board,
    measurements: Measurements,
    estimator_of: Callable[[Measured], Estimator],
    *,
    timing: str,
    source: str | None = None,
) -> Calibrated:
    """Return the stall coefficients of a board's flash that fit the measurements best.

    `estimator_of` gives the timing model's view of one of them, `timing` is that model's name.
    `source` says where the cycles were measured, when the file does not.

    Raises:
        HarnessError: Nothing says where the cycles come from, a run cannot be estimated, or as
            `fit_coefficients`.
    """
    told = source or _source(measurements)
    observations = []
    for row in measurements.rows:
        with _blaming(f"{measurements.path}:{row.line}"):
            observations.append(_observe(board, row, estimator_of(row)))
    with _blaming(str(measurements.path)):
        fit = fit_coefficients(observations)
    unseen = fit.leave_one_out_worst
    calibration = Calibration(
        source=told,
        fetch_read_cycles=round(fit.coefficients.fetch_read_cycles, _DIGITS),
        data_read_cycles=round(fit.coefficients.data_read_cycles, _DIGITS),
        clock_hz=board.clock_hz,
        csv=measurements.path.name,
        sha256=measurements.sha256,
        rows=len(fit.rows),
        worst_error=round(fit.worst_error, _DIGITS),
        leave_one_out_worst=None if unseen is None else round(unseen, _DIGITS),
        timing=timing,
        harness=__version__,
    )
    return Calibrated(fit, calibration)


def _source(measurements: Measurements) -> str:
    if not measurements.sources:
        raise HarnessError(
            f"{measurements.path}: no source; say on which board and how the cycles were measured, "
            "in a column 'source' or with --source"
        )
    return "; ".join(measurements.sources)


@contextmanager
def _blaming(place: str) -> Iterator[None]:
    """Name the place in the file of measurements that an error comes from."""
    try:
        yield
    except HarnessError as error:
        raise HarnessError(f"{place}: {error}") from error


def _observe(board: Board, row: Measured, estimate: Estimator) -> Observation:
    """Take the estimate apart into its three terms.

    It is linear in the coefficients, so that its values at (0, 0), (1, 0) and (0, 1) say all; and
    what is fitted is then exactly what the model does with the coefficients.
    """
    base = estimate(_with_coefficients(board, Coefficients(0, 0)))
    return Observation(
        name=row.name,
        base_cycles=base,
        fetch_reads=estimate(_with_coefficients(board, Coefficients(1, 0))) - base,
        data_reads=estimate(_with_coefficients(board, Coefficients(0, 1))) - base,
        measured=row.cycles,
        uncalibrated=estimate(board.model_copy(update={"calibration": None})),
    )


def _with_coefficients(board: Board, coefficients: Coefficients) -> Board:
    trial = Calibration(
        source="a trial: nothing was measured",
        fetch_read_cycles=coefficients.fetch_read_cycles,
        data_read_cycles=coefficients.data_read_cycles,
        clock_hz=board.clock_hz,
        csv="none",
        sha256="0" * 64,
        rows=3,
        worst_error=0,
        leave_one_out_worst=0,
        timing="none",
        harness=__version__,
    )
    return board.model_copy(update={"calibration": trial})
