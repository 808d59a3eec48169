"""Promises of our own kernels on the emulated core."""

import pytest
from harness_runs import bench
from requantize_models import float_first, one_by_one, pairs

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("spec", [one_by_one(pairs(8)), float_first()], ids=["int8", "float32"])
def test_quantize_gives_the_bytes_of_tflite_micro_by_a_kernel_of_ours(tmp_path, spec):
    model = tmp_path / "quantize.tflite"
    model.write_bytes(spec.write())
    run = bench(
        tmp_path / "out", "--model", model, "--board", "nano33ble", "--kernels", "reference"
    )
    (row,) = run.rows
    assert (row["status"], row["reason"]) == ("ok", ""), run.output
    assert int(row["outputs_checked"]) > 0
    assert row["outputs_differing"] == "0"

    requantize = [one for one in run.symbols(0) if "kernels::Requantize" in one.name]
    assert "kernels" in {one.category for one in requantize}
