"""Hold rows against budgets: a pure function, which fails whatever it cannot see to be good."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.gate.budgets import LIMITS, Budget
from harness.results.row import Row, Status

_MEASURED_IN = {
    "flash_bytes": "flash_bytes",
    "ram_bytes": "ram_bytes",
    "quality_min": "quality_device",
}


class Outcome(StrEnum):
    """What became of one limit."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """One limit of one budget held against one row, or what kept it from being held."""

    outcome: Outcome
    cell: str
    """The row that was judged; the budget's patterns when it matched none."""
    limit_name: str = ""
    """`flash_bytes`, `ram_bytes` or `quality_min`; empty when nothing was compared."""
    measured: float | None = None
    limit: float | None = None
    message: str = ""
    """Why it failed or was skipped."""

    @property
    def headroom(self) -> float | None:
        """What is left before the limit; negative beyond it, None when nothing was compared."""
        if self.measured is None or self.limit is None:
            return None
        if self.limit_name == "quality_min":
            return self.measured - self.limit
        return self.limit - self.measured


@dataclass(frozen=True)
class Verdict:
    """All findings, budget by budget, in the order of the budgets and then of the rows."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether no limit failed, and some limit was held against a measurement."""
        outcomes = {finding.outcome for finding in self.findings}
        return Outcome.PASSED in outcomes and Outcome.FAILED not in outcomes


def judge(rows: Sequence[Row], budgets: Sequence[Budget]) -> Verdict:
    """Return the verdict of `budgets` over `rows`.

    A value at its limit passes. A budget fails that matches no row, or none that could be
    measured; so does a row that was not measured, is wrong, or does not fit its board. An
    `unsupported` row is skipped where the budget does not name the scheme.
    """
    return Verdict(tuple(finding for budget in budgets for finding in _held(budget, rows)))


def _held(budget: Budget, rows: Sequence[Row]) -> list[Finding]:
    matched = [row for row in rows if budget.matches(row)]
    # The first three axes name a row, unless kernels or optimization vary as well.
    axes = 3 if len({row.cell[:3] for row in matched}) == len(matched) else None
    findings = [
        finding
        for row in matched
        for finding in _row_findings(budget, row, " ".join(row.cell[:axes]))
    ]
    if not matched:
        findings.append(
            Finding(Outcome.FAILED, budget.label, message="no row of the results matches")
        )
    elif all(finding.outcome is Outcome.SKIPPED for finding in findings):
        findings.append(
            Finding(Outcome.FAILED, budget.label, message="no row that matches was measured")
        )
    return findings


def _row_findings(budget: Budget, row: Row, cell: str) -> list[Finding]:
    said = f"{row.status}: {row.reason}"
    if row.status is Status.UNSUPPORTED:
        outcome = Outcome.SKIPPED if budget.any_scheme else Outcome.FAILED
        return [Finding(outcome, cell, message=said)]
    if row.status.is_bad:
        return [Finding(Outcome.FAILED, cell, message=said)]
    findings = [
        _compared(cell, name, getattr(row, _MEASURED_IN[name]), limit)
        for name in LIMITS
        if (limit := getattr(budget, name)) is not None
    ]
    if row.status is Status.DOES_NOT_FIT:
        findings.append(Finding(Outcome.FAILED, cell, message=said))
    return findings


def _compared(cell: str, name: str, measured: float | None, limit: float) -> Finding:
    if measured is None:
        return Finding(Outcome.FAILED, cell, name, None, limit, "no measurement")
    finding = Finding(Outcome.PASSED, cell, name, measured, limit)
    if finding.headroom is not None and finding.headroom >= 0:
        return finding
    return Finding(Outcome.FAILED, cell, name, measured, limit, "beyond the limit")
