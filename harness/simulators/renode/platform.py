"""The machine that Renode builds for a board: a platform that it ships, or the board's file's.

No text of a board's file goes into a platform description: only checked numbers, and words of this
module.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.simulators.machines import KIB, MIB, Machine

if TYPE_CHECKING:
    from harness.board_tables import Uart
    from harness.boards import Board

COUNTS_ORIGIN = 0xF000_0000
"""A serial port of the harness's own, to which hooks write their counts; the vendor's part of the
system region (Arm DDI 0403E, B3.1), where no board has anything."""

COUNTS_UART = "sysbus.harnessCounts"
"""What the monitor calls that port."""

_WINDOW_ORIGIN = 0x9000_0000
_WINDOW_BYTES = 16 * MIB
_MEMORY_BYTES = 4 * MIB
"""As QEMU's machines have: what is too large for a board is measured before it is refused."""
_PAGE_BYTES = 0x400
"""Renode maps memory in pages of the M profile: renode/tlib, arch/arm/cpu.h."""
_UART_BYTES = 0x1000
_UART_CLOCK_HZ = 64_000_000
"""Must be given where a baud rate is computed of it, which no byte waits for."""
_SYSTEM_ORIGIN = 0xE000_0000

# renode/tlib, arch/arm/helper.c. What a name lacks is not refused: "cortex-m0+" runs all that a
# Cortex-M3 does, and "cortex-m4f" what a Cortex-M7 does. "cortex-m55" is there from 1.16.1 on.
_CPU_TYPES: Mapping[tuple[str, str], str] = {
    ("cortex-m0plus", "none"): "cortex-m0+",
    ("cortex-m3", "none"): "cortex-m3",
    ("cortex-m4", "none"): "cortex-m4",
    ("cortex-m4", "fpv4-sp-d16"): "cortex-m4f",
    ("cortex-m7", "none"): "cortex-m7",
    ("cortex-m7", "fpv5-sp-d16"): "cortex-m7",
    ("cortex-m7", "fpv5-d16"): "cortex-m7",
    ("cortex-m33", "none"): "cortex-m33",
    ("cortex-m33", "fpv5-sp-d16"): "cortex-m33",
    ("cortex-m55", "none"): "cortex-m55",
    ("cortex-m55", "mve"): "cortex-m55",
}


@dataclass(frozen=True)
class _Shipped:
    """What a platform of Renode's has, of which the harness uses code memory, RAM and a UART.

    `uarts` gives the address of each UART by its name, `kinds` the drivers that serve them.
    """

    core: str
    code_origin: int
    code_bytes: int
    ram_origin: int
    ram_bytes: int
    kinds: tuple[str, ...]
    uarts: Mapping[str, int] = field(default_factory=dict)


_NRF52840 = _Shipped(
    core="cortex-m4",
    code_origin=0,
    code_bytes=MIB,
    ram_origin=0x2000_0000,
    ram_bytes=256 * KIB,
    kinds=("nrf-uart", "nrf-uarte"),
    uarts={"uart0": 0x4000_2000, "uart1": 0x4002_8000},
)
# Read in renode/renode at 05ac5d6a (nrf52840), 2ca78fc8 (arduino_nano_33_ble), 17ecdb56 (stm32f103)
# and 04a2579d (stm32f746). The STM32F103's memories are larger there, 512 MB from 0 and 256 MB.
_SHIPPED: Mapping[str, _Shipped] = {
    "platforms/boards/arduino_nano_33_ble.repl": _NRF52840,
    "platforms/cpus/nrf52840.repl": _NRF52840,
    "platforms/cpus/stm32f103.repl": _Shipped(
        core="cortex-m3",
        code_origin=0x0800_0000,
        code_bytes=_MEMORY_BYTES,
        ram_origin=0x2000_0000,
        ram_bytes=_MEMORY_BYTES,
        kinds=("stm32-usart-v1",),
        uarts={"usart1": 0x4001_3800, "usart2": 0x4000_4400, "usart3": 0x4000_4800},
    ),
    "platforms/cpus/stm32f746.repl": _Shipped(
        core="cortex-m7",
        code_origin=0x0800_0000,
        code_bytes=2 * MIB,
        ram_origin=0x2000_0000,
        ram_bytes=384 * KIB,
        kinds=("stm32-usart-v2",),
        uarts={
            "usart1": 0x4001_1000,
            "usart2": 0x4000_4400,
            "usart3": 0x4000_4800,
            "usart6": 0x4001_1400,
        },
    ),
}


def machine_of(board: "Board") -> Machine:
    """Return the machine that Renode emulates for `board`; its description is a .repl file's text.

    Raises:
        HarnessError: The board has no UART that Renode has too, names a platform that is not known
            here, or has memories that no machine can be made of.
    """
    uart = board.uart
    if uart is None:
        raise HarnessError(
            f"board {board.name}: uart: missing, and Renode's guests answer through it; "
            "add a table [uart] with name, kind, origin and source"
        )
    platform = board.emulation.renode
    if platform is None:
        return _generated(board, uart)
    return _shipped(board, uart, platform)


def _shipped(board: "Board", uart: "Uart", platform: str) -> Machine:
    where = f"board {board.name}: emulation.renode: {platform!r}"
    shipped = _SHIPPED.get(platform)
    if shipped is None:
        raise HarnessError(
            f"{where} is not one that the harness knows; use one of {', '.join(sorted(_SHIPPED))}, "
            "or remove the key to have a machine made of the board's file"
        )
    if shipped.core != board.core:
        raise HarnessError(f"{where} has a {shipped.core}, the board a {board.core}; correct one")
    if shipped.uarts.get(uart.name) != uart.origin or uart.kind not in shipped.kinds:
        known = ", ".join(f"{name} at 0x{origin:08X}" for name, origin in shipped.uarts.items())
        raise HarnessError(
            f"{where} has no {uart.name} of kind {uart.kind} at 0x{uart.origin:08X}; "
            f"it has {known} of kind {' or '.join(shipped.kinds)}: correct the table [uart]"
        )
    entries = [
        f'using "{platform}"',
        # Its own fetches a file from the network, which only names registers.
        'sysbus:\n    init:\n        Tag <0xE0001000, 0xE0001FFF> "DWT"',
    ]
    if uart.kind.startswith("nrf-"):
        entries.append(f"{uart.name}:\n    {_easy_dma(uart)}")
    return _machine(
        board,
        uart,
        name=platform.rpartition("/")[2].removesuffix(".repl"),
        code=(shipped.code_origin, shipped.code_bytes),
        ram=(shipped.ram_origin, shipped.ram_bytes),
        entries=entries,
        uart_name=f"sysbus.{uart.name}",
    )


def _generated(board: "Board", uart: "Uart") -> Machine:
    code = min(board.region(name).origin for name in board.placement.code)
    ram = min(board.region(name).origin for name in board.placement.data)
    _check_places(board, uart, code, ram)
    starts = sorted((code, ram, uart.origin, _WINDOW_ORIGIN, _SYSTEM_ORIGIN))
    room = {start: above - start for start, above in pairwise(starts)}
    memories = {
        name: (origin, _memory_bytes(origin, room[origin]))
        for name, origin in (("codeMemory", code), ("dataMemory", ram))
    }
    entries = [
        "nvic: IRQControllers.NVIC @ sysbus 0xE000E000\n    -> cpu@0",
        f'cpu: CPU.CortexM @ sysbus\n    cpuType: "{_CPU_TYPES[board.core, board.fpu]}"'
        "\n    nvic: nvic",
        *(_memory(name, origin, size) for name, (origin, size) in memories.items()),
        _uart(uart),
    ]
    return _machine(
        board,
        uart,
        name=board.core,
        code=memories["codeMemory"],
        ram=memories["dataMemory"],
        entries=entries,
        uart_name="sysbus.console",
    )


def _check_places(board: "Board", uart: "Uart", code: int, ram: int) -> None:
    for key, origin in (("code", code), ("data", ram)):
        if origin % _PAGE_BYTES:
            raise HarnessError(
                f"board {board.name}: placement.{key}: begins at 0x{origin:08X}, and Renode's "
                f"memories begin at multiples of 0x{_PAGE_BYTES:X}; name another region"
            )
    starts = sorted((code, ram, uart.origin, _WINDOW_ORIGIN, _SYSTEM_ORIGIN))
    if starts[-1] != _SYSTEM_ORIGIN or any(b - a < _UART_BYTES for a, b in pairwise(starts)):
        raise HarnessError(
            f"board {board.name}: code at 0x{code:08X}, data at 0x{ram:08X} and the UART at "
            f"0x{uart.origin:08X} leave no room for one another, for the samples at "
            f"0x{_WINDOW_ORIGIN:08X} and the system region; correct placement or [uart]"
        )


def _memory_bytes(origin: int, room: int) -> int:
    """Return the size of a memory: a power of two, and `origin` a multiple of it.

    The firmware protects its flash with one region of the MPU, which before Armv8-M is so made
    (Arm DDI 0403E, B3.5.9).
    """
    aligned = origin & -origin or _MEMORY_BYTES
    return min(_MEMORY_BYTES, aligned, 1 << (room.bit_length() - 1))


def _memory(name: str, origin: int, size: int) -> str:
    return f"{name}: Memory.MappedMemory @ sysbus 0x{origin:08X}\n    size: 0x{size:X}"


def _uart(uart: "Uart") -> str:
    """Return the console's entry.

    Types and parameters are those of renode-infrastructure, src/Emulator/Peripherals/Peripherals/
    UART. Only STM32_UART does not say its own size.
    """
    if uart.kind == "stm32-usart-v1":
        return f"console: UART.STM32_UART @ sysbus <0x{uart.origin:08X}, +0x400>"
    at = f"@ sysbus 0x{uart.origin:08X}"
    if uart.kind == "stm32-usart-v2":
        return f"console: UART.STM32F7_USART {at}\n    frequency: {_UART_CLOCK_HZ}"
    if uart.kind == "cmsdk":
        return f"console: UART.CMSDK_APB_UART {at}"
    if uart.kind == "pl011":
        return f"console: UART.PL011 {at}"
    return f"console: UART.NRF52840_UART {at}\n    {_easy_dma(uart)}"


def _easy_dma(uart: "Uart") -> str:
    return f"easyDMA: {'true' if uart.kind == 'nrf-uarte' else 'false'}"


def _machine(
    board: "Board",
    uart: "Uart",
    *,
    name: str,
    code: tuple[int, int],
    ram: tuple[int, int],
    entries: list[str],
    uart_name: str,
) -> Machine:
    """Return the machine, with what the harness adds to every one: a window and a port of counts.

    Its name tells descriptions apart, since results are kept under it.
    """
    entries = [
        *entries,
        _memory("harnessWindow", _WINDOW_ORIGIN, _WINDOW_BYTES),
        f"harnessCounts: UART.TrivialUart @ sysbus 0x{COUNTS_ORIGIN:08X}",
    ]
    description = "\n\n".join(entries) + "\n"
    digest = hashlib.sha256(description.encode()).hexdigest()[:8]
    return Machine(
        name=f"renode-{name}-{digest}",
        core=board.core,
        code_origin=code[0],
        code_bytes=code[1],
        ram_origin=ram[0],
        ram_bytes=ram[1],
        console=uart.console,
        uart_base=uart.origin,
        window_origin=_WINDOW_ORIGIN,
        window_bytes=_WINDOW_BYTES,
        description=description,
        uart_name=uart_name,
    )
