"""Hold a table against its baseline; whatever cannot be compared fails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from harness.gate.against_budgets import BENCH_AGAIN
from harness.gate.budgets import GrowthTable
from harness.gate.limits import Limit, measured
from harness.gate.naming import Naming
from harness.gate.numbers import Allowance
from harness.gate.verdict import Finding, Outcome
from harness.results.comparison import RowComparison
from harness.results.figures import change_text, exact, figure_text, known, ratio_text
from harness.results.row import Row, Status

RENEW = "renew the baseline: 'harness baseline update'"
_ACCEPT = "if it is meant, accept it with 'harness baseline update'"
_NARROW = "narrow the table's patterns to rows that have {}"


def row_findings(
    rows: Sequence[RowComparison], naming: Naming
) -> tuple[list[Finding], list[RowComparison]]:
    """Return what is to say of whole rows, and the rows whose figures can be compared.

    A row that is gone or new, was not measured, or whose status is worse fails. So do rows that
    another compiler or TFLM made: once for all that are alike. Another emulator, timing model,
    number of samples or metric is a warning; figures that depend on it are judged with theirs.
    """
    found: list[Finding] = []
    comparable: list[RowComparison] = []
    for row in rows:
        problems = _row_problems(row, naming.name([row.cell]))
        found += problems
        if all(problem.outcome is Outcome.WARNED for problem in problems):
            comparable.append(row)
    return merged(found, naming), comparable


def loss_findings(rows: Sequence[RowComparison], naming: Naming) -> list[Finding]:
    """Return what is to say of rows that only budgets are for: one that is gone fails.

    So does one that could be measured and is `unsupported` now, which a budget may skip.
    """
    found: list[Finding] = []
    for row in rows:
        lost = row.status_change == "worse" and row.new and row.new.status is Status.UNSUPPORTED
        if row.new is None or lost:
            found += _row_problems(row, naming.name([row.cell]))
    return merged(found, naming)


@dataclass(frozen=True)
class GrowthCheck:
    """One [[growth]] table and the line it stands on."""

    growth: GrowthTable
    line: int | None

    def matches(self, row: RowComparison) -> bool:
        """Return whether the table is for that row, in the baseline or in the results."""
        return any(one is not None and self.growth.matches(one) for one in (row.old, row.new))

    def findings(self, rows: Sequence[RowComparison], naming: Naming) -> list[Finding]:
        """Return what the table finds in `rows`, whose figures can be compared.

        What is as much as the baseline and the allowance passes.
        """
        found = [
            self._held(limit, allowance, row, naming.name([row.cell]))
            for row in rows
            if self.matches(row)
            for limit, allowance in self.growth.limits
        ]
        return merged(found, naming)

    def unmatched(self, message: str) -> Finding:
        """Return the finding of a table that no figure was held against."""
        return Finding(
            Outcome.FAILED,
            "coverage",
            self.growth.label,
            message=message,
            remedy="correct its patterns, or sweep what it is for",
            source_line=self.line,
        )

    def _held(self, limit: Limit, allowance: Allowance, row: RowComparison, label: str) -> Finding:
        old, new = _both(row)
        before, after = known(measured(old, limit)), known(measured(new, limit))
        finding = Finding(
            Outcome.FAILED,
            "growth",
            label,
            row.cell,
            limit.growth_name,
            after,
            baseline=before,
            source_line=self.line,
        )
        if before is None or after is None:
            return _unmeasured(finding, limit, old, new)
        reason = row.incomparable_figure(limit.column)
        if reason:
            return replace(finding, kind="baseline", message=reason, remedy=RENEW)
        allowed = allowance.of(before)
        if allowed is None:
            remedy = f"give {limit.growth_name} as a {limit.unit_text}"
            message = "the baseline is zero, of which no share can be taken"
            return replace(finding, message=message, remedy=remedy)
        return _judged(finding, limit, row, before, after, allowed)


def merged(findings: Sequence[Finding], naming: Naming) -> list[Finding]:
    """Return `findings` with those as one that say the same of several rows.

    Findings that held a figure against a limit stay apart.
    """
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        said = (finding.outcome, finding.kind, finding.limit_name, finding.message, finding.remedy)
        alike = finding.headroom is None and bool(finding.message)
        groups.setdefault(said if alike else id(finding), []).append(finding)
    return [_one_of(group, naming) for group in groups.values()]


def _one_of(group: Sequence[Finding], naming: Naming) -> Finding:
    first = group[0]
    if len(group) == 1:
        return first
    label = naming.names([finding.cell for finding in group if finding.cell is not None])
    return replace(first, label=label, cell=None, measured=None, baseline=None)


def _row_problems(row: RowComparison, label: str) -> list[Finding]:
    def problem(message: str, remedy: str, outcome: Outcome = Outcome.FAILED) -> list[Finding]:
        return [Finding(outcome, "coverage", label, row.cell, message=message, remedy=remedy)]

    old, new = row.old, row.new
    if new is None:
        remedy = f"sweep it too, or narrow the patterns in the budgets file; {_ACCEPT}"
        return problem("in the baseline, not in the results", remedy)
    if new.status.is_bad:
        return problem(f"{new.status}: {new.reason}", BENCH_AGAIN)
    if old is None:
        return problem("not in the baseline", "take it in: 'harness baseline update'")
    if row.status_change == "worse":
        message = f"was {old.status}, is {new.status}: {new.reason}"
        return problem(message, f"mend that; {_ACCEPT}")
    if new.status is Status.UNSUPPORTED:
        return problem(f"{new.status}: {new.reason}", "", Outcome.SKIPPED)
    return [
        *(_of_baseline(Outcome.FAILED, row, label, said, RENEW) for said in row.incomparable),
        *(_of_baseline(Outcome.WARNED, row, label, said, "") for said in row.warnings),
    ]


def _of_baseline(
    outcome: Outcome, row: RowComparison, label: str, message: str, remedy: str
) -> Finding:
    return Finding(outcome, "baseline", label, row.cell, message=message, remedy=remedy)


def _both(row: RowComparison) -> tuple[Row, Row]:
    if row.old is None or row.new is None:
        raise ValueError(f"{row.cell}: only rows of both tables have figures to compare")
    return row.old, row.new


def _unmeasured(finding: Finding, limit: Limit, old: Row, new: Row) -> Finding:
    absent = [
        table
        for table, value in (("baseline", finding.baseline), ("results", finding.measured))
        if value is None
    ]
    found = replace(finding, kind="coverage")
    if len(absent) > 1 and old.status is new.status and new.status is not Status.OK:
        message = f"{new.status}: measured neither now nor in the baseline"
        return replace(found, outcome=Outcome.SKIPPED, message=message)
    where = " and ".join(absent)
    remedy = RENEW if absent == ["baseline"] else _NARROW.format(limit.column)
    return replace(found, message=f"no measurement in the {where}", remedy=remedy)


def _judged(
    finding: Finding,
    limit: Limit,
    row: RowComparison,
    before: float,
    after: float,
    allowed: Fraction,
) -> Finding:
    """Return the finding of a figure that both tables have."""
    # A part of a byte cannot be used.
    margin = Fraction(floor(allowed)) if limit.is_whole else allowed
    most = exact(before) + (-margin if limit.figure.more_is_better else margin)
    change = exact(after) - exact(before)
    worse = -change if limit.figure.more_is_better else change
    number = int if limit.is_whole else float
    held = replace(finding, limit=number(most), allowed=number(margin))
    if worse <= margin:
        return replace(held, outcome=Outcome.PASSED)
    grown = change_text(limit.column, number(change))
    share = ratio_text(float(change / exact(before))) if before else ""
    said = f"{grown}{f' ({share})' if share else ''} against the baseline"
    said += f", {figure_text(limit.column, number(margin))} allowed" if margin else ""
    if row.model_changed:
        said += "; another model was measured"
    return replace(held, message=said, remedy=f"undo the growth, or {_ACCEPT}")
