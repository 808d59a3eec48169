"""Cells that are carried out by hand: their folders, what is written, and what is said of it."""

import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from elf_factory import Section, Symbol, write_elf
from evidence_factory import cell, evidence, image
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from harness.bench import sweep as sweeping
from harness.bench.context import Context
from harness.bench.progress import LineProgress
from harness.bench.scripts import Unrun, folder_name, write_scripts
from harness.errors import HarnessError
from harness.simulators.qemu import SIMULATOR
from harness.simulators.session import REGION_NAMES

WORDS = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5).map(tuple)


@given(WORDS)
def test_a_folder_name_stays_in_its_folder_whatever_the_words(words):
    name = folder_name(words)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    assert Path(name).name == name
    assert name not in {".", ".."}
    assert len(name) < 200


@given(WORDS, WORDS)
def test_different_words_have_different_folders(one, other):
    assert (folder_name(one) == folder_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a__b", "c"), ("a", "b__c")),
        (("a/b",), ("a_b",)),
        (("..",), (".",)),
        (("x" * 300,), ("x" * 301,)),
    ],
)
def test_words_that_look_alike_are_told_apart(one, other):
    assert folder_name(one) != folder_name(other)


def test_plain_words_are_readable():
    words = ("digits", "int8", "nano33ble", "simd", "O2")
    assert folder_name(words) == "digits__int8__nano33ble__simd__O2"


REGIONS = [
    f"harness_region_{name}_{side}" for name in REGION_NAMES.values() for side in ("begin", "end")
]


@pytest.fixture
def linked(tmp_path):
    """A context, a cell, and its evidence with an image whose symbols scripts need."""
    ctx = Context(str(tmp_path / "store"), jobs=1)
    symbols = [
        Symbol(name, ".app", 0x100 + 16 * number, 4)
        for number, name in enumerate([*REGIONS, "harness_run_end"])
    ]
    elf = write_elf([Section(".app", 0x100, bytes(512))], symbols)
    known = evidence(image=image(elf=ctx.store.put(elf)))
    samples = [b"abc", b"def"]
    reference = replace_model(
        known.reference,
        inputs=ctx.store.put(b"".join(samples)),
        outputs=ctx.store.put(b"\1\2\3\4"),
    )
    return ctx, cell(), replace(known, reference=reference)


def replace_model(model, **changes):
    return model.model_copy(update=changes)


def scripted(asked, files):
    def scripts(**given):
        asked.append(SimpleNamespace(**given))
        return files

    return replace(SIMULATOR, name="scripted", scripts=scripts)


def test_the_files_of_a_cell_are_written_to_a_folder_of_its_own(linked, tmp_path):
    ctx, one, found = linked
    asked: list[SimpleNamespace] = []
    place = write_scripts(ctx, one, found, scripted(asked, {"run.resc": b"go"}), tmp_path / "out")
    assert place == tmp_path / "out" / "digits__int8__nano33ble__reference__O2"
    assert (place / "run.resc").read_bytes() == b"go"
    (given_to,) = asked
    assert given_to.machine == one.target.machine
    assert given_to.window.endswith(b"abc")
    assert given_to.end == 0x100 + 16 * len(REGIONS)
    assert len(given_to.markers) == 2 * len(REGION_NAMES) - 1
    assert given_to.outputs == (b"\1\2", b"\1\2")


def test_outputs_that_may_differ_from_the_hosts_are_not_expected(linked, tmp_path):
    ctx, one, found = linked
    asked: list[SimpleNamespace] = []
    tensors = tuple(replace(tensor, type="float32") for tensor in found.model.tensors)
    floats = replace(found, model=replace(found.model, tensors=tensors))
    write_scripts(ctx, one, floats, scripted(asked, {}), tmp_path)
    assert asked[0].outputs == ()


def test_a_cell_without_an_image_has_no_folder(linked, tmp_path):
    ctx, one, found = linked
    simulator = scripted([], {"run.resc": b"go"})
    assert write_scripts(ctx, one, replace(found, image=None), simulator, tmp_path / "x") is None
    assert not (tmp_path / "x").exists()


def test_the_message_says_what_is_missing_where_the_files_are_and_what_has_none(tmp_path):
    unrun = Unrun(tmp_path, {"a": tmp_path / "a"}, {"b int8": "needs SOFTMAX"})
    assert unrun.message("renode: not found") == (
        "renode: not found. Nothing was run. The firmware of 1 cell, with scripts to run it by "
        f"hand, is in {tmp_path}. 1 cell has none, such as b int8: "
        "needs SOFTMAX"
    )


def test_a_simulator_without_scripts_that_is_missing_is_refused_as_ever(tmp_path, monkeypatch):
    def missing():
        raise HarnessError("theirs: not found; install it")

    theirs = replace(SIMULATOR, version=missing)
    monkeypatch.setattr(sweeping, "simulator_of", lambda *_: theirs)
    monkeypatch.setattr(sweeping.tools, "emulator", lambda _: missing())
    monkeypatch.setattr(sweeping, "make_plan", lambda *_: missing())
    ctx = Context(str(tmp_path / "store"), jobs=1)
    with pytest.raises(HarnessError, match=r"^theirs: not found; install it$"):
        sweeping.sweep(ctx, None, None, tmp_path, quiet=True)


def test_a_missing_simulator_with_scripts_is_refused_after_they_are_written(tmp_path, monkeypatch):
    def missing(_):
        raise HarnessError("renode: not found; install it")

    unrun = Unrun(tmp_path / "renode", {"a": tmp_path / "a"}, {})
    monkeypatch.setattr(sweeping, "simulator_of", lambda *_: scripted([], {}))
    monkeypatch.setattr(sweeping.tools, "emulator", missing)
    monkeypatch.setattr(sweeping, "make_unrun_plan", lambda *_: SimpleNamespace(cells=()))
    monkeypatch.setattr(sweeping, "write_unrun_scripts", lambda *_, **__: unrun)
    progress = LineProgress(0, Console(quiet=True))
    monkeypatch.setattr(sweeping, "show_progress", lambda *_, **__: nullcontext(progress))
    ctx = Context(str(tmp_path / "store"), jobs=1)
    with pytest.raises(HarnessError, match=r"^renode: not found; install it\. Nothing was run\."):
        sweeping.sweep(ctx, None, None, tmp_path, quiet=True)
