"""Promises about what GitHub shows: annotations of budgets.toml, and the job's summary."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdict_factory import make_finding, make_verdict

from harness.errors import HarnessError
from harness.gate.output.annotations import annotations_text, append_job_summary
from harness.gate.verdict import Outcome


def commands(*findings, file: str = "budgets.toml") -> list[str]:
    return annotations_text(make_verdict(*findings), file).splitlines()


def test_a_failure_annotates_the_line_of_its_table() -> None:
    assert commands(make_finding(remedy="save 1,000 B")) == [
        "::error file=budgets.toml,line=4,title=digits int8 nano33ble%3A flash_bytes::"
        "100,000 B, limit 99,000 B: +1,000 B beyond the limit; save 1,000 B"
    ]


def test_a_warning_is_a_warning_and_what_passed_is_silent() -> None:
    lines = commands(
        make_finding(Outcome.WARNED, message="little is left"),
        make_finding(Outcome.PASSED),
        make_finding(Outcome.SKIPPED),
    )
    assert len(lines) == 1
    assert lines[0].startswith("::warning file=budgets.toml")


def test_where_no_line_is_known_the_file_is_annotated() -> None:
    assert commands(make_finding(source_line=None))[0].startswith(
        "::error file=budgets.toml,title="
    )


@pytest.mark.parametrize(("count", "shown"), [(10, 10), (11, 10), (500, 10)])
def test_there_are_never_more_than_github_shows(count: int, shown: int) -> None:
    lines = commands(*[make_finding()] * count)
    assert len(lines) == shown
    more = re.findall(r"::(\d+) more;", lines[-1])
    assert more == ([] if count == shown else [str(count - 9)])


def test_errors_do_not_take_the_place_of_warnings() -> None:
    findings = [make_finding()] * 20 + [make_finding(Outcome.WARNED, message="x")] * 3
    assert [line.split(" ")[0] for line in commands(*findings)] == ["::error"] * 10 + [
        "::warning"
    ] * 3


@given(st.text(), st.text(min_size=1))
def test_no_text_ends_a_command_or_starts_another(text: str, file: str) -> None:
    lines = commands(make_finding(label=text, message=text, remedy=text), file=file)
    assert len(lines) == 1
    head, _, message = lines[0].removeprefix("::").partition("::")
    properties = dict(part.split("=", 1) for part in head.removeprefix("error ").split(","))
    assert list(properties) == ["file", "line", "title"]
    assert properties["line"] == "4"
    assert not re.search(r"%(?!25|0A|0D|3A|2C)", head + message)


def test_the_characters_that_part_commands_are_escaped_as_github_reads_them() -> None:
    line = commands(make_finding(limit_name="", label="a:b,c%\r\n", message="50 %,\n::error"))[0]
    assert "title=a%3Ab%2Cc%25%0D%0A::" in line
    assert line.endswith("::50 %25,%0A::error")


def test_the_summary_is_appended(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    append_job_summary(summary, "## verdict")
    assert summary.read_text() == "before\n## verdict\n"


def test_what_would_cost_the_whole_summary_is_left_out(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (1_048_576 - 10))
    append_job_summary(summary, "0123456789")
    assert summary.stat().st_size == 1_048_576 - 10
    append_job_summary(summary, "012345678")
    assert summary.stat().st_size == 1_048_576


def test_a_summary_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="cannot be written"):
        append_job_summary(tmp_path / "absent" / "summary.md", "x")
