"""Keywords on tables: load, select, save, compare with a baseline, and the gate."""

import pytest
from robot.api import Error, Failure
from row_factory import make_row

from harness.results.csv_file import csv_text, read_rows
from harness.robot import HarnessLibrary
from harness.robot.cells import MeasuredCell

HARNESS = HarnessLibrary()


@pytest.fixture
def file(tmp_path):
    rows = [
        make_row(model=model, scheme=scheme, kernels=kernels)
        for model in ("digits", "motion")
        for scheme in ("int8", "float32")
        for kernels in ("simd", "reference")
    ]
    path = tmp_path / "bench.csv"
    path.write_text(csv_text(rows))
    return path


def test_a_cell_is_selected_by_as_many_axes_as_it_takes(file):
    table = HARNESS.load_results(file)
    assert len(table) == 8
    found = HARNESS.select_cell(table, "motion", "int8", kernels="simd")
    assert found.row == read_rows(file)[4]
    with pytest.raises(Error, match=r"2 cells have model=motion scheme=int8: .*name another axis"):
        HARNESS.select_cell(table, "motion", "int8")
    with pytest.raises(Error, match=r"8 cells have no name: .* and 5 more"):
        HARNESS.select_cell(table)


def test_a_name_that_no_cell_has_suggests_the_nearest(file):
    table = HARNESS.load_results(file)
    with pytest.raises(Error, match=r"no cell has scheme=int9; did you mean 'int8'?"):
        HARNESS.select_cell(table, scheme="int9")


def test_saved_cells_read_back_and_none_is_written_twice(file, tmp_path):
    cells = HARNESS.load_results(file).cells[:2]
    HARNESS.save_results(tmp_path / "two.csv", *cells)
    assert [one.row for one in HARNESS.load_results(tmp_path / "two.csv").cells] == [
        one.row for one in cells
    ]
    with pytest.raises(Error, match="is given twice"):
        HARNESS.save_results(tmp_path / "two.csv", cells[0], cells[0])
    with pytest.raises(Error, match="no cell to write"):
        HARNESS.save_results(tmp_path / "none.csv")
    assert not (tmp_path / "none.csv").exists()


def grown(path, **changes) -> MeasuredCell:
    first = read_rows(path)[0]
    return MeasuredCell(first.model_copy(update=changes), str(path))


@pytest.mark.parametrize("column", ["flash_bytes", "ram_bytes", "instructions"])
def test_nothing_may_grow_by_one_unless_that_is_allowed(file, column):
    before = getattr(read_rows(file)[0], column)
    HARNESS.should_not_have_grown_since(grown(file), file)
    HARNESS.should_not_have_grown_since(grown(file, **{column: before - 1}), file)
    more = grown(file, **{column: before + 1})
    with pytest.raises(Failure, match=rf"more than in .*{before + 1:,}.*, was {before:,}.*\(\+1"):
        HARNESS.should_not_have_grown_since(more, file)
    HARNESS.should_not_have_grown_since(more, file, **{column: 1})
    with pytest.raises(Failure, match="allowed"):
        HARNESS.should_not_have_grown_since(
            grown(file, **{column: before + 2}), file, **{column: 1}
        )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"compiler": "gcc 99"}, "cannot be compared: another compiler"),
        ({"tflm": "another"}, "cannot be compared: another TFLM"),
        ({"instructions": None}, "instructions is not known"),
        ({"model_sha256": "f" * 64, "flash_bytes": 10**6}, "the model is another one; more than"),
    ],
)
def test_what_cannot_be_compared_fails(file, changes, told):
    with pytest.raises(Failure, match=told):
        HARNESS.should_not_have_grown_since(grown(file, **changes), file)


def test_another_model_is_a_warning_even_if_nothing_grew(file, monkeypatch):
    warned = []
    monkeypatch.setattr("harness.robot.growth.logger.warn", warned.append)
    HARNESS.should_not_have_grown_since(grown(file), file)
    assert not warned
    HARNESS.should_not_have_grown_since(grown(file, model_sha256="f" * 64), file)
    assert [one.rpartition(": ")[2] for one in warned] == ["the model is another one"]


def test_a_figure_that_the_baseline_lacks_fails(file, tmp_path):
    old = tmp_path / "old.csv"
    old.write_text(csv_text([read_rows(file)[0].model_copy(update={"ram_bytes": None})]))
    with pytest.raises(Failure, match="RAM is not known there"):
        HARNESS.should_not_have_grown_since(grown(file), old)


def test_a_cell_that_the_baseline_lacks_is_refused(file):
    with pytest.raises(Error, match="has no row of digits int8 pico simd O2; add it"):
        HARNESS.should_not_have_grown_since(grown(file, board="pico"), file)


def test_the_gate_tells_what_failed(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    budgets = tmp_path / "budgets.toml"
    budgets.write_text('[[budget]]\nmodel = "*"\nboard = "*"\nram_bytes = 30_000\n')
    HARNESS.gate_should_pass(file, budgets)
    budgets.write_text('[[budget]]\nmodel = "*"\nboard = "*"\nram_bytes = 29_999\n')
    with pytest.raises(
        Failure, match=r"gate FAILED: 8 failed\n.*30,000 B, limit 29,999 B"
    ) as failed:
        HARNESS.gate_should_pass(file, budgets)
    assert len(str(failed.value).splitlines()) == 9
    with pytest.raises(Error, match=r"nowhere.toml: "):
        HARNESS.gate_should_pass(file, tmp_path / "nowhere.toml")


def test_the_gate_compares_with_the_baseline_that_it_is_given_and_no_other(
    file, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    smaller = [row.model_copy(update={"flash_bytes": 1}) for row in read_rows(file)]
    baseline = tmp_path / "results" / "baseline.csv"
    baseline.parent.mkdir()
    baseline.write_text(csv_text(smaller))
    budgets = tmp_path / "budgets.toml"
    budgets.write_text('[[budget]]\nmodel = "*"\nboard = "*"\nram_bytes = 30_000\n')
    HARNESS.gate_should_pass(file, budgets)
    HARNESS.gate_should_pass(file, budgets, None)
    with pytest.raises(Failure, match="against the baseline"):
        HARNESS.gate_should_pass(file, budgets, baseline)
    budgets.write_text("[[growth]]\nram_bytes = 0\n")
    with pytest.raises(Error, match=r"budgets.toml: \[\[growth\]\] needs a baseline"):
        HARNESS.gate_should_pass(file, budgets)
