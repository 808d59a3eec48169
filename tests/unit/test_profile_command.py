"""Promises about `harness profile`: what it asks for, prints and writes, and how it refuses."""

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from profile_factory import LABELS, LOCATIONS, estimate
from profile_factory import profile as hand_made
from typer.testing import CliRunner, Result

from harness.bench.choice import Choice
from harness.boards import load_board
from harness.cli.profile import profile
from harness.cycles.estimate import Estimate
from harness.cycles.what_if import WhatIf
from harness.errors import HarnessError
from harness.profile import cells, requests
from harness.profile import profile as profiles
from harness.profile.cells import chosen_cell, folder_name, labels_of, neighbour
from harness.profile.profile import Subject


@dataclass
class FakeBench:
    """Stands in for measuring and estimating: remembers what was asked for."""

    choices: list[Choice] = field(default_factory=list)
    what_ifs: list[WhatIf] = field(default_factory=list)

    def make_plan(self, ctx: Any, spec: None, choice: Choice) -> Any:  # noqa: ARG002
        return SimpleNamespace(cells=[SimpleNamespace(board=load_board(choice.boards[0]))])

    def profile_cell(self, ctx: Any, choice: Choice, *, quiet: bool) -> Any:  # noqa: ARG002
        self.choices.append(choice)
        board = load_board(choice.boards[0])
        cell = SimpleNamespace(
            label=" ".join((*choice.models, *choice.schemes, board.name)),
            board=board,
            subject=SimpleNamespace(name=Path(choice.models[0]).stem),
            scheme="".join(choice.schemes) or "as-is",
            kernels=choice.kernels[0],
            optimize="O2",
        )
        return SimpleNamespace(cell=cell, model=None, elf=b"")

    def estimate_cell(self, ctx: Any, cell: Any, what_if: WhatIf, *, regions: Any) -> Estimate:  # noqa: ARG002
        self.what_ifs.append(what_if)
        slower = cell.cell.scheme == "int16x8" or what_if.cache_off
        return estimate(3.0 if slower else 1.0)


@pytest.fixture
def bench(monkeypatch, tmp_path) -> FakeBench:
    monkeypatch.chdir(tmp_path)
    fake = FakeBench()
    monkeypatch.setattr(requests, "profile_cell", fake.profile_cell)
    monkeypatch.setattr(requests, "make_plan", fake.make_plan)
    monkeypatch.setattr(cells, "estimate_cell", fake.estimate_cell)
    monkeypatch.setattr(cells, "labels_of", lambda *_: LABELS)
    monkeypatch.setattr(profiles, "locate", lambda *_: LOCATIONS)
    return fake


def run(*words: str) -> Result:
    app = typer.Typer()
    app.command()(profile)
    return CliRunner().invoke(app, ["--quiet", *words], env={"COLUMNS": "100"})


def refusal(*words: str) -> str:
    result = run(*words)
    assert isinstance(result.exception, HarnessError), result.output
    return str(result.exception)


def test_a_cell_is_shown_and_written_into_a_folder_of_its_name(bench, tmp_path) -> None:
    result = run("digits", "int8", "nano33ble")
    assert result.exit_code == 0, result.exception
    assert "digits int8 (simd, O2) on nano33ble: warm Invoke at 64 MHz" in result.output
    assert "Hottest functions (4 of 4)" in result.output
    assert "firmware/kernels/sum.h:5" in result.output
    assert "note: the wait states of flash are unverified" in result.output
    folder = tmp_path / "results" / "profile-digits-int8-nano33ble"
    assert (folder / "flame.html").exists()
    assert not (folder / "comparison.csv").exists()
    assert json.loads((folder / "profile.json").read_text())["region"] == "invoke_warm"
    (choice,) = bench.choices
    assert (choice.models, choice.schemes, choice.boards, choice.kernels) == (
        *(("digits",), ("int8",), ("nano33ble",), ("simd",)),
    )


def test_lists_can_be_shortened_and_left_out(bench) -> None:  # noqa: ARG001
    output = run("digits", "int8", "nano33ble", "--no-functions", "--top", "1").output
    assert "Hottest functions" not in output
    assert "Hottest lines (1 of 6)" in output


def test_another_cell_stands_beside_it(bench, tmp_path) -> None:
    options = ("--against", "scheme=int16x8", "--out", "here")
    result = run("digits", "int8", "nano33ble", *options)
    assert "A: digits int8 (simd, O2) on nano33ble: warm Invoke" in result.output
    assert "B: digits int16x8 (simd, O2) on nano33ble: warm Invoke" in result.output
    assert "B takes 1.25 times the cycles of A" in result.output
    assert [choice.schemes for choice in bench.choices] == [("int8",), ("int16x8",)]
    assert (tmp_path / "here" / "comparison.csv").exists()


def test_what_if_is_held_against_the_board_as_it_is(bench) -> None:
    result = run("digits", "int8", "nano33ble", "--cache", "off", "--clock", "32MHz")
    assert "(what if: 32 MHz, caches off): warm Invoke at 32 MHz" in result.output
    assert "B takes 1.25 times the cycles of A and 2.50 times its time" in result.output
    assert "note: the wait states stay those of the board's own clock" in result.output
    changed = WhatIf(clock_hz=32_000_000, cache_off=True)
    assert bench.what_ifs == [changed, WhatIf()]
    assert len(bench.choices) == 1


def test_a_what_if_changes_both_cells_of_a_comparison(bench) -> None:
    run("digits", "int8", "nano33ble", "--wait-states", "0", "--against", "scheme=int16x8")
    assert bench.what_ifs == [WhatIf(wait_states=0)] * 2


def test_a_tflite_file_has_no_scheme(bench) -> None:
    assert run("m.tflite", "as-is", "nano33ble").exit_code == 0
    assert bench.choices[0].schemes == ()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "MODEL and SCHEME and BOARD missing; name MODEL SCHEME BOARD, or --elf FILE"),
        (("digits", "int8"), "BOARD missing"),
        (("--elf", "a.elf"), "--board missing; --elf needs a board"),
        (("digits", "int8", "pico", "--visit", "2"), "--visit: has no meaning without --elf"),
        (("digits", "int8", "pico", "--board", "pico"), "--board: has no meaning without"),
        (
            ("--elf", "a.elf", "--board", "pico", "--against", "board=bluepill"),
            "--against: has no meaning with --elf",
        ),
        (("--elf", "a.elf", "--board", "pico", "--kernels", "simd"), "--kernels: has no meaning"),
        (("--elf", "a.elf", "-b", "pico", "digits", "int8"), "SCHEME: has no meaning with --elf"),
        (("--elf", "a.elf", "-b", "pico", "digits"), "digits: cannot be read"),
        (("--elf", "a.elf", "--board", "picco"), "unknown board 'picco'; did you mean 'pico'"),
        (("--elf", "a.elf", "--board", "pico"), "a.elf: cannot be read"),
        (("digits", "int8", "pico", "--region", "warm"), "unknown --region 'warm'; .*invoke_warm"),
        (("digits", "int8", "pico", "--cache", "on"), "--cache on: can only be off"),
        (("digits", "int8", "pico", "--weights", "rom"), "--weights rom: can only be ram"),
        (("digits", "int8", "pico", "--clock", "fast"), "--clock fast: give hertz above 0"),
        (("digits", "int8", "pico", "--against", "scheme"), "--against scheme: give AXIS=VALUE"),
        (("digits", "int8", "pico", "--against", "schema=x"), "did you mean 'scheme'"),
        (
            ("digits", "int8", "pico", "--against", "scheme=a", "--against", "scheme=b"),
            "scheme is named twice",
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_line(bench, words, message) -> None:  # noqa: ARG001
    text = refusal(*words)
    assert re.search(message, text), text
    assert "\n" not in text


def test_nothing_is_measured_for_a_request_that_cannot_be_carried_out(bench, tmp_path) -> None:
    (tmp_path / "taken").write_text("")
    assert "cannot be written" in refusal("digits", "int8", "pico", "--out", "taken")
    assert "no wait states to change" in refusal("digits", "int8", "pico", "--wait-states", "2")
    options = ("--wait-states", "2", "--against", "board=pico")
    assert "no wait states to change" in refusal("digits", "int8", "nano33ble", *options)
    assert bench.choices == []


def test_a_region_that_was_not_run_is_told(bench) -> None:  # noqa: ARG001
    message = refusal("digits", "int8", "nano33ble", "--region", "input")
    assert message == "--region input: was not run; there are invoke_warm"


def test_a_neighbour_differs_in_the_named_axes_alone() -> None:
    choice = chosen_cell(Choice(), "digits", "int8", "pico", None, "Os")
    other = neighbour(choice, ["board=bluepill", "kernels=reference"])
    assert (other.boards, other.kernels) == (("bluepill",), ("reference",))
    assert (other.models, other.schemes, other.optimize) == (("digits",), ("int8",), ("Os",))


def test_a_given_tree_brings_its_own_kernels() -> None:
    choice = Choice(tflm_dir=Path("tree"))
    assert chosen_cell(choice, "digits", "int8", "pico", None, None).kernels == ()
    assert chosen_cell(choice, "digits", "int8", "pico", "cmsis-nn", None).kernels == ("cmsis-nn",)


def test_operators_are_named_by_the_model_only_if_all_of_its_calls_were_seen() -> None:
    from model_factory import fully_connected

    from harness.model_file.reader import read_model

    model = read_model(fully_connected(integer=True).write(), "model")
    assert len(model.operators) == 1
    assert labels_of(model, estimate(), "invoke_warm") == ()
    seen = Estimate("t", tuple(part for part in estimate().parts if part.index < 1))
    (label,) = labels_of(model, seen, "invoke_warm")
    assert label.name == "FULLY_CONNECTED"
    assert label.macs == model.macs


@pytest.mark.parametrize(
    ("subject", "region", "name"),
    [
        (Subject("pico", "digits", "int8", "simd", "O2"), "invoke_warm", "digits-int8-pico"),
        (Subject("pico", "digits", "int8", "simd", "O2"), "boot", "digits-int8-pico-boot"),
        (
            Subject("pico", "digits", "int8", "reference", "Os"),
            "invoke_warm",
            "digits-int8-pico-reference-Os",
        ),
        (Subject("pico", elf="my app.elf"), "harness_profile", "my-app-pico"),
        (
            Subject("pico", "digits", "int8", changes="80 MHz, caches off"),
            "invoke_warm",
            "digits-int8-pico-80-MHz-caches-off",
        ),
    ],
)
def test_folders_are_named_after_what_is_in_them(subject: Subject, region: str, name: str) -> None:
    found = replace(hand_made(), subject=subject, region=region)
    assert folder_name(found) == f"profile-{name}"
