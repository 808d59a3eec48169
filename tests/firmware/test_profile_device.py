"""A program of one's own, run and profiled: instructions and visits counted by hand."""

import subprocess
from pathlib import Path

import pytest

from harness.boards import load_board
from harness.cycles.what_if import WhatIf
from harness.errors import HarnessError
from harness.profile.hot_spots import hottest_lines
from harness.profile.own_program import Program, estimate_program, record
from harness.profile.requests import ask_program

pytestmark = pytest.mark.emulator

# Each visit executes a branch, and two instructions in each turn of a loop of 10, 20, ... turns.
SOURCE = """\
    .syntax unified
    .thumb
    .word STACK
    .word reset
    .rept 14
    .word fault
    .endr
    .thumb_func
    .global fault
fault:
    b fault
    .thumb_func
    .global reset
reset:
    movs r2, #10
again:
    mov r1, r2
    .global harness_profile_begin
harness_profile_begin:
    b turn
    .balign 64
turn:
    subs r1, #1
    bne turn
    .global harness_profile_end
harness_profile_end:
    adds r2, #10
    b again
"""
LINES = [line.strip() for line in SOURCE.splitlines()]
AS_IT_IS = WhatIf()


# SYS_WRITE0 of the text at r1, before the region; without semihosting the breakpoint is a fault.
TALKS = (
    SOURCE.replace("movs r2, #10", "movs r0, #4; ldr r1, =text; bkpt 0xab; movs r2, #10", 1)
    + '.ltorg\ntext: .asciz "hello"\n'
)


@pytest.fixture(scope="module")
def elf(tmp_path_factory) -> Path:
    return linked(tmp_path_factory.mktemp("program"), SOURCE)


def linked(folder: Path, source: str) -> Path:
    (folder / "loop.S").write_text(source)
    command = ["arm-none-eabi-gcc", "-g", "-mcpu=cortex-m4", "-mthumb", "-nostdlib"]
    command += ["-Wl,--defsym=STACK=0x20001000,-Ttext=0,--entry=reset", "loop.S", "-o", "loop.elf"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "loop.elf"


@pytest.mark.parametrize("visit", [1, 2, 5])
def test_a_visit_has_the_instructions_counted_by_hand(elf, shared_cache, visit: int) -> None:
    board = load_board("nucleo-l4r5zi")
    recorded = record(Program(elf, visit=visit), board, shared_cache)
    assert recorded.trace.regions == {"harness_profile": 1 + 2 * 10 * visit}
    estimate = estimate_program(recorded, board)
    assert sum(part.instructions for part in estimate.parts) == 1 + 2 * 10 * visit


def test_only_the_first_visit_finds_cold_caches(elf, shared_cache) -> None:
    board = load_board("nucleo-l4r5zi")
    first, second = (
        record(Program(elf, visit=visit), board, shared_cache).trace for visit in (1, 2)
    )
    assert sum(one.line_misses for one in first.fetches) > 0
    assert sum(one.line_misses for one in second.fetches) == 0


def test_at_zero_wait_states_the_loop_takes_the_manuals_cycles(elf, shared_cache) -> None:
    # B 1; each turn SUBS 1 and BNE 1; a refill of 1 to 3 cycles at each of 1 + 9 taken branches.
    what_if = WhatIf(wait_states=0)
    answer = ask_program(
        Program(elf), load_board("nucleo-l4r5zi"), what_if, shared_cache, quiet=True
    )
    cycles = answer.profile.whole.cycles
    assert cycles.low <= 1 + 10 * 2 + 10 * 1 <= cycles.typical <= 1 + 10 * 2 + 10 * 3
    assert answer.comparison is not None
    assert answer.comparison.whole.ratio is not None
    assert answer.comparison.whole.ratio < 1


def test_its_lines_are_those_of_its_source(elf, shared_cache) -> None:
    answer = ask_program(
        Program(elf), load_board("nucleo-l4r5zi"), AS_IT_IS, shared_cache, quiet=True
    )
    lines = {one.place.rpartition(":")[2]: one for one in hottest_lines(answer.profile)}
    for line, executions in (("b turn", 1), ("subs r1, #1", 10), ("bne turn", 10)):
        assert lines[str(LINES.index(line) + 1)].instructions == executions
    assert answer.comparison is None


def test_a_region_that_is_never_left_ends_with_its_budget(elf, shared_cache) -> None:
    program = Program(elf, begin="reset", end="fault", budget=100_000)
    with pytest.raises(HarnessError, match="entered once, and not left once within 100,000"):
        record(program, load_board("nucleo-l4r5zi"), shared_cache)


def test_semihosting_is_there_for_a_program_that_is_trusted_only(tmp_path, shared_cache) -> None:
    board, talks = load_board("nucleo-l4r5zi"), linked(tmp_path, TALKS)
    with pytest.raises(HarnessError, match=r"never entered.* does it need --semihosting"):
        record(Program(talks, budget=100_000), board, shared_cache)
    trusted = record(Program(talks, budget=100_000, semihosting=True), board, shared_cache)
    assert trusted.trace.regions == {"harness_profile": 1 + 2 * 10}
