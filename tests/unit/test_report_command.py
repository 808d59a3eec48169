"""Promises about `harness report`: what it writes, what it selects, and what it refuses."""

from pathlib import Path

import pytest
from report_factory import make_results, timed_row, write_results
from typer.testing import CliRunner, Result

from harness.cli.app import make_app
from harness.errors import HarnessError
from harness.results.csv_file import csv_text

ROWS = (timed_row(), timed_row(scheme="int4", board="pico", core="cortex-m0plus"))


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("harness.report.bundle.vega_script", lambda _: "window.vegaEmbed = 0;")


def report(*words: str) -> Result:
    return CliRunner().invoke(make_app(), ["report", "--results", "bench.csv", *words])


def write() -> None:
    write_results(Path(), make_results(*ROWS))


def test_the_page_goes_beside_the_table() -> None:
    write()
    result = report()
    assert result.exit_code == 0
    assert result.stdout.startswith("wrote report.html (2 cells, ")
    assert "Which scheme for which board" in Path("report.html").read_text()


def test_a_selection_is_all_that_is_reported() -> None:
    write()
    report("--board", "pico", "--out", "out/pico.html", "--markdown", "out/pico.md")
    for name in ("out/pico.html", "out/pico.md"):
        text = Path(name).read_text()
        assert "pico" in text
        assert "nano33ble, " not in text.replace("mps2", "")


def test_budgets_here_are_marked_and_named() -> None:
    write()
    assert "over budget" not in Path(report() and "report.html").read_text()
    Path("budgets.toml").write_text(
        '[[budget]]\nmodel = "digits"\nboard = "pico"\nflash_bytes = 1000\n'
    )
    report()
    text = Path("report.html").read_text()
    assert "flash_bytes over budget" in text
    assert "<code>budgets.toml</code>" in text


@pytest.mark.parametrize(("form", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_plots_are_pictures_in_a_folder(form: str, start: bytes) -> None:
    write()
    result = report("--board", "pico", "--plots", "plots", "--format", form)
    assert result.exit_code == 0
    names = {path.name for path in Path("plots").iterdir()}
    costs = {f"pareto-{cost}.{form}" for cost in ("latency", "flash", "ram", "energy")}
    cell = {f"000-digits-int4-pico-simd-{kind}.{form}" for kind in ("memory", "operators", "roc")}
    assert names >= costs | cell
    assert all(path.read_bytes().startswith(start) for path in Path("plots").iterdir())


def test_without_the_manifest_there_is_a_page_and_a_word_about_it() -> None:
    write()
    Path("bench.json").unlink()
    result = report()
    assert result.exit_code == 0
    assert "bench.json is missing" in result.stderr
    assert Path("report.html").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--board", "pic0"], r"unknown board \(in bench\.csv\) 'pic0'; did you mean 'pico'"),
        (["--board", "pico", "--scheme", "int8"], "no row has all that was chosen; leave out one"),
        (["--budgets", "none.toml"], r"none\.toml: cannot be read"),
        (["--out", "bench.csv/page.html"], r"page\.html: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_named_in_one_line(words: list[str], message: str) -> None:
    write()
    result = report(*words)
    assert isinstance(result.exception, HarnessError)
    with pytest.raises(HarnessError, match=message):
        raise result.exception
    assert "\n" not in str(result.exception)
    assert not Path("report.html").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--out", "bench.csv"],
        ["--out", "./bench.json"],
        ["--markdown", "bench.csv"],
        ["--markdown", "report.html"],
        ["--budgets", "b.toml", "--out", "b.toml"],
        ["--out", "budgets.toml"],
        ["--out", "link.html"],
    ],
)
def test_nothing_is_written_over_what_is_read_or_another_output(words: list[str]) -> None:
    write()
    for name in ("b.toml", "budgets.toml"):
        Path(name).write_text('[[budget]]\nmodel = "*"\nboard = "*"\nflash_bytes = 1\n')
    Path("link.html").symlink_to("bench.csv")
    before = {path: path.read_bytes() for path in Path().iterdir()}
    error = report(*words).exception
    assert isinstance(error, HarnessError)
    assert words[-1].removeprefix("./") in str(error)
    assert "\n" not in str(error)
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_an_empty_table_is_refused_with_the_remedy() -> None:
    Path("bench.csv").write_text(csv_text([]))
    assert str(report().exception) == (
        "bench.csv: no rows, so that there is nothing to report; run 'harness bench'"
    )


def test_an_earlier_page_survives_what_goes_wrong() -> None:
    write()
    report()
    before = Path("report.html").read_bytes()
    Path("bench.csv").write_text("broken")
    assert isinstance(report().exception, HarnessError)
    assert Path("report.html").read_bytes() == before
