"""Promises about the JSON of benchmark trackers: their formats, and no figure that is unknown."""

import json
from typing import Any

import pytest
from row_factory import make_row

from harness.gate.output.benchmark_json import bencher_text, github_benchmark_text

TIMED = {
    "cycles": 1_000_000,
    "cycles_low": 900_000,
    "cycles_high": 1_500_000,
    "latency_ms": 10.0,
    "energy_uj": 5.0,
    "energy_low_uj": 4.0,
    "energy_high_uj": 8.0,
}
NAME = "digits/int8/nano33ble/reference/O2/tflm2020/qemu/host"


def bencher(*rows) -> dict[str, Any]:
    return json.loads(bencher_text(rows))


def entries(*rows) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in json.loads(github_benchmark_text(rows))}


def test_bencher_gets_each_figure_of_each_row() -> None:
    measures = bencher(make_row())[NAME]
    assert measures["flash-bytes"] == {"value": 100_000}
    assert measures["instructions"] == {"value": 1_234_567}
    assert measures["quality"] == {"value": 0.9833}


def test_an_estimate_has_its_band() -> None:
    measures = bencher(make_row(**TIMED))[NAME]
    bands = {
        "cycles": (1_000_000, 900_000, 1_500_000),
        "latency-ms": (10.0, 9.0, 15.0),
        "energy-uj": (5.0, 4.0, 8.0),
    }
    for name, (value, low, high) in bands.items():
        assert measures[name] == {"value": value, "lower_value": low, "upper_value": high}
    assert entries(make_row(**TIMED))[f"{NAME} latency_ms"]["range"] == "9.0..15.0"


def test_every_bencher_metric_is_a_number_with_a_value() -> None:
    for measures in bencher(make_row(**TIMED), make_row(board="bluepill")).values():
        for metric in measures.values():
            assert set(metric) <= {"value", "lower_value", "upper_value"}
            assert "value" in metric
            assert all(isinstance(value, int | float) for value in metric.values())


def test_the_action_gets_what_is_better_when_smaller() -> None:
    found = entries(make_row())
    assert found[f"{NAME} flash_bytes"] == {
        "name": f"{NAME} flash_bytes",
        "unit": "B",
        "value": 100_000,
    }
    assert found[f"{NAME} error"]["value"] == pytest.approx(1 - 0.9833)
    assert not any("quality" in name for name in found)


@pytest.mark.parametrize("text", [bencher_text, github_benchmark_text])
def test_an_unknown_figure_is_left_out_and_never_zero(text) -> None:
    row = make_row(
        status="failed",
        reason="x",
        quality_device=None,
        instructions=None,
        flash_bytes=None,
        ram_bytes=None,
    )
    assert NAME not in text([row])
    assert "latency" not in text([make_row()])
    assert '"energy' not in text([make_row()])


def test_a_benchmark_keeps_its_name_whatever_else_is_in_the_table() -> None:
    others = [make_row(model="motion", kernels="simd"), make_row(optimize="Os")]
    assert NAME in bencher(make_row(), *others)


@pytest.mark.parametrize(("text", "empty"), [(bencher_text, {}), (github_benchmark_text, [])])
def test_an_empty_table_is_valid_json(text, empty) -> None:
    assert json.loads(text([])) == empty
