"""The committed instruction counts keep the kernels' promises, and changes are told."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from row_factory import make_row

ROOT = Path(__file__).parents[2]


def load_script():
    path = ROOT / "benchmarks" / "kernels.py"
    spec = importlib.util.spec_from_file_location("kernel_counts", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = load_script()
COUNTS = SCRIPT.read_counts()

# Instructions of one Invoke under TFLM of 2026 with CMSIS-NN, Cortex-M4, -O2, of the same networks.
CMSIS_NN = {
    ("keyword", "int8"): 7_700_000,
    ("image", "int8"): 29_870_000,
    ("person", "int8"): 24_100_000,
    ("anomaly", "int8"): 583_000,
    ("image", "float32"): 88_730_000,
}
TASKS = ("keyword", "image", "person", "anomaly")


AIMS = {
    ("keyword", "int8"): 5_000_000,
    ("image", "int8"): 18_000_000,
    ("person", "int8"): 14_000_000,
    ("anomaly", "int8"): 400_000,
    ("image", "float32"): 60_000_000,
}
COMPILER = next(iter(COUNTS.values())).compiler


def instructions(model: str, scheme: str, core: str = "cortex-m4", kernels: str = "simd") -> int:
    return COUNTS[model, scheme, core, kernels, "O2", COMPILER].instructions


@pytest.mark.parametrize(("model", "scheme"), CMSIS_NN)
def test_the_kernels_need_fewer_instructions_than_cmsis_nn(model, scheme):
    assert instructions(model, scheme) < CMSIS_NN[model, scheme]
    assert instructions(model, scheme) < AIMS[model, scheme]


@pytest.mark.parametrize("model", TASKS)
def test_wide_activations_cost_at_most_half_as_much_again(model):
    assert instructions(model, "int16x8") <= 1.5 * instructions(model, "int8")


@pytest.mark.parametrize("model", TASKS)
def test_weights_of_4_bits_cost_at_most_three_tenths_more(model):
    assert instructions(model, "int4") <= 1.3 * instructions(model, "int8")


@pytest.mark.parametrize("model", TASKS)
def test_int8_is_faster_than_float_where_the_core_has_a_float_unit(model):
    assert instructions(model, "int8") < instructions(model, "float32")


def test_every_core_is_counted_with_both_kernel_sets_and_gains():
    cores = {count.core for count in COUNTS.values()}
    assert len(cores) == 6
    for model in TASKS:
        for core in cores:
            cell = (model, "int8", core)
            assert instructions(*cell) < instructions(*cell, kernels="reference"), cell


def one():
    return next(iter(COUNTS.values()))


def test_a_changed_count_is_a_difference_by_name_and_amount():
    slower = replace(one(), instructions=one().instructions + 5)
    (line,) = SCRIPT.differences([slower], COUNTS)
    assert line.endswith(f"-> {slower.instructions} (+5)")
    assert SCRIPT.differences([one()], COUNTS) == []


def test_a_cell_that_is_not_in_the_table_is_a_difference():
    (line,) = SCRIPT.differences([replace(one(), core="cortex-m99")], COUNTS)
    assert "cortex-m99" in line
    assert "not in the table" in line


def test_another_compilers_counts_are_rows_of_their_own():
    (line,) = SCRIPT.differences([replace(one(), compiler="gcc 14")], COUNTS)
    assert line.endswith("under gcc 14, not in the table")


def test_counts_of_a_model_with_other_bytes_are_told_and_not_compared():
    slower = replace(one(), instructions=one().instructions + 5, model_sha256="0" * 64)
    assert SCRIPT.differences([slower], COUNTS) == []
    (line,) = SCRIPT.incomparable([slower], COUNTS)
    assert one().model_sha256[:12] in line


def test_a_cell_that_runs_no_more_is_a_difference():
    model, scheme, core, kernels, optimize, compiler = one().key
    row = make_row(
        model=model, scheme=scheme, core=core, kernels=kernels, optimize=optimize,
        compiler=compiler, status="does-not-fit", reason="too large", instructions=None,
    )  # fmt: skip
    (line,) = SCRIPT.missing([row], COUNTS)
    assert line.endswith("in the table, now does-not-fit (too large)")
    assert SCRIPT.missing([row.model_copy(update={"model": "none"})], COUNTS) == []


def test_the_table_is_what_the_script_writes():
    assert SCRIPT.TABLE.read_text() == SCRIPT.text_of(list(COUNTS.values()))
