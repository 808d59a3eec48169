"""Runs on an emulator that replays consoles: every way in which they can end."""

import re
from pathlib import Path

import fake_emulator
import pytest
from fake_emulator import (
    LARGEST,
    TARGET,
    FakeEmulator,
    end,
    ended,
    error,
    guest,
    hello,
    log,
    memory,
    output,
    simulator,
    trial,
)
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Stop
from harness.simulators.memory_system import MemorySystem, SimulatedMemory
from harness.simulators.protocol import UNKNOWN, ErrorCode, RunMode
from harness.simulators.session import ArenaFound, Measured, measure, run_samples, search_arena

WHOLE = TARGET.largest_arena_bytes
SAMPLE = b"sample"


@pytest.fixture
def play(monkeypatch):
    """Let the given runs happen, one after the other; the last repeats."""

    def start(*runs):
        emulator = FakeEmulator(runs)
        monkeypatch.setattr(fake_emulator, "SIMULATOR", simulator(emulator))
        return emulator

    return start


class Device:
    """A firmware that needs `needed` bytes of arena, and faults in trials that `faults` picks."""

    def __init__(self, needed: int, faults) -> None:
        self.needed, self.faults, self.runs = needed, faults, 0

    def __call__(self, request):
        self.runs += 1
        low, high = request[4], request[5]
        sent = hello()
        assert low % 16 == high % 16 == 0
        assert low < high
        for size in self._sizes(low, high):
            if size < self.needed and self.faults(size):
                return ended(sent + error(ErrorCode.FAULT, "fault", 0x82, 0x100))
            sent += trial(size, size >= self.needed)
        return ended(sent + memory(UNKNOWN, 64) + end(0))

    def _sizes(self, low, high):
        yield high
        while high - low > 16:
            middle = low + (high - low) // 32 * 16
            yield middle
            low, high = (low, middle) if middle >= self.needed else (middle, high)
        yield high


@given(st.integers(1, WHOLE), st.integers(0, 2**32), st.sampled_from([0, 1, 3]))
def test_the_search_finds_the_smallest_arena_whatever_faults_on_the_way(needed, seed, every):
    def faults(size: int) -> bool:
        return every > 0 and (size // 16 * 2654435761 + seed) % every == 0

    device = Device(needed, faults)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fake_emulator, "SIMULATOR", simulator(FakeEmulator([device])))
        found = search_arena(guest(Path()), SAMPLE, LARGEST)
    assert found == ArenaFound(-(-needed // 16) * 16, 64)
    assert device.runs <= WHOLE.bit_length()


def test_a_search_goes_on_from_what_is_known_after_a_fault(play, tmp_path):
    first = hello() + trial(WHOLE, True) + trial(4096, True) + trial(2048, False)
    second = hello() + trial(4096, True) + trial(3072, True) + memory(UNKNOWN, 100) + end(0)
    emulator = play(ended(first + error(ErrorCode.FAULT, "fault")), ended(second))
    assert search_arena(guest(tmp_path), SAMPLE, LARGEST) == ArenaFound(3072, 100)
    assert [(r[1], r[4], r[5]) for r in emulator.requests] == [
        (RunMode.ARENA_SEARCH, 0, WHOLE),
        (RunMode.ARENA_SEARCH, 3072, 4096),
    ]


def test_a_device_that_always_faults_ends_the_search(play, tmp_path):
    emulator = play(
        lambda r: ended(hello() + trial(r[5], True) + error(ErrorCode.FAULT, "fault", 0x100, 0x20))
    )
    stop = search_arena(guest(tmp_path), SAMPLE, LARGEST)
    assert stop == Stop("failed", "on the device: fault at 0x00000020, CFSR 0x00000100", stop.log)
    assert len(emulator.requests) < 40


def test_a_fault_in_the_first_trial_is_not_tried_again(play, tmp_path):
    emulator = play(ended(hello() + error(ErrorCode.ABORTED, "a failed assertion ended the run")))
    stop = search_arena(guest(tmp_path), SAMPLE, LARGEST)
    assert (stop.status, stop.reason) == (
        "failed",
        "on the device: a failed assertion ended the run",
    )
    assert len(emulator.requests) == 1


def test_a_search_that_ends_without_a_trial_is_a_failure(play, tmp_path):
    play(ended(hello() + end(0)))
    assert search_arena(guest(tmp_path), SAMPLE, LARGEST).status == "failed"


@pytest.mark.parametrize(
    "said",
    [
        "Arena size is too small for activation buffers. Needed 9000000 but only 4145152 was",
        "Failed to allocate memory. Requested: 9000000",
    ],
)
def test_a_model_that_wants_more_memory_than_there_is_does_not_fit(play, tmp_path, said):
    play(ended(hello() + log(said) + error(ErrorCode.ALLOCATION_FAILED, "no", WHOLE)))
    stop = search_arena(guest(tmp_path), SAMPLE, LARGEST)
    assert (stop.status, stop.reason) == (
        "does-not-fit",
        f"needs an arena of more than {WHOLE} B",
    )
    assert said in stop.log


def test_a_missing_operator_is_a_failure_that_names_it(play, tmp_path):
    said = "Didn't find op for builtin opcode 'SVDF' version '1'"
    play(ended(hello() + log(said) + error(ErrorCode.ALLOCATION_FAILED, "no allocation", WHOLE)))
    stop = search_arena(guest(tmp_path), SAMPLE, LARGEST)
    assert (stop.status, stop.reason) == ("failed", f"on the device: no allocation ({said})")


RUNS = {
    "search": lambda folder: search_arena(guest(folder), SAMPLE, LARGEST),
    "measure": lambda folder: measure(guest(folder), SAMPLE),
    "samples": lambda folder: run_samples(guest(folder), [SAMPLE]),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize(
    ("emulation", "status", "reason"),
    [
        (ended(b"booting\r\n"), "failed", "garbled console: no frame starts at byte 0"),
        (ended(hello()[:-1]), "failed", "garbled console: the console ends inside the frame"),
        (ended(b""), "failed", "the firmware ended without saying how"),
        (ended(hello(), "budget"), "timeout", "did not end within 1000000 instructions"),
        (ended(hello(), "wall"), "timeout", "did not end within 60 s"),
        (ended(hello(), "lockup"), "failed", "the emulated core locked up"),
        (ended(hello()[:3], "lockup"), "failed", "the emulated core locked up"),
        (ended(b"", "error", "\n qemu: bad machine\nmore"), "failed", "failed: qemu: bad machine"),
        (ended(hello() + end(0)), "failed", "the firmware ended without saying how"),
        (
            ended(hello() + error(ErrorCode.BAD_REQUEST, "no valid request")),
            "failed",
            "on the device: no valid request",
        ),
        (
            ended(hello() + log("input size") + error(ErrorCode.INVOKE_FAILED, "Invoke failed")),
            "failed",
            r"on the device: Invoke failed \(input size\)",
        ),
    ],
)
def test_every_bad_ending_is_a_stop_with_a_reason(play, tmp_path, run, emulation, status, reason):
    play(emulation)
    stop = run(tmp_path)
    assert isinstance(stop, Stop)
    assert stop.status == status
    assert re.search(reason, stop.reason), stop.reason


def test_a_measurement_has_both_outputs_the_stack_and_the_trace(play, tmp_path):
    console = hello() + output(0, b"a") + output(1, b"b") + memory(900, UNKNOWN) + end(2)
    emulator = play(ended(console))
    found = measure(guest(tmp_path), SAMPLE)
    assert isinstance(found, Measured)
    assert (found.outputs, found.stack_bytes) == ((b"a", b"b"), 900)
    asked = emulator.options[0]
    assert asked["detail"] is True
    assert {marker.region for marker in asked["markers"]} == {0, 2, 3, 4, 5}
    assert {d.region for d in asked["dispatches"]} == {3, 4}
    assert asked["window"].endswith(SAMPLE)


def test_a_measurement_can_be_asked_for_the_events_of_memories(play, tmp_path):
    console = hello() + output(0, b"a") + output(1, b"b") + memory(900, UNKNOWN) + end(2)
    emulator = play(ended(console))
    system = MemorySystem((SimulatedMemory("flash", 0, 4096, 8),))
    assert isinstance(measure(guest(tmp_path), SAMPLE, system), Measured)
    assert emulator.options[0]["memory_system"] is system


@pytest.mark.parametrize(
    "console",
    [
        hello() + output(0, b"a") + output(1, b"b") + end(2),
        hello() + output(0, b"a") + memory(900, 0) + end(1),
        hello() + output(0, b"a") + output(1, b"b") + memory(UNKNOWN, 0) + end(2),
    ],
    ids=["no memory", "one output", "unknown stack"],
)
def test_a_measurement_that_lacks_something_is_a_failure(play, tmp_path, console):
    play(ended(console))
    assert measure(guest(tmp_path), SAMPLE).status == "failed"


def answers(request):
    count = request[2]
    sent = b"".join(output(i, bytes([i % 251])) for i in range(count))
    return ended(hello() + sent + end(count))


def test_more_samples_than_the_window_holds_are_run_in_batches_in_order(play, tmp_path):
    size = 5 * 1024 * 1024
    emulator = play(answers)
    outputs = run_samples(guest(tmp_path), [bytes([k]) * size for k in range(7)])
    assert [request[2] for request in emulator.requests] == [3, 3, 1]
    assert outputs == (b"\0", b"\1", b"\2", b"\0", b"\1", b"\2", b"\0")
    assert [options["window"][64] for options in emulator.options] == [0, 3, 6]
    assert all(options["detail"] is False for options in emulator.options)


def test_a_batch_that_answers_too_few_samples_is_a_failure(play, tmp_path):
    play(ended(hello() + output(0, b"a") + end(1)))
    assert run_samples(guest(tmp_path), [SAMPLE, SAMPLE]).status == "failed"


@pytest.mark.parametrize("run", ["search", "measure", "samples"])
def test_a_sample_larger_than_the_window_is_told_before_anything_runs(play, tmp_path, run):
    emulator = play(answers)
    huge = bytes(TARGET.machine.window_bytes)
    calls = {
        "search": lambda: search_arena(guest(tmp_path), huge, LARGEST),
        "measure": lambda: measure(guest(tmp_path), huge),
        "samples": lambda: run_samples(guest(tmp_path), [huge]),
    }
    assert calls[run]().status == "unsupported"
    assert emulator.requests == []


def test_a_simulator_that_tells_no_blocks_apart_is_asked_for_regions_alone(monkeypatch, tmp_path):
    console = hello() + output(0, b"a") + output(1, b"a") + memory(800, UNKNOWN) + end(2)
    emulator = FakeEmulator([ended(console)])
    monkeypatch.setattr(fake_emulator, "SIMULATOR", simulator(emulator, counts="regions"))
    assert isinstance(measure(guest(tmp_path), SAMPLE), Measured)
    (asked,) = emulator.options
    assert not asked["detail"]
    assert not asked["dispatches"]
    assert asked["markers"]
