"""How long a battery lasts, worked out by hand; and what must be known for it."""

from dataclasses import replace

import pytest
from evidence_factory import PROVENANCE, cell, evidence

from harness.bench.artifacts import SampleSet
from harness.bench.assemble import make_row
from harness.bench.profiling import ProfiledCell
from harness.board_tables import Current
from harness.cycles.band import Band
from harness.errors import HarnessError
from harness.profile.battery import Battery, battery_note
from harness.tasks.task import Stream

CURRENT = Current(active_ua_per_mhz=50.0, voltage=3.0, source="a data sheet")
CYCLES = Band(3_200_000, 6_400_000, 12_800_000)


def profiled(current: Current | None = CURRENT, stride_ms: float | None = 1000.0) -> ProfiledCell:
    known = cell()
    board = known.board.model_copy(update={"current": current, "clock_hz": 64_000_000})
    stream = None if stride_ms is None else Stream(window_ms=1000.0, stride_ms=stride_ms)
    found = evidence(samples=SampleSet(count=10, metric="accuracy", stream=stream))
    on = replace(known, board=board)
    row = make_row(on, found, PROVENANCE)
    return ProfiledCell(on, row, found, PROVENANCE.runtimes["simd"], b"", found.model)


def test_the_average_current_empties_the_battery():
    # 6.4 M cycles at 150 pJ are 960 uJ; each second, at 3 V, 320 uA, and 10 uA between: 330 uA.
    # 330 mAh last 1000 hours.
    note = battery_note(profiled(), CYCLES, Battery(330.0, idle_ua=10.0))
    assert "last 41.7 days (21.2 to 80.9) with an inference each 1000 ms and 10 uA" in note


@pytest.mark.parametrize(
    ("what", "battery", "remedy"),
    [
        (profiled(stride_ms=None), Battery(100.0, idle_ua=1.0), "give --every MILLISECONDS"),
        (profiled(), Battery(100.0), "give --idle MICROAMPERES"),
        (profiled(), Battery(100.0, every_ms=150.0, idle_ua=1.0), "give a longer --every"),
        (profiled(current=None), Battery(100.0, idle_ua=1.0), "the energy is unknown"),
    ],
)
def test_what_is_not_known_is_asked_for(what, battery, remedy):
    with pytest.raises(HarnessError, match=remedy):
        battery_note(what, CYCLES, battery)


@pytest.mark.parametrize(
    ("figures", "option"),
    [
        ({"mah": 0.0}, "--battery 0"),
        ({"mah": 1.0, "every_ms": -1.0}, "--every -1"),
        ({"mah": 1.0, "idle_ua": float("nan")}, "--idle nan"),
    ],
)
def test_impossible_figures_are_refused(figures, option):
    with pytest.raises(HarnessError, match=option):
        Battery(**figures)
