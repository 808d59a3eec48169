"""Verdicts for tests: a finding and rows, of which a test changes what it is about."""

from collections.abc import Mapping, Sequence

from row_factory import make_row

from harness.gate.attribution import Attribution
from harness.gate.verdict import Finding, Outcome, Verdict
from harness.results.comparison import compare_rows
from harness.results.row import Row


def make_finding(outcome: Outcome = Outcome.FAILED, **changes: object) -> Finding:
    """Return a finding of a flash budget over the measured row, with `changes` made to it."""
    row = make_row()
    given = {
        "outcome": outcome,
        "kind": "budget",
        "label": "digits int8 nano33ble",
        "cell": row.cell,
        "limit_name": "flash_bytes",
        "measured": 100_000,
        "limit": 99_000,
        "message": "+1,000 B beyond the limit" if outcome is Outcome.FAILED else "",
        "source_line": 4,
    }
    return Finding(**{**given, **changes})


def make_verdict(
    *findings: Finding,
    old: Sequence[Row] = (),
    new: Sequence[Row] = (),
    attributions: Mapping[tuple[str, ...], Attribution] | None = None,
) -> Verdict:
    """Return the verdict of these findings; where rows are given, with their comparison."""
    comparison = compare_rows(old, new) if old or new else None
    return Verdict(findings, comparison, attributions or {})
