"""Every driver of firmware/port on a QEMU machine that has the UART it is for."""

import shutil
from dataclasses import replace

import pytest
from uart_lab import WITHOUT_MPU, build, build_port, expected_frames, flags_of, machine

from harness.model_file.reader import read_model
from harness.reference.samples import generated_inputs
from harness.simulators.machines import KIB, MACHINES, MIB, Machine
from harness.simulators.protocol import ProtocolError, read_frames
from harness.simulators.qemu import emulate, qemu_version
from harness.simulators.session import measure, run_samples
from harness.simulators.simulator import Limits

pytestmark = pytest.mark.emulator

LIMITS = Limits(50_000_000, 60.0, 1 << 20)
STM32_FLASH = 0x0800_0000

# Addresses and sizes of QEMU's models: hw/arm/stm32f205_soc.c, stm32f405_soc.c, stm32f100_soc.c,
# stellaris.c, nrf51_soc.c, stm32l4x5_soc.c.
PROVED_ON = [
    machine("netduino2", "cortex-m3", "stm32_usart_v1", 0x4001_1000, STM32_FLASH),
    machine("netduinoplus2", "cortex-m4", "stm32_usart_v1", 0x4001_1000, STM32_FLASH),
    machine("stm32vldiscovery", "cortex-m3", "stm32_usart_v1", 0x4001_3800, STM32_FLASH, 8 * KIB),
    machine("lm3s6965evb", "cortex-m3", "pl011", 0x4000_C000),
    machine("microbit", "cortex-m0", "nrf_uart", 0x4000_2000),
    machine("b-l475e-iot01a", "cortex-m4", "stm32_usart_v2", 0x4001_3800, STM32_FLASH),
    MACHINES["mps2-an385"],
    MACHINES["mps2-an505"],
]
FIRST_QEMU = {"b-l475e-iot01a": (9, 1)}
"""The machines that an older QEMU lacks, or has without a UART."""


def send_frames(target, folder, cache):
    return emulate(
        elf=build(target, folder, [WITHOUT_MPU] if target.core == "cortex-m0" else ()),
        machine=target,
        window_origin=0,
        window=b"",
        markers=(),
        dispatches=(),
        region_names={},
        detail=False,
        limits=LIMITS,
        cache=cache,
    )


@pytest.mark.parametrize("target", PROVED_ON, ids=lambda one: f"{one.console}-on-{one.name}")
def test_a_driver_sends_every_byte_of_every_frame(target, qemu, tmp_path, plugin_cache):
    version = qemu_version(qemu)
    first = FIRST_QEMU.get(target.name, (0,))
    if tuple(map(int, version.split("."))) < first:
        needed = ".".join(map(str, first))
        pytest.skip(f"QEMU {version} has no {target.name} with a UART; {needed} has")
    emulation = send_frames(target, tmp_path, plugin_cache)
    assert emulation.ending == "reset", emulation.log
    assert list(read_frames(emulation.console)) == expected_frames()


@pytest.mark.parametrize(
    ("on", "console"),
    [
        (PROVED_ON[0], "pl011"),
        (PROVED_ON[3], "nrf_uart"),
        (PROVED_ON[4], "stm32_usart_v1"),
        (PROVED_ON[6], "stm32_usart_v2"),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_a_driver_for_another_uart_gives_no_frames(on, console, tmp_path, plugin_cache):
    target = machine(on.name, on.core, console, on.uart_base, on.code_origin)
    emulation = send_frames(target, tmp_path, plugin_cache)
    try:
        frames = list(read_frames(emulation.console))
    except ProtocolError:
        frames = []
    assert frames == []


def test_a_whole_image_answers_and_counts_alike_over_another_uart_and_memory_map(
    lab, small_model, small_elf, tmp_path
):
    stm32 = Machine(
        name="netduinoplus2",
        core="cortex-m4",
        code_origin=STM32_FLASH,
        code_bytes=MIB,
        ram_origin=0x2000_0000,
        ram_bytes=96 * KIB,
        console="stm32_usart_v1",
        uart_base=0x4001_1000,
        window_origin=0x2001_8000,
        window_bytes=32 * KIB,
    )
    target = replace(lab.target, name="stm32", machine=stm32)
    archives = tmp_path / "archives"
    shutil.copytree(lab.archives, archives)
    build_port(stm32, archives, flags_of(stm32, target.core_flags))
    there = replace(lab, request=replace(lab.request, target=target), archives=archives)
    elf = there.link(small_model, 8192, tmp_path / "image")
    samples = generated_inputs(read_model(small_model, "small"), 20)
    guests = [lab.guest(small_elf, tmp_path), there.guest(elf, archives)]
    answers = [run_samples(guest, samples) for guest in guests]
    assert len(answers[0]) == len(samples)
    assert answers[0] == answers[1]
    counts = [measure(guest, samples[0]).trace.regions for guest in guests]
    for region in ("allocate", "input", "invoke_first", "invoke_warm"):
        assert counts[0][region] == counts[1][region] > 0
