"""The verdict as JUnit XML, which every continuous integration shows: a finding is a test case."""

import re
from collections import Counter

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from harness.gate.verdict import Finding, Outcome, Verdict
from harness.results.figures import change_text, figure_text

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference: https://www.w3.org/TR/xml/#charsets"""


def junit_text(verdict: Verdict) -> str:
    """Return `verdict` as JUnit XML.

    One test case a finding; its class is what was held (`budget`, `growth`, `coverage` or
    `baseline`), its name the row and the limit, with the line of the budgets file where several
    tables limit the same. Warnings pass and tell what they are about in their output. Characters
    that XML cannot hold are replaced.
    """
    suite = TestSuite("harness gate")
    alike = Counter((finding.kind, _name(finding)) for finding in verdict.findings)
    for finding in verdict.findings:
        # Servers know a test case by its name: two tables may limit one figure of a row.
        several = alike[finding.kind, _name(finding)] > 1 and finding.source_line is not None
        line = f" (line {finding.source_line})" if several else ""
        suite.add_testcase(_case(finding, f"{_name(finding)}{line}"))
    suite.time = 0
    # Without counts of its own: Jenkins' schema has none of what is skipped at this level.
    report = JUnitXml("harness gate")
    report.add_testsuite(suite)
    text: bytes | str = report.tostring()
    return text.decode() if isinstance(text, bytes) else text


def _name(finding: Finding) -> str:
    return f"{finding.label} {finding.limit_name}".strip()


def _case(finding: Finding, name: str) -> TestCase:
    case = TestCase(_clean(name), classname=f"gate.{finding.kind}", time=0)
    told = _clean(_told(finding))
    if finding.outcome is Outcome.FAILED:
        failure = Failure(_clean(_first_line(finding)), finding.kind)
        failure.text = told
        case.result = [failure]
    elif finding.outcome is Outcome.SKIPPED:
        case.result = [Skipped(_clean(finding.message))]
    elif told:
        case.system_out = told
    return case


def _first_line(finding: Finding) -> str:
    if finding.column is None:
        return finding.message
    measured = figure_text(finding.column, finding.measured)
    text = f"{finding.limit_name} {measured}"
    if finding.limit is not None:
        text += f", limit {figure_text(finding.column, finding.limit)}"
    return f"{text}: {finding.message}" if finding.message else text


def _told(finding: Finding) -> str:
    lines = [_first_line(finding)]
    column = finding.column
    if column is not None and finding.baseline is not None:
        grown = change_text(column, finding.growth)
        lines.append(f"baseline {figure_text(column, finding.baseline)}, change {grown}")
    if column is not None and finding.headroom is not None:
        lines.append(f"headroom {change_text(column, finding.headroom)}")
    if finding.remedy:
        lines.append(finding.remedy)
    return "\n".join(lines)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
