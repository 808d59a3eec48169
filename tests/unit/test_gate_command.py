"""Promises about `harness gate` and `harness baseline`: exit statuses, files, what is printed."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from gate_factory import full_row
from test_baseline import sized_row, write
from typer.testing import CliRunner, Result

from harness.cli.app import make_app
from harness.errors import HarnessError
from harness.results.csv_file import csv_text, read_rows
from harness.results.row import Row

BUDGET = '[[budget]]\nmodel = "digits"\nscheme = "int8"\nboard = "nano33ble"\nflash_bytes = {}\n'
GROWTH = "[[growth]]\nflash_bytes = 0\n"


def write_table(path: Path, *rows: Row) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(csv_text(rows))
    return path


def harness(*words: str | Path, **env: str) -> Result:
    clean = {"COLUMNS": "100", "GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": "", **env}
    return CliRunner().invoke(make_app(), [str(word) for word in words], env=clean)


def gate(*words: str | Path, rows: Sequence[Row] = (), budgets: str = "", **env: str) -> Result:
    """Run the gate in the current folder over `rows`."""
    write_table(Path("bench.csv"), *(rows or [full_row()]))
    Path("budgets.toml").write_text(budgets or BUDGET.format(10**6))
    return harness("gate", "--results", "bench.csv", *words, **env)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_within_its_budgets_it_exits_0_and_shows_the_headroom() -> None:
    result = gate("--no-baseline", budgets=BUDGET.format(1500))
    assert result.exit_code == 0
    assert "+500 B" in result.output
    assert result.output.endswith("gate passed: 1 passed\n")


def test_beyond_a_budget_it_exits_1_and_says_by_how_much_and_what_to_do() -> None:
    result = gate("--no-baseline", budgets=BUDGET.format(900))
    assert result.exit_code == 1
    assert "-100 B" in result.output
    assert "save 100 B, or change flash_bytes in the budgets file" in result.output
    assert result.output.endswith("gate FAILED: 1 failed\n")


@pytest.mark.parametrize(
    ("size", "status", "last"),
    [
        (1000, 0, "gate passed: 1 passed\n"),
        (1001, 1, "gate FAILED: 1 failed\n"),
        (999, 0, "gate passed: 1 passed\n"),
    ],
)
def test_it_compares_with_the_baseline_that_is_there(size: int, status: int, last: str) -> None:
    write_table(Path("results/baseline.csv"), full_row())
    result = gate(rows=[full_row(flash_bytes=size)], budgets=GROWTH)
    assert result.exit_code == status
    assert result.output.endswith(last)
    assert ("take the changed results in: 'harness baseline update'" in result.output) is (
        size < 1000
    )


def test_it_compares_with_the_baseline_that_was_named() -> None:
    write_table(Path("results/baseline.csv"), full_row())
    write_table(Path("main.csv"), full_row(flash_bytes=900))
    assert gate(budgets=GROWTH).exit_code == 0
    assert gate("--baseline", "main.csv", budgets=GROWTH).exit_code == 1


@pytest.mark.parametrize("growth", ["", GROWTH])
def test_without_a_baseline_it_fails_once_and_says_how_to_make_one(growth: str) -> None:
    result = gate(budgets=BUDGET.format(10**6) + growth)
    assert result.exit_code == 1
    assert result.output.count("there is no baseline results/baseline.csv to compare with") == 1
    assert "harness baseline update" in result.output
    assert result.output.endswith("gate FAILED: 1 failed, 1 passed\n")


def test_without_a_comparison_growth_is_not_judged() -> None:
    write_table(Path("results/baseline.csv"), full_row(flash_bytes=1))
    assert gate("--no-baseline").exit_code == 0
    assert gate().exit_code == 1


def test_limits_of_growth_alone_without_a_comparison_do_not_pass() -> None:
    result = gate("--no-baseline", budgets=GROWTH)
    assert result.exit_code == 1
    assert result.output == "gate FAILED: nothing was held\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--baseline", "absent.csv"], r"absent\.csv: no such baseline; 'harness baseline update"),
        (["--results", "absent.csv"], r"absent\.csv: cannot be read"),
        (["--budgets", "absent.toml"], r"absent\.toml: cannot be read"),
        (["--baseline", "budgets.toml"], r"budgets\.toml: unknown .*, then 'harness baseline up"),
        (["--baseline", "bench.csv"], r"bench\.csv: the results are no baseline of themselves"),
        (["--baseline", "bench.csv", "--no-baseline"], "give one of them"),
        (["--markdown", "budgets.toml/verdict.md"], "cannot be written"),
        (["--markdown", "./bench.csv"], r"bench\.csv: given twice, and would be overwritten"),
        (["--junit", "budgets.toml"], r"budgets\.toml: given twice"),
        (["--bencher", "results/baseline.json"], r"baseline\.json: given twice"),
        (["--markdown", "x", "--junit", "x"], "x: given twice"),
    ],
)
def test_what_it_cannot_do_is_no_verdict(words: list[str], message: str) -> None:
    result = gate(*words)
    assert isinstance(result.exception, HarnessError)
    with pytest.raises(HarnessError, match=message):
        raise result.exception


def test_it_writes_the_files_that_it_is_asked_for() -> None:
    names = {
        "--markdown": "gate.md",
        "--junit": "gate.xml",
        "--bencher": "bencher.json",
        "--github-benchmark": "github.json",
    }
    result = gate(*(word for pair in names.items() for word in pair), budgets=BUDGET.format(900))
    assert result.exit_code == 1
    starts = {name: Path(name).read_text()[:1] for name in names.values()}
    assert starts == {"gate.md": "#", "gate.xml": "<", "bencher.json": "{", "github.json": "["}
    assert "::error" not in result.output


def test_on_github_it_annotates_and_writes_the_summary_of_the_job() -> None:
    summary = Path("summary.md")
    here = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    result = gate(budgets=BUDGET.format(900), **here)
    assert result.exit_code == 1
    assert "::error file=budgets.toml,line=1" in result.output
    assert "Gate failed" in summary.read_text()
    assert "::error" not in gate("--no-annotations", budgets=BUDGET.format(900), **here).output


def test_on_github_no_name_is_a_workflow_command() -> None:
    # A table breaks a long name, and GitHub trims the line before it looks for a command.
    name = f"{'a' * 45} ::stop-commands::x"
    budgets = BUDGET.replace("digits", "*").format(900)
    output = gate(rows=[full_row(model=name)], budgets=budgets, GITHUB_ACTIONS="true").output
    lines = [line.strip() for line in output.splitlines()]
    stopped, token = lines[0].rsplit("::", 1)
    assert stopped == "::stop-commands"
    resumed = lines.index(f"::{token}::")
    assert any(line.startswith("::stop-commands::x") for line in lines[1:resumed])
    assert [line.split()[0] for line in lines[resumed + 1 :]] == ["::error", "::error"]
    assert gate(GITHUB_ACTIONS="true").output.splitlines()[0] != lines[0]


def test_on_github_commands_stay_stopped_after_an_error_whose_text_may_hold_one() -> None:
    Path("absent").mkdir()
    output = gate("--baseline", "absent/::error::x", GITHUB_ACTIONS="true").output
    assert [line.rsplit("::", 1)[0] for line in output.splitlines()] == ["::stop-commands"]


def test_files_are_written_even_where_nothing_can_be_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rich.console.Console.print", fail)
    result = gate("--markdown", "gate.md", "--junit", "gate.xml")
    assert isinstance(result.exception, OSError)
    assert Path("gate.md").exists()
    assert Path("gate.xml").exists()


def test_worse_within_what_is_allowed_passes_and_proposes_nothing() -> None:
    write_table(Path("results/baseline.csv"), full_row())
    budgets = GROWTH.replace("0", "5")
    result = gate("--markdown", "gate.md", rows=[full_row(flash_bytes=1005)], budgets=budgets)
    assert result.exit_code == 0
    told = "1 row is gone, or worse within what is allowed: no new baseline is proposed\n"
    assert told in result.output
    assert "baseline update" not in result.output + Path("gate.md").read_text()


def rows_named(count: int, **changes: object) -> list[Row]:
    return [full_row(model=f"model{number:03}", **changes) for number in range(count)]


def test_what_failed_comes_first_and_what_passed_is_counted_where_it_is_much() -> None:
    rows = [*rows_named(30), full_row(flash_bytes=1001)]
    write_table(Path("results/baseline.csv"), *rows_named(30), full_row())
    result = gate(rows=rows, budgets=GROWTH)
    lines = [line for line in result.output.splitlines() if line.strip()]
    assert "failed" in lines[2]
    assert "digits" in lines[2]
    assert "not listed: 30 passed (all with --verbose)" in lines
    assert "model000" not in result.output
    assert "model029" in gate("--verbose", rows=rows, budgets=GROWTH).output


def test_many_failures_are_counted_too() -> None:
    write_table(Path("results/baseline.csv"), *rows_named(30))
    result = gate(rows=rows_named(30, flash_bytes=1001), budgets=GROWTH)
    assert "model019" in result.output
    assert "model020" not in result.output
    assert "not listed: 10 failed (all with --verbose)" in result.output


def test_boards_with_the_same_figures_are_one_line() -> None:
    boards = [full_row(board=board) for board in ("nano33ble", "pico")]
    write_table(Path("results/baseline.csv"), *boards)
    result = gate(rows=boards, budgets=GROWTH)
    assert "digits int8 on nano33ble, pico" in result.output
    assert result.output.endswith("gate passed: 2 passed\n")


def test_the_tables_fit_100_columns_in_a_pipe() -> None:
    name = {"model": "a-model-with-a-long-name-" * 4, "board": "a-board-with-a-long-name"}
    rows = [full_row(**name, instructions=123_456_789)]
    write_table(Path("results/baseline.csv"), full_row(**name))
    tables = (
        '[[budget]]\nmodel = "*"\nboard = "*"\ninstructions = 1\n[[growth]]\ninstructions = 0\n'
    )
    result = gate(rows=rows, budgets=tables, COLUMNS="300")
    assert result.exit_code == 1
    held = result.output.split("what changed:")[0]
    assert max(len(line) for line in held.splitlines()) <= 100
    assert "123,456,789" in held


def test_it_names_what_grew_and_says_why_it_knows_no_symbols() -> None:
    write_table(Path("results/baseline.csv"), full_row())
    result = gate(rows=[full_row(flash_bytes=1100, flash_kernels_bytes=1100)], budgets=GROWTH)
    assert "  kernels +100 B (digits int8 on nano33ble)" in result.output
    assert "symbols are not known: results/baseline.json is not there" in result.output


def test_another_model_is_said_beside_its_changes() -> None:
    write_table(Path("results/baseline.csv"), full_row(model_sha256="f" * 64))
    result = gate(rows=[full_row(flash_bytes=999)], budgets=GROWTH)
    assert "another model: digits int8 on nano33ble: changes are between two models" in (
        result.output
    )


def test_a_baseline_of_another_compiler_is_said_once_with_the_remedy() -> None:
    write_table(Path("results/baseline.csv"), *rows_named(5, compiler="gcc 9"))
    result = gate(rows=rows_named(5), budgets=GROWTH)
    assert result.exit_code == 1
    assert result.output.count("another compiler: gcc 9, now gcc 12.2") == 1
    assert result.output.count("renew the baseline: 'harness baseline update'") == 1


def test_names_are_shown_as_they_are() -> None:
    rows = [full_row(model="[red]a[/red]", flash_bytes=1001)]
    write_table(Path("results/baseline.csv"), full_row(model="[red]a[/red]"))
    assert "[red]a[/red] int8 on nano33ble" in gate(rows=rows, budgets=GROWTH).output


def test_baseline_update_makes_the_baseline_that_the_gate_then_passes() -> None:
    write(Path(), sized_row())
    first = harness("baseline", "update", "--results", "bench.csv")
    assert first.exit_code == 0
    assert first.output == (
        f"1 rows in results{os.sep}baseline.csv, symbols in results{os.sep}baseline.json; "
        "commit both\n"
    )
    assert read_rows(Path("results/baseline.csv")) == (sized_row(),)
    assert gate(rows=[sized_row()], budgets=GROWTH).exit_code == 0


def test_a_second_baseline_update_says_what_changed() -> None:
    write(Path(), sized_row())
    harness("baseline", "update", "--results", "bench.csv", "--baseline", "b.csv")
    write(Path(), sized_row(instructions=900))
    second = harness("baseline", "update", "--results", "bench.csv", "--baseline", "b.csv")
    assert second.output.startswith("digits int8 on nano33ble: instructions -100\n")


def test_baseline_alone_shows_its_commands() -> None:
    assert "update" in harness("baseline").output
