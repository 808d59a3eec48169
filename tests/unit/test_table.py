"""Promises about the terminal table: what it shows, and that 100 columns hold it."""

import io
from collections.abc import Sequence

import pytest
from golden import assert_golden
from rich.console import Console
from row_factory import make_row

from harness.results.row import Row
from harness.results.table import (
    count_text,
    drop_text,
    reasons_text,
    results_table,
    usage_text,
)
from harness.results.units import bytes_text

SMALL = {"board": "bluepill", "flash_limit_bytes": 65_536, "ram_limit_bytes": 20_480}
BIG = {"board": "nucleo-l4r5zi", "flash_limit_bytes": 2_097_152, "ram_limit_bytes": 655_360}
ABSENT = {"flash_bytes": None, "ram_bytes": None, "instructions": None, "quality_device": None}


def lost(points: float | None, low: float | None, high: float | None) -> dict[str, float | None]:
    return {"quality_drop_points": points, "quality_drop_low": low, "quality_drop_high": high}


ROWS = (
    make_row(**lost(0.28, -1.06, 1.95)),
    make_row(scheme="dynamic", status="unsupported", reason="hybrid operator 3", **ABSENT),
    make_row(status="does-not-fit", reason="flash by 34464 bytes", **SMALL | lost(0, -1.1, 1.1)),
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
    widest = BIG | lost(-9.9, -13.0, -7.1)
    lines = drawn([make_row(scheme="int8-clustered-16", **widest)]).splitlines()
    assert any("digits on nucleo-l4r5zi" in line for line in lines)
    assert any("int8-clustered-16" in line and "1.23 M" in line for line in lines)
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


def test_features_on_the_device_are_counted_and_the_caption_says_so() -> None:
    piped = {"features_instructions": 3_000_000, "pipeline_instructions": 4_234_567}
    row = make_row(model="keyword", features="device", **piped)
    text = " ".join(drawn([row]).split())
    assert "4.23 M" in text
    assert "1.23 M" not in text
    assert "instr.: features and Invoke" in text
    text = " ".join(drawn([row, make_row()]).split())
    assert "4.23 M" in text
    assert "1.23 M" in text
    assert "instr.: features and Invoke of keyword, else Invoke" in text
    assert "instr.:" not in drawn([make_row()])


def test_an_estimated_latency_stands_with_its_band_in_place_of_the_instructions() -> None:
    cycles = {"cycles": 2_000_000, "cycles_low": 1_500_000, "cycles_high": 2_600_000}
    timed = make_row(latency_ms=31.25, **cycles)
    text = " ".join(drawn([timed, make_row(scheme="int16x8")]).split())
    assert "31.2 ±30 %" in text
    assert "ms, within" in text
    assert "1.23 M" not in text
    assert "an estimate" in text
    piped = make_row(latency_ms=31.25, pipeline_latency_ms=45.0, pipeline_instructions=9, **cycles)
    text = " ".join(drawn([piped]).split())
    assert "45.0" in text
    assert "31.2" not in text
    assert "ms: features and Invoke" in text


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


@pytest.mark.parametrize(
    ("points", "low", "high", "text"),
    [
        (0.28, -1.06, 1.95, "0.3 -1.1..1.9"),
        (0.0, -3.7, 3.7, "0.0 -3.7..3.7"),
        (-0.04, -0.04, 0.04, "0.0 0.0..0.0"),
        (9.96, -9.94, 99.9, "10 -9.9..100"),
        (None, None, None, "-"),
    ],
)
def test_a_loss_is_shown_with_its_interval(
    points: float | None, low: float | None, high: float | None, text: str
) -> None:
    assert drop_text(make_row(**lost(points, low, high))).strip() == text


def test_the_float_models_quality_heads_its_group_even_where_the_first_row_has_none() -> None:
    bad = make_row(status="failed", reason="x", quality_float=None, **ABSENT)
    text = " ".join(drawn([bad, make_row(scheme="float32")]).split())
    assert "digits on nano33ble float model 0.9861 accuracy" in text


def test_bytes_have_a_unit() -> None:
    assert [bytes_text(800), bytes_text(12_595)] == ["800 B", "12.3 KiB"]
