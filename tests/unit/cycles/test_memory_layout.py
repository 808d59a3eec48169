"""Which of the board's memories an address of the emulated machine stands for."""

import pytest

from harness.boards import load_board
from harness.cycles.band import Band, exactly
from harness.cycles.memory_layout import memory_layout
from harness.errors import HarnessError
from harness.simulators.machines import MACHINES
from harness.simulators.memory_system import SimulatedCache

M4 = MACHINES["mps2-an386"]


def board_with(board: str, region: str, **changes):
    known = load_board(board)
    memory = [one.model_copy(update=changes) if one.name == region else one for one in known.memory]
    return known.model_copy(update={"memory": tuple(memory)})


def test_code_and_data_of_the_machine_stand_for_the_regions_in_their_order():
    memories = memory_layout(load_board("nucleo-l4r5zi"), M4).system.memories
    assert [(one.name, one.origin, one.bytes) for one in memories] == [
        ("flash", 0, M4.code_bytes),
        ("sram1", 0x2000_0000, 0x3_0000),
        ("sram2", 0x2003_0000, 0x1_0000),
        ("sram3", 0x2004_0000, M4.ram_bytes - 0x4_0000),
    ]


def test_the_accelerator_of_the_l4_stands_before_flash_alone():
    layout = memory_layout(load_board("nucleo-l4r5zi"), M4)
    assert layout.system.caches == (
        SimulatedCache(1024, 32, 32, "lru"),
        SimulatedCache(256, 32, 8, "lru"),
    )
    flash, *ram = layout.system.memories
    assert (flash.read_bytes, flash.fetch_cache, flash.data_cache) == (8, 0, 1)
    assert {(one.read_bytes, one.fetch_cache, one.data_cache) for one in ram} == {(4, None, None)}
    assert layout.timings[0].fetch is not None
    assert layout.timings[0].fetch.reads == 4


def test_a_read_wait_state_is_exact_and_an_unread_one_is_known_to_a_factor_of_two():
    read = board_with("nucleo-l4r5zi", "flash", wait_states=5, unverified=())
    assert memory_layout(read, M4).timings[0].wait == exactly(5)
    guessed = board_with("nucleo-l4r5zi", "flash", wait_states=3, unverified=("wait_states",))
    layout = memory_layout(guessed, M4)
    assert layout.timings[0].wait == Band(1.5, 3, 6)
    assert any("wait states of flash are unverified" in note for note in layout.notes)


def test_weights_in_ram_are_cut_out_of_flash():
    layout = memory_layout(load_board("nucleo-l4r5zi"), M4, weights=(0x1000, 0x800))
    assert [(one.name, one.origin, one.bytes) for one in layout.system.memories[:3]] == [
        ("flash", 0, 0x1000),
        ("sram3", 0x1000, 0x800),
        ("flash", 0x1800, M4.code_bytes - 0x1800),
    ]
    assert layout.system.memories[1].data_cache is None


def test_a_memory_without_wait_states_is_named():
    unknown = board_with("nucleo-l4r5zi", "flash", wait_states=None, unverified=())
    with pytest.raises(HarnessError, match=r"nucleo-l4r5zi: memory flash: wait_states is unknown"):
        memory_layout(unknown, M4)


def test_wait_states_and_clock_do_not_change_what_is_simulated():
    board = load_board("nucleo-l4r5zi")
    slower = board_with("nucleo-l4r5zi", "flash", wait_states=1).model_copy(
        update={"clock_hz": 1_000_000}
    )
    assert memory_layout(board, M4).system == memory_layout(slower, M4).system
