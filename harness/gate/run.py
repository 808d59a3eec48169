"""One run of the gate: the files that it is asked to read, and the verdict over them."""

from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import HarnessError
from harness.gate.attribution import attribute
from harness.gate.baseline import DEFAULT_BASELINE, read_contents
from harness.gate.budgets import BudgetsFile, read_budgets
from harness.gate.judge import judge
from harness.gate.verdict import Finding, Outcome, Verdict
from harness.results.csv_file import read_rows
from harness.results.row import Row


@dataclass(frozen=True)
class GateRequest:
    """What to hold against what."""

    results: Path
    budgets: Path
    baseline: Path | None = None
    """The baseline that the user named; None is DEFAULT_BASELINE."""
    compare: bool = True
    """Whether to compare with a baseline at all."""


@dataclass(frozen=True)
class GateAnswer:
    """The verdict, and the table that it is about."""

    verdict: Verdict
    rows: tuple[Row, ...]


def run_gate(request: GateRequest) -> GateAnswer:
    """Read what `request` names and return the verdict.

    Where there is no baseline and one was to be compared with, the gate fails.

    Raises:
        HarnessError: A file cannot be read or understood, or the baseline that was named is not
            there.
    """
    limits = read_budgets(request.budgets)
    rows = read_rows(request.results)
    if not request.compare:
        return GateAnswer(judge(rows, limits), rows)
    path = request.baseline or DEFAULT_BASELINE
    if not path.exists():
        if request.baseline is not None:
            raise HarnessError(
                f"{path}: no such baseline; 'harness baseline update --baseline {path}' makes it "
                "of the results"
            )
        verdict = judge(rows, limits)
        found = (*verdict.findings, *_absent(path, limits))
        return GateAnswer(replace(verdict, findings=found), rows)
    if path.resolve() == request.results.resolve():
        raise HarnessError(f"{path}: the results are no baseline of themselves; name another table")
    old = _read_baseline(path)
    verdict = judge(rows, limits, old)
    if verdict.comparison is None or all(row.kind == "same" for row in verdict.comparison.rows):
        return GateAnswer(verdict, rows)
    contents = read_contents(path, old), read_contents(request.results, rows)
    attributions = attribute(verdict.comparison, *contents)
    return GateAnswer(replace(verdict, attributions=attributions), rows)


def _read_baseline(path: Path) -> tuple[Row, ...]:
    try:
        return read_rows(path)
    except HarnessError as error:
        raise HarnessError(f"{error}, then 'harness baseline update'") from None


def _absent(path: Path, limits: BudgetsFile) -> list[Finding]:
    finding = Finding(
        Outcome.FAILED,
        "baseline",
        "growth of any row",
        message=f"there is no baseline {path} to compare with",
        remedy=(
            f"make it of results that are good: 'harness baseline update', and commit {path}; or "
            "hold absolute limits alone: --no-baseline"
        ),
    )
    tables = [replace(finding, label=table.label, source_line=at) for table, at in limits.growths]
    return tables or [finding]
