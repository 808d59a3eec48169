"""A package's board, model, scheme, kernels and simulators measure as ours do."""

import csv
import json
from pathlib import Path

import pytest
from harness_command import run_harness
from installed_package import build_example, with_example

pytestmark = [pytest.mark.emulator, pytest.mark.tensorflow]

CELL = ["--model", "corner", "--scheme", "int8-few", "--board", "example-m4"]


@pytest.fixture(scope="module")
def measure(shared_cache, tmp_path_factory):
    """Measure the package's cell with these options; return its rows and the manifest."""
    folder = tmp_path_factory.mktemp("example")
    site = build_example(folder)

    def run(*options: str) -> tuple[list[dict[str, str]], dict]:
        out = folder / "-".join(options)
        env = {**with_example(site), "HARNESS_CACHE": str(shared_cache)}
        done = run_harness(["bench", "--quiet", *CELL, *options, "--out", out], folder, env)
        assert done.returncode == 0, done.stdout + done.stderr
        (table,), (manifest,) = out.glob("*.csv"), out.glob("*.json")
        with table.open(newline="") as stream:
            return list(csv.DictReader(stream)), json.loads(manifest.read_text())

    return run


def test_its_cell_is_measured_with_its_own_kernel(measure):
    kernels = ["--kernels", "example-pool", "--kernels", "reference"]
    rows, manifest = measure(*kernels, "--simulator", "example-qemu")
    theirs, ours = rows
    assert (theirs["status"], theirs["outputs_differing"]) == ("ok", "0")
    assert theirs["quality_device"] == "1.0000"
    assert theirs["simulator"] == "example-qemu"
    assert theirs["emulator"].startswith("example around QEMU ")
    assert theirs["fallback_operators"] == "FULLY_CONNECTED RESHAPE SOFTMAX"
    assert theirs["instructions"] != ours["instructions"]
    assert float(theirs["latency_ms"]) > 0
    flash = {key: int(theirs[key]) - int(ours[key]) for key in theirs if key.startswith("flash_")}
    assert flash["flash_kernels_bytes"] == flash["flash_bytes"] != 0
    assert manifest["tools"]["kernels example-pool"].startswith("tflm-harness-example 1.0, sources")
    symbols = [one for one in manifest["images"]["symbols"] if "tflm_harness_example" in str(one)]
    assert any("MaxPool" in str(one) for one in symbols)
    assert {one["category"] for one in symbols if "MaxPool" in str(one)} == {"kernels"}


def test_a_simulator_that_counts_no_fetches_leaves_the_cycles_empty_and_says_why(measure):
    (row,), manifest = measure("--kernels", "reference", "--simulator", "example-markers")
    assert row["status"] == "ok"
    assert int(row["instructions"]) > 0
    assert (row["cycles"], row["latency_ms"]) == ("", "")
    (cell,) = manifest["cells"]
    assert cell["details"]["timing"] == {
        "unknown": "simulator example-markers counts no fetches and accesses, which cycles are "
        "made of; choose another"
    }
    assert cell["details"]["operators"] == []


def test_a_second_run_does_nothing_anew(measure, shared_cache):
    options = ("--kernels", "example-pool", "--simulator", "example-qemu")
    first = measure(*options)[0]
    stored = _results(shared_cache)
    assert measure(*options)[0] == first
    assert _results(shared_cache) == stored


def _results(cache: Path) -> set[Path]:
    return {path for path in (cache / "store").rglob("*") if path.is_file()}
