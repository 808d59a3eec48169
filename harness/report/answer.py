"""Which scheme for which board: the answer that stands first in the report, and its rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.report.limits import Limits
from harness.results.front import latency_ms
from harness.results.row import Row, Status

RULE = (
    "Of what runs on the board within its budgets: the fastest scheme whose quality is not "
    "measurably below the float model's (the 95 % interval of the loss reaches 0), the smaller of "
    "two that are equally fast."
)
"""The rule of the choice, for people."""


@dataclass(frozen=True)
class Choice:
    """The scheme of choice of one model on one board.

    `row` is None where nothing runs; `reason` then says why. `lossy` says that every scheme that
    runs loses quality, so that the one which loses least was chosen. `smallest` is the scheme that
    needs least flash at no measurable loss, where it is another.
    """

    model: str
    board: str
    row: Row | None
    lossy: bool = False
    smallest: Row | None = None
    reason: str = ""


def choose(
    model: str, board: str, rows: Sequence[Row], limits: Mapping[tuple[str, ...], Limits]
) -> Choice:
    """Return the choice among `rows`, all of one model and board, by RULE."""
    running = [row for row in rows if row.status is Status.OK and row.flash_bytes is not None]
    allowed = [row for row in running if not limits[row.cell].broken]
    if not allowed:
        return Choice(model, board, None, reason=_why_none(rows, running))
    faithful = [row for row in allowed if _loses_nothing(row)]
    if not faithful:
        least = min(allowed, key=lambda row: (_lost(row), _slowness(row)))
        return Choice(model, board, least, lossy=least.quality_drop_points is not None)
    best = min(faithful, key=_slowness)
    smallest = min(faithful, key=lambda row: (row.flash_bytes or 0, _slowness(row)))
    return Choice(model, board, best, smallest=None if smallest is best else smallest)


def _loses_nothing(row: Row) -> bool:
    return row.quality_drop_low is not None and row.quality_drop_low <= 0


def _lost(row: Row) -> float:
    return float("inf") if row.quality_drop_points is None else row.quality_drop_points


def _slowness(row: Row) -> tuple[float, float, int]:
    latency = latency_ms(row)
    return (
        float("inf") if latency is None else latency,
        float("inf") if row.instructions is None else row.instructions,
        row.flash_bytes or 0,
    )


def _why_none(rows: Sequence[Row], running: Sequence[Row]) -> str:
    if not rows:
        return "not measured"
    if running:
        return "over budget"
    too_large = [row for row in rows if row.status is Status.DOES_NOT_FIT]
    if too_large:
        nearest = min(too_large, key=_excess)
        return f"does not fit: {nearest.scheme} needs {_excess(nearest) / 1024:.1f} KiB more"
    return "unsupported" if all(r.status is Status.UNSUPPORTED for r in rows) else "not measured"


def _excess(row: Row) -> int:
    pairs = (
        (row.flash_bytes, row.flash_limit_bytes),
        (row.ram_bytes, row.ram_limit_bytes),
    )
    return sum(max(0, used - limit) for used, limit in pairs if used is not None and limit)
