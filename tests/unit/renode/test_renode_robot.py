"""The suite for `renode-test`: its keywords are known, and it passes for the right run alone.

It is run by Robot Framework itself; only Renode's own keywords are stood in for, `Execute Script`
by the double.
"""

import io
from pathlib import Path

import pytest
import robot
from renode_lab import MARKERS, image, install_double, machine, symbols
from robot.api import get_model
from robot.api.parsing import KeywordCall, ModelVisitor
from robot.libdocpkg import LibraryDocumentation

from harness.simulators.protocol import RunMode, build_request
from harness.simulators.renode import SIMULATOR
from harness.simulators.simulator import Limits

SAMPLE = bytes(range(1, 9))
ANSWER = SAMPLE[:4][::-1]

# renode/renode src/Renode/RobotFrameworkEngine/RenodeKeywords.cs at 03cfefaf, as Robot Framework
# shows names in camel case; and renode-keywords.robot beside it for those of the settings.
RENODE_KEYWORDS = {
    "Execute Command", "Execute Python", "Execute Script", "Start Emulation", "Reset Emulation",
    "Create Terminal Tester", "Wait For Line On Uart", "Create Log Tester", "Wait For Log Entry",
}  # fmt: skip
RENODE_SETTINGS = {"Setup", "Teardown", "Reset Emulation", "Test Teardown"}

# What stands in for ${RENODEKEYWORDS}.
STAND_IN = """
*** Settings ***
Library    Process

*** Keywords ***
Setup
    No Operation
Teardown
    No Operation
Reset Emulation
    No Operation
Test Teardown
    No Operation
Execute Script
    [Arguments]    ${{path}}
    ${{done}}=    Run Process    {renode}    --console    --disable-gui    --plain    ${{path}}
    ...    -e    quit    stdin=PIPE    timeout=60s
    Log    ${{done.stdout}}${{done.stderr}}
    Should Not Contain    ${{done.stdout}}    There was an error executing command
"""


def write(folder: Path, outputs=(ANSWER, ANSWER)) -> Path:
    one = machine()
    files = SIMULATOR.scripts(
        title="digits int8 nano33ble",
        elf=image(),
        machine=one,
        window_origin=one.window_origin,
        window=build_request(RunMode.MEASURE, [SAMPLE]),
        markers=MARKERS,
        end=symbols()["harness_run_end"],
        limits=Limits(1_000_000, 60.0, 1000),
        outputs=outputs,
    )
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / "run.robot"


class Keywords(ModelVisitor):
    """The keywords that a suite calls."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_KeywordCall(self, node: KeywordCall) -> None:  # noqa: N802 - Robot Framework's name
        self.names.add(node.keyword)


def test_it_calls_only_keywords_that_are_documented(tmp_path):
    model = get_model(write(tmp_path))
    found = Keywords()
    found.visit(model)
    known = set(RENODE_KEYWORDS)
    for library in ("BuiltIn", "OperatingSystem"):
        known |= {keyword.name for keyword in LibraryDocumentation(library).keywords}
    assert found.names <= known
    settings = {
        statement.name
        for statement in model.sections[0].body
        if statement.type in {"SUITE SETUP", "SUITE TEARDOWN", "TEST SETUP", "TEST TEARDOWN"}
    }
    assert settings == RENODE_SETTINGS


@pytest.fixture
def run_suite(tmp_path, monkeypatch):
    """Run the suite with the double in Renode's place; return status and what was printed."""

    def run(failure: str = "", outputs=(ANSWER, ANSWER), folder: str = "cell") -> tuple[int, str]:
        renode = install_double(tmp_path / "bin", monkeypatch, failure)
        (tmp_path / "renode-keywords.robot").write_text(STAND_IN.format(renode=renode))
        suite = write(tmp_path / folder, outputs)
        printed = io.StringIO()
        status = robot.run(
            str(suite),
            variable=f"RENODEKEYWORDS:{tmp_path / 'renode-keywords.robot'}",
            output=None,
            log=None,
            report=None,
            maxerrorlines=40,
            stdout=printed,
            stderr=printed,
        )
        return status, printed.getvalue()

    return run


def test_it_passes_for_the_run_that_it_was_written_for_and_again(run_suite):
    first, second = run_suite(), run_suite()
    assert (first[0], second[0]) == (0, 0), first[1] + second[1]


def test_it_passes_where_its_folder_was_moved_to(run_suite):
    status, printed = run_suite(folder="moved elsewhere")
    assert status == 0, printed


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ("loop", "does not match '(?m)^end [0-9]+$'"),
        ("no-markers", "does not match '(?m)^region 0 [0-9]+$'"),
        ("garbled-uart", "is not what the host expects."),
        ("script-error", "There was an error executing command"),
        ("die", "counts.txt"),
    ],
)
def test_it_fails_where_the_run_did(failure, said, run_suite):
    status, printed = run_suite(failure)
    assert status == 1
    assert said in " ".join(printed.split())


def test_it_fails_where_the_outputs_are_others(run_suite):
    status, printed = run_suite(outputs=(ANSWER, b"\x00" * 4))
    assert status == 1
    assert "Output 1 is not what the host expects." in printed
