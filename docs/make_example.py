"""Render the README's example from a table: python docs/make_example.py [results/bench.csv]."""

import io
import re
import shutil
import sys
from pathlib import Path

from rich.console import Console

from harness.results.csv_file import read_rows
from harness.results.table import reasons_text, results_table

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "example" / "bench.csv"
PICTURE = ROOT / "docs" / "example" / "table.svg"
WIDTH = 108
BOARD = "nano33ble"
"""The picture shows one board; the table has all."""

# rich's own template, without the web font: the picture must not reach for the network.
_FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, monospace;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{width}" height="{height}"/></clipPath>
{lines}
</defs>
<rect fill="#292929" width="100%" height="100%" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture(table: Path) -> str:
    """Return the table as an SVG image of a terminal."""
    rows = [row for row in read_rows(table) if row.board == BOARD]
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(f"$ harness bench --board {BOARD}", style="bold")
    console.print(results_table(rows))
    console.print(reasons_text(rows), highlight=False, markup=False)
    svg = console.export_svg(title="", code_format=_FRAME, unique_id="harness")
    return re.sub(r"[ \t]+\n", "\n", svg)


def main(arguments: list[str]) -> None:
    """Copy the table and render its picture."""
    source = Path(arguments[0]) if arguments else ROOT / "results" / "bench.csv"
    TABLE.parent.mkdir(exist_ok=True)
    if source.resolve() != TABLE:
        shutil.copyfile(source, TABLE)
    PICTURE.write_text(picture(TABLE))


if __name__ == "__main__":
    main(sys.argv[1:])
