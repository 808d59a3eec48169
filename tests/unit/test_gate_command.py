"""Promises about `harness gate`: its exit statuses and what it prints."""

from pathlib import Path

import pytest
import typer
from row_factory import make_row
from typer.testing import CliRunner, Result

from harness.cli.gate import gate
from harness.errors import HarnessError
from harness.results.csv_file import csv_text

BUDGET = '[[budget]]\nmodel = "digits"\nscheme = "int8"\nboard = "nano33ble"\nflash_bytes = {}\n'


def run(folder: Path, limit: int) -> Result:
    (folder / "bench.csv").write_text(csv_text([make_row()]))
    (folder / "budgets.toml").write_text(BUDGET.format(limit))
    app = typer.Typer()
    app.command()(gate)
    options = ["--results", folder / "bench.csv", "--budgets", folder / "budgets.toml"]
    return CliRunner().invoke(app, [str(word) for word in options], env={"COLUMNS": "100"})


def test_within_its_budgets_it_exits_0_and_shows_the_headroom(tmp_path: Path) -> None:
    result = run(tmp_path, 100_500)
    assert result.exit_code == 0
    assert "+500 B" in result.output
    assert "gate passed: 1 passed" in result.output


def test_beyond_a_budget_it_exits_1_and_says_by_how_much(tmp_path: Path) -> None:
    result = run(tmp_path, 99_000)
    assert result.exit_code == 1
    assert "-1,000 B" in result.output
    assert "gate FAILED: 1 failed" in result.output


def test_without_results_the_request_cannot_be_carried_out(tmp_path: Path) -> None:
    (tmp_path / "budgets.toml").write_text(BUDGET.format(1))
    with pytest.raises(HarnessError, match=r"absent\.csv: cannot be read"):
        gate(tmp_path / "absent.csv", tmp_path / "budgets.toml")
