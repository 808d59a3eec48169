"""Two profiles side by side on a terminal, and in one sentence where the time goes."""

import csv
import io
from typing import TYPE_CHECKING

from harness.profile.comparison import Comparison, Pair
from harness.profile.tables import CAUSE_NAMES, make_table, shape_text, time_text
from harness.results.table import count_text

if TYPE_CHECKING:
    from rich.table import Table


def comparison_table(comparison: Comparison) -> "Table":
    """Return a line for each operator of either profile, and their sum."""
    title = f"A: {comparison.left.heading}\nB: {comparison.right.heading}"
    table = make_table(title, "grew most: the cause that adds most to the difference B - A")
    for heading in ("#A", "#B"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(" operator", overflow="fold", max_width=28)
    table.add_column(" output", no_wrap=True)
    for heading in (" cycles A", " cycles B", " B - A", " B / A"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("  grew most", no_wrap=True)
    for pair in comparison.pairs:
        table.add_row(*_cells(pair))
    table.add_section()
    table.add_row(*_cells(comparison.whole), style="bold")
    return table


def _cells(pair: Pair) -> list[str]:
    from rich.markup import escape

    sides = (pair.left, pair.right)
    shape = next(one.shape for one in (pair.right, pair.left) if one is not None)
    cause, cycles = pair.moved_most
    moved = f"{_CAUSES[cause]} {signed(cycles)}" if abs(cycles) >= 1 else "-"
    return [
        *(
            "" if one is None or one.index is None or one.index < 0 else str(one.index)
            for one in sides
        ),
        f" {escape(pair.title)}",
        f" {shape_text(shape)}",
        *("-" if one is None else count_text(round(one.cycles.typical)) for one in sides),
        signed(pair.difference),
        "-" if pair.ratio is None else f"{pair.ratio:.2f}",
        f"  {moved}",
    ]


_CAUSES = {
    "issue": "instructions",
    "execute": "execution",
    "load_use": "loads",
    "branch": "branches",
    "fetch_wait": "fetch wait",
    "data_wait": "data wait",
}


def signed(cycles: float) -> str:
    """Return a difference with its sign: "+1.2 M", "-340 k", "0"."""
    whole = round(cycles)
    return f"{'+' if whole > 0 else '-'}{count_text(abs(whole))}" if whole else "0"


def sentence(comparison: Comparison) -> str:
    """Return in one sentence how the second differs from the first, and where the time goes."""
    whole = comparison.whole
    left, right = comparison.left.milliseconds.typical, comparison.right.milliseconds.typical
    ratio = "-" if whole.ratio is None else f"{whole.ratio:.2f}"
    text = f"B takes {ratio} times the cycles of A"
    if comparison.left.clock_hz != comparison.right.clock_hz and left:
        text += f" and {right / left:.2f} times its time"
    text += f" ({time_text(right)}, not {time_text(left)})"
    if round(whole.difference) == 0:
        return f"{text}."
    sign = -1 if whole.difference < 0 else 1
    kinds = comparison.by_kind()
    kind = max(kinds, key=lambda name: sign * kinds[name])
    cause, cycles = whole.moved_most
    share = 100 * kinds[kind] / whole.difference
    return (
        f"{text}: of the {signed(whole.difference)} cycles, {kind} makes {signed(kinds[kind])} "
        f"({share:.0f} %); by cause, most is {CAUSE_NAMES[cause]}, {signed(cycles)}."
    )


def comparison_csv(comparison: Comparison) -> str:
    """Return one line a pair: position and typical cycles of both, and what each cause adds."""
    text = io.StringIO()
    causes = list(CAUSE_NAMES)
    writer = csv.writer(text, lineterminator="\n")
    head = ["index_a", "index_b", "name", "cycles_a", "cycles_b", "difference", "ratio"]
    writer.writerow([*head, *(f"{cause}_difference" for cause in causes)])
    for pair in comparison.pairs:
        sides = (pair.left, pair.right)
        moved = pair.cause_differences
        writer.writerow(
            [
                *("" if one is None else one.index for one in sides),
                pair.title,
                *("" if one is None else round(one.cycles.typical) for one in sides),
                round(pair.difference),
                "" if pair.ratio is None else round(pair.ratio, 4),
                *(round(moved[cause]) for cause in causes),
            ]
        )
    return text.getvalue()
