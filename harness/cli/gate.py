"""The command `gate`: hold the results of a run against budgets and baseline."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

_WIDEST = 100

if TYPE_CHECKING:
    from harness.gate.run import GateAnswer


def gate(  # noqa: PLR0913, PLR0917 -- one parameter an option
    results: Annotated[
        Path, typer.Option(help="CSV file that 'harness bench' wrote.", metavar="CSV")
    ] = Path("results/bench.csv"),
    budgets: Annotated[
        Path, typer.Option(help="TOML file with the limits.", metavar="TOML")
    ] = Path("budgets.toml"),
    baseline: Annotated[
        Path | None,
        typer.Option(
            help="Table to compare with; results/baseline.csv unless given.", metavar="CSV"
        ),
    ] = None,
    no_baseline: Annotated[
        bool, typer.Option("--no-baseline", help="Hold absolute limits only.")
    ] = False,
    markdown: Annotated[
        Path | None, typer.Option(help="Write the verdict as Markdown.", metavar="FILE")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="Write it as JUnit XML.", metavar="FILE")
    ] = None,
    bencher: Annotated[
        Path | None, typer.Option(help="Write the figures for bencher.dev.", metavar="FILE")
    ] = None,
    github_benchmark: Annotated[
        Path | None,
        typer.Option(help="Write the figures for github-action-benchmark.", metavar="FILE"),
    ] = None,
    annotations: Annotated[
        bool | None,
        typer.Option(
            help="Print GitHub annotations, and write the job summary to the file that "
            "GITHUB_STEP_SUMMARY names; on where GITHUB_ACTIONS is true."
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="List all that was held.")] = False,
) -> None:
    """Hold the results against limits; exit with status 1 if one is exceeded.

    budgets.toml names cells by model, scheme, board and more (wildcards are allowed). Its
    [[budget]] tables hold absolute limits: most flash, RAM, instructions, cycles, energy, least
    quality. Its [[growth]] tables say how much worse than the baseline a figure may be. Whatever
    cannot be held fails: a table that matches no row, a row or figure that is not there, a
    baseline of another compiler. docs/budgets.md lists all limits.

    For example:

      harness bench && harness gate

      harness gate --baseline main.csv --markdown comment.md --junit gate.xml

      harness baseline update      after a pass, to hold what shrank
    """
    from harness.errors import HarnessError
    from harness.files import check_outputs, write_atomically
    from harness.gate.baseline import DEFAULT_BASELINE
    from harness.gate.output.annotations import annotations_text, commands_stopped
    from harness.gate.run import GateRequest, run_gate

    if baseline is not None and no_baseline:
        raise HarnessError("--baseline and --no-baseline: give one of them")
    outputs = (markdown, junit, bencher, github_benchmark)
    tables = [results, baseline or DEFAULT_BASELINE]
    check_outputs(outputs, [budgets, *tables, *(path.with_suffix(".json") for path in tables)])
    on_github = os.environ.get("GITHUB_ACTIONS") == "true" if annotations is None else annotations
    with commands_stopped(on_github):
        answer = run_gate(GateRequest(results, budgets, baseline, compare=not no_baseline))
        # Files before anything is printed: they are there even if the terminal is not.
        for path, text in _texts(answer, outputs):
            write_atomically(path, text)
        if on_github:
            _write_job_summary(answer)
        _print(answer, verbose)
    if on_github:
        typer.echo(annotations_text(answer.verdict, str(budgets)), nl=False)
    if not answer.verdict.passed:
        raise typer.Exit(1)


def _print(answer: "GateAnswer", verbose: bool) -> None:
    from harness.cli.tables import make_console
    from harness.gate.output.terminal import TerminalReport

    report = TerminalReport(answer.verdict, verbose)
    console = make_console()
    for table in report.tables():
        console.print(table, width=min(console.width, _WIDEST))
    for line in report.lines():
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _texts(answer: "GateAnswer", paths: Sequence[Path | None]) -> list[tuple[Path, str]]:
    """Return what to write where: Markdown, JUnit, bencher.dev, github-action-benchmark."""
    from harness.gate.output.benchmark_json import bencher_text, github_benchmark_text
    from harness.gate.output.junit import junit_text
    from harness.gate.output.markdown import markdown_text

    makers: tuple[Callable[[], str], ...] = (
        lambda: markdown_text(answer.verdict),
        lambda: junit_text(answer.verdict),
        lambda: bencher_text(answer.rows),
        lambda: github_benchmark_text(answer.rows),
    )
    return [(path, make()) for path, make in zip(paths, makers, strict=True) if path is not None]


def _write_job_summary(answer: "GateAnswer") -> None:
    """Append the Markdown to the job's summary where it has one."""
    from harness.gate.output.annotations import append_job_summary
    from harness.gate.output.markdown import markdown_text

    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        append_job_summary(Path(summary), markdown_text(answer.verdict))
