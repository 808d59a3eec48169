"""The page on timing sets every published measurement beside the model's figure, as committed."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from row_factory import make_row

from harness.boards import board_names
from harness.models import load_models
from harness.results.csv_file import read_rows

SCRIPT = Path(__file__).parents[2] / "docs" / "make_silicon.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_silicon", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_holds_what_the_committed_tables_say(script: ModuleType) -> None:
    rows = [row for table in script.TABLES if table.exists() for row in read_rows(table)]
    page = script.PAGE.read_text()
    assert page == script.renewed(page, script.section(script.read_silicon(), rows))


def test_the_example_by_hand_is_the_committed_row(script: ModuleType) -> None:
    (row,) = (
        row
        for row in read_rows(script.TABLES[0])
        if (row.model, row.scheme, row.board, row.kernels)
        == ("digits", "int8", "nucleo-l4r5zi", "simd")
    )
    page = " ".join(script.PAGE.read_text().split())
    assert f"{row.cycles:,} cycles ({row.cycles_low:,} to {row.cycles_high:,})" in page
    assert f"{row.instructions:,} instructions" in page
    assert f"{row.latency_ms:.2f} ms, {row.energy_uj:.1f} µJ" in page


def test_every_measurement_is_of_a_board_and_a_model_that_are_here(script: ModuleType) -> None:
    for one in script.read_silicon():
        assert one.board in board_names()
        assert one.model in load_models()
        assert one.source


def test_a_ratio_is_the_estimate_by_silicon_with_its_band(script: ModuleType) -> None:
    silicon = script.Silicon("pico", "digits", "int8", "simd", 2_000_000, "this", "the test")
    row = make_row(
        model="digits",
        board="pico",
        core="cortex-m0plus",
        kernels="simd",
        cycles=3_000_000,
        cycles_low=2_500_000,
        cycles_high=5_000_000,
    )
    (line,) = script.section([silicon], [row]).splitlines()[2:]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == [
        "pico",
        "digits int8",
        "this (the test)",
        "2.00",
        "simd",
        "3.00 (2.50 to 5.00)",
        "1.50 (1.25 to 2.50)",
    ]


def test_a_measurement_without_an_estimate_stays_in_the_table(script: ModuleType) -> None:
    silicon = script.Silicon("pico", "digits", "int8", "simd", 2_000_000, "this", "the test")
    (line,) = script.section([silicon], []).splitlines()[2:]
    assert line == "| pico | digits int8 | this (the test) | 2.00 | simd |  |  |"
