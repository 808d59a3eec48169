"""Promises about the scheme of choice: the fastest that loses nothing, fits and keeps budgets."""

from pathlib import Path

import pytest
from report_factory import timed_row

from harness.report.answer import Choice, choose
from harness.report.limits import Limits, limits_of
from harness.report.selection import read_limits
from harness.results.row import Row


def chosen(*rows: Row, limits: dict[tuple[str, ...], Limits] | None = None) -> Choice:
    none = Limits({}, None, ())
    return choose("digits", "nano33ble", rows, {r.cell: none for r in rows} | (limits or {}))


FAITHFUL = timed_row(scheme="int8", latency_ms=8.0)


def test_the_fastest_that_loses_nothing_measurable_is_chosen() -> None:
    lossy = timed_row(scheme="int4", latency_ms=1.0, quality_drop_low=0.5, quality_drop_high=9.0)
    slow = timed_row(scheme="float32", latency_ms=20.0)
    assert chosen(slow, lossy, FAITHFUL).row is FAITHFUL


def test_a_loss_whose_interval_touches_zero_is_none() -> None:
    touching = timed_row(scheme="int4", latency_ms=1.0, quality_drop_low=0.0)
    assert chosen(FAITHFUL, touching).row is touching


def test_of_two_that_are_equally_fast_the_smaller_is_chosen() -> None:
    smaller = timed_row(scheme="int4", latency_ms=8.0, flash_bytes=1_000)
    assert chosen(FAITHFUL, smaller).row is smaller


def test_the_smallest_is_named_where_it_is_another() -> None:
    small = timed_row(scheme="int4", latency_ms=9.0, flash_bytes=1_000)
    assert chosen(FAITHFUL, small).smallest is small
    assert chosen(FAITHFUL).smallest is None


def test_where_all_lose_the_least_loss_is_chosen_and_said() -> None:
    rows = [
        timed_row(scheme=name, quality_drop_points=lost, quality_drop_low=lost / 2)
        for name, lost in (("int4", 9.0), ("int8", 2.0))
    ]
    choice = chosen(*rows)
    assert choice.row is rows[1]
    assert choice.lossy


def test_what_does_not_fit_is_never_chosen_and_the_nearest_is_named() -> None:
    rows = [
        timed_row(
            scheme=name,
            status="does-not-fit",
            reason="flash",
            flash_bytes=limit,
            flash_limit_bytes=65_536,
        )
        for name, limit in (("float32", 120_000), ("int8", 66_560))
    ]
    choice = chosen(*rows)
    assert choice.row is None
    assert choice.reason == "does not fit: int8 needs 1.0 KiB more"


def test_what_breaks_a_budget_is_never_chosen() -> None:
    over = Limits({"flash": 1.0}, None, ("flash_bytes",))
    other = timed_row(scheme="int4", latency_ms=9.0)
    assert chosen(FAITHFUL, other, limits={FAITHFUL.cell: over}).row is other
    assert chosen(FAITHFUL, limits={FAITHFUL.cell: over}).reason == "over budget"


def test_no_rows_are_not_measured() -> None:
    assert chosen().reason == "not measured"


@pytest.fixture
def budgets(tmp_path: Path):
    path = tmp_path / "budgets.toml"
    path.write_text(
        '[[budget]]\nmodel = "digits"\nboard = "*"\nflash_bytes = 72564\nquality_min = 0.9\n'
        '[[budget]]\nmodel = "*"\nboard = "nano33ble"\nflash_bytes = 80000\nram_bytes = 13999\n'
        '[[budget]]\nmodel = "motion"\nboard = "*"\nflash_bytes = 1\n'
    )
    return read_limits(path)


def test_the_tightest_budget_that_matches_counts_and_a_figure_at_it_is_kept(budgets) -> None:
    row = timed_row(quality_device=0.9)
    assert row.flash_bytes == 72_564
    found = limits_of(row, budgets)
    assert found.costs == {"flash": 72_564 / 1024, "ram": 13_999 / 1024}
    assert found.quality == 0.9
    assert found.broken == ("ram_bytes",)


def test_too_little_quality_breaks_its_budget(budgets) -> None:
    assert "quality_device" in limits_of(timed_row(quality_device=0.8999), budgets).broken
