"""Assembles the tiny firmwares of asm/ and runs them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from elftools.elf.elffile import ELFFile

from harness.process import run
from harness.simulators.machines import MACHINES
from harness.simulators.qemu import emulate
from harness.simulators.simulator import Dispatch, Emulation, Limits, Marker
from harness.simulators.trace import Trace

ASM = Path(__file__).with_name("asm")
NAMES = {2: "first", 3: "second", 4: "third", 5: "last"}
LIMITS = Limits(10_000_000, 30.0, 10_000)
NOTHING: Mapping[str, int] = MappingProxyType({})


def assemble(folder: Path, name: str, machine: str = "mps2-an386", **symbols: int) -> Path:
    """Return one of the firmwares, built for `machine` with these symbols."""
    of = MACHINES[machine]
    elf = folder / f"{name}-{machine}-{'-'.join(map(str, symbols.values()))}.elf"
    values = {
        "STACK_TOP": of.ram_origin + 4096,
        "RAM": of.ram_origin,
        "UART_BASE": of.uart_base,
        "WINDOW": of.window_origin,
        **symbols,
    }
    options = [f"-Wa,-I,{ASM}"]
    options += [f"-Wa,--defsym,{key}={value}" for key, value in values.items()]
    options += [f"-Wl,--defsym=IMAGE_START={of.code_origin},-T,{ASM / 'link.ld'}", "-nostdlib"]
    source = ASM / f"{name}.S"
    built = run(["arm-none-eabi-gcc", f"-mcpu={of.core}", "-mthumb", *options, source, "-o", elf])
    assert built.returncode == 0, built.output
    return elf


def symbols_of(elf: Path) -> dict[str, int]:
    """Return the addresses of an ELF's symbols."""
    with elf.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


def emulate_assembly(
    elf: Path,
    machine: str,
    cache: Path,
    regions: Mapping[str, int],
    sites: Sequence[tuple[str, int]],
    **options: Any,
) -> Emulation:
    """Run a firmware; `regions` maps its symbols to the regions that begin there."""
    addresses = symbols_of(elf)
    return emulate(
        elf=elf,
        machine=MACHINES[machine],
        window_origin=MACHINES[machine].window_origin,
        markers=[Marker(addresses[key], region) for key, region in regions.items()],
        dispatches=[Dispatch(addresses[key], 2, region) for key, region in sites],
        region_names=NAMES,
        cache=cache,
        **{"window": b"", "detail": True, "limits": LIMITS, **options},
    )


def trace_of(emulation: Emulation) -> Trace:
    """Return the trace of an emulation that has one."""
    assert emulation.trace is not None, emulation.log
    return emulation.trace
