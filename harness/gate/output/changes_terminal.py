"""What changed between two tables, on a terminal of 100 columns."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from harness.gate.attribution import Attribution
from harness.gate.changes import (
    SHOWN,
    Change,
    ShownFigure,
    cause_texts,
    shown_figure,
    tool_changes,
)
from harness.gate.naming import Cell, Naming, board, grouped, model
from harness.results.comparison import RowComparison, TableComparison
from harness.results.figures import change_text, figure_text, ratio_text

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_MOST_PARTS = 4


def changes_table(changes: Sequence[Change], naming: Naming) -> "Table":
    """Return new figures, and below each how much more it is; boards with one change together."""
    from rich.text import Text

    table = _table(("model, scheme, board", *SHOWN), left=1)
    for change in changes:
        name = f"{model(change.cells[0])} {naming.scheme(change.cells[0])}"
        alike = grouped((_figures_of(one), board(one.cell)) for one in change.rows)
        for figures, boards in alike.items():
            lines = [name, f"  {', '.join(boards)}", *(f"  {note}" for note in change.notes)]
            table.add_row(Text("\n".join(lines)), *map(_figure, figures))
    return table


def figures_table(changes: Sequence[Change], naming: Naming) -> "Table":
    """Return every figure that changed, of each board."""
    from rich.text import Text

    table = _table(("row", "column", "before", "now", "change", ""), left=2)
    for change in changes:
        for one in change.rows:
            name = naming.name([one.cell])
            for delta in one.deltas:
                texts = [figure_text(delta.column, value) for value in (delta.old, delta.new)]
                texts += [change_text(delta.column, delta.change), ratio_text(delta.ratio)]
                table.add_row(*map(Text, (name, delta.column, *texts)))
                name = ""
    return table


def change_lines(
    comparison: TableComparison, attributions: Mapping[Cell, Attribution], naming: Naming
) -> Iterator[str]:
    """Return what stands below the table: who owns what changed, other tools, a summary."""
    causes = grouped(
        (text, cell)
        for cell, found in attributions.items()
        for text in (*cause_texts(found, _MOST_PARTS), *([found.note] if found.note else []))
    )
    for text, cells in causes.items():
        yield f"{text} ({naming.names(cells, 1)})"
    for text, made in tool_changes(comparison).items():
        yield f"{text} ({naming.names(made, 1)})"
    yield summary_line(comparison)


def summary_line(comparison: TableComparison) -> str:
    """Return how many rows became what: "3 changed, 1 new, 168 the same"."""
    words = {"changed": "changed", "added": "new", "gone": "gone", "same": "the same"}
    counts = {
        word: sum(one.kind == kind for one in comparison.rows) for kind, word in words.items()
    }
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no rows"


def _figures_of(one: RowComparison) -> tuple[ShownFigure, ...]:
    return tuple(shown_figure(one, columns) for columns in SHOWN.values())


def _figure(figure: ShownFigure) -> "Text":
    from rich.text import Text

    text = Text(figure.value)
    if figure.change:
        text.append(f"\n{figure.change}", "bold yellow" if figure.worse else "green")
    return text


def _table(headers: Sequence[str], left: int) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for place, header in enumerate(headers):
        if place < left:
            table.add_column(header, overflow="fold")
        else:
            table.add_column(header, justify="right", no_wrap=True)
    return table
