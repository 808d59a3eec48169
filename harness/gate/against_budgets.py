"""Hold rows against absolute limits; whatever cannot be seen to be good fails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from harness.gate.budgets import BudgetTable
from harness.gate.limits import Limit, measured
from harness.gate.naming import Naming
from harness.gate.verdict import Finding, Outcome
from harness.results.figures import change_text, exact, known
from harness.results.row import Row, Status

BENCH_AGAIN = "see what 'harness bench' says of it, mend that and run it again"


@dataclass(frozen=True)
class BudgetCheck:
    """One [[budget]] table, the line it stands on, and from where on little is left of a limit."""

    budget: BudgetTable
    line: int | None
    headroom_warning: float
    """As a share of the limit."""

    def findings(self, rows: Sequence[Row], naming: Naming) -> list[Finding]:
        """Return what the budget finds in `rows`.

        A value at its limit passes. It fails where no row matches or none that could be measured;
        where a row was not measured, is wrong, or does not fit its board. An `unsupported` row is
        skipped where the budget does not name the scheme.
        """
        matched = [row for row in rows if self.budget.matches(row)]
        found = [one for row in matched for one in self._row(row, naming.name([row.cell]))]
        if not matched:
            remedy = "correct its patterns, or sweep what it is for"
            hint = self.budget.nearest(rows)
            found.append(self._of_table(f"no row of the results matches{hint}", remedy))
        elif all(finding.outcome is Outcome.SKIPPED for finding in found):
            remedy = "correct its patterns, or delete the table"
            found.append(self._of_table("no row that matches was measured", remedy))
        return found

    def _of_table(self, message: str, remedy: str) -> Finding:
        return Finding(
            Outcome.FAILED,
            "coverage",
            self.budget.label,
            message=message,
            remedy=remedy,
            source_line=self.line,
        )

    def _row(self, row: Row, label: str) -> list[Finding]:
        if row.status is Status.UNSUPPORTED:
            outcome = Outcome.SKIPPED if self.budget.any_scheme else Outcome.FAILED
            remedy = "" if self.budget.any_scheme else "choose another scheme or kernel set"
            return [self._unmeasured(outcome, row, label, remedy)]
        if row.status.is_bad:
            return [self._unmeasured(Outcome.FAILED, row, label, BENCH_AGAIN)]
        found = [self._held(limit, value, row, label) for limit, value in self.budget.limits]
        if row.status is Status.DOES_NOT_FIT:
            remedy = "make it smaller, or choose another scheme or board"
            found.append(self._unmeasured(Outcome.FAILED, row, label, remedy))
        return found

    def _unmeasured(self, outcome: Outcome, row: Row, label: str, remedy: str) -> Finding:
        message = f"{row.status}: {row.reason}"
        found = Finding(outcome, "coverage", label, row.cell, message=message, remedy=remedy)
        return replace(found, source_line=self.line)

    def _held(self, limit: Limit, value: float, row: Row, label: str) -> Finding:
        figure = measured(row, limit)
        outcome, message, remedy = self._judged(limit, value, figure)
        return Finding(
            outcome,
            "budget",
            label,
            row.cell,
            limit.budget_name,
            figure,
            value,
            message=message,
            remedy=remedy,
            source_line=self.line,
        )

    def _judged(self, limit: Limit, value: float, figure: float | None) -> tuple[Outcome, str, str]:
        if figure is None or known(figure) is None:
            remedy = f"narrow the table's patterns to rows that have {limit.column}"
            return Outcome.FAILED, "no measurement", remedy
        if known(value) is None:
            return Outcome.FAILED, "the limit is not a number", f"give a {limit.unit_text}"
        left = _left(limit, value, figure)
        if left < 0:
            over = change_text(limit.column, _signed(limit, -left))
            way = "raise it by" if limit.figure.more_is_better else "save"
            remedy = f"{way} {over.lstrip('+-')}, or change {limit.budget_name} in the budgets file"
            return Outcome.FAILED, f"{over} beyond the limit", remedy
        whole = 1 - exact(value) if limit.figure.more_is_better else exact(value)
        if left < exact(self.headroom_warning) * whole:
            return Outcome.WARNED, "little is left", ""
        return Outcome.PASSED, "", ""


def _left(limit: Limit, value: float, figure: float) -> Fraction:
    left = exact(value) - exact(figure)
    return -left if limit.figure.more_is_better else left


def _signed(limit: Limit, over: Fraction) -> float:
    number = int(over) if limit.is_whole else float(over)
    return -number if limit.figure.more_is_better else number
