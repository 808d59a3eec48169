"""Hold a table against budgets and baseline: a pure function, which fails in doubt."""

from collections.abc import Sequence

from harness.gate.against_baseline import GrowthCheck, loss_findings, row_findings
from harness.gate.against_budgets import BudgetCheck
from harness.gate.budgets import BudgetsFile, Growth
from harness.gate.limits import DEFAULT_GROWTH
from harness.gate.naming import Naming
from harness.gate.verdict import Finding, Outcome, Verdict
from harness.results.comparison import RowComparison, TableComparison, compare_rows
from harness.results.row import Row

_DEFAULT = Growth.model_validate(dict.fromkeys(DEFAULT_GROWTH, 0))


def judge(
    rows: Sequence[Row], limits: BudgetsFile, baseline: Sequence[Row] | None = None
) -> Verdict:
    """Return the verdict of `limits` over `rows`, without attributions.

    `baseline` is the table to hold them against; None where there is none to compare. Without a
    [[growth]] table, flash, RAM and instructions of no row may grow.
    """
    comparison = None if baseline is None else compare_rows(baseline, rows)
    compared = () if comparison is None else comparison.rows
    naming = Naming.of([*(row.cell for row in rows), *(row.cell for row in compared)])
    found: list[Finding] = []
    for budget, line in limits.budgets:
        found += BudgetCheck(budget, line, limits.headroom_warning).findings(rows, naming)
    if comparison is not None:
        found += _growth(comparison, limits, naming)
    return Verdict(tuple(found), comparison)


def _growth(comparison: TableComparison, limits: BudgetsFile, naming: Naming) -> list[Finding]:
    checks = [GrowthCheck(table, line) for table, line in limits.growths or ((_DEFAULT, None),)]
    watched = [row for row in comparison.rows if any(check.matches(row) for check in checks)]
    found, comparable = row_findings(watched, naming)
    all_there = all(finding.outcome is not Outcome.FAILED for finding in found)
    for check in checks:
        held = check.findings(comparable, naming)
        if not any(check.matches(row) for row in watched):
            both = [one for row in comparison.rows for one in (row.old, row.new) if one is not None]
            hint = check.growth.nearest(both)
            held = [check.unmatched(f"no row of the results or the baseline matches{hint}")]
        elif all_there and all(finding.outcome is Outcome.SKIPPED for finding in held):
            held.append(check.unmatched("no row that matches was measured"))
        found += held
    cells = {row.cell for row in watched}
    others = [row for row in comparison.rows if row.cell not in cells]
    budgeted = [row for row in others if _has_budget(row, limits)]
    return [*found, *loss_findings(budgeted, naming)]


def _has_budget(row: RowComparison, limits: BudgetsFile) -> bool:
    tables = [one for one in (row.old, row.new) if one is not None]
    return any(budget.matches(one) for budget, _ in limits.budgets for one in tables)
