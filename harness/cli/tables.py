"""Print results on the terminal."""

import sys
from collections.abc import Sequence

from harness.results.row import Row

_WIDTH_OFF_TERMINAL = 110


def print_rows(rows: Sequence[Row]) -> None:
    """Print the table of results, and below it the reasons that it has no room for."""
    from rich.console import Console

    from harness.results.table import reasons_text, results_table

    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OFF_TERMINAL)
    console.print(results_table(rows))
    reasons = reasons_text(rows)
    if reasons:
        console.print(reasons, highlight=False, markup=False, soft_wrap=True)
