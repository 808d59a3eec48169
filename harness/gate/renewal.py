"""What a new baseline changes against the earlier one, in a few lines."""

from harness.gate.naming import Naming, grouped, without_board
from harness.results.comparison import RowComparison, TableComparison
from harness.results.figures import change_text

_SHOWN = ("flash_bytes", "ram_bytes", "instructions", "quality_device", "latency_ms")
_MOST_LINES = 12


def renewal_lines(comparison: TableComparison | None) -> list[str]:
    """Return what changed, rows that differ in their board alone together; no line for no change.

    `comparison` is the new table against the earlier one, None where none could be read.
    """
    if comparison is None:
        return []
    naming = Naming.of([row.cell for row in comparison.rows])
    groups = grouped(
        ((without_board(row.cell), text), row.cell)
        for row in comparison.rows
        if (text := _row_text(row))
    )
    lines = [f"{naming.name(cells)}: {text}" for (_, text), cells in groups.items()]
    more = len(lines) - _MOST_LINES
    rest = [f"and {more} more rows that changed"] if more > 0 else []
    return lines[:_MOST_LINES] + rest or ["as the earlier baseline, figure by figure"]


def _row_text(row: RowComparison) -> str:
    if row.old is None:
        return "new"
    if row.new is None:
        return "gone"
    texts = ["another model"] if row.model_changed else []
    if row.old.status != row.new.status:
        texts.append(f"{row.old.status}, now {row.new.status}")
    texts += row.incomparable
    changes = [row.delta(column) for column in _SHOWN]
    texts += [
        f"{_name(delta.column)} {change_text(delta.column, delta.change)}"
        for delta in changes
        if delta.change
    ]
    if row.kind == "changed" and not texts:
        texts.append(f"{len(row.deltas)} other figures")
    return ", ".join(texts)


def _name(column: str) -> str:
    return column.removesuffix("_bytes").removesuffix("_ms").removesuffix("_device")
