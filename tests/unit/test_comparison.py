"""Promises about two tables side by side."""

import math
from itertools import pairwise

import pytest
from gate_factory import full_row, unmeasured_row
from hypothesis import given
from hypothesis import strategies as st

from harness.results.comparison import Delta, RowComparison, compare_rows
from harness.results.figures import (
    COMPARED,
    FIGURES,
    change_text,
    difference,
    exact,
    figure_text,
    ratio_text,
)
from harness.results.row import COLUMNS, Row


def only(old: Row, new: Row) -> RowComparison:
    [row] = compare_rows([old], [new]).rows
    return row


def test_rows_stand_in_the_order_of_the_new_table_and_gone_ones_last() -> None:
    rows = {board: full_row(board=board) for board in "abcd"}
    found = compare_rows([rows["a"], rows["b"], rows["c"]], [rows["d"], rows["c"], rows["a"]])
    assert [(row.cell[2], row.kind) for row in found.rows] == [
        ("d", "added"),
        ("c", "same"),
        ("a", "same"),
        ("b", "gone"),
    ]


def test_rows_are_matched_by_all_their_axes() -> None:
    found = compare_rows([full_row(optimize="O2")], [full_row(optimize="Os")])
    assert [row.kind for row in found.rows] == ["added", "gone"]


def test_every_figure_that_differs_is_a_delta() -> None:
    row = only(full_row(), full_row(flash_bytes=1100, latency_ms=0.25))
    assert row.kind == "changed"
    assert row.deltas == (
        Delta("flash_bytes", 1000, 1100),
        Delta("latency_ms", 0.5, 0.25),
    )
    assert [(delta.change, delta.ratio, delta.worse) for delta in row.deltas] == [
        (100, 0.1, True),
        (-0.25, -0.5, False),
    ]


def test_what_did_not_change_is_the_same() -> None:
    row = only(full_row(), full_row())
    assert (row.kind, row.deltas, row.status_change) == ("same", (), "none")
    assert not row.incomparable + row.warnings


def test_less_quality_is_worse() -> None:
    [delta] = only(full_row(), full_row(quality_device=0.4)).deltas
    assert delta.worse
    assert delta.change == -0.1


@pytest.mark.parametrize(
    ("old", "new"), [(None, 5), (5, None), (math.nan, 5), (5, math.inf), (math.nan, math.nan)]
)
def test_a_change_from_or_to_nothing_is_unknown(old: float | None, new: float | None) -> None:
    delta = Delta("cycles", old, new)
    assert (delta.change, delta.ratio, delta.worse) == (None, None, None)


def test_a_change_from_zero_has_no_ratio() -> None:
    assert Delta("cycles", 0, 5).change == 5
    assert Delta("cycles", 0, 5).ratio is None


def test_a_figure_that_appears_is_a_change() -> None:
    row = only(full_row(energy_uj=None), full_row())
    assert row.deltas == (Delta("energy_uj", None, 0.5),)


def test_the_model_changes_with_its_hash() -> None:
    row = only(full_row(model_sha256="1" * 64), full_row())
    assert row.model_changed
    assert row.kind == "changed"


def test_a_model_that_is_not_known_is_another_only_where_both_rows_were_built() -> None:
    assert only(full_row(), full_row(model_sha256=None)).model_changed
    assert not only(full_row(), unmeasured_row("unsupported", model_sha256=None)).model_changed


def test_another_compiler_or_tflm_is_said_not_to_compare() -> None:
    row = only(full_row(compiler="gcc 13", tflm=None), full_row())
    assert row.incomparable == (
        "another compiler: gcc 13, now gcc 12.2",
        "another TFLM: not said, now tfmicro 0.1.0",
    )
    assert row.warnings == ()


def test_what_else_is_not_the_same_is_a_warning() -> None:
    changes = {"emulator": "QEMU 10", "timing": "m4 2", "samples": 10, "metric": "auc"}
    row = only(full_row(**changes), full_row())
    assert row.incomparable == ()
    assert [said.split(":")[0] for said in row.warnings] == [
        "another emulator",
        "another timing model",
        "another number of samples",
        "another metric",
    ]


def test_a_row_without_times_has_no_other_timing_model() -> None:
    assert only(unmeasured_row("unsupported"), full_row()).warnings == ()


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"timing": "m4 2"}, True),
        ({"timing": "m4 2", "cycles": None}, False),
        ({"samples": 10}, True),
        ({"samples": 10, "quality_device": None}, False),
        ({"metric": "auc", "quality_device": None}, False),
    ],
)
def test_only_what_both_measured_can_have_been_measured_in_another_way(
    changes: dict[str, object], warned: bool
) -> None:
    assert bool(only(full_row(), full_row(**changes)).warnings) is warned
    assert bool(only(full_row(**changes), full_row()).warnings) is warned


def test_a_row_of_one_table_has_no_other_status_and_nothing_to_compare() -> None:
    row = unmeasured_row("failed")
    for one in (*compare_rows([row], []).rows, *compare_rows([], [row]).rows):
        assert one.status_change == "none"
        assert one.incomparable_figure("cycles") == ""
        assert one.delta("cycles").change is None


def test_figures_depend_on_what_they_were_made_with() -> None:
    row = only(full_row(timing="m4 2", samples=10), full_row())
    assert "timing" in row.incomparable_figure("cycles")
    assert "samples" in row.incomparable_figure("far")
    assert row.incomparable_figure("flash_bytes") == ""
    assert row.incomparable_figure("instructions") == ""


def test_statuses_have_an_order() -> None:
    def status(name: str) -> Row:
        return full_row() if name == "ok" else unmeasured_row(name)

    order = ["ok", "does-not-fit", "unsupported", "failed"]
    for better, worse in pairwise(order):
        assert only(status(better), status(worse)).status_change == "worse"
        assert only(status(worse), status(better)).status_change == "better"
    assert only(status("failed"), status("timeout")).status_change == "none"
    assert only(status("failed"), status("timeout")).kind == "changed"


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_differences_of_decimals_are_exact(new: int, old: int) -> None:
    found = difference(new / 10**4, old / 10**4)
    assert found is not None
    assert exact(found) == exact((new - old) / 10**4)


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("flash_bytes", 1312, "+1,312 B"),
        ("flash_bytes", 0, "0 B"),
        ("instructions", -1234567, "-1,234,567"),
        ("quality_device", -0.01, "-0.0100"),
        ("quality_device", 0.00001, "+1e-05"),
        ("quality_drop_points", 1.5, "+1.50 points"),
        ("latency_ms", 0.25, "+0.2500 ms"),
        ("energy_uj", -2.5, "-2.500 µJ"),
        ("false_accepts_per_hour", 1200.5, "+1,200.50 an hour"),
        ("cycles", None, "-"),
        ("cycles", math.nan, "-"),
    ],
)
def test_a_change_is_written_with_sign_and_unit(
    column: str, value: float | None, text: str
) -> None:
    assert change_text(column, value) == text
    assert figure_text(column, value) == text.removeprefix("+")


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.0153, "+1.5 %"),
        (-0.5, "-50.0 %"),
        (0.0, "0.0 %"),
        (0.0001, "+<0.1 %"),
        (-0.0001, "-<0.1 %"),
        (None, ""),
        (math.inf, ""),
    ],
)
def test_a_ratio_is_never_rounded_to_nothing(ratio: float | None, text: str) -> None:
    assert ratio_text(ratio) == text


def test_figures_are_columns_in_their_order() -> None:
    assert [column for column in COLUMNS if column in FIGURES] == list(COMPARED)
