"""Promises about the baseline: what it keeps, what it refuses, when it is another's."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gate_factory import full_row, unmeasured_row

from harness.errors import HarnessError
from harness.gate.attribution import Contents
from harness.gate.baseline import read_contents, renew_baseline, slim_text
from harness.gate.renewal import renewal_lines
from harness.results.comparison import compare_rows
from harness.results.csv_file import csv_text, read_rows
from harness.results.figures import FLASH_PARTS
from harness.results.images import ImageSizes, ImageTable, Symbol
from harness.results.manifest import (
    CellRecord,
    Manifest,
    manifest_problem,
    read_manifest,
    write_manifest,
)
from harness.results.row import Row

SIZES = {"flash_bytes": 700, "ram_static_bytes": 40}
FLASH = dict.fromkeys(FLASH_PARTS, 100)
SYMBOL = Symbol(name="ns::Convolve(int)", bytes=60, category="kernels", section=".kernels")
IMAGE = ImageSizes(flash=FLASH, static_bytes=40, symbols=(SYMBOL,))
TIMING = {
    "model": "cortex-m4 1",
    "regions": {"invoke_warm": {"low": 1.0, "typical": 2.0, "high": 3.0}},
    "operators": [
        {"index": 0, "cycles": {"low": 1.0, "typical": 2.0, "high": 3.0}, "causes": {"issue": {}}}
    ],
}
OPERATORS = [{"index": 0, "name": "CONV_2D", "instructions": 900}]


def sized_row(**changes: object) -> Row:
    return full_row(**{**SIZES, **changes})


def record_of(row: Row) -> CellRecord:
    details = {"operators": OPERATORS, "timing": TIMING, "confusion": [[1]], "data": "digits"}
    return CellRecord(
        key="image" if row.flash_bytes else "",
        cell=row.cell,
        status=row.status,
        reason=row.reason,
        log="a long log",
        seconds=3.5,
        details=details,
    )


def manifest_of(*rows: Row) -> Manifest:
    return Manifest(
        created=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        harness="0.1.0",
        spec={"models": ["digits"]},
        tools={"compiler": "gcc"},
        machines=(),
        cells=tuple(record_of(row) for row in rows),
        images=ImageTable.of({"image": IMAGE}),
    )


def write(folder: Path, *rows: Row, name: str = "bench") -> Path:
    table = folder / f"{name}.csv"
    table.write_text(csv_text(rows))
    write_manifest(manifest_of(*rows), table.with_suffix(".json"))
    return table


ROWS = (sized_row(), sized_row(board="pico"), unmeasured_row("unsupported", scheme="dynamic"))


def test_a_new_baseline_is_the_table_and_a_manifest_that_the_gate_reads(tmp_path: Path) -> None:
    table = write(tmp_path, *ROWS)
    renewed = renew_baseline(table, tmp_path / "results" / "baseline.csv")
    assert renewed.csv.read_bytes() == table.read_bytes()
    assert (renewed.rows, renewed.comparison) == (3, None)
    kept = read_contents(renewed.csv, read_rows(renewed.csv))
    assert kept == Contents.of(manifest_of(*ROWS))
    assert kept.images[ROWS[0].cell] == IMAGE
    assert kept.operators[ROWS[0].cell] == {"CONV_2D (0)": 900}


def test_the_manifest_of_a_baseline_keeps_what_a_comparison_needs(tmp_path: Path) -> None:
    path = tmp_path / "slim.json"
    path.write_text(slim_text(manifest_of(*ROWS)))
    slim = read_manifest(path)
    assert slim.images == manifest_of(*ROWS).images
    first = slim.cells[0]
    assert (first.key, first.cell, first.status, first.log, first.seconds) == (
        "image", ROWS[0].cell, "ok", "", None,
    )  # fmt: skip
    assert first.details == {
        "operators": OPERATORS,
        "timing": {
            "model": "cortex-m4 1",
            "operators": [{"index": 0, "cycles": {"typical": 2.0}}],
        },
    }
    assert slim.cells[2].reason == "why"


def test_a_changed_cell_is_a_changed_line_of_its_manifest() -> None:
    old = slim_text(manifest_of(*ROWS)).splitlines()
    other = sized_row(board="pico", status="does-not-fit", reason="too large")
    new = slim_text(manifest_of(ROWS[0], other, ROWS[2])).splitlines()
    changed = [after for before, after in zip(old, new, strict=True) if before != after]
    assert len(changed) < 8
    assert "too large" in "".join(changed)


def test_a_second_baseline_says_what_changed_against_the_first(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.csv"
    renew_baseline(write(tmp_path, *ROWS), baseline)
    later = (sized_row(instructions=900), sized_row(board="bluepill"), ROWS[2])
    renewed = renew_baseline(write(tmp_path, *later), baseline)
    assert renewal_lines(renewed.comparison) == [
        "digits int8 on nano33ble: instructions -100",
        "digits int8 on bluepill: new",
        "digits int8 on pico: gone",
    ]
    again = renew_baseline(tmp_path / "bench.csv", baseline)
    assert renewal_lines(again.comparison) == ["as the earlier baseline, figure by figure"]


def test_boards_with_the_same_change_are_one_line() -> None:
    old = [sized_row(board=board) for board in ("a", "b")]
    new = [sized_row(board=board, ram_bytes=1064, model_sha256="a" * 64) for board in ("a", "b")]
    assert renewal_lines(compare_rows(old, new)) == [
        "digits int8 on a, b: another model, ram +64 B"
    ]


def test_many_changes_are_counted() -> None:
    old = [sized_row(model=f"m{number}") for number in range(20)]
    new = [sized_row(model=f"m{number}", ram_bytes=number) for number in range(20)]
    lines = renewal_lines(compare_rows(old, new))
    assert len(lines) == 13
    assert lines[-1] == "and 8 more rows that changed"


def test_changes_that_no_line_has_room_for_are_counted() -> None:
    changed = sized_row(macs=5, weights_bytes=1)
    lines = renewal_lines(compare_rows([sized_row()], [changed]))
    assert lines == ["digits int8 on nano33ble: 2 other figures"]


def test_an_earlier_baseline_that_cannot_be_read_is_replaced(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.csv"
    baseline.write_text("model,scheme\n")
    renewed = renew_baseline(write(tmp_path, *ROWS), baseline)
    assert renewed.comparison is None
    assert read_rows(baseline) == ROWS


@pytest.mark.parametrize("status", ["failed", "mismatch", "timeout"])
def test_rows_that_were_not_measured_make_no_baseline(tmp_path: Path, status: str) -> None:
    table = write(tmp_path, sized_row(), unmeasured_row(status, board="pico"))
    with pytest.raises(HarnessError, match=f"digits int8 pico: {status}: why; mend that"):
        renew_baseline(table, tmp_path / "baseline.csv")
    assert not (tmp_path / "baseline.csv").exists()


def test_an_empty_table_makes_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="holds no rows; run 'harness bench'"):
        renew_baseline(write(tmp_path), tmp_path / "baseline.csv")


def test_a_table_without_its_manifest_makes_no_baseline(tmp_path: Path) -> None:
    table = write(tmp_path, *ROWS)
    table.with_suffix(".json").unlink()
    with pytest.raises(HarnessError, match=r"bench\.json: not there; 'harness bench' writes it"):
        renew_baseline(table, tmp_path / "baseline.csv")
    assert not (tmp_path / "baseline.csv").exists()


def test_a_manifest_of_another_run_makes_no_baseline(tmp_path: Path) -> None:
    table = write(tmp_path, *ROWS)
    table.write_text(csv_text(ROWS[:2]))
    with pytest.raises(HarnessError, match=r"bench\.json: it is of a table with other cells; run"):
        renew_baseline(table, tmp_path / "baseline.csv")


@pytest.mark.parametrize("name", ["bench.csv", "baseline.json", "baseline"])
def test_the_baseline_never_overwrites_the_results(tmp_path: Path, name: str) -> None:
    table = write(tmp_path, *ROWS)
    content = table.read_bytes()
    with pytest.raises(HarnessError, match=r"no place for the baseline; name another file"):
        renew_baseline(table, tmp_path / name)
    assert table.read_bytes() == content


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (ROWS, ""),
        (ROWS[::-1], ""),
        (ROWS[:2], "it is of a table with other cells"),
        ((*ROWS, sized_row(optimize="Os")), "it is of a table with other cells"),
        ((sized_row(flash_bytes=701), *ROWS[1:]), "of digits int8 nano33ble it says something"),
        ((sized_row(ram_static_bytes=8), *ROWS[1:]), "of digits int8 nano33ble it says something"),
        ((sized_row(status="failed", reason="x", **dict.fromkeys(
            ("quality_device", "quality_drop_points", "eer", "far", "frr", "instructions",
             "false_accepts_per_hour", "features_instructions", "pipeline_instructions", "cycles",
             "cycles_high", "latency_ms", "pipeline_latency_ms", "energy_uj", "energy_high_uj",
             "duty_cycle", "timing"))), *ROWS[1:]), "it is of another run"),
    ],
)  # fmt: skip
def test_a_manifest_belongs_to_the_table_with_the_same_cells_and_sizes(
    rows: tuple[Row, ...], problem: str
) -> None:
    found = manifest_problem(rows, manifest_of(*ROWS))
    assert problem in found
    assert bool(found) is bool(problem)


def test_a_manifest_that_names_a_cell_twice_belongs_to_no_table() -> None:
    assert manifest_problem(ROWS[:1], manifest_of(ROWS[0], ROWS[0]))


@pytest.mark.parametrize("content", [None, "", "{", json.dumps({"schema_version": 1})])
def test_without_a_manifest_that_can_be_read_symbols_are_not_known(
    tmp_path: Path, content: str | None
) -> None:
    table = write(tmp_path, *ROWS)
    path = table.with_suffix(".json")
    path.unlink()
    if content is not None:
        path.write_text(content)
    found = read_contents(table, ROWS)
    assert found.note.startswith("symbols are not known: ")
    assert str(path) in found.note
    assert not found.images


def test_symbols_of_another_table_are_not_known(tmp_path: Path) -> None:
    table = write(tmp_path, *ROWS)
    found = read_contents(table, ROWS[:1])
    assert found.note.endswith("it is of a table with other cells")
    assert not found.images


def test_a_manifest_without_images_still_belongs_to_its_table() -> None:
    manifest = manifest_of(*ROWS).model_copy(update={"images": ImageTable()})
    assert manifest_problem(ROWS, manifest) == ""
    assert Contents.of(manifest).images == {}


@pytest.mark.parametrize("timing", [None, "none", {"unknown": "no table for this core"}])
def test_a_cell_without_times_leaves_none_in_the_baseline(timing: object) -> None:
    details = {"operators": OPERATORS, "timing": timing}
    record = record_of(ROWS[0]).model_copy(update={"details": details})
    manifest = manifest_of(ROWS[0]).model_copy(update={"cells": (record,)})
    slim = json.loads(slim_text(manifest))
    assert slim["cells"][0]["details"] == {"operators": OPERATORS}
