"""Runs of Renode, played by its double: what goes well, and every way in which one fails."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from renode_double import NEEDED_ARENA
from renode_lab import MARKERS, guest, image, install_double, machine

from harness.errors import HarnessError, Stop
from harness.simulators.memory_system import MemorySystem
from harness.simulators.protocol import RunMode, build_request
from harness.simulators.renode import SIMULATOR
from harness.simulators.session import (
    REGION_NAMES,
    ArenaFound,
    Measured,
    answer_samples,
    measure,
    search_arena,
)
from harness.simulators.simulator import Emulation, Limits
from harness.simulators.trace import TraceError

SAMPLE = bytes(range(1, 9))
LIMITS = Limits(1_000_000, 60.0, 100_000)


@pytest.fixture
def play(tmp_path, monkeypatch):
    """Run the image of a measurement, the double failing as named."""

    def emulate(failure: str = "", limits: Limits = LIMITS, **changes: Any) -> Emulation:
        install_double(tmp_path / "bin", monkeypatch, failure)
        elf = tmp_path / "firmware.elf"
        elf.write_bytes(changes.pop("elf_bytes", image()))
        request = build_request(RunMode.MEASURE, [SAMPLE])
        options: dict[str, Any] = {
            "elf": elf,
            "machine": machine(),
            "window_origin": machine().window_origin,
            "window": request,
            "markers": MARKERS,
            "dispatches": (),
            "region_names": REGION_NAMES,
            "detail": False,
            "limits": limits,
            "cache": tmp_path,
        }
        return SIMULATOR.emulate(**{**options, **changes})

    return emulate


def test_a_run_that_goes_well_gives_console_and_exact_counts(play):
    emulation = play()
    assert emulation.ending == "reset"
    trace = emulation.trace
    assert trace is not None
    assert trace.status == "end"
    assert (trace.total, trace.blocks, trace.operators) == (10_000, (), ())
    assert trace.regions == {
        "boot": 1000, "none": 5000, "allocate": 1000, "invoke_first": 1000, "invoke_warm": 1000,
        "input": 1000,
    }  # fmt: skip
    assert trace.visits == {
        "boot": 1, "none": 5, "allocate": 1, "invoke_first": 1, "invoke_warm": 1, "input": 1,
    }  # fmt: skip


def test_the_three_kinds_of_run_work_as_on_any_simulator(tmp_path, monkeypatch):
    install_double(tmp_path / "bin", monkeypatch)
    one = guest(tmp_path)
    assert search_arena(one, SAMPLE, 65536) == ArenaFound(NEEDED_ARENA, 1024)
    measured = measure(one, SAMPLE)
    assert isinstance(measured, Measured)
    assert measured.outputs == (SAMPLE[:4][::-1],) * 2
    assert measured.stack_bytes == 1800
    answers = answer_samples(one, [SAMPLE, SAMPLE[::-1]])
    assert not isinstance(answers, Stop)
    assert answers.outputs == (SAMPLE[:4][::-1], SAMPLE[::-1][:4][::-1])


# What each failure of a real Renode comes out as: how the run ended, and what its log begins with.
FAILURES = {
    "exit": ("error", "Renode ended before its script did"),
    "die": ("error", "Renode ended with status -9"),
    "script-error": ("error", "Renode said: There was an error executing command 'machine LoadPl"),
    "halted": ("error", "Renode said: [ERROR] cpu: PC does not lay in memory or PC and SP are"),
    "abort": ("error", "Renode said: [ERROR] cpu: CPU abort [PC=0x4]: Trying to execute"),
    "python-error": ("error", "Renode said: [ERROR] cpu: Python runtime error: name 'machine'"),
    "no-hooks": ("error", "the firmware said its end, and Renode's hook there was not called"),
    "flood": ("error", "the guest's console passed its limit (100000 bytes)"),
    "chatter": ("error", "Renode was ended: it took more than 4 MiB of output"),
    "loop": ("budget", ""),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_of_renode_is_an_ending_that_says_why(failure, play):
    ending, log = FAILURES[failure]
    emulation = play(failure)
    assert emulation.ending == ending
    assert emulation.log.startswith(log)
    assert emulation.trace is None
    assert len(emulation.console) <= LIMITS.console_bytes


def test_the_explanation_of_a_script_error_is_in_the_first_line(play):
    assert "Error E04: Could not resolve type" in play("script-error").log.splitlines()[0]


def test_a_renode_that_hangs_is_killed_with_all_that_it_started(play, tmp_path):
    emulation = play("hang", Limits(1_000_000, 4.0, 1000))
    assert (emulation.ending, emulation.trace) == ("wall", None)
    started = (tmp_path / "bin" / "started").read_text()
    state = Path("/proc", started, "stat")
    assert not state.exists() or " Z " in state.read_text()


# What the hooks wrote badly: the message says what, in one line.
BAD_COUNTS = {
    "partial-line": "ends within a line",
    "counts-fall": "the count falls from",
    "counts-garbled": "line 1: b'region 0 12x' is not understood",
    "double-end": "is behind the end",
    "lost-marker": "a marker between them is missing",
    "no-markers": "no marker of allocate, input, invoke_first, invoke_warm, none was passed",
}


@pytest.mark.parametrize("failure", BAD_COUNTS)
def test_counts_that_cannot_be_are_refused_in_one_line(failure, play):
    with pytest.raises(TraceError, match=r"^hook log: ") as refused:
        play(failure)
    assert BAD_COUNTS[failure] in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("failure", ["garbled-uart", "partial-frame"])
def test_a_garbled_console_fails_the_cell_and_says_where(failure, tmp_path, monkeypatch):
    install_double(tmp_path / "bin", monkeypatch, failure)
    stopped = measure(guest(tmp_path), SAMPLE)
    assert isinstance(stopped, Stop)
    assert stopped.status == "failed"
    assert stopped.reason.startswith("garbled console: ")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ("loop", "did not end within 1000000 instructions"),
        ("abort", "the emulator failed: Renode said: [ERROR] cpu: CPU abort"),
    ],
)
def test_other_failures_are_the_cells_too(failure, reason, tmp_path, monkeypatch):
    install_double(tmp_path / "bin", monkeypatch, failure)
    stopped = measure(guest(tmp_path), SAMPLE)
    assert isinstance(stopped, Stop)
    assert reason in stopped.reason


def test_one_that_does_not_start_is_refused(play):
    with pytest.raises(HarnessError, match="does not say which Renode it is; install Renode"):
        play("no-start")


def test_an_image_without_the_end_label_is_refused(play):
    bare = image().replace(b"harness_run_end", b"harness_run_out")
    with pytest.raises(HarnessError, match=r"firmware\.elf: has no symbol harness_run_end; build"):
        play(elf_bytes=bare)


def test_an_image_whose_vectors_lead_nowhere_halts(play):
    emulation = play(elf_bytes=image(reset=0x0010_0000))
    assert emulation.ending == "error"
    assert "CPU was halted" in emulation.log


@pytest.mark.parametrize(
    "asked",
    [
        {"detail": True},
        {"memory_system": MemorySystem((), ())},
        {"stop_after": (4, 1)},
        {"semihosting": True},
    ],
)
def test_it_refuses_what_it_does_not_count(asked, play):
    with pytest.raises(HarnessError, match="--simulator renode: counts the instructions of reg"):
        play(**asked)


def test_nothing_is_left_behind_and_nothing_is_read_from_the_users_settings(
    play, tmp_path, monkeypatch
):
    place = tmp_path / "with space"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert play().ending == "reset"
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("name", ["a;quit", 'a"b', "a'b", "a`b", "a$ORIGIN", "a\nb", "a#b", "a\\b"])
def test_a_temporary_folder_that_could_be_read_as_a_command_is_refused(
    name, play, tmp_path, monkeypatch
):
    place = tmp_path / name
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    with pytest.raises(HarnessError, match=r"^TMPDIR: ") as refused:
        play()
    assert "\n" not in str(refused.value)


def test_the_double_refuses_an_input_that_has_ended(tmp_path):
    """So that a run with one, in which Renode would turn idly, cannot pass."""
    double = Path(__file__).with_name("renode_double.py")
    words = ["--console", "--disable-gui", "--plain", str(tmp_path / "run.resc"), "-e", "quit"]
    ended = subprocess.run(
        [sys.executable, double, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    assert b"standard input has ended" in ended.stdout
