"""What changed between two tables: rows that one change explains together, figure by figure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.gate.attribution import Attribution, CategoryChange, PartChange
from harness.gate.naming import Cell, grouped, without_board
from harness.results.comparison import Delta, RowComparison, TableComparison
from harness.results.figures import FIGURES, bytes_change_text, change_text, figure_text, ratio_text

_LATENCY = ("pipeline_latency_ms", "latency_ms")
SHOWN = {
    "flash": ("flash_bytes",),
    "RAM": ("ram_bytes",),
    "instructions": ("pipeline_instructions", "instructions"),
    "ms": _LATENCY,
    "quality": ("quality_device",),
}
"""What is shown of a row, by heading: the first of these columns that the row has."""


@dataclass(frozen=True)
class Change:
    """Rows that differ in their board and in estimates alone, and what they have in common."""

    rows: tuple[RowComparison, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells, in the order of the table."""
        return tuple(row.cell for row in self.rows)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before the figures: new, gone, another status or model."""
        return _notes(self.rows[0])

    @property
    def worse(self) -> bool:
        """Whether a figure that is shown is worse than it was, or a row is not what it was."""
        figures = (shown_figure(one, columns) for one in self.rows for columns in SHOWN.values())
        return bool(self.notes) or any(figure.worse for figure in figures)


@dataclass(frozen=True)
class ShownFigure:
    """A figure of the new table, and how much more it is than in the old: "+12 B (+1.0 %)".

    Milliseconds stand without their unit.
    """

    value: str
    change: str = ""
    worse: bool = False


def changes_of(comparison: TableComparison) -> tuple[Change, ...]:
    """Return what changed, in the order of the table, boards with one and the same change merged.

    Estimates are the boards' own, so that they may differ within a change.
    """
    changed = [(_key(one), one) for one in comparison.rows if one.kind != "same"]
    return tuple(Change(tuple(rows)) for rows in grouped(changed).values())


def shown_figure(one: RowComparison, columns: Sequence[str]) -> ShownFigure:
    """Return the first of `columns` that the row has; of an estimate the change is a share."""
    delta = _shown(one, columns)
    if one.new is None:
        return ShownFigure("")
    value = figure_text(delta.column, delta.new).removesuffix(" ms")  # which heads the column
    if one.old is None or delta.old == delta.new:
        return ShownFigure(value)
    if delta.change is None:
        return ShownFigure(value, f"was {figure_text(delta.column, delta.old)}")
    figure = FIGURES[delta.column]
    told = change_text(delta.column, delta.change)
    share = "" if figure.is_quality else ratio_text(delta.ratio)
    if share:
        told = share if figure.is_estimate else f"{told} ({share})"
    return ShownFigure(value, told, bool(delta.worse))


def cause_texts(
    found: Attribution, most: int, write: Callable[[str], str] = str, *, grown: bool = False
) -> list[str]:
    """Return who owns a change, a category each: "kernels +1,312 B: Conv2dInt8 +960 B, ...".

    Instructions come last, by operator. At most `most` symbols or operators are named, as `write`
    writes them; those left out are counted. With `grown`, what shrank is left out.
    """
    ram = [replace(one, category=f"RAM {one.category}") for one in found.ram]
    categories = [one for one in (*found.flash, *ram) if one.change > 0 or not grown]
    texts = [_category_text(one, most, write) for one in categories]
    more = sum(part.change for part in found.instructions)
    if found.instructions and (more > 0 or not grown):
        texts.append(f"instructions {more:+,}: {_parts(found.instructions, '', most, write)}")
    return texts


def provenance(comparison: TableComparison) -> tuple[str, ...]:
    """Return what made the new table, each thing once: compiler, TFLM, emulator, timing model."""
    rows = [one.new for one in comparison.rows if one.new is not None]
    columns = ("compiler", "tflm", "emulator", "timing")
    return tuple(
        dict.fromkeys(
            value for column in columns for row in rows if (value := getattr(row, column))
        )
    )


def tool_changes(comparison: TableComparison) -> Mapping[str, Sequence[Cell]]:
    """Return what other tools made the new table, a sentence each, with the cells it is true of."""
    return grouped(
        (text, one.cell) for one in comparison.rows for text in (*one.incomparable, *one.warnings)
    )


def _key(one: RowComparison) -> tuple[object, ...]:
    exact = tuple(delta for delta in one.deltas if not FIGURES[delta.column].is_estimate)
    figures = tuple(_shown(one, columns) for columns in SHOWN.values() if columns != _LATENCY)
    return (without_board(one.cell), exact, figures, _notes(one))


def _shown(one: RowComparison, columns: Sequence[str]) -> Delta:
    found = [one.delta(column) for column in columns]
    return next((d for d in found if d.old is not None or d.new is not None), found[-1])


def _notes(one: RowComparison) -> tuple[str, ...]:
    if one.old is None:
        return ("new",)
    if one.new is None:
        return ("gone",)
    notes = []
    if one.old.status != one.new.status:
        notes.append(f"{one.old.status} → {one.new.status}")
    if one.model_changed:
        notes.append("another model: differences are of two models")
    return tuple(notes)


def _category_text(one: CategoryChange, most: int, write: Callable[[str], str]) -> str:
    total = f"{one.category} {bytes_change_text(one.change)}"
    return f"{total}: {_parts(one.parts, ' B', most, write)}" if one.parts else total


def _parts(parts: Sequence[PartChange], unit: str, most: int, write: Callable[[str], str]) -> str:
    texts = [f"{write(part.name)} {part.change:+,}{unit}" for part in parts[:most]]
    rest = parts[most:]
    if rest:
        texts.append(f"{len(rest)} more {sum(part.change for part in rest):+,}{unit}")
    return ", ".join(texts)
