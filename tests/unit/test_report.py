"""The results on disk: the table the same on every run, the rest in the manifest."""

import pytest
from evidence_factory import PROVENANCE, cell, evidence

from harness.bench.assemble import Evidence, make_row
from harness.bench.report import write_results
from harness.bench.run import Finished
from harness.bench.spec import BenchSpec
from harness.errors import HarnessError, Stop
from harness.results.csv_file import read_rows
from harness.results.manifest import read_manifest

SPEC = BenchSpec(models=("digits",), schemes=("int8",), boards=("nano33ble", "bluepill"))
TOOLS = {"compiler": "gcc 12", "emulator": "QEMU 7.2", "tflm": "tfmicro 0.1.0"}


@pytest.fixture(autouse=True)
def names_as_they_are(monkeypatch):
    monkeypatch.setattr("harness.bench.report.demangle", lambda names: {n: n for n in names})


def finished(board: str, found: Evidence) -> Finished:
    return Finished(cell(board), make_row(cell(board), found, PROVENANCE), found)


FAILED = Evidence(stop=Stop("failed", "it broke", log="line 1\nline 2"))
RUN = (finished("nano33ble", evidence()), finished("bluepill", FAILED))


def test_rows_come_back_in_their_order_and_the_same_on_every_run(tmp_path):
    written = [write_results(RUN, SPEC, TOOLS, tmp_path / name, "bench") for name in "ab"]
    assert written[0].csv.read_bytes() == written[1].csv.read_bytes()
    assert [row.board for row in read_rows(written[0].csv)] == ["nano33ble", "bluepill"]


def test_the_manifest_tells_how_each_cell_came_about(tmp_path):
    manifest = read_manifest(write_results(RUN, SPEC, TOOLS, tmp_path, "bench").manifest)
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


def test_a_folder_that_cannot_be_written_leaves_earlier_results_alone(tmp_path):
    first = write_results(RUN, SPEC, TOOLS, tmp_path, "bench")
    before = first.csv.read_bytes()
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match=r"bench\.csv: cannot be written"):
        write_results(RUN[:1], SPEC, TOOLS, tmp_path / "file", "bench")
    assert first.csv.read_bytes() == before
