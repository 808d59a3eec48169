"""Promises about the budgets file."""

import fnmatch
import re
from pathlib import Path

import pytest
from row_factory import make_row

from harness.assets import asset_path
from harness.boards import board_names, load_board
from harness.errors import HarnessError
from harness.gate.budgets import Budget, read_budgets

BUDGET = '[[budget]]\nmodel = "digits"\nboard = "pico"\nflash_bytes = 1000\n'


def test_the_shipped_budgets_are_for_shipped_boards_and_within_their_limits() -> None:
    for budget in read_budgets(asset_path("budgets.toml")):
        boards = [load_board(name) for name in fnmatch.filter(board_names(), budget.board)]
        assert boards
        for board in boards:
            assert (budget.flash_bytes or 0) <= board.flash_limit_bytes
            assert (budget.ram_bytes or 0) <= board.ram_limit_bytes


def test_the_scheme_is_every_scheme_unless_given(tmp_path: Path) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text(BUDGET)
    assert read_budgets(path) == (Budget(model="digits", board="pico", flash_bytes=1000),)
    assert read_budgets(path)[0].matches(make_row(board="pico", scheme="anything"))


@pytest.mark.parametrize(
    ("patterns", "matches"),
    [
        (("digits", "int8", "nano33ble"), True),
        (("*", "int8*", "nano*"), True),
        (("digits", "int8", "nano33"), False),
        (("digits", "INT8", "nano33ble"), False),
        (("digit[st]", "int?", "*"), True),
        (("motion", "*", "*"), False),
    ],
)
def test_patterns_match_the_whole_name(patterns: tuple[str, str, str], matches: bool) -> None:
    model, scheme, board = patterns
    budget = Budget(model=model, scheme=scheme, board=board, ram_bytes=1)
    assert budget.matches(make_row()) is matches


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "budget: missing; add it"),
        ("budget = []", "budget: "),
        (BUDGET.replace("flash_bytes = 1000\n", ""), "budget[0]: no limit is given; add one of"),
        (BUDGET.replace("flash_bytes", "flash_byte"), "did you mean 'flash_bytes'?"),
        (BUDGET.replace("1000", "0"), "budget[0].flash_bytes: should be greater than 0"),
        (BUDGET.replace("1000", '"1 kB"'), "budget[0].flash_bytes: should be a valid integer"),
        (BUDGET.replace('model = "digits"\n', ""), "budget[0].model: missing; add it"),
        (BUDGET + "quality_min = nan\n", "budget[0].quality_min: should be a finite number"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text(text)
    with pytest.raises(HarnessError, match=re.escape(f"{path}: ") + ".*" + re.escape(message)):
        read_budgets(path)


def test_a_budget_for_one_kernel_set_leaves_the_others_alone() -> None:
    budget = Budget(model="*", board="*", kernels="simd", flash_bytes=1)
    assert budget.matches(make_row(kernels="simd"))
    assert not budget.matches(make_row(kernels="reference"))
    assert budget.label == "* * * simd"
    assert Budget(model="*", board="*", flash_bytes=1).matches(make_row(kernels="simd"))
