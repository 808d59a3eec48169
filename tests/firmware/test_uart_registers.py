"""The UART drivers against transmitters as the manuals describe them: slow, strict, lossy.

An emulator's UART takes a byte at once, and forgives. Here the same object code runs on an emulated
core whose UART is a model of ours (`uart_models.py`); for nrf_uarte no QEMU machine has any.
"""

from pathlib import Path

import pytest
from assembly import symbols_of
from elftools.elf.elffile import ELFFile
from uart_lab import Change, build, expected_frames, machine
from uart_models import MODELS, MisuseError, Uart
from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
from unicorn.arm_const import UC_ARM_REG_SP, UC_CPU_ARM_CORTEX_M3

from harness.simulators.machines import Machine
from harness.simulators.protocol import read_frames

pytestmark = pytest.mark.emulator

PAGE = 0x1000
SYSTEM_CONTROL = 0xE000_E000


def machine_with(console: str) -> Machine:
    return machine("manual", "cortex-m3", console, 0x4000_2000)


def run_to_the_end(elf: Path, target: Machine) -> bytes:
    """Return what has left the UART at the label before the reset request."""
    core = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
    core.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M3)
    core.mem_map(target.code_origin, target.code_bytes)
    core.mem_map(target.ram_origin, target.ram_bytes)
    with elf.open("rb") as stream:
        for segment in ELFFile(stream).iter_segments("PT_LOAD"):
            core.mem_write(segment["p_paddr"], segment.data())
    uart = MODELS[target.console](lambda origin, size: bytes(core.mem_read(origin, size)))
    misuses: list[MisuseError] = []
    _map_uart(core, target, uart, misuses)
    core.mem_map(SYSTEM_CONTROL, PAGE)
    vectors = core.mem_read(target.code_origin, 8)
    core.reg_write(UC_ARM_REG_SP, int.from_bytes(vectors[:4], "little"))
    core.emu_start(int.from_bytes(vectors[4:], "little"), symbols_of(elf)["harness_run_end"])
    if misuses:
        raise misuses[0]
    uart.reset()
    return bytes(uart.sent)


def _map_uart(core: Uc, target: Machine, uart: Uart, misuses: list[MisuseError]) -> None:
    """Let the core see `uart`; what it objects to stops the core and lands in `misuses`."""

    def on_read(core: Uc, offset: int, _size: int, _data: None) -> int:
        try:
            return uart.read(offset)
        except MisuseError as misuse:
            misuses.append(misuse)
            core.emu_stop()
            return 0

    def on_write(core: Uc, offset: int, _size: int, value: int, _data: None) -> None:
        try:
            uart.write(offset, value)
        except MisuseError as misuse:
            misuses.append(misuse)
            core.emu_stop()

    core.mmio_map(target.uart_base, PAGE, on_read, None, on_write, None)


@pytest.mark.parametrize("console", MODELS)
def test_a_driver_loses_no_byte_on_a_uart_as_slow_as_the_manual_allows(console, tmp_path):
    target = machine_with(console)
    sent = run_to_the_end(build(target, tmp_path), target)
    assert list(read_frames(sent)) == expected_frames()


@pytest.mark.parametrize(
    ("console", "before", "after", "misuse"),
    [
        ("stm32_usart_v1", "kUsartEnable;", "0;", "enabled before the USART"),
        ("stm32_usart_v1", "(Usart()->status & kTransmitEmpty) == 0", "false", "written over one"),
        ("stm32_usart_v1", "kTransmissionComplete) == 0", "kTransmitEmpty) == 0", "reset with"),
        ("stm32_usart_v2", "WaitFor(kTransmitEnabled);", "", "before the transmitter ack"),
        ("stm32_usart_v2", "WaitFor(kTransmitEmpty);", "", "written over one"),
        ("stm32_usart_v2", "WaitFor(kTransmissionComplete);", "", "reset with"),
        ("pl011", "(Uart()->flags & kTransmitFull) != 0", "false", "written over one"),
        ("pl011", "kUartEnable | kTransmitEnable;", "kUartEnable;", "not enabled"),
        ("pl011", "(Uart()->flags & kBusy) != 0", "false", "reset with"),
        ("nrf_uart", "Uart(kTaskStartTransmit) = 1;", "", "before the transmitter was started"),
        ("nrf_uart", "Uart(kEventTransmitReady) = 0;", "", "written over one"),
        ("nrf_uarte", "Uarte(kEnable) = kEnableUarte;", "", "before the UARTE was enabled"),
        ("nrf_uarte", "Uarte(kEventEndTransmit) = 0;", "", "inside another"),
        ("nrf_uarte", "reinterpret_cast<uintptr_t>(buffer)", "0x100", "EasyDMA cannot read"),
        ("nrf_uarte", "Uarte(kTaskStartTransmit) = 1;", "", "waits for what does not come"),
    ],
)
def test_a_driver_that_leaves_a_step_out_is_caught(console, before, after, misuse, tmp_path):
    target = machine_with(console)
    elf = build(target, tmp_path, [Change(f"console_{console}.cc", before, after)])
    with pytest.raises(MisuseError, match=misuse):
        run_to_the_end(elf, target)


def test_a_pl011_keeps_five_bits_of_a_byte_unless_told_otherwise(tmp_path):
    target = machine_with("pl011")
    elf = build(target, tmp_path, [Change("console_pl011.cc", "kEightBits | ", "")])
    assert run_to_the_end(elf, target)[:2] == bytes(byte & 31 for byte in b"HF")
