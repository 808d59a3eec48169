"""From the steps' results to a row: what each ending fills in, and what it must leave empty."""

from dataclasses import replace

import pytest
from evidence_factory import (
    DIGEST,
    PROVENANCE,
    cell,
    device,
    evidence,
    image,
    judgement,
    measurement,
)
from hypothesis import given
from hypothesis import strategies as st

from harness.bench.assemble import Evidence, make_row
from harness.errors import Stop
from harness.metrics import Detection, OperatingPoint, Quality
from harness.results.row import Status
from harness.tasks import Stream

NANO = cell("nano33ble")
STAGES = (
    *("samples", "converted", "model", "reference", "judged_host"),
    *("image", "measurement", "device", "judged_device"),
)


def row_of(found: Evidence, board: str = "nano33ble"):
    return make_row(cell(board), found, PROVENANCE)


def test_a_measured_cell_is_ok_and_its_parts_sum():
    row = row_of(evidence())
    assert (row.status, row.reason) == (Status.OK, None)
    assert row.flash_bytes == 1214
    parts = ("model", "kernels", "runtime", "libc", "app", "vectors")
    assert sum(getattr(row, f"flash_{part}_bytes") for part in parts) == row.flash_bytes
    assert row.ram_bytes == row.ram_arena_bytes + row.ram_static_bytes + row.ram_stack_bytes
    assert row.ram_bytes == 4096 + 1000 + 904
    assert row.ram_arena_persistent_bytes + row.ram_arena_nonpersistent_bytes == 4096
    assert (row.quality_float, row.quality_host, row.quality_device) == (0.9, 0.8, 0.8)
    assert (row.samples, row.outputs_checked, row.outputs_differing) == (10, 10, 0)
    assert row.instructions == 1000
    assert row.macs == 6
    assert (row.compiler, row.emulator, row.tflm, row.runtime) == (
        "gcc 12",
        "QEMU 7.2",
        "tfmicro 0.1.0",
        "tflm2020",
    )


def test_a_pipeline_is_the_features_and_the_invoke_and_sets_the_duty_cycle():
    regions = {"boot": 10, "invoke_first": 1100, "invoke_warm": 1000, "input": 500}
    found = evidence(measurement=measurement(regions=regions))
    found = replace(found, samples=found.samples.model_copy(update={"stream": Stream(1.0, 1.0)}))
    host = make_row(NANO, found, PROVENANCE)
    row = make_row(replace(NANO, features="device"), found, PROVENANCE)
    assert (host.features, host.instructions) == ("host", 1000)
    assert (host.features_instructions, host.pipeline_instructions) == (None, None)
    assert (row.features, row.instructions) == ("device", 1000)
    assert (row.features_instructions, row.pipeline_instructions) == (500, 1500)
    assert row.duty_cycle_low == pytest.approx(1.5 * host.duty_cycle_low)
    assert row.cell != host.cell


def test_what_no_timing_model_filled_stays_empty():
    row = row_of(evidence())
    columns = ("cycles", "cycles_low", "cycles_high", "latency_ms", "energy_uj")
    assert [getattr(row, column) for column in columns] == [None] * 5


QUALITY_COLUMNS = ("quality_drop_points", "quality_drop_low", "quality_drop_high")


def test_what_is_lost_is_of_the_devices_outputs_and_empty_without_them():
    row = row_of(evidence())
    assert [getattr(row, column) for column in QUALITY_COLUMNS] == [10.0, -15.0, 40.0]
    row = row_of(evidence(device=None, judged_device=None))
    assert [getattr(row, column) for column in QUALITY_COLUMNS] == [None] * 3


def detecting(stream: Stream | None) -> Evidence:
    point = OperatingPoint(0.25, false_accepts=1, negatives=20, false_rejects=3, positives=10)
    found = Detection(0.9, 0.8, 0.15, 0.3, (), point)
    judged = judgement(quality=Quality(0.8, 0, None, found))
    samples = evidence().samples.model_copy(update={"stream": stream})
    return evidence(samples=samples, judged_device=judged)


def test_a_detectors_headline_is_in_the_row():
    row = row_of(detecting(Stream(window_ms=1000, stride_ms=500)))
    assert (row.auc, row.pauc, row.eer) == (0.9, 0.8, 0.15)
    assert (row.far, row.frr, row.threshold) == (0.05, 0.3, 0.25)
    assert row.false_accepts_per_hour == pytest.approx(0.05 * 7200)
    assert row_of(detecting(None)).false_accepts_per_hour is None


def test_recordings_that_are_judged_whole_are_one_decision_of_several_strides():
    found = detecting(Stream(window_ms=192, stride_ms=192))  # 30 recordings
    samples = found.samples.model_copy(update={"count": 120, "groups": DIGEST})
    row = row_of(replace(found, samples=samples))
    assert row.false_accepts_per_hour == pytest.approx(0.05 * 3600 / (4 * 0.192))


def test_a_stream_says_how_much_of_its_stride_the_core_computes():
    row = row_of(detecting(Stream(window_ms=1000, stride_ms=500)))
    assert row.stride_ms == 500
    assert row.duty_cycle_low == 1000 / (64_000_000 * 0.5)
    assert (row.duty_cycle, row.headroom, row.realtime) == (None, None, None)
    late = row_of(detecting(Stream(window_ms=0.01, stride_ms=0.01)))
    assert (late.realtime, late.duty_cycle_low > 1) == ("no", True)
    assert row_of(detecting(None)).stride_ms is None


def test_wrong_outputs_publish_neither_rates_nor_a_duty_cycle():
    stream = Stream(window_ms=1000, stride_ms=500)
    row = row_of(replace(detecting(stream), device=device(differing=1)))
    assert row.status == Status.MISMATCH
    hidden = ("auc", "far", "frr", "threshold", "false_accepts_per_hour", "duty_cycle_low")
    assert [getattr(row, column) for column in hidden] == [None] * len(hidden)


@pytest.mark.parametrize("over", [0, 1])
def test_a_board_is_full_at_its_limit_and_overfull_a_byte_later(over):
    room = NANO.board.flash_limit_bytes
    flash = dict.fromkeys(image().flash, 0) | {"model": room + over}
    row = row_of(evidence(image=image(flash=flash)))
    assert row.status == ("does-not-fit" if over else "ok")
    assert row.flash_bytes == room + over
    assert row.quality_device == 0.8
    assert row.instructions == 1000


def test_a_reason_says_by_how_much_each_memory_is_too_small():
    found = evidence(image=image(arena_bytes=NANO.board.ram_limit_bytes))
    row = row_of(found)
    assert row.status == Status.DOES_NOT_FIT
    assert row.reason.startswith("RAM ")
    assert "1.9 KiB more than the board's" in row.reason
    assert "flash" not in row.reason


def test_an_image_that_the_machine_could_not_run_keeps_its_sizes():
    stuck = image(arena_bytes=None, persistent_bytes=None, not_run="the machine is too small")
    row = row_of(evidence(image=stuck, measurement=None, device=None))
    assert (row.status, row.reason) == (Status.UNSUPPORTED, "the machine is too small")
    assert row.flash_bytes == 1214
    assert (row.ram_static_bytes, row.ram_arena_bytes, row.ram_bytes) == (1000, None, None)
    assert row.instructions is None


@pytest.mark.parametrize(
    ("exceeds", "status"), [(2**30, Status.DOES_NOT_FIT), (16, Status.UNSUPPORTED)]
)
def test_an_arena_beyond_the_machine_is_the_boards_fault_only_beyond_the_board(exceeds, status):
    stuck = image(
        arena_bytes=None, persistent_bytes=None, not_run="more", arena_exceeds_bytes=exceeds
    )
    assert row_of(evidence(image=stuck, measurement=None, device=None)).status is status


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"device": device(differing=3, largest_error=2.0)}, "3 of 10 device outputs differ"),
        ({"measurement": measurement(differing=1)}, "the measured Invokes gave another output"),
        (
            {"device": device(features_beyond=2, features_error=3.0)},
            "2 of 10 feature vectors of the device are further from the host's than the bound",
        ),
        ({"measurement": measurement(features_beyond=1)}, "the measured run's features are furth"),
    ],
)
def test_a_mismatch_publishes_neither_quality_nor_latency(changes, reason):
    regions = {"boot": 10, "invoke_first": 1100, "invoke_warm": 1000, "input": 500}
    found = evidence(**{"measurement": measurement(regions=regions)} | changes)
    row = make_row(replace(NANO, features="device"), found, PROVENANCE)
    assert row.status == Status.MISMATCH
    assert row.reason.startswith(reason)
    assert (row.quality_device, row.instructions) == (None, None)
    assert (row.features_instructions, row.pipeline_instructions) == (None, None)
    assert row.outputs_checked == 10
    assert row.flash_bytes == 1214


def test_a_mismatch_comes_before_a_board_that_is_too_small():
    flash = dict.fromkeys(image().flash, 10**9)
    row = row_of(evidence(image=image(flash=flash), device=device(differing=1)))
    assert row.status == Status.MISMATCH


def test_an_unsupported_model_still_has_the_hosts_quality():
    stop = Stop("unsupported", "operator 3 SVDF")
    row = row_of(evidence(image=None, measurement=None, device=None, judged_device=None, stop=stop))
    assert (row.status, row.reason) == (Status.UNSUPPORTED, "operator 3 SVDF")
    assert (row.quality_host, row.quality_device) == (0.8, None)
    assert row.flash_bytes is None
    assert row.flash_limit_bytes == NANO.board.flash_limit_bytes


@given(
    st.integers(0, len(STAGES)),
    st.sampled_from(["unsupported", "does-not-fit", "failed", "timeout"]),
    st.sampled_from(["nano33ble", "bluepill"]),
)
def test_wherever_the_steps_end_there_is_a_row(reached, status, board):
    empty = dict.fromkeys(STAGES[reached:])
    row = row_of(evidence(**empty, stop=Stop(status, "why")), board)
    assert (row.status, row.reason) == (status, "why")
    if row.status.is_bad:
        hidden = ("quality_float", "quality_host", "quality_device", "instructions")
        assert [getattr(row, column) for column in hidden] == [None] * 4


def test_a_runtime_that_does_not_tell_the_persistent_share_leaves_it_empty():
    row = row_of(evidence(image=image(persistent_bytes=None)))
    assert (row.ram_arena_persistent_bytes, row.ram_arena_nonpersistent_bytes) == (None, None)
    assert row.ram_arena_bytes == 4096
