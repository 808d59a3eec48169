"""Run On Board runs what was built, or says that it is something else by now."""

import re
from pathlib import Path

import pytest
from evidence_factory import cell as make_cell
from evidence_factory import evidence, image
from robot.api import Error
from row_factory import make_row

from harness.bench.report import Written
from harness.bench.run import Finished
from harness.robot import HarnessLibrary, run_keywords
from harness.robot.cells import Firmware
from harness.store import digest_of

ELF = b"\x7fELF of the firmware"


@pytest.fixture
def built(tmp_path) -> Firmware:
    path = tmp_path / "digits.elf"
    path.write_bytes(ELF)
    return Firmware(make_row(), str(path), elf=path, digest=digest_of(ELF))


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Let the steps give an image of this digest."""

    def give(digest: str) -> None:
        found = evidence().__class__(image=image().model_copy(update={"elf": digest}))
        done = Finished(make_cell("nano33ble"), make_row(), found)
        places = Written(tmp_path / "one.csv", tmp_path / "one.json")
        monkeypatch.setattr(run_keywords, "measure", lambda *_: (done, places))
        monkeypatch.setattr(run_keywords, "output_folder", lambda: tmp_path)

    return give


def test_the_cell_of_the_firmware_is_returned(built, measured):
    measured(built.digest)
    cell = HarnessLibrary().run_on_board(built)
    assert cell.row == make_row()
    assert Path(cell.source).name == "one.csv"


def test_a_file_that_was_changed_is_not_run(built, measured):
    measured(built.digest)
    built.elf.write_bytes(ELF + b"!")
    with pytest.raises(Error, match=re.escape(f"{built.elf}: is not what Build Firmware wrote")):
        HarnessLibrary().run_on_board(built)
    built.elf.unlink()
    with pytest.raises(Error, match="cannot be read"):
        HarnessLibrary().run_on_board(built)


def test_another_image_is_not_given_as_that_of_the_firmware(built, measured):
    measured("f" * 64)
    with pytest.raises(Error, match="what it was built from has changed since; build it again"):
        HarnessLibrary().run_on_board(built)
