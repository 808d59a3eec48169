"""What the gate found: every limit held against every row, and what became of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from harness.gate.attribution import Attribution
from harness.gate.limits import DEFAULT_GROWTH, find_limit
from harness.results.comparison import Delta, RowComparison, TableComparison
from harness.results.figures import difference

Kind = Literal["budget", "growth", "coverage", "baseline"]

_ALWAYS = (*DEFAULT_GROWTH, "quality_device")
"""What a new baseline must not make worse without being asked to, whatever is limited."""


class Outcome(StrEnum):
    """What became of one limit."""

    PASSED = "passed"
    WARNED = "warned"
    """It holds, but little is left, or something that should not matter is not as it was."""
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """One limit held against one row, or what kept it from being held.

    `kind` is "budget" or "growth" where a limit was compared; "coverage" where rows or measurements
    are not there that should be; "baseline" where the baseline cannot serve.
    """

    outcome: Outcome
    kind: Kind
    label: str
    """The row as people call it, or a table's patterns where it is about no single row."""
    cell: tuple[str, ...] | None = None
    """The row's axes; None where it is about no single row."""
    limit_name: str = ""
    """The key of budgets.toml; empty when nothing was compared."""
    measured: float | None = None
    limit: float | None = None
    """The most, or of qualities the least, that passes; for growth, baseline and allowance."""
    baseline: float | None = None
    allowed: float | None = None
    """For growth: how much worse than the baseline passes, in the unit of the column."""
    message: str = ""
    """Why it did not pass, or what to know."""
    remedy: str = ""
    """What to do about it."""
    source_line: int | None = None
    """The line of budgets.toml on which the [[budget]] or [[growth]] table stands, where known."""

    @property
    def column(self) -> str | None:
        """The column that was held; None when nothing was compared."""
        return find_limit(self.limit_name).column if self.limit_name else None

    @property
    def headroom(self) -> float | None:
        """What is left before the limit; negative beyond it, None when nothing was compared."""
        if not self.limit_name:
            return None
        if find_limit(self.limit_name).figure.more_is_better:
            return difference(self.measured, self.limit)
        return difference(self.limit, self.measured)

    @property
    def growth(self) -> float | None:
        """How much more than the baseline was measured; None where nothing was compared."""
        return difference(self.measured, self.baseline)


@dataclass(frozen=True)
class Verdict:
    """All findings: table by table as budgets.toml has them, each in the order of the rows."""

    findings: tuple[Finding, ...]
    comparison: TableComparison | None = None
    """The results against the baseline; None where there is none, or it was not to be compared."""
    attributions: Mapping[tuple[str, ...], Attribution] = field(default_factory=dict)
    """What grew, for the cells whose sizes or instructions changed."""

    @property
    def passed(self) -> bool:
        """Whether no limit failed, and some limit was held against a measurement."""
        held = any(finding.headroom is not None for finding in self.findings)
        return held and all(finding.outcome is not Outcome.FAILED for finding in self.findings)

    @property
    def new_baseline(self) -> bool:
        """Whether to propose a new baseline: it passed, no worse, and not as the baseline is."""
        if self.comparison is None or not self.passed or self.worse_rows:
            return False
        return any(row.kind != "same" for row in self.comparison.rows)

    @property
    def worse_rows(self) -> tuple[RowComparison, ...]:
        """The rows that are gone or of a worse status, or in which a watched figure is worse.

        Watched are, in the rows under [[growth]], the figures that it limits and those of
        `_ALWAYS`; worse, be it within what is allowed.
        """
        columns: dict[tuple[str, ...], set[str]] = {}
        for one in self.findings:
            if one.kind == "growth" and one.cell is not None and one.column is not None:
                columns.setdefault(one.cell, {*_ALWAYS}).add(one.column)
        compared = self.comparison.rows if self.comparison else ()
        return tuple(
            row
            for row in compared
            if row.kind == "gone"
            or row.status_change == "worse"
            or any(_is_worse(row.delta(column)) for column in columns.get(row.cell, ()))
        )


def _is_worse(delta: Delta) -> bool:
    lost = delta.old is not None and delta.new is None
    return bool(delta.worse) or lost
