"""Hold a table against budgets and baseline, and put the verdict into Robot's log."""

from collections.abc import Iterator
from pathlib import Path

from robot.api import Failure, logger

from harness.errors import HarnessError
from harness.gate.budgets import read_budgets
from harness.gate.output.terminal import TerminalReport
from harness.gate.run import GateRequest, run_gate
from harness.gate.verdict import Finding, Outcome
from harness.results.figures import figure_text

_MOST = 10


def check_gate(results: Path, budgets: Path, baseline: Path | None) -> None:
    """Fail unless the gate passes; the failure lists what did not.

    Without a baseline, absolute limits alone are held.

    Raises:
        HarnessError: A file cannot be read or understood, or it limits growth and no baseline was
            given.
        Failure: A limit is exceeded, or could not be held.
    """
    if baseline is None and read_budgets(budgets).growths:
        raise HarnessError(f"{budgets}: [[growth]] needs a baseline; name one in the keyword")
    verdict = run_gate(GateRequest(results, budgets, baseline, baseline is not None)).verdict
    *lines, summary = TerminalReport(verdict).lines()
    for finding in verdict.findings:
        logger.info(f"{finding.outcome}: {_told(finding)}")
    for line in lines:
        logger.info(line)
    if not verdict.passed:
        failed = [one for one in verdict.findings if one.outcome is Outcome.FAILED]
        raise Failure("\n".join([summary, *_listed(failed)]))
    logger.info(summary)


def _listed(failed: list[Finding]) -> Iterator[str]:
    yield from (f"{_told(one)}{f'; {one.remedy}' if one.remedy else ''}" for one in failed[:_MOST])
    if len(failed) > _MOST:
        yield f"and {len(failed) - _MOST} more"


def _told(finding: Finding) -> str:
    """Return a finding in one line: "digits int8 nano33ble: ram_bytes 14,752 B, limit 8,192 B"."""
    told = [finding.label]
    if finding.column is not None:
        figure = f"{finding.limit_name} {figure_text(finding.column, finding.measured)}"
        told.append(f"{figure}, limit {figure_text(finding.column, finding.limit)}")
    return ": ".join([*told, *([finding.message] if finding.message else [])])
