"""Promises about the budgets file."""

import fnmatch
import re
from fractions import Fraction
from pathlib import Path

import pytest
from row_factory import make_row

from harness.assets import asset_path
from harness.boards import board_names, load_board
from harness.errors import HarnessError
from harness.gate.budgets import Budget, Budgets, BudgetsFile, Growth, read_budgets
from harness.gate.limits import LIMITS, limits_markdown

FLASH = "budget[0].flash_bytes: give "
PLAIN_BYTES = "a whole number of bytes, without a unit"
BUDGET = '[[budget]]\nmodel = "digits"\nboard = "pico"\nflash_bytes = 1000\n'


def test_the_shipped_budgets_are_for_shipped_boards_and_within_their_limits() -> None:
    for budget, _ in read_budgets(asset_path("budgets.toml")).budgets:
        boards = [load_board(name) for name in fnmatch.filter(board_names(), budget.board)]
        assert boards
        for board in boards:
            assert (budget.flash_bytes or 0) <= board.flash_limit_bytes
            assert (budget.ram_bytes or 0) <= board.ram_limit_bytes


def test_the_scheme_is_every_scheme_unless_given(tmp_path: Path) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text(BUDGET)
    assert read_budgets(path) == BudgetsFile(
        0.05, ((Budget(model="digits", board="pico", flash_bytes=1000), 1),), ()
    )
    assert read_budgets(path).budgets[0][0].matches(make_row(board="pico", scheme="anything"))


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
        ("", "no limits: add a table [[budget]] or [[growth]]"),
        ("budget = []", "no limits: add a table [[budget]] or [[growth]]"),
        ("[[budgets]]", "budgets: unknown key; did you mean 'budget'?"),
        ("[[grow]]", "grow: unknown key; did you mean 'growth'?"),
        (BUDGET.replace("flash_bytes = 1000\n", ""), "budget[0]: no limit is given; add one"),
        ("[[growth]]\n", "growth[0]: no limit is given; add one"),
        (BUDGET.replace("flash_bytes", "flash_byte"), "did you mean 'flash_bytes'?"),
        (BUDGET.replace("flash_bytes", "flash_kib"), "did you mean 'flash_bytes'?"),
        (BUDGET.replace("flash_bytes", "ram_kb"), "did you mean 'ram_bytes'?"),
        (BUDGET.replace("flash_bytes", "latency_us"), "did you mean 'latency_ms'?"),
        (BUDGET.replace("flash_bytes", "quality"), "did you mean 'quality_min'?"),
        ("[[growth]]\nquality_min = 0.1\n", "did you mean 'quality'?"),
        (BUDGET.replace("1000", "-1"), f"{FLASH}a whole number of bytes that is not negative, not"),
        (BUDGET.replace("1000", '"64 KiB"'), f"{FLASH}{PLAIN_BYTES}, not '64 KiB'"),
        (BUDGET.replace("1000", f'"{"x" * 38}"'), f"{PLAIN_BYTES}, not '{'x' * 38}'"),
        (BUDGET.replace("1000", f'"{"x" * 39}"'), f"{PLAIN_BYTES}, not '{'x' * 39}..."),
        (BUDGET.replace("1000", '"1 %"'), f"{FLASH}{PLAIN_BYTES}, not '1 %'"),
        (BUDGET.replace("1000", "1000.5"), f"{FLASH}{PLAIN_BYTES}, not 1000.5"),
        (BUDGET.replace("1000", "true"), f"{FLASH}{PLAIN_BYTES}, not True"),
        (BUDGET.replace("1000", "[1]"), f"{FLASH}{PLAIN_BYTES}, not [1]"),
        (BUDGET.replace('model = "digits"\n', ""), "budget[0].model: missing; add it"),
        (BUDGET.replace('"pico"', '""'), "budget[0].board: String should have at least 1"),
        (
            BUDGET + "quality_min = nan\n",
            "quality_min: give a share such as 0.9 of a size that can",
        ),
        (
            BUDGET + "quality_min = inf\n",
            "quality_min: give a share such as 0.9 of a size that can",
        ),
        (BUDGET + "quality_min = 90\n", "quality_min: give a share such as 0.9, at most 1, not"),
        (BUDGET + 'latency_ms = "10 ms"\n', "give a number of milliseconds, without a unit, not"),
        ('[[growth]]\nram_bytes = "64 B"\n', 'without a unit, or a share such as "1.5 %", not'),
        ('[[growth]]\nram_bytes = "-1 %"\n', 'without a unit, or a share such as "1.5 %", not'),
        ("[[growth]]\nram_bytes = -1\n", "growth[0].ram_bytes: give a whole number of bytes that"),
        ("[[growth]]\nram_bytes = 0.5\n", f"growth[0].ram_bytes: give {PLAIN_BYTES}, not 0.5"),
        (BUDGET.replace("1000", "9" * 400), f"{FLASH}a whole number of bytes of a size that can"),
        (f'[[growth]]\nram_bytes = "{"9" * 400} %"\n', 'or a share such as "1.5 %", not'),
        ("headroom_warning = 5\n" + BUDGET, "headroom_warning: should be less than 1"),
        ("headroom_warning = -0.1\n" + BUDGET, "headroom_warning: should be greater than or"),
        ("headroom_warning = nan\n" + BUDGET, "headroom_warning: should be"),
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


@pytest.mark.parametrize(
    ("written", "amount", "is_share"),
    [
        ("0", 0, False),
        ("12", 12, False),
        ('"1.5 %"', Fraction(3, 200), True),
        ('"0%"', 0, True),
        ('" 100 % "', 1, True),
    ],
)
def test_growth_is_in_the_column_s_unit_or_a_share(
    tmp_path: Path, written: str, amount: Fraction, is_share: bool
) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text(f"[[growth]]\nflash_bytes = {written}\n")
    table, line = read_budgets(path).growths[0]
    [(limit, allowance)] = table.limits
    assert line == 1
    assert limit.column == "flash_bytes"
    assert (allowance.amount, allowance.is_share) == (amount, is_share)


def test_a_growth_table_is_for_every_row_unless_it_says_otherwise() -> None:
    assert Growth(flash_bytes=0).matches(make_row())
    assert not Growth(flash_bytes=0, optimize="Os").matches(make_row())
    assert not Growth(flash_bytes=0, features="device").matches(make_row())


def test_the_schema_names_every_limit_with_its_unit() -> None:
    tables = Budgets.model_json_schema()["$defs"]
    budget, growth = (tables[name]["properties"] for name in ("Budget", "Growth"))
    for limit in LIMITS:
        assert limit.unit_text in budget[limit.budget_name]["description"]
        assert limit.column in growth[limit.growth_name]["description"]
    assert budget["flash_bytes"]["type"] == "integer"
    assert budget["quality_min"]["maximum"] == 1
    assert "default" not in budget["flash_bytes"]


def test_the_reference_in_the_documentation_is_that_of_the_limits() -> None:
    text = (Path(__file__).parents[2] / "docs" / "budgets.md").read_text()
    assert limits_markdown() in text
