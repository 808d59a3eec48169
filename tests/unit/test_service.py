"""Quality of service, worked out by hand."""

import pytest

from harness.cycles.band import Band
from harness.results.service import MOST_INSTRUCTIONS_A_CYCLE, service


@pytest.mark.parametrize(
    ("core", "low"),
    [
        *(("cortex-m0plus", 0.5), ("cortex-m3", 0.5), ("cortex-m4", 0.5)),
        *(("cortex-m7", 0.25), ("cortex-m33", 0.25), ("cortex-m55", 0.25)),
    ],
)
def test_the_bound_is_the_instructions_over_what_the_stride_has_room_for(core, low):
    # 64 MHz for 500 ms are 32 million cycles.
    found = service(500.0, core, 64_000_000, 16_000_000)
    assert found.duty_cycle_low == low
    assert (found.duty_cycle, found.headroom, found.realtime) == (None, None, None)


def test_every_core_has_a_bound():
    from typing import get_args

    from harness.boards import Core

    assert set(MOST_INSTRUCTIONS_A_CYCLE) == set(get_args(Core))


@pytest.mark.parametrize(
    ("instructions", "latency_ms", "realtime"),
    [
        (32_000_001, None, "no"),
        (32_000_001, Band(80, 100, 120), "no"),
        (32_000_000, None, None),
        (16_000_000, Band(300, 400, 499), "yes"),
        (16_000_000, Band(300, 400, 500), None),
        (16_000_000, Band(500, 600, 700), None),
        (16_000_000, Band(501, 600, 700), "no"),
    ],
)
def test_what_is_beyond_the_bound_or_the_band_is_decided_and_what_is_within_is_not(
    instructions, latency_ms, realtime
):
    found = service(500.0, "cortex-m4", 64_000_000, instructions, latency_ms)
    assert found.realtime == realtime


def test_headroom_is_what_the_duty_cycle_leaves():
    found = service(200.0, "cortex-m3", 72_000_000, 1, Band(40, 50, 60))
    assert (found.duty_cycle, found.headroom) == (0.25, 0.75)
