"""What the device computes is what the host computes, and counting it is exact."""

import json
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from harness_command import run_harness

from harness.model_file.reader import read_model
from harness.reference.interpreter import reference_outputs
from harness.reference.samples import generated_inputs
from harness.results.csv_file import read_rows
from harness.simulators.session import Measured, measure, run_samples

pytestmark = pytest.mark.emulator

FNV_OFFSET, FNV_PRIME = 0x811C9DC5, 0x01000193


def fnv1a(data: bytes) -> str:
    value = FNV_OFFSET
    for byte in data:
        value = (value ^ byte) * FNV_PRIME & 0xFFFF_FFFF
    return f"{value:08x}"


def test_two_measurements_count_the_same_instructions(lab, small_model, small_elf, tmp_path):
    sample = generated_inputs(read_model(small_model, "m"), 1)[0]
    guest = lab.guest(small_elf, tmp_path)
    first, second = measure(guest, sample), measure(guest, sample)
    assert isinstance(first, Measured)
    assert first == second
    assert first.trace.regions["invoke_warm"] > 0
    assert first.outputs[0] == first.outputs[1]


def test_the_operators_of_an_invoke_sum_to_the_invoke(lab, small_model, small_elf, tmp_path):
    sample = generated_inputs(read_model(small_model, "m"), 1)[0]
    trace = measure(lab.guest(small_elf, tmp_path), sample).trace
    for region in ("invoke_first", "invoke_warm"):
        operators = [one for one in trace.operators if one.region == region]
        assert [one.index for one in operators] == [-1, 0]
        assert sum(one.instructions for one in operators) == trace.regions[region]
    assert set(trace.regions) == {
        *("none", "boot", "allocate", "input", "invoke_first", "invoke_warm")
    }


def test_a_small_model_answers_as_the_host_does(lab, small_model, small_elf, tmp_path):
    samples = generated_inputs(read_model(small_model, "m"), 40)
    device = run_samples(lab.guest(small_elf, tmp_path), samples)
    assert list(device) == reference_outputs(small_model, samples, "tflite-micro")


@pytest.fixture(scope="module")
def digits(shared_cache, tmp_path_factory) -> Path:
    """The results of `digits`, int8, over every test sample with both kernel sets."""
    out = tmp_path_factory.mktemp("digits")
    options = ["--model", "digits", "--scheme", "int8", "--board", "nano33ble", "--samples", "all"]
    done = run_harness(
        ["bench", *options, "--out", out], cwd=out, env={"HARNESS_CACHE": str(shared_cache)}
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.tensorflow
def test_digits_is_byte_identical_to_the_host_for_every_test_sample(digits):
    rows = read_rows(next(digits.glob("*.csv")))
    assert [row.kernels for row in rows] == ["simd", "reference"]
    for row in rows:
        assert (row.status, row.samples) == ("ok", 360)
        assert (row.outputs_checked, row.outputs_differing) == (360, 0)
        assert row.quality_device == row.quality_host
        assert row.quality_device > 0.9
    ours, theirs = rows
    assert ours.instructions < 0.1 * theirs.instructions


@pytest.mark.tensorflow
def test_the_profile_of_digits_has_every_operator_and_sums_to_the_row(digits):
    row, _ = read_rows(next(digits.glob("*.csv")))
    cell, _ = json.loads(next(digits.glob("*.json")).read_text())["cells"]
    operators = cell["details"]["operators"]
    assert sum(one["instructions"] for one in operators) == row.instructions
    assert row.instructions == cell["details"]["regions"]["invoke_warm"]
    assert [one["index"] for one in operators] == list(range(-1, len(operators) - 1))
    names = [one["name"] for one in operators]
    assert names[0] == "interpreter"
    assert names[-1] == "SOFTMAX"
    assert {"CONV_2D", "FULLY_CONNECTED"} <= set(names)
    assert all(one["instructions"] > 0 for one in operators)


@pytest.mark.skipif("HARNESS_EXTERNAL_MODELS" not in os.environ, reason="no external models")
@pytest.mark.parametrize(
    ("name", "fnv"), [("kws_ref_model", "7d3b926b"), ("ad01_int8", "ad2827a4")]
)
@pytest.mark.parametrize("kernels", ["simd", "reference"])
def test_published_models_give_the_known_outputs(lab, tmp_path, name, fnv, kernels):
    lab = replace(lab, kernels=kernels)
    model = (Path(os.environ["HARNESS_EXTERNAL_MODELS"]) / f"{name}.tflite").read_bytes()
    file = read_model(model, name)
    elf = lab.link(model, 128 * 1024, tmp_path / "build")
    found = measure(lab.guest(elf, tmp_path), generated_inputs(file, 1)[0])
    assert [fnv1a(output) for output in found.outputs] == [fnv, fnv]
    indices = [one.index for one in found.trace.operators if one.region == "invoke_warm"]
    assert indices == list(range(-1, len(file.operators)))
    assert all(after == before + 1 for before, after in pairwise(indices))
