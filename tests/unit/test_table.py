"""Promises about the terminal table: what it shows, and that 100 columns hold it."""

import io
from collections.abc import Sequence

import pytest
from golden import assert_golden
from rich.console import Console
from row_factory import make_row

from harness.results.row import Row
from harness.results.table import (
    bytes_text,
    count_text,
    reasons_text,
    results_table,
    usage_text,
)

SMALL = {"board": "bluepill", "flash_limit_bytes": 65_536, "ram_limit_bytes": 20_480}
BIG = {"board": "nucleo-l4r5zi", "flash_limit_bytes": 2_097_152, "ram_limit_bytes": 655_360}
ABSENT = {"flash_bytes": None, "ram_bytes": None, "instructions": None, "quality_device": None}
ROWS = (
    make_row(),
    make_row(scheme="dynamic", status="unsupported", reason="hybrid operator 3", **ABSENT),
    make_row(status="does-not-fit", reason="flash by 34464 bytes", **SMALL),
    make_row(scheme="int8-per-tensor", status="mismatch", reason="2 of 360 differ", **BIG | ABSENT),
    make_row(
        model="motion", scheme="dynamic", status="unsupported", reason="hybrid operator 3", **ABSENT
    ),
)


def drawn(rows: Sequence[Row], width: int = 100) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, no_color=True).print(results_table(rows))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def test_the_table_is_what_it_was() -> None:
    assert_golden("table.txt", drawn(ROWS))


def test_no_row_of_the_shipped_boards_wraps_in_100_columns() -> None:
    lines = drawn([make_row(scheme="int8-per-tensor", **BIG)]).splitlines()
    assert any("digits on nucleo-l4r5zi" in line for line in lines)
    assert any("int8-per-tensor" in line and "1.23 M" in line for line in lines)
    assert max(map(len, lines)) <= 100


def test_optimization_is_shown_where_it_varies() -> None:
    text = drawn([make_row(optimize="O2"), make_row(optimize="Os")])
    assert "int8, O2" in text
    assert "int8, Os" in text


def test_no_rows_make_an_empty_table() -> None:
    assert "no rows" in drawn([])


def test_each_reason_is_given_once_but_for_what_does_not_fit() -> None:
    assert reasons_text(ROWS).splitlines() == [
        "unsupported: digits dynamic nano33ble and 1 more: hybrid operator 3",
        "mismatch: digits int8-per-tensor nucleo-l4r5zi: 2 of 360 differ",
    ]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "-"),
        (0, "0"),
        (999, "999"),
        (1000, "1.00 k"),
        (1_234_567, "1.23 M"),
        (999_999, "1.00 M"),
        (88_000_000, "88.0 M"),
        (411_400_000, "411 M"),
        (12_300_000_000, "12.3 G"),
    ],
)
def test_counts_have_three_digits(count: int | None, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("used", "limit", "text"),
    [
        (None, 1024, "-"),
        (1024, None, "1.0"),
        (1024, 1024, "1.0   100 %"),
        (1023, 1024, "1.0    99 %"),
        (1025, 1024, "1.0    +1 B"),
        (2048, 1024, "2.0    +1.0"),
    ],
)
def test_usage_never_hides_an_excess(used: int | None, limit: int | None, text: str) -> None:
    assert usage_text(used, limit).split() == text.split()


def test_bytes_have_a_unit() -> None:
    assert [bytes_text(800), bytes_text(12_595)] == ["800 B", "12.3 KiB"]
