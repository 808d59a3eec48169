"""What changed between two tables, as sections of Markdown."""

from collections.abc import Mapping, Sequence

from harness.gate.attribution import UNNAMED, Attribution
from harness.gate.changes import SHOWN, Change, ShownFigure, cause_texts, shown_figure
from harness.gate.naming import Cell, Naming, board, grouped, model
from harness.gate.output.markup import Section, code, escaped, row, table
from harness.results.comparison import Delta
from harness.results.figures import change_text, figure_text, ratio_text

_FEW_PARTS = 4
_MANY_PARTS = 12
_NBSP = "\N{NO-BREAK SPACE}"


def changes_section(changes: Sequence[Change], naming: Naming) -> Section:
    """Return the table of what changed: new figures, and below each how much more it is."""
    noted = any(change.notes for change in changes)
    headers = ["model", "scheme", "board", *SHOWN]
    aligned = "lll" + "r" * len(SHOWN)
    before = table([*headers, "note"], f"{aligned}l") if noted else table(headers, aligned)
    rows = []
    for change in changes:
        first = change.cells[0]
        cells = [escaped(model(first)), escaped(naming.scheme(first)), *_figures(change)]
        if noted:
            cells.append("<br>".join(escaped(note) for note in change.notes))
        rows.append(row(cells))
    return Section(rows, "row", before)


def figures_section(changes: Sequence[Change], naming: Naming) -> Section:
    """Return the table of every figure that changed, of estimates those of the first board."""
    before = table(["row", "column", "before", "now", "change", ""], "llrrrr")
    rows = []
    for change in changes:
        name = escaped(naming.name(change.cells))
        for delta in change.rows[0].deltas:
            rows.append(row([name, f"`{delta.column}`", *_delta_texts(delta)]))
            name = ""
    return Section(rows, "figure", before)


def owners_section(attributions: Mapping[Cell, Attribution], naming: Naming) -> Section:
    """Return a list of who owns what grew and what shrank: each cause once, with its rows."""
    texts = {
        cell: cause_texts(found, _MANY_PARTS, _part) + _note(found)
        for cell, found in attributions.items()
    }
    return _causes(texts, naming)


def growth_section(attributions: Mapping[Cell, Attribution], naming: Naming) -> Section:
    """Return a list of what grew, a category each: "kernels +1,312 B: Conv2dInt8 +960 B, ..."."""
    texts = {
        cell: cause_texts(found, _FEW_PARTS, _part, grown=True) + _note(found)
        for cell, found in attributions.items()
    }
    return _causes(texts, naming)


def _part(name: str) -> str:
    return escaped(name) if name == UNNAMED else code(name)


def _note(found: Attribution) -> list[str]:
    return [escaped(found.note)] if found.note else []


def _causes(texts: Mapping[Cell, Sequence[str]], naming: Naming) -> Section:
    causes = grouped((text, cell) for cell, listed in texts.items() for text in listed)
    rows = [f"- {cause} ({escaped(naming.names(cells))})" for cause, cells in causes.items()]
    return Section(rows, "cause")


def _figures(change: Change) -> list[str]:
    """Boards and figures; a board a line where a figure differs between them."""
    boards = [escaped(board(one.cell)) for one in change.rows]
    columns = [[shown_figure(one, names) for one in change.rows] for names in SHOWN.values()]
    differs = [len(set(figures)) > 1 for figures in columns]
    texts = [
        "<br>".join(_text(one, " ") for one in figures) if own else _text(figures[0], "<br>")
        for figures, own in zip(columns, differs, strict=True)
    ]
    return [("<br>" if any(differs) else ", ").join(boards), *texts]


def _text(figure: ShownFigure, between: str) -> str:
    told = figure.change.replace(" (", f"{between}(")
    change = f"**{told}**" if figure.worse else told
    parts = [part.replace(" ", _NBSP) for part in (figure.value, change) if part]
    return between.join(parts)


def _delta_texts(delta: Delta) -> list[str]:
    texts = [figure_text(delta.column, value) for value in (delta.old, delta.new)]
    return [*texts, change_text(delta.column, delta.change), ratio_text(delta.ratio)]
