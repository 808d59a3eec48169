"""The command `compare`: what changed from one table to another."""

from pathlib import Path
from typing import Annotated

import typer


def compare(
    old: Annotated[Path, typer.Argument(help="Table of before.", metavar="OLD.csv")],
    new: Annotated[Path, typer.Argument(help="Table of now.", metavar="NEW.csv")],
    markdown: Annotated[
        Path | None, typer.Option(help="Write the comparison as Markdown too.", metavar="FILE")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="List every figure that changed, not only the main ones.")
    ] = False,
) -> None:
    """Show what changed from one table to another, and which symbols and operators it is.

    Symbols and operators are known where each table's manifest (.json) stands beside it. Nothing is
    judged: the exit status is 0 whatever changed. To hold changes against limits, see harness gate.

    Example: harness compare results/baseline.csv results/bench.csv
    """
    from harness.cli.tables import make_console
    from harness.files import check_outputs, write_atomically
    from harness.gate.attribution import attribute
    from harness.gate.baseline import read_contents
    from harness.gate.changes import changes_of
    from harness.gate.naming import Naming
    from harness.gate.output.changes_terminal import change_lines, changes_table, figures_table
    from harness.gate.output.markdown import comparison_markdown
    from harness.results.comparison import compare_rows
    from harness.results.csv_file import read_rows

    check_outputs([markdown], [old, new])
    before, after = read_rows(old), read_rows(new)
    comparison = compare_rows(before, after)
    contents = read_contents(old, before), read_contents(new, after)
    attributions = attribute(comparison, *contents)
    changes = changes_of(comparison)
    naming = Naming.of([one.cell for one in comparison.rows])
    if markdown is not None:
        write_atomically(markdown, comparison_markdown(comparison, attributions))
    console = make_console()
    if changes:
        shown = figures_table if everything else changes_table
        console.print(shown(changes, naming))
    for line in change_lines(comparison, attributions, naming):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
