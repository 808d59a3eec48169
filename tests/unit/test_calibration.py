"""Promises about a calibration: what it fits, the board file that it writes, and the command."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import harness.calibration.estimators
import harness.cycles.core_table
from harness.boards import Board, board_path, load_board
from harness.calibration.board_file import check_out, write_board
from harness.calibration.calibrate import Calibrated, Estimator, calibrate
from harness.calibration.measurements import Measured, read_measurements
from harness.cli.app import make_app
from harness.errors import HarnessError

BOARD = "nucleo-l4r5zi"
FETCH, DATA = 7.25, 11.5
RUNS = {"a": (1000.0, 100, 20), "b": (5000.0, 50, 400), "c": (3000.0, 300, 10), "d": (900.0, 9, 8)}
"""Cycles without flash, instruction reads and data reads of four made-up runs."""


def estimator_of(row: Measured) -> Estimator:
    base, fetch, data = RUNS[row.name]

    def estimate(board: Board) -> float:
        found = board.calibration
        costs = (found.fetch_read_cycles, found.data_read_cycles) if found else (5, 5)
        return base + fetch * costs[0] + data * costs[1]

    return estimate


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "measured.csv"
    lines = ["name,cycles,model,scheme,source"]
    for name, (base, fetch, data) in RUNS.items():
        lines.append(f"{name},{base + fetch * FETCH + data * DATA},m{name},int8,a board of mine")
    path.write_text("\n".join(lines))
    return path


def calibrated(csv: Path) -> Calibrated:
    board = load_board(BOARD)
    return calibrate(board, read_measurements(csv), estimator_of, timing="core 1")


def test_coefficients_of_the_estimator_itself_are_found(csv: Path) -> None:
    found = calibrated(csv).calibration
    assert (found.fetch_read_cycles, found.data_read_cycles) == (FETCH, DATA)
    assert (found.worst_error, found.leave_one_out_worst, found.rows) == (0, 0, 4)


def test_an_earlier_calibration_does_not_matter(csv: Path) -> None:
    first = calibrated(csv)
    board = load_board(BOARD).model_copy(update={"calibration": first.calibration})
    again = calibrate(board, read_measurements(csv), estimator_of, timing="core 1")
    assert again == first


def test_uncalibrated_errors_are_those_without_coefficients(csv: Path) -> None:
    base, fetch, data = RUNS["a"]
    expected = (base + 5 * fetch + 5 * data) / (base + FETCH * fetch + DATA * data) - 1
    assert calibrated(csv).fit.rows[0].uncalibrated == pytest.approx(expected)


def test_the_table_says_where_it_comes_from(csv: Path) -> None:
    found = calibrated(csv).calibration
    assert found.source == "a board of mine"
    assert found.csv == "measured.csv"
    assert found.sha256 == hashlib.sha256(csv.read_bytes()).hexdigest()
    assert found.timing == "core 1"
    assert found.clock_hz == 120_000_000


def test_cycles_without_a_source_are_refused(csv: Path) -> None:
    csv.write_text(csv.read_text().replace("a board of mine", ""))
    with pytest.raises(HarnessError, match="no source; say on which board"):
        calibrated(csv)


def test_runs_that_cannot_be_told_apart_are_refused_naming_the_file(csv: Path) -> None:
    def same(_row: Measured) -> Estimator:
        return estimator_of(read_measurements(csv).rows[0])

    board = load_board(BOARD)
    with pytest.raises(HarnessError, match=re.escape(f"{csv}: the measurements are collinear")):
        calibrate(board, read_measurements(csv), same, timing="core 1")


def test_the_board_file_keeps_its_comments_and_gains_the_table(csv: Path, tmp_path: Path) -> None:
    original = board_path(BOARD)
    out = tmp_path / "out" / f"{BOARD}.toml"
    write_board(original, calibrated(csv).calibration, out)
    assert out.read_text().startswith(original.read_text())
    assert load_board(str(out)).calibration == calibrated(csv).calibration


def test_a_second_calibration_replaces_the_first(csv: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "1" / f"{BOARD}.toml", tmp_path / "2" / f"{BOARD}.toml"
    table = calibrated(csv).calibration
    write_board(board_path(BOARD), table.model_copy(update={"rows": 9}), once)
    write_board(once, table, twice)
    assert twice.read_text().count("[calibration]") == 1
    assert load_board(str(twice)).calibration == table


def test_a_board_file_must_be_called_as_its_board() -> None:
    with pytest.raises(HarnessError, match=r"--out other.toml: .* end it in nucleo-l4r5zi.toml"):
        check_out(Path("other.toml"), load_board(BOARD))


def test_a_run_that_fails_is_named_with_its_line(csv: Path) -> None:
    def failing(row: Measured) -> Estimator:
        if row.name == "c":
            raise HarnessError("it does not run")
        return estimator_of(row)

    with pytest.raises(HarnessError, match=re.escape(f"{csv}:4: it does not run")):
        calibrate(load_board(BOARD), read_measurements(csv), failing, timing="core 1")


@pytest.fixture
def no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    def estimators(*_given: object, **_named: object) -> Callable[[Measured], Estimator]:
        return estimator_of

    monkeypatch.setattr(harness.calibration.estimators, "estimators", estimators)


@pytest.mark.usefixtures("no_emulator")
def test_the_command_writes_a_board_beside_the_installed_one(
    csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = board_path(BOARD).read_bytes()
    result = CliRunner().invoke(make_app(), ["calibrate", BOARD, str(csv)], catch_exceptions=False)
    assert result.exit_code == 0
    written = load_board(str(Path("calibrated") / f"{BOARD}.toml"))
    assert written.calibration is not None
    assert written.calibration.fetch_read_cycles == FETCH
    assert board_path(BOARD).read_bytes() == before
    assert "an instruction read that misses stalls 7.25 cycles, a data read 11.50" in result.output
    assert f"wrote calibrated/{BOARD}.toml" in result.output
    again = CliRunner().invoke(make_app(), ["calibrate", BOARD, str(csv)], catch_exceptions=False)
    assert f"replaced calibrated/{BOARD}.toml" in again.output


@pytest.mark.usefixtures("no_emulator")
def test_the_command_shows_three_errors_of_each_run(csv: Path, tmp_path: Path) -> None:
    out = tmp_path / f"{BOARD}.toml"
    command = ["calibrate", BOARD, str(csv), "--out", str(out)]
    lines = CliRunner().invoke(make_app(), command, catch_exceptions=False).output.splitlines()
    (row,) = (line.split() for line in lines if line.split()[:1] == ["a"])
    assert row == ["a", "1,955", "-18.2%", "+0.0%", "+0.0%"]
