"""From an estimate to the row's milliseconds and microjoules, worked out by hand."""

from dataclasses import replace

import pytest
from evidence_factory import PROVENANCE, cell, evidence

from harness.bench.artifacts import CycleBand, Timing
from harness.bench.assemble import make_row
from harness.board_tables import Current

WARM = CycleBand(low=3_199_999.5, typical=6_400_000.4, high=12_800_000.1)
INPUT = CycleBand(low=640_000, typical=1_280_000, high=1_920_000)
TIMING = Timing(model="cortex-m4 1", regions={"invoke_warm": WARM, "input": INPUT})
CURRENT = Current(
    active_ua_per_mhz=50.0, active_ua_per_mhz_high=60.0, voltage=3.0, source="a data sheet"
)


def cell_with(current: Current | None):
    known = cell()
    board = known.board.model_copy(update={"current": current, "clock_hz": 64_000_000})
    return replace(known, board=board)


def test_cycles_are_rounded_outwards_and_milliseconds_follow_from_the_clock():
    row = make_row(cell_with(None), evidence(timing=TIMING), PROVENANCE)
    assert (row.timing, row.cycles, row.cycles_low, row.cycles_high) == (
        "cortex-m4 1",
        6_400_000,
        3_199_999,
        12_800_001,
    )
    assert row.latency_ms == pytest.approx(100.0, rel=1e-6)
    assert row.energy_uj is None
    assert row.pipeline_latency_ms is None


def test_energy_is_picojoules_a_cycle_times_cycles_at_both_ends():
    # 50 uA/MHz at 3 V are 150 pJ a cycle, 60 are 180.
    row = make_row(cell_with(CURRENT), evidence(timing=TIMING), PROVENANCE)
    assert row.energy_uj == pytest.approx(960.0, rel=1e-6)
    assert row.energy_low_uj == pytest.approx(480.0, rel=1e-6)
    assert row.energy_high_uj == pytest.approx(2304.0, rel=1e-6)


def test_features_on_the_device_make_a_pipeline():
    measured = evidence(timing=TIMING)
    regions = {**measured.measurement.regions, "input": 50}
    measured = replace(
        measured, measurement=measured.measurement.model_copy(update={"regions": regions})
    )
    row = make_row(replace(cell_with(None), features="device"), measured, PROVENANCE)
    assert row.latency_ms == pytest.approx(100.0, rel=1e-6)
    assert row.pipeline_latency_ms == pytest.approx(120.0, rel=1e-6)


@pytest.mark.parametrize("timing", [None, Timing(unknown="wait_states is unknown")])
def test_what_is_not_known_stays_empty(timing):
    row = make_row(cell_with(CURRENT), evidence(timing=timing), PROVENANCE)
    assert row.instructions == 1000
    assert {row.timing, row.cycles, row.latency_ms, row.energy_uj} == {None}


def test_a_row_whose_outputs_differ_has_no_time():
    wrong = evidence(timing=TIMING)
    wrong = replace(wrong, device=wrong.device.model_copy(update={"differing": 1}))
    row = make_row(cell_with(CURRENT), wrong, PROVENANCE)
    assert {row.cycles, row.latency_ms, row.energy_uj, row.timing} == {None}
