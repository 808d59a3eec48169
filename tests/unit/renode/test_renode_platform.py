"""The machine of a board in Renode, and the boards that have none."""

import pytest
from renode_lab import machine

from harness.board_tables import Emulation, Uart
from harness.boards import Board, load_board
from harness.errors import HarnessError
from harness.firmware.target import target_of
from harness.simulators.renode import SIMULATOR
from harness.simulators.renode.platform import machine_of


def board(name: str = "pico", **changes) -> Board:
    return load_board(name).model_copy(update=changes)


def uart(name: str = "uart0", kind: str = "pl011", origin: int = 0x4003_4000) -> Uart:
    return Uart(name=name, kind=kind, origin=origin, source="a test")


def moved(name: str, **origins: int) -> Board:
    """A board whose regions begin elsewhere."""
    given = load_board(name)
    memory = tuple(
        region.model_copy(update={"origin": origins.get(region.name, region.origin)})
        for region in given.memory
    )
    return given.model_copy(update={"memory": memory})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (board(uart=None), "uart: missing, and Renode's guests answer through it; add a table"),
        (
            board("bluepill", emulation=Emulation(qemu="mps2-an385", renode="platforms/x.repl")),
            "'platforms/x.repl' is not one that the harness knows; use one of platforms/",
        ),
        (
            board("bluepill", emulation=load_board("nano33ble").emulation),
            "has a cortex-m4, the board a cortex-m3; correct one",
        ),
        (
            board("bluepill", uart=uart("usart7", "stm32-usart-v1", 0x4001_3800)),
            "has no usart7 of kind stm32-usart-v1 at 0x40013800; it has usart1 at 0x40013800",
        ),
        (
            board("bluepill", uart=uart("usart1", "stm32-usart-v2", 0x4001_3800)),
            "of kind stm32-usart-v2 at 0x40013800; it has",
        ),
        (moved("pico", flash=0x1000_0100), "placement.code: begins at 0x10000100"),
        (moved("pico", sram=0x2000_0200), "placement.data: begins at 0x20000200"),
        (moved("pico", sram=0x8FFF_FC00), "leave no room for one another"),
        (moved("pico", sram=0xE000_0000), "leave no room for one another"),
        (moved("pico", sram=0x1_0000_0000), "leave no room for one another"),
        (board(uart=uart(origin=0x9000_0000)), "leave no room for one another"),
    ],
)
def test_a_board_of_which_no_machine_can_be_made_says_what_to_add(given, message):
    with pytest.raises(HarnessError) as refused:
        machine_of(given)
    text = str(refused.value)
    assert text.startswith(f"board {given.name}: ")
    assert message in text
    assert "\n" not in text


def test_memories_are_as_large_as_their_place_allows():
    assert machine("pico").code_bytes == 4 << 20
    assert machine_of(moved("pico", sram=0x1010_0000)).code_bytes == 1 << 20
    assert machine_of(moved("pico", flash=0x1000_8000)).code_bytes == 0x8000


def test_the_name_tells_machines_apart_since_results_are_kept_under_it():
    plain = machine("pico")
    assert machine_of(moved("pico", sram=0x2010_0000)).name != plain.name
    assert machine_of(board(uart=uart(origin=0x4003_8000))).name != plain.name
    assert machine_of(board(clock_hz=1_000_000)) == plain


def test_no_word_of_the_boards_file_is_in_the_description():
    words = {
        "title": 'T"""\n', "source": "S", "name": "N-1", "clock_hz": 123_456_789,
        "uart": uart("evil_name"),
    }  # fmt: skip
    description = machine_of(load_board("pico").model_copy(update=words)).description
    assert description == machine("pico").description


def test_a_target_is_built_for_the_boards_own_uart():
    target = target_of(load_board("nano33ble"), SIMULATOR)
    assert target.simulator == "renode"
    assert (target.machine.console, target.machine.uart_base) == ("nrf_uart", 0x4000_2000)
    assert target.name.startswith("cortex-m4-fpv4-sp-d16@renode-arduino_nano_33_ble-")
