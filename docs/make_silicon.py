"""Write silicon's cycles beside the model's into docs/timing.md: python docs/make_silicon.py."""

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.results.csv_file import read_rows
from harness.results.row import Row

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SILICON = DOCS / "silicon.csv"
TABLES = (DOCS / "example" / "bench.csv", DOCS / "example" / "more_boards.csv")
PAGE = DOCS / "timing.md"
BEGIN, END = "<!-- silicon begins -->\n", "<!-- silicon ends -->\n"

_HEADER = (
    "| board | network | silicon ran | silicon, M cycles | ours | estimate, M cycles | ratio |\n"
    "|---|---|---|---|---|---|---|\n"
)


@dataclass(frozen=True)
class Silicon:
    """One published measurement; `kernels` is the set of ours to set beside it."""

    board: str
    model: str
    scheme: str
    kernels: str
    cycles: int
    measured_with: str
    source: str


def read_silicon(path: Path = SILICON) -> tuple[Silicon, ...]:
    """Return the published measurements."""
    with path.open(newline="") as stream:
        return tuple(
            Silicon(**{**line, "cycles": int(line["cycles"])}) for line in csv.DictReader(stream)
        )


def section(silicon: Sequence[Silicon], rows: Sequence[Row]) -> str:
    """Return the table as Markdown: every measurement, with our estimate where there is one."""
    return _HEADER + "".join(f"| {' | '.join(cells)} |\n" for cells in _lines(silicon, rows))


def _lines(silicon: Sequence[Silicon], rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    found = {(row.board, row.model, row.scheme, row.kernels): row for row in rows}
    for one in silicon:
        row = found.get((one.board, one.model, one.scheme, one.kernels))
        yield (
            one.board,
            f"{one.model} {one.scheme}",
            f"{one.measured_with} ({one.source})",
            _millions(one.cycles),
            one.kernels,
            *_estimate(one, row),
        )


def _estimate(one: Silicon, row: Row | None) -> tuple[str, str]:
    if row is None or row.cycles is None or row.cycles_low is None or row.cycles_high is None:
        return "", ""
    bounds = (row.cycles_low, row.cycles_high)
    low, high = (_millions(value) for value in bounds)
    ratios = [value / one.cycles for value in (row.cycles, *bounds)]
    return (
        f"{_millions(row.cycles)} ({low} to {high})",
        f"{ratios[0]:.2f} ({ratios[1]:.2f} to {ratios[2]:.2f})",
    )


def _millions(cycles: int) -> str:
    """Three digits, as far as they reach behind the point."""
    value = cycles / 1e6
    digits = 3 if value < 1 else max(0, 3 - len(str(int(value))))
    return f"{value:.{digits}f}"


def renewed(page: str, table: str) -> str:
    """Return the page with the table between its two markers."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + table + END + after


def main(arguments: Sequence[str]) -> None:
    """Renew the page from result tables: those in docs/example, or the ones given."""
    tables = [Path(word) for word in arguments] or [path for path in TABLES if path.exists()]
    rows = [row for table in tables for row in read_rows(table)]
    PAGE.write_text(renewed(PAGE.read_text(), section(read_silicon(), rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
