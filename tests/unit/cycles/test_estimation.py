"""A loop of four instructions on a Cortex-M4, estimated by hand."""

import struct
from dataclasses import replace

import pytest
from elf_factory import Section, write_elf

from harness.cycles.band import ZERO, Band, exactly, total
from harness.cycles.block_cost import cost_block
from harness.cycles.core_table import load_core_table
from harness.cycles.decode import decode_block
from harness.cycles.elf_code import ElfCode
from harness.cycles.estimation import estimate_trace
from harness.cycles.memory_layout import CacheTiming, MemoryLayout, MemoryTiming
from harness.errors import HarnessError
from harness.simulators.memory_system import MemorySystem
from harness.simulators.trace import BlockCount, DataCount, FetchCount, OperatorCount, Trace

# ldr r0, [r1]; adds r0, #1; subs r2, #1; bne to the first
CODE = struct.pack("<4H", 0x6808, 0x3001, 0x3A01, 0xD1FB)
ELF = write_elf([Section(".text", 0x100, CODE)])
M4 = load_core_table("cortex-m4")
FLASH = MemoryTiming(
    "flash", exactly(5), CacheTiming(4, "read", True), CacheTiming(4, "read", True)
)
RAM = MemoryTiming("ram", ZERO)
LAYOUT = MemoryLayout(MemorySystem(()), (FLASH, RAM), ("a note",))
TURNS = 10


def trace(fetches=(), data=()) -> Trace:
    blocks = tuple(
        BlockCount(region, index, 0x100, 4, TURNS, TURNS - 1)
        for region, index in (("invoke_first", 0), ("invoke_warm", -1), ("invoke_warm", 0))
    )
    operators = tuple(OperatorCount(b.region, 0, b.index, 4 * TURNS) for b in blocks)
    regions = {"invoke_first": 4 * TURNS, "invoke_warm": 8 * TURNS}
    return Trace("end", 12 * TURNS, regions, operators, blocks, tuple(fetches), tuple(data))


def test_without_waits_it_is_the_core_table_alone():
    # LDR 2, three of 1; the branch is taken 9 times, for a refill of 1 to 3.
    estimate = estimate_trace(trace(), ELF, M4, LAYOUT)
    (part,) = estimate.region("invoke_first")
    assert part.cycles == Band(50 + 9, 50 + 9, 50 + 27)
    assert part.causes["issue"] == exactly(40)
    assert part.causes["load_use"] == exactly(10)
    assert part.causes["branch"] == Band(9, 9, 27)
    block = cost_block(decode_block(ElfCode(ELF), 0x100, 4), M4, {})
    assert part.cycles == block.cycles.times(TURNS) + block.taken.times(TURNS - 1)


def test_waits_of_immediate_memory_leave_the_core_table_alone():
    events = {
        "fetches": [FetchCount("invoke_warm", 0, 0x100, 4, 0, 20, 10, 3, 9, 4)],
        "data": [DataCount("invoke_warm", 0, 0x100, 0, 10, 0, 10, 2, 6, 0, 0)],
    }
    immediate = replace(LAYOUT, timings=(replace(FLASH, wait=ZERO), RAM))
    without = estimate_trace(trace(), ELF, M4, immediate)
    assert estimate_trace(trace(**events), ELF, M4, immediate).parts[2].cycles == (
        without.parts[2].cycles
    )


def test_waits_are_booked_to_the_block_and_to_the_instruction_that_waited():
    events = {
        "fetches": [FetchCount("invoke_warm", 0, 0x100, 4, 0, 20, 10, 1, 2, 1)],
        "data": [DataCount("invoke_warm", 0, 0x100, 0, 10, 0, 10, 1, 4, 0, 3)],
    }
    estimate = estimate_trace(trace(**events), ELF, M4, LAYOUT, regions=["invoke_warm"])
    interpreter, operator = estimate.parts
    assert (interpreter.index, operator.index) == (-1, 0)
    assert operator.causes["fetch_wait"].typical == 2 * 5.5
    assert operator.causes["data_wait"].typical == 4 * 5.5
    assert operator.causes["load_use"].typical == 10 + 3 * M4.unaligned_cycles.typical
    assert "data_wait" not in interpreter.causes
    (events_of_flash,) = operator.events
    assert (events_of_flash.fetch_reads, events_of_flash.data_reads) == (2, 4)
    assert events_of_flash.data_hits == 6
    waited = {site.address: site.causes.get("data_wait") for site in operator.sites}
    assert waited[0x100] is not None
    assert waited[0x102] is None


def test_switched_off_caches_read_every_word():
    events = {"fetches": [FetchCount("invoke_warm", 0, 0x100, 4, 0, 20, 10, 1, 2, 1)]}
    estimate = estimate_trace(trace(**events), ELF, M4, LAYOUT, cached=False)
    assert estimate.parts[2].causes["fetch_wait"] == Band(50, 100, 100)
    assert estimate.parts[2].events[0].fetch_reads == 20


def test_a_calibration_of_another_timing_model_is_noted():
    for made_with, noted in ((M4.version, False), ("cortex-m4 0", True)):
        layout = replace(LAYOUT, calibrated_with=made_with)
        notes = estimate_trace(trace(), ELF, M4, layout).notes
        assert any("calibrate it again" in note for note in notes) == noted


def test_instructions_causes_and_operators_sum_to_the_whole():
    estimate = estimate_trace(trace(), ELF, M4, LAYOUT)
    for part in estimate.parts:
        assert total(site.cycles for site in part.sites).typical == pytest.approx(
            part.cycles.typical
        )
        assert sum(site.executions for site in part.sites) == part.instructions
    assert estimate.cycles("invoke_warm") == exactly(0) + total(
        part.cycles for part in estimate.region("invoke_warm")
    )
    assert estimate.notes[-1] == "a note"
    assert estimate.timing == M4.version


def test_code_that_the_image_does_not_hold_is_named():
    elsewhere = write_elf([Section(".text", 0x900, CODE)])
    with pytest.raises(HarnessError, match="0x00000100, which the image does not hold"):
        estimate_trace(trace(), elsewhere, M4, LAYOUT)
