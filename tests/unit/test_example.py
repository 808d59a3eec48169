"""The README's picture and table are what the code renders from the committed results."""

import importlib.util
from pathlib import Path

from harness.results.csv_file import csv_text, read_rows
from harness.results.row import Status

ROOT = Path(__file__).parents[2]


def load_script():
    spec = importlib.util.spec_from_file_location("make_example", ROOT / "docs" / "make_example.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_rendered_from_the_committed_table():
    script = load_script()
    assert script.PICTURE.read_text() == script.picture(script.TABLE)


def test_the_picture_asks_nothing_of_the_network():
    text = load_script().PICTURE.read_text().replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text


def test_the_committed_table_is_the_default_sweep_without_a_bad_row():
    script = load_script()
    rows = read_rows(script.TABLE)
    assert script.TABLE.read_text() == csv_text(rows)
    assert len(rows) == 30
    assert not [row.cell for row in rows if row.status.is_bad]
    assert {row.status for row in rows} == {Status.OK, Status.UNSUPPORTED, Status.DOES_NOT_FIT}


def test_every_integer_row_that_ran_equals_the_host_byte_for_byte():
    ran = [row for row in read_rows(load_script().TABLE) if row.outputs_checked is not None]
    assert ran
    assert all(row.outputs_differing == 0 and row.outputs_checked == row.samples for row in ran)
