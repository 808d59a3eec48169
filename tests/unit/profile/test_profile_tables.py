"""Promises about the tables on a terminal: they fit, they sum, and nothing unknown is a number."""

from dataclasses import replace

import pytest
from profile_factory import LABELS, LOCATIONS, estimate, part, profile, site
from rich.console import Console

from harness.profile.hot_spots import hottest_functions, hottest_lines
from harness.profile.profile import OperatorLabel, Profile
from harness.profile.tables import function_table, line_table, operator_table, summary


def printed(table: object, width: int = 100) -> list[str]:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(table)
    return [line.rstrip() for line in capture.get().splitlines()]


def row(lines: list[str], word: str) -> list[str]:
    return next(line.split() for line in lines if word in line)


def long_profile() -> Profile:
    """Operators with long names, many digits, wide bands."""
    labels = [
        OperatorLabel(i, "HARNESS_DEPTHWISE_CONV_2D", (1, 112, 112, 1024), 987_000_000)
        for i in range(12)
    ]
    parts = [
        part(i, [site(0x102, 987_000_000, issue=987e6, data_wait=987e6, execute=987e6)])
        for i in range(12)
    ]
    return profile(estimate(1.0, *parts), labels)


@pytest.mark.parametrize("found", [profile(), long_profile()], ids=["short", "long"])
def test_tables_fit_into_100_columns(found: Profile) -> None:
    whole = found.whole.cycles
    tables = (
        operator_table(found),
        function_table(hottest_functions(found), whole, 10),
        line_table(hottest_lines(found), whole, 10),
    )
    for table in tables:
        lines = printed(table)
        assert max(len(line) for line in lines) <= 100
        assert not any("…" in line for line in lines)


def test_an_operator_has_its_figures_in_one_line() -> None:
    # 1150 + 30.25 + 500.4 + 210.4 cycles, a tenth either way; of 2402.05 in all; of 9000 MACs.
    assert row(printed(operator_table(profile())), "CONV_2D") == [
        *("0", "CONV_2D", "8x8x16", "9.00", "k", "1.15", "k", "1.89", "k", "-10", "+10", "78.7"),
        *("0.21", "2", "11", "26", "-", "-"),
    ]


def test_the_last_line_is_the_sum() -> None:
    assert row(printed(operator_table(profile())), "all") == [
        *("all", "10.9", "k", "1.55", "k", "2.40", "k", "-10", "+10", "100.0", "0.22"),
        *("1", "13", "21", "1", "-"),
    ]


def test_the_interpreter_has_neither_number_nor_macs() -> None:
    assert row(printed(operator_table(profile())), "interpreter")[:4] == [
        *("interpreter", "10", "13", "-10"),
    ]


def test_unknown_macs_are_no_zero() -> None:
    labels = (replace(LABELS[0], macs=None), *LABELS[1:])
    assert row(printed(operator_table(profile(labels=labels))), "CONV_2D")[3] == "-"


def test_the_summary_has_cycles_time_and_model() -> None:
    assert summary(profile()) == (
        "2.40 k cycles (2.16 k to 2.64 k), 30.0 us (27.0 us to 33.0 us); timing model cortex-m4 1"
    )


def test_hot_spots_name_their_greatest_wait() -> None:
    found = profile()
    lines = printed(line_table(hottest_lines(found), found.whole.cycles, 2))
    assert "Hottest lines (2 of 6)" in lines[0]
    assert row(lines, "sum.h:5")[-3:] == ["load", "23.9", "%"]
    assert not any("pool.cc" in line for line in lines)


def test_names_are_not_read_as_markup() -> None:
    location = next(iter(LOCATIONS.values()))
    frame = replace(location.frames[0], function="[bold]f[/bold]", file="[red]x.c")
    found = replace(
        profile(), locations={**LOCATIONS, 0x200: replace(location, start=1, frames=(frame,))}
    )
    lines = printed(line_table(hottest_lines(found), found.whole.cycles, 10))
    assert any("[red]x.c:10" in line for line in lines)
