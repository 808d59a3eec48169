"""What is written for Renode, held against its grammar: every board and mode, and odd values.

The grammar (`renode_grammar.py`, `platform_grammar.py`) is written from Renode's documentation and
sources. The last tests change scripts and platforms in plausible ways, which it must refuse.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platform_grammar import SHIPPED, parse_platform
from renode_grammar import GrammarError, parse_script, tokenize
from renode_lab import MARKERS, machine, symbols

from harness.board_tables import Uart
from harness.boards import board_names, load_board
from harness.simulators.protocol import RunMode, build_request
from harness.simulators.renode import SIMULATOR
from harness.simulators.renode.platform import COUNTS_ORIGIN, machine_of
from harness.simulators.renode.script import Run, run_files, script_text
from harness.simulators.simulator import Limits, Marker

END = symbols()["harness_run_end"]


def run_of(board="nano33ble", markers=MARKERS, **changes) -> Run:
    one = machine(board)
    values = {"title": "digits int8", "end": END, "instructions": 20_000_000_000, **changes}
    return Run(machine=one, window_origin=one.window_origin, markers=markers, **values)


@pytest.mark.parametrize("markers", [MARKERS, ()], ids=["measured", "not-measured"])
@pytest.mark.parametrize("board", board_names())
def test_every_board_and_mode_is_what_renode_reads(board, markers):
    one = machine(board)
    files = run_files(run_of(board, markers), b"window")
    script = parse_script(files["run.resc"].decode())
    parts = parse_platform(files["machine.repl"].decode())
    assert [address for address, _ in script.hooks] == [*(m.address for m in markers), END]
    load = script.only("sysbus LoadBinary").arguments
    assert load == ("@/origin/window.bin", f"0x{one.window_origin:08X}")
    assert script.only("sysbus.cpu VectorTableOffset").arguments == (f"0x{one.code_origin:08X}",)
    backends = [command.arguments[:2] for command in script.all("UART CreateFileBackend")]
    assert backends == [
        (one.uart_name, "@/origin/console.bin"),
        ("sysbus.harnessCounts", "@/origin/counts.txt"),
    ]
    assert parts[one.uart_name.removeprefix("sysbus.")].origin == one.uart_base
    assert parts["harnessCounts"].origin == COUNTS_ORIGIN


# The peripherals that a board's kind of UART is, in Renode's own names.
PERIPHERALS = {
    "cmsdk": ("UART.CMSDK_APB_UART", {}),
    "pl011": ("UART.PL011", {}),
    "stm32-usart-v1": ("UART.STM32_UART", {}),
    "stm32-usart-v2": ("UART.STM32F7_USART", {}),
    "nrf-uart": ("UART.NRF52840_UART", {"easyDMA": "false"}),
    "nrf-uarte": ("UART.NRF52840_UART", {"easyDMA": "true"}),
}


@pytest.mark.parametrize("board", board_names())
def test_the_console_is_the_peripheral_that_the_firmware_drives(board):
    uart = load_board(board).uart
    one = machine(board)
    part = parse_platform(one.description)[one.uart_name.removeprefix("sysbus.")]
    kind, attributes = PERIPHERALS[uart.kind]
    assert (part.type, part.origin) == (kind, uart.origin)
    assert attributes.items() <= part.attributes.items()
    assert one.console == uart.kind.replace("-", "_")


@pytest.mark.parametrize("kind", PERIPHERALS)
def test_every_kind_of_uart_makes_a_machine(kind):
    board = load_board("pico")
    uart = Uart(name="uart0", kind=kind, origin=0x4003_4000, source="a test")
    made = machine_of(board.model_copy(update={"uart": uart}))
    assert parse_platform(made.description)["console"].type == PERIPHERALS[kind][0]


@pytest.mark.parametrize("board", board_names())
def test_memories_that_the_firmware_is_linked_for_are_there(board):
    one = machine(board)
    parts = parse_platform(one.description)
    memories = [part for part in parts.values() if part.type == "Memory.MappedMemory"]

    def holds(origin: int, size: int) -> bool:
        return any(m.origin <= origin and origin + size <= m.origin + m.bytes for m in memories)

    assert holds(one.code_origin, one.code_bytes)
    assert holds(one.ram_origin, one.ram_bytes)
    assert holds(one.window_origin, one.window_bytes)
    # The MPU's region that protects the flash: Arm DDI 0403E, B3.5.9.
    assert one.code_bytes & (one.code_bytes - 1) == 0
    assert one.code_origin % one.code_bytes == 0


def test_a_shipped_platforms_own_memory_is_the_limit():
    assert machine("nano33ble").ram_bytes == 256 * 1024
    assert machine("nucleo-f746zg").ram_bytes == 384 * 1024
    assert machine("nucleo-f746zg").code_bytes == 2 * 1024 * 1024


def test_no_platform_fetches_anything_from_the_network():
    for board in board_names():
        description = machine(board).description
        assert "http" not in description
        if "using" in description:  # whose own init section would
            assert "sysbus:\n    init:\n" in description


@given(
    title=st.text(max_size=300),
    markers=st.lists(
        st.builds(Marker, st.integers(0, 0xFFFF_FFFF), st.integers(0, 99_999)), max_size=9
    ),
    end=st.integers(0, 0xFFFF_FFFF),
    instructions=st.integers(0, 1 << 63),
    board=st.sampled_from(board_names()),
)
def test_odd_titles_and_numbers_stay_within_the_grammar(title, markers, end, instructions, board):
    text = script_text(run_of(board, markers, title=title, end=end, instructions=instructions))
    script = parse_script(text)
    assert len(script.commands) == 15 + len(markers)
    seconds = script.only("emulation RunFor").arguments[0].strip('"')
    whole, _, part = seconds.partition(".")
    if instructions:
        assert 0 <= (int(whole) * 1_000_000 + int(part)) * 100 - instructions < 100


@given(st.binary(max_size=200), st.lists(st.binary(min_size=1, max_size=8), max_size=3))
def test_what_a_person_is_given_is_the_run_itself(window, outputs):
    one = machine()
    files = SIMULATOR.scripts(
        title="digits int8 nano33ble",
        elf=b"ELF",
        machine=one,
        window_origin=one.window_origin,
        window=window,
        markers=MARKERS,
        end=END,
        limits=Limits(20_000_000_000, 60.0, 1000),
        outputs=outputs,
    )
    assert files["window.bin"] == window
    assert files["firmware.elf"] == b"ELF"
    assert files["run.resc"] == script_text(run_of(title="digits int8 nano33ble")).encode()
    assert all(name.replace(".", "").replace("-", "").isalnum() for name in files)
    assert len(files) == 5 + len(outputs)


@pytest.mark.parametrize("mode", list(RunMode))
def test_the_window_holds_the_request_of_every_mode(mode):
    request = build_request(mode, [bytes(8)], arena_high=16)
    assert run_files(run_of(), request)["window.bin"] == request


def test_a_folder_with_spaces_is_one_word_to_the_monitor():
    kinds = [one.kind for one in tokenize("sysbus LoadELF $ORIGIN/a.elf", origin="/a\\ b")]
    assert kinds == ["literal", "literal", "path"]


GOOD = script_text(run_of())
MISTAKES = {
    "path-with-at": GOOD.replace("$ORIGIN/window", "@$ORIGIN/window"),
    "path-of-this-machine": GOOD.replace("$ORIGIN/window.bin", "@/tmp/x/window.bin"),
    "path-in-the-working-folder": GOOD.replace("$ORIGIN/window.bin", "@window.bin"),
    "quit-within": GOOD + "quit\n",
    "start-instead": GOOD.replace('emulation RunFor "200.000000"', "start"),
    "start-before": GOOD.replace("emulation RunFor", "start\nemulation RunFor"),
    "no-unit-of-time": GOOD.replace('"200.000000"', "200"),
    "no-time": GOOD.replace('"200.000000"', '"0.000000"'),
    "nanoseconds": GOOD.replace('"200.000000"', '"200.0000000"'),
    "no-end-hook-name": GOOD.replace("self.IsHalted", "self.Halted"),
    "thumb-bit": GOOD.replace("AddHook 0x00000020", "AddHook 0x00000021"),
    "decimal-address": GOOD.replace("AddHook 0x00000020", "AddHook 32"),
    "nested-quotes": GOOD.replace("'end {0}'", '"end {0}"'),
    "unknown-name-in-hook": GOOD.replace("machine.SystemBus", "sysbus", 1),
    "open-in-hook": GOOD.replace("ord(c)", "open(c)", 1),
    "python-2-only": GOOD.replace("[machine", "print 1; [machine", 1),
    "throttled": GOOD.replace("emulation SetGlobalAdvanceImmediately true\n", ""),
    "binary-before-elf": GOOD.replace("sysbus LoadELF $ORIGIN/firmware.elf\n", "")
    + "sysbus LoadELF $ORIGIN/firmware.elf\n",
    "vectors-guessed": GOOD.replace("sysbus.cpu VectorTableOffset 0x00000000\n", ""),
    "unflushed": GOOD.replace("console.bin true", "console.bin"),
    "two-commands": GOOD.replace("logLevel 3", "logLevel 3; quit"),
    "substitution": GOOD.replace("0x90000000", "`sysbus`", 1),
    "misspelt": GOOD.replace("LoadBinary", "LoadBin"),
    "multi-line": GOOD.replace("# digits", '# """digits'),
    "no-log-level": GOOD.replace("logLevel 3", "logLevel 4"),
    "word-too-wide": GOOD.replace("0x90000000", "0x190000000", 1),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_plausible_mistake_in_a_script_is_refused(mistake):
    parse_script(GOOD)
    assert MISTAKES[mistake] != GOOD
    with pytest.raises((GrammarError, SyntaxError)):
        parse_script(MISTAKES[mistake])


MADE = machine("nucleo-l4r5zi").description
USED = machine("nano33ble").description
PLATFORM_MISTAKES = {
    "tabs": MADE.replace("    ", "\t"),
    "two-spaces": MADE.replace("    size", "  size"),
    "property-for-parameter": MADE.replace("cpuType", "CpuType"),
    "unknown-type": MADE.replace("CPU.CortexM", "CPU.CortexM4"),
    "unknown-cpu": MADE.replace("cortex-m4f", "cortex-m4fp"),
    "no-cpu-type": MADE.replace('    cpuType: "cortex-m4f"\n', ""),
    "unquoted": MADE.replace('"cortex-m4f"', "cortex-m4f"),
    "no-frequency": MADE.replace("    frequency: 64000000\n", ""),
    "no-nvic": MADE.replace("    nvic: nvic\n", ""),
    "unconnected": MADE.replace("    -> cpu@0\n", ""),
    "wrong-destination": MADE.replace("-> cpu@0", "-> nvic@0"),
    "odd-size": MADE.replace("0x400000", "0x400100", 1),
    "overlap": MADE.replace("0x20000000", "0x08200000"),
    "uart-in-memory": MADE.replace("0x40008000", "0x08000000"),
    "range-for-known-size": MADE.replace("0x40008000", "<0x40008000, +0x400>"),
    "no-space": MADE.replace("console: UART", "console:UART"),
    "no-register": MADE.replace("@ sysbus 0x40008000", ""),
    "keyword": MADE.replace("console:", "init:"),
    "twice": MADE + "\nconsole: UART.PL011 @ sysbus 0x40000000\n",
    "unknown-platform": USED.replace("arduino_nano_33_ble", "nano_33_ble"),
    "using-last": USED.split("\n", 2)[2] + "\n" + USED.split("\n", 1)[0] + "\n",
    "updates-nothing": USED.replace("uart0:", "uart7:"),
    "unknown-attribute": USED.replace("easyDMA", "easyDma"),
    "number-for-boolean": USED.replace("false", "0"),
    "adds-to-init": USED.replace("init:", "init add:"),
    "beyond": USED.replace("0x90000000", "0xFFF00000"),
}


@pytest.mark.parametrize("mistake", PLATFORM_MISTAKES)
def test_a_plausible_mistake_in_a_platform_is_refused(mistake):
    text = PLATFORM_MISTAKES[mistake]
    assert text not in {MADE, USED}
    with pytest.raises(GrammarError):
        parse_platform(text)


def test_the_platforms_that_the_harness_knows_are_those_that_were_read():
    named = {load_board(name).emulation.renode for name in board_names()} - {None}
    assert named <= SHIPPED.keys()
