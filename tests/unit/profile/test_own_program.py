"""Promises about profiles of one's own programs: symbols, visits, and what cannot be run."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from elf_factory import Section, Symbol, write_elf

from harness.boards import load_board
from harness.cycles.what_if import WhatIf
from harness.errors import HarnessError
from harness.profile import own_program
from harness.profile.own_program import Program, estimate_program, record
from harness.simulators.qemu import SIMULATOR
from harness.simulators.simulator import Emulation
from harness.simulators.trace import BlockCount, OperatorCount, Status, Trace

BOARD = load_board("nucleo-l4r5zi")
CODE = 0x100
AS_IT_IS = WhatIf()
# subs r0, #1; bne to itself; bx lr
LOOP = bytes.fromhex("0138fdd17047")


def program_file(folder: Path, *names: str) -> Path:
    """An ELF with a loop of three instructions, and functions of these names after it."""
    symbols = [Symbol("work", ".text", CODE, 6)]
    symbols += [Symbol(name, ".text", CODE + 8 + 2 * i, 2) for i, name in enumerate(names)]
    code = LOOP + bytes.fromhex("00bf") * (1 + len(names))
    path = folder / "program.elf"
    path.write_bytes(write_elf([Section(".text", CODE, code)], symbols))
    return path


def trace(visits: int, region: str = "harness_profile", status: Status = "stop") -> Trace:
    """The loop, ten turns in the first visit and 100 in every later one."""
    turns = [10, *[100] * (visits - 1)][:visits]
    instructions = 2 * sum(turns)
    regions = {"boot": 4, region: instructions} if visits else {"boot": 4}
    return Trace(
        status,
        4 + instructions,
        regions,
        tuple(OperatorCount(region, i, -1, 2 * n) for i, n in enumerate(turns)),
        (BlockCount(region, -1, CODE, 2, sum(turns), sum(turns) - visits),) if visits else (),
        visits={"boot": 1, region: visits} if visits else {"boot": 1},
    )


@dataclass
class FakeEmulator:
    """Stands in for `emulate`: leaves the region as often as asked, at most `most` times."""

    most: int = 99
    ending: str = "reset"
    log: str = ""
    region: str = "harness_profile"
    calls: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, **options: Any) -> Emulation:
        self.calls.append(options)
        if self.ending in {"lockup", "error", "wall"}:
            return Emulation(b"", None, self.ending, self.log)
        wanted = options["stop_after"][1]
        visits = min(wanted, self.most)
        status: Status = "stop" if visits == wanted else "end"
        return Emulation(b"", trace(visits, self.region, status), self.ending, self.log)


def run(monkeypatch, program: Program, emulator: FakeEmulator, what_if: WhatIf = AS_IT_IS):
    simulator = replace(SIMULATOR, emulate=emulator)
    monkeypatch.setattr(own_program, "find_simulator", {"qemu": simulator}.__getitem__)
    return record(program, BOARD, Path("cache"), what_if)


def test_the_default_symbols_are_found_and_the_run_stops_after_one_visit(
    monkeypatch, tmp_path
) -> None:
    elf = program_file(tmp_path, "harness_profile_begin", "harness_profile_end")
    emulator = FakeEmulator()
    recorded = run(monkeypatch, Program(elf), emulator)
    (call,) = emulator.calls
    assert call["stop_after"] == (2, 1)
    assert [(marker.address, marker.region) for marker in call["markers"]] == [
        (CODE + 8, 2),
        (CODE + 10, 0),
    ]
    assert call["machine"].name == "mps2-an386"
    assert call["detail"]
    assert call["memory_system"] == recorded.system
    assert recorded.region == "harness_profile"
    assert recorded.trace.regions == {"harness_profile": 20}


def test_the_harness_own_symbols_come_first(monkeypatch, tmp_path) -> None:
    warm = ("harness_region_invoke_warm_begin", "harness_region_invoke_warm_end")
    elf = program_file(tmp_path, "harness_profile_begin", "harness_profile_end", *warm)
    recorded = run(monkeypatch, Program(elf), FakeEmulator(region="invoke_warm"))
    assert recorded.region == "invoke_warm"


def test_a_later_visit_is_the_difference_of_two_runs(monkeypatch, tmp_path) -> None:
    elf = program_file(tmp_path, "harness_profile_begin", "harness_profile_end")
    emulator = FakeEmulator()
    recorded = run(monkeypatch, Program(elf, visit=3), emulator)
    assert sorted(call["stop_after"][1] for call in emulator.calls) == [2, 3]
    assert recorded.trace.regions == {"harness_profile": 200}
    (block,) = recorded.trace.blocks
    assert (block.count, block.taken) == (100, 99)
    estimate = estimate_program(recorded, BOARD)
    assert [part.instructions for part in estimate.parts] == [200]


def test_clock_and_wait_states_are_answered_without_another_run(monkeypatch, tmp_path) -> None:
    elf = program_file(tmp_path, "harness_profile_begin", "harness_profile_end")
    emulator = FakeEmulator()
    recorded = run(monkeypatch, Program(elf), emulator)
    what_if = WhatIf(clock_hz=80_000_000, wait_states=0, cache_off=True)
    estimate = estimate_program(recorded, BOARD, what_if)
    assert estimate.parts[0].instructions == 20
    assert len(emulator.calls) == 1


def test_events_of_other_memories_are_not_taken(monkeypatch, tmp_path) -> None:
    elf = program_file(tmp_path, "harness_profile_begin", "harness_profile_end")
    recorded = run(monkeypatch, Program(elf), FakeEmulator())
    with pytest.raises(HarnessError, match="recorded with other memories than nano33ble"):
        estimate_program(recorded, load_board("nano33ble"))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (Program(Path("p")), "has no symbols harness_profile_begin and harness_profile_end"),
        (Program(Path("p"), begin="start"), "--begin, --end: give both or neither"),
        (Program(Path("p"), "strat", "stop"), "--begin strat: .* no such symbol; alike are start"),
        (Program(Path("p"), "start", "x!"), r"--end x!: \S+ has no such symbol$"),
        (Program(Path("p"), "start", "start"), "are one address"),
    ],
)
def test_symbols_that_are_not_there_are_told(
    monkeypatch, tmp_path, program: Program, message: str
) -> None:
    elf = program_file(tmp_path, "start", "stop")
    with pytest.raises(HarnessError, match=message):
        run(monkeypatch, replace(program, elf=elf), FakeEmulator())


@pytest.mark.parametrize(
    ("emulator", "message"),
    [
        (FakeEmulator(most=0), "ended after the region was never entered"),
        (
            FakeEmulator(most=1),
            "was entered once, and not left 2 times; .*--visit",
        ),
        (FakeEmulator(0, "budget"), "never entered, and not left 2 times within 5,000,000,000"),
        (FakeEmulator(1, "wall"), "the region was never entered, .* raise --budget"),
        (FakeEmulator(1, "lockup"), "locked up .* linked for mps2-an386 .code at 0x0, RAM at"),
        (FakeEmulator(1, "error", "bad image\nmore"), "the emulator failed: bad image; is it"),
    ],
)
def test_a_program_that_does_not_get_there_is_told(
    monkeypatch, tmp_path, emulator: FakeEmulator, message: str
) -> None:
    elf = program_file(tmp_path, "harness_profile_begin", "harness_profile_end")
    with pytest.raises(HarnessError, match=message) as caught:
        run(monkeypatch, Program(elf, visit=2), emulator)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_program_are_told(tmp_path) -> None:
    with pytest.raises(HarnessError, match="cannot be read"):
        record(Program(tmp_path / "none.elf"), BOARD, tmp_path)
    for content in (b"", b"\x7fELF", b"hello" * 100):
        (tmp_path / "text").write_bytes(content)
        with pytest.raises(HarnessError, match="not a readable ELF file"):
            record(Program(tmp_path / "text"), BOARD, tmp_path)
    (tmp_path / "stripped").write_bytes(write_elf([Section(".text", CODE, LOOP)]))
    with pytest.raises(HarnessError, match="has no symbols"):
        record(Program(tmp_path / "stripped"), BOARD, tmp_path)


def test_weights_can_only_be_moved_where_they_are_marked(monkeypatch, tmp_path) -> None:
    elf = program_file(tmp_path, "harness_profile_begin", "harness_profile_end")
    with pytest.raises(HarnessError, match=r"--weights ram: .* __model_start and __model_end"):
        run(monkeypatch, Program(elf), FakeEmulator(), WhatIf(weights_in_ram=True))
    elf = program_file(
        tmp_path, "harness_profile_begin", "harness_profile_end", "__model_start", "__model_end"
    )
    moved = run(monkeypatch, Program(elf), FakeEmulator(), WhatIf(weights_in_ram=True))
    assert moved.system != run(monkeypatch, Program(elf), FakeEmulator()).system
