"""The checks: at the limit they pass, one beyond it they fail and say what, where and how much."""

from pathlib import Path

import pytest
from robot.api import Error, Failure
from row_factory import make_row

from harness.robot import HarnessLibrary
from harness.robot.cells import Firmware, MeasuredCell

LABEL = "digits int8 nano33ble reference O2"
FIGURES = {
    "flash_bytes": 100_000,
    "flash_kernels_bytes": 20_000,
    "ram_bytes": 30_000,
    "ram_arena_bytes": 20_000,
    "instructions": 1_000_000,
    "features_instructions": 200_000,
    "pipeline_instructions": 1_200_000,
    "features": "device",
    "quality_device": 0.95,
    "quality_drop_points": 1.5,
    "far": 0.05,
    "frr": 0.1,
    "cycles": 1_000_000,
    "cycles_low": 900_000,
    "cycles_high": 1_300_000,
    "latency_ms": 10.0,
    "pipeline_latency_ms": 12.0,
    "energy_uj": 100.0,
    "energy_high_uj": 150.0,
}
HARNESS = HarnessLibrary()


def cell(**changes: object) -> MeasuredCell:
    return MeasuredCell(make_row(**changes), "bench.csv")


WHOLE = cell(**FIGURES)

CHECKS = [
    ("flash_should_be_at_most", {}, 100_000, 1, "flash is 100,000 B, 1 B more"),
    ("flash_should_be_at_most", {"part": "kernels"}, 20_000, 1, "flash .kernels. is 20,000 B, 1 B"),
    ("ram_should_be_at_most", {}, 30_000, 1, "RAM is 30,000 B, 1 B more than the limit of 29,999"),
    ("ram_should_be_at_most", {"part": "arena"}, 20_000, 1, "RAM .arena. is 20,000 B, 1 B more"),
    (
        "instructions_should_be_at_most",
        {},
        1_000_000,
        1,
        "number of instructions is 1,000,000, 1 more",
    ),
    ("instructions_should_be_at_most", {"of": "features"}, 200_000, 1, "features instructions"),
    ("instructions_should_be_at_most", {"of": "pipeline"}, 1_200_000, 1, "pipeline instructions"),
    ("latency_should_be_at_most", {}, 10.0, 0.5, "an estimate: 9.0000 ms to 13.0000 ms.*0.5000 ms"),
    ("latency_should_be_at_most", {"bound": "high"}, 13.0, 0.5, "latency is up to 13.0000 ms"),
    ("latency_should_be_at_most", {"of": "pipeline"}, 12.0, 0.5, "latency of the pipeline"),
    (
        "energy_should_be_at_most",
        {},
        100.0,
        1.0,
        "energy is 100.000 µJ .an estimate., 1.000 µJ more",
    ),
    ("energy_should_be_at_most", {"bound": "high"}, 150.0, 1.0, "150.000 µJ"),
    (
        "accuracy_should_be_at_least",
        {},
        0.95,
        -0.01,
        "0.9500, 0.0100 less than the minimum of 0.96",
    ),
    ("quality_should_be_at_least", {}, 0.95, -0.01, "quality is 0.9500 .accuracy., 0.0100 less"),
    ("quality_drop_should_be_at_most", {}, 1.5, 0.5, "1.50 points, 0.50 points more"),
    ("false_accept_rate_should_be_at_most", {}, 0.05, 0.01, "false accept rate is 0.0500, 0.0100"),
    ("false_reject_rate_should_be_at_most", {}, 0.1, 0.05, "false reject rate is 0.1000, 0.0500"),
]


@pytest.mark.parametrize(("keyword", "options", "limit", "step", "told"), CHECKS)
def test_a_figure_at_its_limit_passes_and_beyond_it_fails_with_the_difference(
    keyword, options, limit, step, told
):
    check = getattr(HARNESS, keyword)
    check(WHOLE, limit, **options)
    with pytest.raises(Failure, match=told) as failed:
        check(WHOLE, limit - step, **options)
    assert str(failed.value).startswith(f"{LABEL} features on the device: ")
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(("keyword", "options", "limit"), [check[:3] for check in CHECKS])
def test_an_unknown_figure_fails(keyword, options, limit):
    unknown = dict.fromkeys(name for name in FIGURES if name != "features")
    with pytest.raises(Failure, match="is not known"):
        getattr(HARNESS, keyword)(cell(**unknown), limit, **options)


@pytest.mark.parametrize(("keyword", "options", "limit"), [check[:3] for check in CHECKS])
def test_a_cell_whose_outputs_are_wrong_fails_every_limit(keyword, options, limit):
    sizes = {name: value for name, value in FIGURES.items() if name.startswith(("flash", "ram"))}
    unknown = dict.fromkeys(["instructions", "quality_device"])
    wrong = cell(**unknown, **sizes, status="mismatch", reason="2 of 9 outputs differ")
    with pytest.raises(Failure, match="since it is mismatch: 2 of 9 outputs differ"):
        getattr(HARNESS, keyword)(wrong, limit, **options)


def test_accuracy_is_no_other_metric():
    with pytest.raises(Failure, match="judged by auc, not by accuracy"):
        HARNESS.accuracy_should_be_at_least(cell(metric="auc"), 0.5)
    HARNESS.quality_should_be_at_least(cell(metric="auc"), 0.5)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"outputs_differing": 3}, "3 of 360 outputs differ"),
        ({"outputs_checked": 0, "outputs_differing": 0}, "no output was compared"),
        ({"outputs_checked": None, "outputs_differing": None}, "the device was not run"),
        ({"outputs_differing": None}, "None of 360"),
    ],
)
def test_outputs_match_only_where_all_were_compared_and_none_differs(changes, told):
    HARNESS.outputs_should_match_host(cell())
    with pytest.raises(Failure, match=told):
        HARNESS.outputs_should_match_host(cell(**changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"flash_limit_bytes": 99_999}, "flash is 97.7 KiB, the board has 97.7 KiB"),
        ({"ram_limit_bytes": 16_384}, "RAM is 29.3 KiB, the board has 16.0 KiB"),
        ({"ram_limit_bytes": None}, "an unknown size"),
        ({"ram_bytes": None}, "ram_bytes is not known"),
        ({"status": "does-not-fit", "reason": "flash 9 B is 1 B more"}, "flash 9 B is 1 B more"),
        ({"status": "unsupported", "reason": "hybrid"}, "unsupported: hybrid"),
    ],
)
def test_a_model_fits_where_both_memories_hold_it(changes, told):
    HARNESS.model_should_fit_board(cell(flash_limit_bytes=100_000, ram_limit_bytes=30_000))
    with pytest.raises(Failure, match=told):
        HARNESS.model_should_fit_board(cell(**changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "no model of a stream"),
        ({"stride_ms": 20.0, "realtime": "no", "duty_cycle": 1.5}, "cannot keep up: .* 150.0 %"),
        ({"stride_ms": 20.0}, "its latency is not known"),
        ({"stride_ms": 20.0, "latency_ms": 10.0}, "measure it with features=device"),
        ({"stride_ms": 20.0, "latency_ms": 19.0, "duty_cycle": 0.95}, "95.0 %, .* reaches beyond"),
    ],
)
def test_it_keeps_up_only_where_that_is_certain(changes, told):
    HARNESS.should_keep_up_in_real_time(cell(stride_ms=20.0, realtime="yes", duty_cycle=0.5))
    with pytest.raises(Failure, match=told):
        HARNESS.should_keep_up_in_real_time(cell(**changes))


def test_the_status_is_told_with_its_reason():
    small = cell(status="does-not-fit", reason="flash is too large")
    HARNESS.status_should_be(small, "does-not-fit")
    with pytest.raises(
        Failure, match="status is does-not-fit: flash is too large; it should be ok"
    ):
        HARNESS.status_should_be(small)


def test_firmware_that_was_not_run_has_sizes_and_no_status():
    row = make_row(ram_bytes=None, ram_arena_bytes=100, instructions=None)
    built = Firmware(row, "digits.elf", elf=Path("digits.elf"), digest="0")
    HARNESS.flash_should_be_at_most(built, 100_000)
    HARNESS.ram_should_be_at_most(built, 100, "arena")
    for refuse in (
        lambda: HARNESS.status_should_be(built, "ok"),
        lambda: HARNESS.model_should_fit_board(built),
        lambda: HARNESS.ram_should_be_at_most(built, 10**9),
        lambda: HARNESS.instructions_should_be_at_most(built, 10**9),
    ):
        with pytest.raises(Failure, match="was built, not run; give what Run On Board returns"):
            refuse()


def test_columns_are_attributes_and_a_wrong_name_suggests_the_nearest():
    assert WHOLE.flash_kernels_bytes == 20_000
    assert cell().energy_uj is None
    with pytest.raises(AttributeError, match=r"no column is called 'flsh_bytes'.*'flash_bytes'"):
        _ = WHOLE.flsh_bytes
    with pytest.raises(Error, match=r"no column with a figure is called 'flash'.*'flash_bytes'"):
        HARNESS.get_figure(WHOLE, "flash")
    with pytest.raises(Error, match="no column with a figure is called 'model'"):
        HARNESS.get_figure(WHOLE, "model")
    assert HARNESS.get_figure(WHOLE, "latency_ms") == 10.0
