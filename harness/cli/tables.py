"""Print on the terminal."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.results.row import Row

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_OFF_TERMINAL = 110


def make_console() -> "Console":
    """Return the console of standard output; in a pipe it is wide enough for every table."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL
    return Console(width=width, emoji=False)


def print_rows(rows: Sequence[Row]) -> None:
    """Print the table of results, and below it the reasons that it has no room for."""
    from harness.results.table import reasons_text, results_table

    console = make_console()
    console.print(results_table(rows))
    reasons = reasons_text(rows)
    if reasons:
        console.print(reasons, highlight=False, markup=False, soft_wrap=True)
