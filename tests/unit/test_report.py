"""The results on disk: the table the same on every run, the rest in the manifest."""

from pathlib import Path

import pytest
from evidence_factory import PROVENANCE, cell, evidence, image

from harness.bench.assemble import Evidence, make_row
from harness.bench.image_symbols import SymbolEntry, put_symbols
from harness.bench.report import Results, Written
from harness.bench.run import Finished
from harness.bench.spec import BenchSpec
from harness.errors import HarnessError, Stop
from harness.results.csv_file import read_rows
from harness.results.manifest import read_manifest
from harness.store import ArtifactStore, open_store

SPEC = BenchSpec(models=("digits",), schemes=("int8",), boards=("nano33ble", "bluepill"))
TOOLS = {"compiler": "gcc 12", "emulator": "QEMU 7.2", "tflm": "tfmicro 0.1.0"}


@pytest.fixture(autouse=True)
def names_as_they_are(monkeypatch):
    monkeypatch.setattr("harness.bench.swept_images.demangle", lambda names: {n: n for n in names})


def finished(board: str, found: Evidence) -> Finished:
    return Finished(cell(board), make_row(cell(board), found, PROVENANCE), found)


SYMBOLS = [SymbolEntry("main", 20, "app", ".app", "app/main.cc")]
FAILED = Evidence(stop=Stop("failed", "it broke", log="line 1\nline 2"))


@pytest.fixture
def store(tmp_path) -> ArtifactStore:
    return open_store(str(tmp_path / "store"))


def results(store: ArtifactStore, order=(0, 1)) -> Results:
    """Return the results of two cells, which arrive in this order."""
    measured = evidence(image=image(symbols=put_symbols(store, SYMBOLS)))
    run = (finished("nano33ble", measured), finished("bluepill", FAILED))
    taken = Results(len(run), store)
    for index in order:
        taken.take(index, run[index])
    return taken


def write(results: Results, folder: Path) -> Written:
    return results.write(SPEC, TOOLS, folder, "bench")


def test_rows_come_back_in_their_order_and_the_same_on_every_run(store, tmp_path):
    orders = {"a": (0, 1), "b": (1, 0)}
    written = [write(results(store, order), tmp_path / name) for name, order in orders.items()]
    assert written[0].csv.read_bytes() == written[1].csv.read_bytes()
    assert [row.board for row in read_rows(written[0].csv)] == ["nano33ble", "bluepill"]


def test_the_manifest_tells_how_each_cell_came_about(store, tmp_path):
    manifest = read_manifest(write(results(store), tmp_path).manifest)
    assert manifest.spec["boards"] == ["nano33ble", "bluepill"]
    assert manifest.tools["compiler"] == "gcc 12"
    assert "tensorflow" in manifest.tools
    assert [machine.machine for machine in manifest.machines] == ["mps2-an386", "mps2-an385"]
    good, bad = manifest.cells
    assert good.cell[:3] == ("digits", "int8", "nano33ble")
    assert good.details["operators"] == [
        {"index": -1, "name": "interpreter", "instructions": 100},
        {"index": 0, "name": "FULLY_CONNECTED", "instructions": 900},
    ]
    assert good.details["confusion"] == [[4, 1], [1, 4]]
    image = manifest.images.image(good.key)
    assert image is not None
    assert [(one.name, one.section) for one in image.symbols] == [("main", ".app")]
    assert bad.key == ""
    assert (bad.status, bad.reason, bad.log) == ("failed", "it broke", "line 1\nline 2")


def test_a_folder_that_cannot_be_written_leaves_earlier_results_alone(store, tmp_path):
    first = write(results(store), tmp_path)
    before = first.csv.read_bytes()
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match=r"bench\.csv: cannot be written"):
        write(results(store), tmp_path / "file")
    assert first.csv.read_bytes() == before
