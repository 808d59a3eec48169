"""The machine that a platform description makes, executed: core, memories, UARTs and hooks.

Unicorn executes the instructions. The UARTs behave as Renode's do (renode-infrastructure,
src/Emulator/Peripherals/Peripherals/UART), which is laxer than hardware; the hooks' Python is
executed as it stands. It needs no Renode, and proves nothing about Renode: only that firmware,
platform and script fit one another.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace

from platform_grammar import Part
from renode_double import Played, Setup, segments
from unicorn import (
    UC_ARCH_ARM,
    UC_HOOK_BLOCK,
    UC_HOOK_CODE,
    UC_MODE_MCLASS,
    UC_MODE_THUMB,
    UC_PROT_ALL,
    UC_PROT_EXEC,
    UC_PROT_READ,
    Uc,
    UcError,
)
from unicorn import arm_const as arm

_MODELS = {  # a Cortex-M0+ of Renode's executes all that a Cortex-M3 does
    "cortex-m0+": arm.UC_CPU_ARM_CORTEX_M3,
    "cortex-m3": arm.UC_CPU_ARM_CORTEX_M3,
    "cortex-m4": arm.UC_CPU_ARM_CORTEX_M4,
    "cortex-m4f": arm.UC_CPU_ARM_CORTEX_M4,
    "cortex-m7": arm.UC_CPU_ARM_CORTEX_M7,
    "cortex-m33": arm.UC_CPU_ARM_CORTEX_M33,
}
_PAGE = 0x1000
_SYSTEM, _SYSTEM_BYTES = 0xE000_0000, 0x10_0000
_HARD_FAULT = 3
_FRAME = (
    arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3,
    arm.UC_ARM_REG_R12, arm.UC_ARM_REG_LR, arm.UC_ARM_REG_PC, arm.UC_ARM_REG_XPSR,
)  # fmt: skip

Send = Callable[[int], None]
ReadMemory = Callable[[int, int], bytes]


@dataclass
class Uart:
    """One peripheral: what it was told, and where its bytes go."""

    part: Part
    send: Send
    read_memory: ReadMemory
    registers: dict[int, int] = field(default_factory=dict)

    def read(self, offset: int) -> int:
        """Return what a register reads as."""
        return _READ[self.part.type](self, offset)

    def write(self, offset: int, value: int) -> None:
        """Take a write to a register."""
        self.registers[offset] = value
        _WRITE[self.part.type](self, offset, value)


def _plain(uart: Uart, offset: int) -> int:
    return uart.registers.get(offset, 0)


def _write_stm32_v1(uart: Uart, offset: int, value: int) -> None:
    if offset == 0x04 and uart.registers.get(0x0C, 0) & (1 << 13 | 1 << 3):
        uart.send(value)


def _read_stm32_v2(uart: Uart, offset: int) -> int:
    enabled = uart.registers.get(0, 0) & (1 << 3)
    return 1 << 7 | 1 << 6 | enabled << 18 if offset == 0x1C else _plain(uart, offset)


def _write_stm32_v2(uart: Uart, offset: int, value: int) -> None:
    if offset == 0x28 and uart.registers.get(0, 0) & 0b1001 == 0b1001:
        uart.send(value)


def _write_pl011(uart: Uart, offset: int, value: int) -> None:
    if offset == 0 and uart.registers.get(0x30, 0x300) & 0x101 == 0x101:
        uart.send(value)


def _write_cmsdk(uart: Uart, offset: int, value: int) -> None:
    if offset == 0 and uart.registers.get(8, 0) & 1:
        uart.send(value)


def _write_nrf(uart: Uart, offset: int, value: int) -> None:
    easy_dma = uart.part.attributes.get("easyDMA") == "true"
    if offset == 0x51C and not easy_dma and uart.registers.get(0x500):
        uart.send(value)
        uart.registers[0x11C] = 1
    if offset == 0x008 and value and easy_dma:
        pointer, count = (uart.registers.get(at, 0) for at in (0x544, 0x548))
        for byte in uart.read_memory(pointer, count):
            uart.send(byte)
        uart.registers |= {0x11C: 1, 0x120: 1}


_WRITE: Mapping[str, Callable[[Uart, int, int], None]] = {
    "UART.STM32_UART": _write_stm32_v1,
    "UART.STM32F7_USART": _write_stm32_v2,
    "UART.PL011": _write_pl011,
    "UART.CMSDK_APB_UART": _write_cmsdk,
    "UART.NRF52840_UART": _write_nrf,
    "UART.TrivialUart": lambda uart, _, value: uart.send(value),
}
_READ: Mapping[str, Callable[[Uart, int], int]] = {
    "UART.STM32_UART": lambda uart, at: 1 << 7 | 1 << 6 if at == 0 else _plain(uart, at),
    "UART.STM32F7_USART": _read_stm32_v2,
    "UART.PL011": lambda uart, at: 1 << 7 if at == 0x18 else _plain(uart, at),
    "UART.CMSDK_APB_UART": lambda uart, at: 0 if at == 4 else _plain(uart, at),
    "UART.NRF52840_UART": _plain,
    "UART.TrivialUart": lambda *_: 0,
}


class _Counter:
    """The instructions executed: whole blocks, less what of the running one is still to come."""

    def __init__(self, uc: Uc, budget: int) -> None:
        self.executed = 0
        self._uc = uc
        self._budget = budget
        self._block = (0, 0)
        self._lengths: dict[tuple[int, int], list[int]] = {}
        uc.hook_add(UC_HOOK_BLOCK, self._enter)

    def _enter(self, uc: Uc, address: int, size: int, _: object) -> None:
        self._block = (address, size)
        self.executed += len(self._starts(address, size))
        if self.executed > self._budget:
            uc.emu_stop()

    def before(self, address: int) -> int:
        """Return how many were executed before the one at `address`, in the running block."""
        return self.executed - sum(start >= address for start in self._starts(*self._block))

    def _starts(self, address: int, size: int) -> list[int]:
        """Return the addresses of a block's instructions, which are of one or two halfwords."""
        known = self._lengths.get((address, size))
        if known is None:
            code = bytes(self._uc.mem_read(address, size))
            known, at = [], 0
            while at < size:
                known.append(address + at)
                at += 4 if code[at + 1] >> 3 in {0b11101, 0b11110, 0b11111} else 2
            self._lengths[address, size] = known
        return known


class Machine:
    """One machine, made of a script's set-up; `sent` has what each UART sent, by its name."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        cpu = setup.parts["cpu"].attributes["cpuType"].strip('"')
        self.uc.ctl_set_cpu_model(_MODELS[cpu])
        self.sent = {name: bytearray() for name in setup.backends}
        self.halted = False
        self._uarts: dict[int, Uart] = {}
        self.uc.mem_map(_SYSTEM, _SYSTEM_BYTES)
        for name, part in setup.parts.items():
            self._add(name, part)
        for address, data in [*segments(setup.elf), (setup.window_origin, setup.window)]:
            self.uc.mem_write(address, data)
        self._protect()
        self.counter = _Counter(self.uc, setup.instructions)
        for address, text in setup.script.hooks:
            code = compile(text, "hook", "exec")
            self.uc.hook_add(UC_HOOK_CODE, self._hook, code, address, address)

    def _add(self, name: str, part: Part) -> None:
        if part.type == "Memory.MappedMemory":
            self.uc.mem_map(part.origin, part.bytes)
        elif part.type.startswith("UART."):
            page = part.origin // _PAGE * _PAGE
            sent = self.sent.setdefault(f"sysbus.{name}", bytearray())
            uart = Uart(part, lambda byte: sent.append(byte & 0xFF), self._read_memory)
            self._uarts[part.origin] = uart
            # Several UARTs may share a page: the bus finds the right one.
            if all(page != one // _PAGE * _PAGE for one in self._uarts if one != part.origin):
                read, write = partial(self._on_read, page), partial(self._on_write, page)
                self.uc.mmio_map(page, _PAGE, read, None, write, None)

    def _protect(self) -> None:
        """As the firmware's MPU does: its flash can be read and executed only."""
        for part in self.setup.parts.values():
            holds = part.origin is not None and part.origin <= self.setup.vectors
            if part.type == "Memory.MappedMemory" and holds:
                if self.setup.vectors < part.origin + part.bytes:
                    self.uc.mem_protect(part.origin, part.bytes, UC_PROT_READ | UC_PROT_EXEC)
                else:
                    self.uc.mem_protect(part.origin, part.bytes, UC_PROT_ALL)

    def _read_memory(self, address: int, size: int) -> bytes:
        return bytes(self.uc.mem_read(address, size))

    def read(self, address: int) -> int:
        """Read a word of a peripheral; where there is none, it is 0."""
        uart = self._at(address)
        return uart.read(address - uart.part.origin) if uart else 0

    def write(self, address: int, value: int) -> None:
        """Write a word of a peripheral; where there is none, nothing happens."""
        uart = self._at(address)
        if uart:
            uart.write(address - uart.part.origin, value)

    def _on_read(self, page: int, uc: Uc, offset: int, size: int, data: object) -> int:
        del uc, size, data
        return self.read(page + offset)

    def _on_write(
        self, page: int, uc: Uc, offset: int, size: int, value: int, data: object
    ) -> None:
        del uc, size, data
        self.write(page + offset, value)

    def _at(self, address: int) -> Uart | None:
        for origin, uart in self._uarts.items():
            if origin <= address < origin + uart.part.bytes:
                return uart
        return None

    def _hook(self, uc: Uc, address: int, _: int, code: object) -> None:
        """Execute a hook's Python with the variables that Renode gives one."""
        cpu = SimpleNamespace(ExecutedInstructions=self.counter.before(address), IsHalted=False)
        machine = SimpleNamespace(SystemBus=SimpleNamespace(WriteDoubleWord=self.write))
        exec(code, {"machine": machine, "self": cpu, "cpu": cpu, "pc": address})  # noqa: S102
        if cpu.IsHalted:
            self.halted = True
            uc.emu_stop()

    def run(self) -> str:
        """Run from reset until a hook halts the core; return what Renode would log."""
        stack, reset = struct.unpack("<2I", self._read_memory(self.setup.vectors, 8))
        self.uc.reg_write(arm.UC_ARM_REG_SP, stack)
        at = reset
        while not self.halted and self.counter.executed <= self.setup.instructions:
            try:
                self.uc.emu_start(at, 0xFFFF_FFFE)
            except UcError as error:
                at = self._fault()
                if not at:
                    return f"[ERROR] cpu: CPU abort [PC=0x0]: {error}"
            else:
                break
        return ""

    def _fault(self) -> int:
        """Enter the hard fault's handler (Arm DDI 0403E, B1.5.6); 0 where that fails too."""
        words = [self.uc.reg_read(one) & 0xFFFF_FFFF for one in _FRAME]
        stack = self.uc.reg_read(arm.UC_ARM_REG_SP) - 32
        try:
            self.uc.mem_write(stack, struct.pack("<8I", *words))
        except UcError:
            return 0
        self.uc.reg_write(arm.UC_ARM_REG_SP, stack)
        self.uc.reg_write(arm.UC_ARM_REG_LR, 0xFFFF_FFF9)
        vector = self._read_memory(self.setup.vectors + 4 * _HARD_FAULT, 4)
        return int.from_bytes(vector, "little")


def execute(setup: Setup) -> Played:
    """Return the session of the firmware itself."""
    machine = Machine(setup)
    log = machine.run()
    (console,) = [name for name in setup.backends if name != "sysbus.harnessCounts"]
    counts = bytes(machine.sent["sysbus.harnessCounts"]).decode("ascii")
    return Played(bytes(machine.sent[console]), counts.splitlines(), log)
