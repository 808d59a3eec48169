"""Two tables side by side: what became of every cell, figure by figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.results.figures import COMPARED, FIGURES, difference
from harness.results.row import Row, Status

Kind = Literal["same", "changed", "added", "gone"]
StatusChange = Literal["worse", "better", "none"]

_BADNESS = {
    Status.OK: 0,
    Status.DOES_NOT_FIT: 1,
    Status.UNSUPPORTED: 2,
    Status.MISMATCH: 3,
    Status.FAILED: 3,
    Status.TIMEOUT: 3,
}


@dataclass(frozen=True)
class Delta:
    """One figure of a cell before and after; None where a table does not have it."""

    column: str
    old: float | None
    new: float | None

    @property
    def change(self) -> float | None:
        """How much more it is; None where either is unknown."""
        return difference(self.new, self.old)

    @property
    def ratio(self) -> float | None:
        """The change as a share of the old figure; None where that is zero or unknown."""
        change = self.change
        return change / self.old if change is not None and self.old else None

    @property
    def worse(self) -> bool | None:
        """Whether the change is for the worse; None where it is unknown or there is none."""
        change = self.change
        if not change:
            return None
        return (change < 0) is FIGURES[self.column].more_is_better


@dataclass(frozen=True)
class RowComparison:
    """One cell in two tables."""

    cell: tuple[str, ...]
    """The row's axes, as `Row.cell`."""
    old: Row | None
    new: Row | None
    deltas: tuple[Delta, ...] = ()
    """Every figure of COMPARED that differs, in the order of the columns."""
    model_changed: bool = False
    """Whether another .tflite file was measured; one not known is another where both were built."""
    incomparable: tuple[str, ...] = ()
    """Why no figures can be compared, a sentence each: another or no known compiler or TFLM,
    another core."""
    warnings: tuple[str, ...] = ()
    """What else is not the same, a sentence each: the board's memories, emulator, timing model,
    samples, metric."""

    @property
    def kind(self) -> Kind:
        """What became of the cell."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "gone"
        changed = self.deltas or self.model_changed or self.old.status != self.new.status
        return "changed" if changed else "same"

    @property
    def status_change(self) -> StatusChange:
        """Whether the status is worse or better than it was.

        From best to worst: ok, does-not-fit, unsupported; then those that were not measured,
        among which there is no better.
        """
        if self.old is None or self.new is None:
            return "none"
        change = _BADNESS[self.new.status] - _BADNESS[self.old.status]
        return "worse" if change > 0 else "better" if change < 0 else "none"

    def delta(self, column: str) -> Delta:
        """Return the figure of `column` in both, whether or not it differs."""
        return Delta(column, _value(self.old, column), _value(self.new, column))

    def incomparable_figure(self, column: str) -> str:
        """Return why this figure alone cannot be compared; "" where it can.

        Estimates of two timing models cannot, nor qualities over other samples.
        """
        if self.old is None or self.new is None:
            return ""
        figure = FIGURES[column]
        watched: tuple[str, ...] = ("timing",) if figure.is_estimate else ()
        watched = ("samples", "metric") if figure.is_quality else watched
        return "; ".join(_differences(self.old, self.new, watched))


@dataclass(frozen=True)
class TableComparison:
    """Two tables, cell by cell: in the order of the new one, then those that are gone."""

    rows: tuple[RowComparison, ...]


def compare_rows(old: Sequence[Row], new: Sequence[Row]) -> TableComparison:
    """Return what became of each cell of both tables; a cell must be in a table at most once."""
    before = {row.cell: row for row in old}
    after = {row.cell: row for row in new}
    gone = [row for row in old if row.cell not in after]
    return TableComparison(
        (
            *(_compared(row.cell, before.get(row.cell), row) for row in new),
            *(RowComparison(row.cell, row, None) for row in gone),
        )
    )


def _compared(cell: tuple[str, ...], old: Row | None, new: Row) -> RowComparison:
    if old is None:
        return RowComparison(cell, None, new)
    deltas = tuple(
        Delta(column, _value(old, column), _value(new, column))
        for column in COMPARED
        if _value(old, column) != _value(new, column)
    )
    return RowComparison(
        cell,
        old,
        new,
        deltas,
        model_changed=_is_another_model(old, new),
        incomparable=(*_differences(old, new, ("core", *_TOOLS)), *_unknown_tools(old, new)),
        warnings=_differences(old, new, _watched(old, new)),
    )


_TOOLS = ("compiler", "tflm")
_NAMES = {
    "core": "another core",
    "compiler": "another compiler",
    "tflm": "another TFLM",
    "emulator": "another emulator",
    "timing": "another timing model",
    "samples": "another number of samples",
    "metric": "another metric",
    "flash_limit_bytes": "another board, flash_limit_bytes",
    "ram_limit_bytes": "another board, ram_limit_bytes",
}
_BUILT = ("flash_bytes", "ram_bytes", "instructions")


def _watched(old: Row, new: Row) -> tuple[str, ...]:
    # What a row does not have it cannot have measured in another way.
    timed = old.cycles is not None and new.cycles is not None
    judged = old.quality_device is not None and new.quality_device is not None
    return (
        "emulator",
        *(("timing",) if timed else ()),
        *(("samples", "metric") if judged else ()),
        *(
            limit
            for limit in ("flash_limit_bytes", "ram_limit_bytes")
            if _both_have(old, new, limit)
        ),
    )


def _is_another_model(old: Row, new: Row) -> bool:
    known = _both_have(old, new, "model_sha256") or _both_built(old, new)
    return known and old.model_sha256 != new.model_sha256


def _both_built(old: Row, new: Row) -> bool:
    return any(_both_have(old, new, column) for column in _BUILT)


def _unknown_tools(old: Row, new: Row) -> tuple[str, ...]:
    """Return which tool neither row names, though both were built: it may be any two."""
    if not _both_built(old, new):
        return ()
    return tuple(
        f"unknown {_NAMES[tool].removeprefix('another ')}, in the baseline and now"
        for tool in _TOOLS
        if getattr(old, tool) is None and getattr(new, tool) is None
    )


def _both_have(old: Row, new: Row, column: str) -> bool:
    return getattr(old, column) is not None and getattr(new, column) is not None


def _differences(old: Row, new: Row, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"{_NAMES[column]}: {_told(getattr(old, column))}, now {_told(getattr(new, column))}"
        for column in columns
        if getattr(old, column) != getattr(new, column)
    )


def _told(value: object) -> str:
    return "not said" if value is None else str(value)


def _value(row: Row | None, column: str) -> float | None:
    return None if row is None else getattr(row, column)
