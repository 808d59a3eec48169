"""The README's picture and table are what the code renders from the committed results."""

import hashlib
import importlib.util
from pathlib import Path

import pytest

from harness.bench.artifacts import Subject
from harness.bench.cells import expand
from harness.bench.spec import read_spec
from harness.models import find_model
from harness.results.csv_file import csv_text, read_rows
from harness.results.row import Status
from harness.schemes.process import convert
from harness.schemes.source import source_of_model
from harness.tasks import load_tasks

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
    spec = read_spec(ROOT / "bench.toml")
    cells = expand(spec, [Subject(name=name, title=name, kind="zoo") for name in spec.models])
    measured = [row.cell[:4] for row in rows]
    assert measured == [(c.subject.name, c.scheme, c.board.name, c.kernels) for c in cells]
    assert {find_model(row.model).task for row in rows} == set(load_tasks())
    assert not [row.cell for row in rows if row.status.is_bad]
    assert {row.status for row in rows} == {Status.OK, Status.UNSUPPORTED, Status.DOES_NOT_FIT}


def test_every_integer_row_that_ran_equals_the_host_byte_for_byte():
    ran = [row for row in read_rows(load_script().TABLE) if row.outputs_checked is not None]
    assert ran
    assert all(row.outputs_differing == 0 and row.outputs_checked == row.samples for row in ran)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["digits", "motion", "anomaly", "keyword-distilled"])
def test_the_committed_table_measured_the_models_that_are_converted_now(name):
    # float32 needs no calibration, so that its bytes are the same on every processor.
    tflite = convert(source_of_model(find_model(name)), "float32")
    rows = read_rows(load_script().TABLE)
    measured = {row.model_sha256 for row in rows if row.cell[:2] == (name, "float32")}
    assert measured == {hashlib.sha256(tflite).hexdigest()}
