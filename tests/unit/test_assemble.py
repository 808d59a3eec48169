"""From the steps' results to a row: what each ending fills in, and what it must leave empty."""

import pytest
from evidence_factory import (
    PROVENANCE,
    cell,
    device,
    evidence,
    image,
    measurement,
)
from hypothesis import given
from hypothesis import strategies as st

from harness.bench.assemble import Evidence, make_row
from harness.errors import Stop
from harness.results.row import Status

NANO = cell("nano33ble")
STAGES = ("samples", "converted", "model", "reference", "image", "measurement", "device")


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


def test_what_no_timing_model_filled_stays_empty():
    row = row_of(evidence())
    columns = ("cycles", "cycles_low", "cycles_high", "latency_ms", "energy_uj")
    assert [getattr(row, column) for column in columns] == [None] * 5


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
    ],
)
def test_a_mismatch_publishes_neither_quality_nor_latency(changes, reason):
    row = row_of(evidence(**changes))
    assert row.status == Status.MISMATCH
    assert row.reason.startswith(reason)
    assert (row.quality_device, row.instructions) == (None, None)
    assert row.outputs_checked == 10
    assert row.flash_bytes == 1214


def test_a_mismatch_comes_before_a_board_that_is_too_small():
    flash = dict.fromkeys(image().flash, 10**9)
    row = row_of(evidence(image=image(flash=flash), device=device(differing=1)))
    assert row.status == Status.MISMATCH


def test_an_unsupported_model_still_has_the_hosts_quality():
    stop = Stop("unsupported", "operator 3 SVDF")
    row = row_of(evidence(image=None, measurement=None, device=None, stop=stop))
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
