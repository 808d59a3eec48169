"""Promises about the JUnit XML: a test case a finding, whatever the texts hold."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdict_factory import make_finding, make_verdict

from harness.gate.output.junit import junit_text
from harness.gate.verdict import Outcome


def parsed(*findings) -> ET.Element:
    return ET.fromstring(junit_text(make_verdict(*findings)))  # noqa: S314 - our own text


def test_each_finding_is_a_test_case_and_the_counts_are_true() -> None:
    root = parsed(
        make_finding(),
        make_finding(Outcome.PASSED),
        make_finding(Outcome.WARNED, message="little is left"),
        make_finding(Outcome.SKIPPED, limit_name="", message="unsupported: float32"),
    )
    assert root.tag == "testsuites"
    counted = {name: root[0].get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": "4", "failures": "1", "errors": "0", "skipped": "1"}
    assert [[child.tag for child in case] for case in root[0]] == [
        ["failure"],
        ["system-out"],
        ["system-out"],
        ["skipped"],
    ]


def test_a_failure_says_what_was_measured_why_it_failed_and_what_to_do() -> None:
    case = parsed(make_finding(remedy="save 1,000 B"))[0][0]
    assert case.get("classname") == "gate.budget"
    assert case.get("name") == "digits int8 nano33ble flash_bytes"
    message = "flash_bytes 100,000 B, limit 99,000 B: +1,000 B beyond the limit"
    assert case[0].get("message") == message
    assert case[0].get("type") == "budget"
    assert case[0].text == f"{message}\nheadroom -1,000 B\nsave 1,000 B"


def test_limits_of_several_tables_on_one_figure_have_names_of_their_own() -> None:
    [suite] = parsed(make_finding(), make_finding(Outcome.PASSED, source_line=9))
    assert [case.get("name") for case in suite] == [
        "digits int8 nano33ble flash_bytes (line 4)",
        "digits int8 nano33ble flash_bytes (line 9)",
    ]


@pytest.mark.parametrize("kind", ["budget", "growth", "coverage", "baseline"])
def test_the_class_is_what_was_held(kind: str) -> None:
    assert parsed(make_finding(kind=kind))[0][0].get("classname") == f"gate.{kind}"


def test_growth_tells_the_baseline_and_the_change() -> None:
    finding = make_finding(kind="growth", baseline=99_000, message="grew")
    assert "baseline 99,000 B, change +1,000 B" in parsed(finding)[0][0][0].text


@given(st.text())
def test_any_text_is_well_formed_and_comes_back(text: str) -> None:
    case = parsed(make_finding(limit_name="", label=text, message=text, remedy=text))[0][0]
    safe = "".join(char if _is_xml(ord(char)) else "\N{REPLACEMENT CHARACTER}" for char in text)
    # XML reads the line ends of every system as one.
    assert case[0].text == f"{safe}\n{safe}".replace("\r\n", "\n").replace("\r", "\n") or not safe


def _is_xml(code: int) -> bool:
    """The characters of https://www.w3.org/TR/xml/#charsets."""
    ranges = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    return code in {0x9, 0xA, 0xD} or any(low <= code <= high for low, high in ranges)
