"""Promises about `harness compare`: what it shows, and that it judges nothing."""

from pathlib import Path

import pytest
from harness_command import run_harness
from row_factory import make_row

from harness.results.csv_file import csv_text


def compare(folder: Path, old: list, new: list, *options: str):
    (folder / "old.csv").write_text(csv_text(old))
    (folder / "new.csv").write_text(csv_text(new))
    return run_harness(["compare", "old.csv", "new.csv", *options], folder)


def test_it_shows_what_changed_and_exits_0_whatever_that_is(tmp_path: Path) -> None:
    old = [make_row(), make_row(model="motion"), make_row(model="image")]
    new = [make_row(flash_bytes=101_312), make_row(model="motion"), make_row(model="person")]
    done = compare(tmp_path, old, new)
    assert done.returncode == 0
    assert "+1,312 B (+1.3 %)" in done.stdout
    assert "motion" not in done.stdout
    assert "1 changed, 1 new, 1 gone, 1 the same" in done.stdout


def test_all_lists_every_figure(tmp_path: Path) -> None:
    old, new = make_row(macs=1), make_row(macs=2)
    assert "macs" not in compare(tmp_path, [old], [new]).stdout
    assert "macs" in compare(tmp_path, [old], [new], "--all").stdout


def test_tables_that_are_alike_have_no_table(tmp_path: Path) -> None:
    done = compare(tmp_path, [make_row()], [make_row()])
    assert done.stdout == "1 the same\n"


def test_it_says_where_other_tools_made_a_table(tmp_path: Path) -> None:
    done = compare(tmp_path, [make_row(compiler="gcc 12")], [make_row(compiler="gcc 13")])
    assert "another compiler: gcc 12, now gcc 13 (digits int8 on nano33ble)" in done.stdout


def test_it_writes_markdown(tmp_path: Path) -> None:
    new = make_row(flash_bytes=1)
    done = compare(tmp_path, [make_row()], [new], "--markdown", "out/c.md")
    assert done.returncode == 0
    assert (tmp_path / "out" / "c.md").read_text().startswith("## 1 of 1 row changed")


def test_names_of_the_tables_are_no_markup_of_the_terminal(tmp_path: Path) -> None:
    old, new = make_row(model="[red]x[/red]"), make_row(model="[red]x[/red]", flash_bytes=1)
    assert "[red]x[/red]" in compare(tmp_path, [old], [new]).stdout


@pytest.mark.parametrize("content", [None, "", "model,scheme\n"])
def test_a_table_that_cannot_be_read_is_one_line_and_exit_2(tmp_path: Path, content) -> None:
    (tmp_path / "good.csv").write_text(csv_text([make_row()]))
    if content is not None:
        (tmp_path / "bad.csv").write_text(content)
    done = run_harness(["compare", "good.csv", "bad.csv"], tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("harness: bad.csv: ")
    assert done.stderr.count("\n") == 1
