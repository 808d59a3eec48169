"""The command `gate`: hold the results of a run against budgets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from harness.gate.verdict import Finding, Verdict


def gate(
    results: Annotated[
        Path, typer.Option(help="CSV file that 'harness bench' wrote.", metavar="CSV")
    ] = Path("results/bench.csv"),
    budgets: Annotated[
        Path, typer.Option(help="TOML file with the limits.", metavar="TOML")
    ] = Path("budgets.toml"),
) -> None:
    """Hold the results against budgets; exit with status 1 if one is exceeded.

    A budget names model, scheme and board (wildcards are allowed) and limits flash_bytes,
    ram_bytes or quality_min. A budget that matches no row, or a row without the measurement,
    fails too.

    Example: harness gate --results results/bench.csv --budgets budgets.toml
    """
    from harness.cli.tables import make_console
    from harness.gate.budgets import read_budgets
    from harness.gate.verdict import judge
    from harness.results.csv_file import read_rows

    limits = read_budgets(budgets)
    verdict = judge(read_rows(results), limits)
    console = make_console()
    console.print(_table(verdict))
    for line in (*_notes(verdict), _summary(verdict)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if not verdict.passed:
        raise typer.Exit(1)


def _table(verdict: "Verdict") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from harness.gate.verdict import Outcome

    styles = {Outcome.PASSED: "green", Outcome.FAILED: "bold red", Outcome.SKIPPED: "bright_black"}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for header in ("verdict", "cell", "limit on"):
        table.add_column(header, overflow="fold")
    for header in ("measured", "limit", "headroom"):
        table.add_column(header, justify="right", no_wrap=True)
    for finding in verdict.findings:
        if not finding.limit_name:
            continue
        cells = [finding.cell, finding.limit_name.removesuffix("_min").removesuffix("_bytes")]
        cells += [_figure(finding, value) for value in (finding.measured, finding.limit)]
        cells.append(_figure(finding, finding.headroom, sign="+"))
        table.add_row(Text(finding.outcome, styles[finding.outcome]), *map(Text, cells))
    return table


def _figure(finding: "Finding", value: float | None, sign: str = "") -> str:
    if value is None:
        return "-"
    return f"{value:{sign}.4f}" if finding.limit_name == "quality_min" else f"{value:{sign},} B"


def _notes(verdict: "Verdict") -> list[str]:
    return [
        f"{finding.outcome}: {finding.cell}: {finding.message}"
        for finding in verdict.findings
        if finding.message
    ]


def _summary(verdict: "Verdict") -> str:
    from harness.gate.verdict import Outcome

    counts = {
        outcome: sum(finding.outcome is outcome for finding in verdict.findings)
        for outcome in Outcome
    }
    listed = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    return f"gate {'passed' if verdict.passed else 'FAILED'}: {listed}"
