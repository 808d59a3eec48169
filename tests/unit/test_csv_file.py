"""Promises about the CSV file: the same bytes for the same rows, and a strict reader."""

from pathlib import Path

import pytest
from golden import assert_golden
from hypothesis import given
from hypothesis import strategies as st
from row_factory import make_row

from harness.errors import HarnessError
from harness.results.csv_file import csv_text, parse_rows, read_rows
from harness.results.row import COLUMNS

UNSUPPORTED = make_row(
    scheme="dynamic",
    status="unsupported",
    reason='hybrid "FULLY_CONNECTED", operator 3',
    quality_device=None,
    flash_bytes=None,
    ram_bytes=None,
    instructions=None,
    compiler=None,
    tflm=None,
)
ROWS = (make_row(), UNSUPPORTED)


def test_the_file_is_what_it_was() -> None:
    assert_golden("rows.csv", csv_text(ROWS))


def test_fractions_have_fixed_decimals_and_none_is_empty() -> None:
    header, line = csv_text([make_row(quality_device=1, latency_ms=None)]).splitlines()
    fields = dict(zip(header.split(","), line.split(","), strict=True))
    assert (fields["quality_device"], fields["latency_ms"]) == ("1.0000", "")


words = st.text(min_size=1).filter(lambda text: bool(text.strip()))


@given(model=words, reason=words, quality=st.floats(0, 1), flash=st.integers(0, 2**40) | st.none())
def test_what_is_written_reads_back_to_the_same_text(
    model: str, reason: str, quality: float, flash: int | None
) -> None:
    row = make_row(
        model=model, status="does-not-fit", reason=reason, quality_host=quality, flash_bytes=flash
    )
    text = csv_text([row])
    assert csv_text(parse_rows(text.encode(), "r.csv")) == text


def test_rows_keep_the_order_given() -> None:
    assert parse_rows(csv_text(ROWS).encode(), "r.csv") == ROWS
    assert parse_rows(csv_text(ROWS[::-1]).encode(), "r.csv") == ROWS[::-1]


GOOD = csv_text(ROWS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.csv: empty or cut off at its end; run 'harness bench'"),
        (GOOD[:-1], "r.csv: empty or cut off at its end"),
        (GOOD[:-9] + "\n", f"r.csv: line 3: {len(COLUMNS) - 8} fields, not {len(COLUMNS)}"),
        (GOOD.replace("scheme,", "shceme,", 1), "r.csv: unknown column 'shceme'"),
        (GOOD.replace("scheme,", "", 1), "r.csv: column 'scheme' is missing"),
        (
            GOOD.replace("model,scheme", "scheme,model", 1),
            "r.csv: columns repeated or out of order",
        ),
        (
            GOOD.replace("100000", "many", 1),
            "r.csv: line 2: flash_bytes: should be a valid integer",
        ),
        (GOOD.replace("100000", "-5", 1), "r.csv: line 2: flash_bytes: should be greater than"),
        (GOOD.replace(",ok,", ",okay,", 1), "r.csv: line 2: status: should be 'ok', 'unsupported'"),
        (GOOD.replace("int8,", ",", 1), "r.csv: line 2: scheme: missing; add it"),
        (GOOD + GOOD.splitlines()[1] + "\n", "r.csv: line 4: a second row for one cell"),
        (GOOD + '"', "r.csv: not a CSV file of results (unexpected end of data)"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        parse_rows(text.encode(), "r.csv")
    assert str(caught.value).startswith(message)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"bench\.csv: cannot be read"):
        read_rows(tmp_path / "bench.csv")
