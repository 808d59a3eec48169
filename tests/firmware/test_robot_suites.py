"""Suites that are not this project's: the documentation's, and a team's own with its own files."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from harness_command import CHECKOUT, environment
from model_factory import fully_connected
from robot.api import ExecutionResult

pytestmark = pytest.mark.emulator

BOARD = (CHECKOUT / "boards" / "nano33ble.toml").read_text()

OUR_SUITE = """
*** Settings ***
Library    harness.robot

*** Test Cases ***
Our model keeps to its limits on our board
    ${cell} =    Measure Model    ${CURDIR}/gesture.tflite    as-is    ${CURDIR}/our-board.toml
    ...    data=${CURDIR}/samples.npz
    Outputs Should Match Host    ${cell}
    Accuracy Should Be At Least    ${cell}    100 %
    Model Should Fit Board    ${cell}
    Should Be Equal    ${cell.board}    our-board
    Should Be Equal As Integers    ${cell.ram_limit_bytes}    8192
    Save Results    ${CURDIR}/baseline.csv    ${cell}
    Should Not Have Grown Since    ${cell}    ${CURDIR}/baseline.csv
    Save Results    ${OUTPUT DIR}/now.csv    ${cell}
    Gate Should Pass    ${OUTPUT DIR}/now.csv    ${CURDIR}/budgets.toml    ${CURDIR}/baseline.csv

A kilobyte is not enough
    ${firmware} =    Build Firmware    ${CURDIR}/gesture.tflite    as-is    ${CURDIR}/our-board.toml
    Flash Should Be At Most    ${firmware}    1 KiB
"""


def run_robot(suite: Path, cache: Path) -> "subprocess.CompletedProcess[str]":
    """Run a suite in its own folder, as its owner would."""
    return subprocess.run(
        [sys.executable, "-m", "robot", "--outputdir", "out", "--console", "quiet", suite.name],
        cwd=suite.parent,
        env=environment({"HARNESS_CACHE": str(cache)}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def messages(folder: Path) -> dict[str, str]:
    """What each test of a run ended with, by its name; "" where it passed."""
    tests = ExecutionResult(folder / "out" / "output.xml").suite.all_tests
    return {test.name: test.message for test in tests}


@pytest.mark.tensorflow
def test_the_suite_in_the_documentation_passes_as_it_stands(tmp_path, shared_cache):
    text = (CHECKOUT / "docs" / "robot.md").read_text()
    (suite,) = re.findall("^```robotframework\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (tmp_path / "digits.robot").write_text(suite)
    done = run_robot(tmp_path / "digits.robot", shared_cache)
    assert done.returncode == 0, messages(tmp_path)
    assert (tmp_path / "out" / "digits.elf").read_bytes().startswith(b"\x7fELF")
    assert (tmp_path / "out" / "harness" / "digits-int8-nano33ble-simd.json").is_file()


def test_a_team_measures_its_own_model_on_its_own_board(tmp_path, shared_cache):
    board = BOARD.replace('name = "nano33ble"', 'name = "our-board"')
    (tmp_path / "our-board.toml").write_text(board.replace("bytes = 0x4_0000", "bytes = 8192"))
    (tmp_path / "gesture.tflite").write_bytes(fully_connected(integer=True).write())
    # The second output is the larger where the inputs are well above zero, else the first.
    inputs = np.array([[10, 12, 9], [-8, -9, -10], [14, 2, 11], [-12, -3, -7]], np.float32)
    np.savez(tmp_path / "samples.npz", x=inputs, y=np.array([1, 0, 1, 0]))
    limits = '[[budget]]\nmodel = "gesture"\nboard = "our-board"\nram_bytes = 8192\n'
    (tmp_path / "budgets.toml").write_text(limits)
    suite = tmp_path / "limits.robot"
    suite.write_text(OUR_SUITE)
    done = run_robot(suite, shared_cache)
    assert done.returncode == 1, messages(tmp_path)
    passed, failed = messages(tmp_path).values()
    assert passed == ""
    assert re.fullmatch(
        r"gesture as-is our-board simd O2: flash is [\d,]+ B, [\d,]+ B more than the limit of .*",
        failed,
    )
