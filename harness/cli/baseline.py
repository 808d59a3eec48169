"""The commands `baseline`: the table that a change is held against."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from harness.gate.baseline import Renewed


def make_baseline_app() -> typer.Typer:
    """Return the sub-commands of `harness baseline`."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    app.callback()(_root)
    app.command()(update)
    return app


def _root() -> None:
    """Keep the table that 'harness gate' compares with: results/baseline.csv and its .json."""


def update(
    results: Annotated[
        Path, typer.Option(help="CSV file that 'harness bench' wrote.", metavar="CSV")
    ] = Path("results/bench.csv"),
    baseline: Annotated[
        Path, typer.Option(help="The baseline to write; its .json goes beside it.", metavar="CSV")
    ] = Path("results/baseline.csv"),
) -> None:
    """Make the results the baseline: write its table and what 'harness gate' names symbols by.

    Commit both files. Results with a row that failed, timed out or disagreed with the host are
    refused.

    For example:

      harness bench && harness baseline update
    """
    from harness.cli.tables import make_console
    from harness.gate.baseline import renew_baseline

    console = make_console()
    for line in _lines(renew_baseline(results, baseline)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _lines(renewed: "Renewed") -> list[str]:
    from harness.gate.renewal import renewal_lines

    return [
        *renewal_lines(renewed.comparison),
        f"{renewed.rows} rows in {renewed.csv}, symbols in {renewed.manifest}; commit both",
    ]
