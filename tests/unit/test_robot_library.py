"""The library as Robot Framework sees it: documented, and refusing in one line."""

import io
from pathlib import Path

import pytest
from robot import run
from robot.libdoc import libdoc
from robot.libdocpkg import LibraryDocumentation
from row_factory import make_row

from harness.results.csv_file import csv_text
from harness.robot import HarnessLibrary
from harness.robot.keyword import in_words_of_keywords

KEYWORDS = Path(__file__).parents[2] / "docs" / "robot" / "keywords.md"


def test_the_keyword_reference_is_what_libdoc_makes_of_the_code(tmp_path):
    libdoc("harness.robot", str(tmp_path / "keywords.md"), quiet=True)
    made = (tmp_path / "keywords.md").read_text()
    assert made == KEYWORDS.read_text(), "renew it: libdoc harness.robot docs/robot/keywords.md"


def test_every_keyword_and_argument_is_documented_with_an_example():
    found = LibraryDocumentation("harness.robot").keywords
    assert len(found) == 25
    for keyword in found:
        assert keyword.doc.count("```") == 2, keyword.name
        assert keyword.name in keyword.doc, keyword.name
        assert keyword.tags, keyword.name
        for argument in keyword.args:
            assert argument.is_marker or argument.doc, f"{keyword.name}: {argument.name}"


@pytest.fixture
def failures(tmp_path):
    """What a test of one keyword on a cell of a table fails with."""
    (tmp_path / "bench.csv").write_text(csv_text([make_row()]))

    def told(line: str) -> str:
        suite = tmp_path / "one.robot"
        suite.write_text(
            "*** Settings ***\nLibrary    harness.robot\n"
            "*** Test Cases ***\nOne\n"
            f"    ${{table}} =    Load Results    {tmp_path}/bench.csv\n"
            "    ${cell} =    Select Cell    ${table}    digits\n"
            f"    {line}\n"
        )
        output = io.StringIO()
        run(
            str(suite), output=None, log=None, report=None, stdout=output, console="quiet",
            outputdir=str(tmp_path), listener=(noted := Messages()), loglevel="TRACE",
        )  # fmt: skip
        assert not any("Traceback" in text for text in noted.shown)
        return noted.message

    return told


class Messages:
    """A listener that keeps what Robot shows of the only test."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        self.message = ""
        self.shown: list[str] = []

    def end_test(self, _data, result) -> None:
        self.message = result.message

    def log_message(self, message) -> None:
        if message.level not in {"DEBUG", "TRACE"}:
            self.shown.append(message.message)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Flash Should Be At Most    ${cell}    100000", ""),
        ("Flash Should Be At Most    ${cell}    ${100000}", ""),
        ("Flash Should Be At Most    ${cell}    97.65625 KiB", ""),
        ("RAM Should Be At Most    ${cell}    29999 B", "1 B more than the limit of 29,999 B"),
        ("Accuracy Should Be At Least    ${cell}    98 %", ""),
        ("Status Should Be    ${cell}    ok", ""),
        ("Should Be True    ${cell.flash_bytes} < 100001", ""),
        ("Flash Should Be At Most    ${cell}    64 KB", "'limit_bytes' got value '64 KB' * KiB"),
        ("Flash Should Be At Most    ${cell}    -1", "'limit_bytes' got value '-1' * give a size"),
        ("Flash Should Be At Most    cell    64 KiB", "'cell' got value 'cell' * Run On Board"),
        ("RAM Should Be At Most    ${cell}    1    part=heap", "'part' got value 'heap' * 'arena'"),
        ("Accuracy Should Be At Least    ${cell}    98", "'limit' got value '98' * 95 %"),
        ("Status Should Be    ${cell}    fine", "'status' got value 'fine' * 'does-not-fit'"),
        ("Run On Board    ${cell}", "'firmware' got value * give what Build Firmware returned"),
        ("Select Cell    ${cell}", "'table' got value * give what Load Results returned"),
        ("Load Results    none.csv", "none.csv: cannot be read"),
        ("Measure Model    digits    int8    pico    samples=0", "samples 0: give a number from 1"),
        ("Measure Model    digits    int8    pico    samples=some", "'samples' got value 'some'"),
        ("Measure Model    own.tflite    int8    pico", "is taken as it comes; give scheme as-is"),
        ("Measure Model    digits    as-is    pico", "give digits a scheme like int8"),
        ("Quantize Model    digits    int9", "unknown scheme 'int9'; did you mean 'int8'"),
        ("Build Firmware    digits    int8    pica", "unknown board 'pica'; did you mean 'pico'"),
        ("Log    ${cell.ram}", "no column is called 'ram'"),
        ("Skip Unless Simulator Is Available    none", "no simulator is called 'none' here"),
        ("Skip Unless Simulator Is Available    none", "known: * qemu"),
    ],
)
def test_arguments_are_understood_or_refused_in_one_line(failures, line, told):
    message = failures(line)
    assert bool(message) == bool(told), message
    place = 0
    for part in told.split(" * "):
        assert part in message[place:], message
        place = message.index(part, place)
    assert "\n" not in message


def test_options_are_told_as_arguments_and_commands_stay():
    told = in_words_of_keywords
    assert told("--tflm-dir: no such\nfolder") == "tflm_dir: no such folder"
    assert told("--with-features: none has them") == "features=device: none has them"
    assert told("run 'harness doctor --install'") == "run 'harness doctor --install'"
    assert told("the board's file: give --data") == "the board's file: give data"


def test_the_environment_chooses_store_and_tree_as_for_the_commands(monkeypatch, tmp_path):
    monkeypatch.setenv("HARNESS_STORE", "memory://store")
    monkeypatch.setenv("HARNESS_TFLM_DIR", str(tmp_path))
    settings = HarnessLibrary().settings
    assert settings.context.store_url == "memory://store"
    assert settings.tree == tmp_path
    chosen = HarnessLibrary(store=str(tmp_path / "s"), tflm_dir=Path("t"), jobs=3).settings
    assert (chosen.context.store_url, chosen.context.jobs) == (str(tmp_path / "s"), 3)
    assert chosen.tree == Path("t")
