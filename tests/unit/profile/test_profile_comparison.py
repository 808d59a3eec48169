"""Promises about comparisons: which operators belong together, and where the time goes."""

import csv
import io
from dataclasses import replace

import pytest
from profile_factory import LABELS, estimate, part, profile, site

from harness.cycles.band import Band, exactly
from harness.profile.comparison import Comparison, Pair, compare
from harness.profile.comparison_table import comparison_csv, comparison_table, sentence, signed
from harness.profile.profile import OperatorLabel, Profile
from harness.profile.tables import band_text, shape_text, time_text


def with_operators(*labels: tuple[str, tuple[int, ...]]) -> Profile:
    named = [OperatorLabel(i, name, shape) for i, (name, shape) in enumerate(labels)]
    parts = [part(i, [site(0x200, 10, issue=10.0 * (i + 1))]) for i in range(len(labels))]
    return profile(estimate(1.0, *parts), named)


def indices(comparison: Comparison) -> list[tuple[int | None, int | None]]:
    def index(pair: Pair) -> tuple[int | None, int | None]:
        return (
            None if pair.left is None else pair.left.index,
            None if pair.right is None else pair.right.index,
        )

    return [index(pair) for pair in comparison.pairs]


def test_graphs_of_the_same_operators_are_matched_by_position() -> None:
    comparison = compare(profile(), profile(estimate(3.0)))
    assert indices(comparison) == [(0, 0), (1, 1), (2, 2), (-1, -1)]


def test_a_custom_operator_is_the_builtin_that_it_stands_for() -> None:
    packed = (replace(LABELS[0], name="HARNESS_CONV_2D"), *LABELS[1:])
    comparison = compare(profile(), profile(labels=packed))
    assert comparison.pairs[0].title == "CONV_2D"
    assert indices(comparison)[0] == (0, 0)


def test_quantize_operators_that_only_one_graph_has_stand_alone() -> None:
    plain = with_operators(("CONV_2D", (1, 8, 8, 16)), ("CONV_2D", (1, 4, 4, 16)))
    wrapped = with_operators(
        ("QUANTIZE", (1, 16, 16, 1)),
        ("CONV_2D", (1, 8, 8, 16)),
        ("CONV_2D", (1, 4, 4, 16)),
        ("QUANTIZE", (1, 10)),
    )
    comparison = compare(plain, wrapped)
    assert indices(comparison) == [(None, 0), (0, 1), (1, 2), (None, 3)]
    assert comparison.pairs[0].ratio is None
    assert comparison.pairs[0].difference == 10


def test_operators_of_other_shapes_are_matched_by_name() -> None:
    small = with_operators(("CONV_2D", (1, 8, 8, 16)), ("SOFTMAX", (1, 10)))
    large = with_operators(("CONV_2D", (1, 9, 9, 16)), ("ADD", (1, 9)), ("SOFTMAX", (1, 10)))
    assert indices(compare(small, large)) == [(0, 0), (None, 1), (1, 2)]


def test_differences_sum_to_that_of_the_whole() -> None:
    comparison = compare(profile(), profile(estimate(3.0)))
    parts = sum(pair.difference for pair in comparison.pairs)
    assert parts == pytest.approx(comparison.whole.difference)
    assert sum(comparison.by_kind().values()) == pytest.approx(parts)


def test_the_cause_that_grew_most_is_named_and_where() -> None:
    comparison = compare(profile(), profile(estimate(3.0)))
    cause, cycles = comparison.pairs[0].moved_most
    assert cause == "data_wait"
    assert cycles == pytest.approx(2 * 210.4)
    assert sentence(comparison) == (
        "B takes 1.25 times the cycles of A (37.5 us, not 30.0 us): of the +601 cycles, CONV_2D "
        "makes +421 (70 %); by cause, most is waiting for data, +601."
    )


def test_where_the_second_is_faster_the_greatest_saving_is_named() -> None:
    comparison = compare(profile(estimate(3.0)), profile())
    assert comparison.whole.moved_most[1] == pytest.approx(-2 * 300.6)
    assert "of the -601 cycles, CONV_2D makes -421 (70 %)" in sentence(comparison)


def test_equal_profiles_differ_in_nothing() -> None:
    assert sentence(compare(profile(), profile())) == (
        "B takes 1.00 times the cycles of A (30.0 us, not 30.0 us)."
    )


def test_another_clock_gives_another_time_for_the_same_cycles() -> None:
    slower = compare(profile(), profile(clock_hz=40_000_000))
    assert "1.00 times the cycles of A and 2.00 times its time (60.1 us" in sentence(slower)


def test_the_csv_file_has_a_line_a_pair_with_what_each_cause_adds() -> None:
    rows = list(
        csv.DictReader(io.StringIO(comparison_csv(compare(profile(), profile(estimate(2))))))
    )
    assert [row["index_b"] for row in rows] == ["0", "1", "2", "-1"]
    assert rows[0]["data_wait_difference"] == "210"
    assert rows[0]["issue_difference"] == "0"


def test_the_table_is_at_most_100_columns_wide() -> None:
    from rich.console import Console

    console = Console(width=100)
    with console.capture() as capture:
        console.print(comparison_table(compare(profile(), profile(estimate(3.0)))))
    text = capture.get()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    assert "+601" in text


def test_figures_are_short() -> None:
    assert signed(-340_000) == "-340 k"
    assert signed(0.2) == "0"
    assert band_text(Band(90, 100, 125)) == "-10 +25"
    assert band_text(exactly(7)) == "0"
    assert shape_text((1, 8, 8, 16)) == "8x8x16"
    assert shape_text((1,)) == "1"
    assert time_text(0.0889) == "88.9 us"
    assert time_text(12.345) == "12.3 ms"
    assert time_text(0) == "0.00 us"
