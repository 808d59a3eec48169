"""Kernels whose cycles the manuals give, run on the emulator and costed: the figures agree.

Each expected figure is written out as the manual has it: an instruction's cycles times how often it
runs. P is the refill of the pipeline after a taken branch, which the manuals give as 1 to 3.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from harness.cycles.band import Band, exactly
from harness.cycles.block_cost import cost_block
from harness.cycles.core_table import load_core_table
from harness.cycles.decode import decode_block
from harness.cycles.elf_code import ElfCode
from harness.process import run
from harness.simulators.machines import MACHINES
from harness.simulators.qemu import emulate
from harness.simulators.simulator import Limits, Marker

pytestmark = pytest.mark.emulator

HERE = Path(__file__).parent
ASM = HERE.parent / "asm"
MACHINE_OF = {
    "cortex-m0plus": "mps2-an385",
    "cortex-m3": "mps2-an385",
    "cortex-m4": "mps2-an386",
}
P = (1, 1, 3)
P_MISALIGNED = (1, 2, 3)
P_INDIRECT = (1, 2, 3)


@pytest.fixture(scope="module")
def cycles_of(tmp_path_factory) -> Callable[[str, str], dict[str, Band]]:
    """The cycles of every kernel of a file on a core; a file is run once for each core."""
    known: dict[tuple[str, str], dict[str, Band]] = {}

    def measure(source: str, core: str) -> dict[str, Band]:
        if (source, core) not in known:
            folder = tmp_path_factory.mktemp("timing")
            known[source, core] = _measure(HERE / source, core, folder)
        return known[source, core]

    return measure


def _measure(source: Path, core: str, folder: Path) -> dict[str, Band]:
    machine = MACHINES[MACHINE_OF[core]]
    elf = folder / "kernels.elf"
    options = [f"-mcpu={core}", "-mthumb", f"-Wa,-I,{ASM}", "-nostdlib"]
    options += ["-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"] if core == "cortex-m4" else []
    options += [f"-Wa,--defsym,STACK_TOP={machine.ram_origin + 4096}"]
    options += [f"-Wl,--defsym=IMAGE_START={machine.code_origin},-T,{ASM / 'link.ld'}"]
    built = run(["arm-none-eabi-gcc", *options, source, "-o", elf])
    assert built.returncode == 0, built.output
    marks = _marks(source, elf)
    names = {2 + position: name for position, name in enumerate(marks)}
    emulation = emulate(
        elf=elf,
        machine=machine,
        window_origin=machine.window_origin,
        window=b"",
        markers=[Marker(address, 2 + place) for place, address in enumerate(marks.values())],
        dispatches=[],
        region_names=names,
        detail=True,
        limits=Limits(100_000, 30.0, 10_000),
        cache=folder,
    )
    assert emulation.trace is not None, emulation.log
    table = load_core_table(core)
    code = ElfCode(elf.read_bytes())
    cycles: dict[str, Band] = {}
    for block in emulation.trace.blocks:
        instructions = decode_block(code, block.address, block.length)
        # All data of the kernels lies in one RAM.
        cost = cost_block(instructions, table, {one.address: "ram" for one in instructions})
        assert cost.undecoded == 0
        whole = cost.cycles.times(block.count) + cost.taken.times(block.taken)
        cycles[block.region] = cycles.get(block.region, exactly(0)) + whole
    return cycles


def _marks(source: Path, elf: Path) -> dict[str, int]:
    """Return the addresses of the marks of a file in their order."""
    with elf.open("rb") as stream:
        symbols = ELFFile(stream).get_section_by_name(".symtab")
        addresses = {symbol.name: symbol["st_value"] for symbol in symbols.iter_symbols()}
    lines = [line.split() for line in source.read_text().splitlines()]
    names = [line[1] for line in lines if line[:1] == ["mark"]] + ["mark_end"]
    return {name: addresses[name] for name in names}


def loop(turns: int, before: int, turn: tuple[int, int, int], refill=P) -> Band:
    """A loop: what runs once, `turns` times its body, and a refill for all turns but the last."""
    low, typical, high = (
        before + turns * body + (turns - 1) * p for body, p in zip(turn, refill, strict=True)
    )
    return Band(low, typical, high)


BOTH = {
    "loads": exactly(4 + 1),  # k loads take k + 1
    "chase": exactly(3 * 2),  # nothing overlaps with a load that needs the one before
    "computed_address": exactly(1 + (2 + 1) + 1 + (1 + 1)),  # one more for each address
    "stores": exactly(3 * 1),
    "store_behind_load": exactly(3),
    "multiples": exactly((1 + 4) + (1 + 3) + (1 + 2) + (1 + 2)),
    "division": Band(2 * 2, 2 * 7, 2 * 12),
    "loop": loop(10, before=1, turn=(2, 2, 2)),
    "loop_to_wide": loop(10, before=1, turn=(3, 3, 3), refill=P_MISALIGNED),
    "call": Band(1 + 1 + 1 + 1, 1 + 1 + 1 + 1, 1 + 3 + 1 + 3),  # BL: 1 + P; BX LR: 1 + P
    "misaligned": Band(4, 4 + 1, 4 + 1),  # one more for each such group, as measured
    "skipped": Band(1 + 0 + 2, 1 + 0 + 2, 1 + 1 + 2),  # IT folds into CMP
}
M3 = BOTH | {
    "products": exactly(1 + 1 + 1 + 2 + 2),
    "long_products": Band(3 + 4, 4 + 5.5, 5 + 7),  # by early termination
    # A load with write-back overlaps with nothing: 2 + 2, MLA 2, SUBS 1, BNE 1.
    "accumulate": loop(8, before=2, turn=(8, 8, 8)),
}
M4 = BOTH | {
    "products": exactly(5 * 1),
    "long_products": exactly(2 * 1),
    # Loads with write-back to two bases overlap: 2 + 1, MLA 1, SUBS 1, BNE 1.
    "accumulate": loop(8, before=2, turn=(6, 6, 6)),
}
FPU = {
    "sums": exactly(4 * 1),
    "chained_sums": exactly(1 + 3 * (1 + 1)),  # one more where the next FP instruction needs it
    "multiple_loads": exactly((1 + 4) + (1 + 2)),
    # 3 each in the manual; GCC's model: an accumulation starts 3 after the one before. At its low
    # end, 2: issued at once, the addend needed one cycle later than the result is there.
    "chained_products": Band(1 + 2 * 2, 1 + 2 * 3, 3 * 3),
    # The divider works for 14 cycles under 3 integer instructions, or stops everything; its result
    # takes one more to the next FP instruction.
    "quotient": Band(14 + 1, 15 + 1, 14 + 3 + 1),
    # VLDM, VLDM 2 + 2, CMP 1, VFMA 1 with the rest under the branch, BNE 1 + P; high: VFMA 3.
    "fully_connected": loop(16, before=1, turn=(7, 7, 9)),
}
M0PLUS = {
    "loads": exactly(3 * 2),
    "stores": exactly(2 * 2),
    "arithmetic": exactly(4 * 1),
    "multiples": exactly((1 + 3) + (1 + 2) + (1 + 3) + (1 + 3)),
    "loop": exactly(1 + 9 * (1 + 2) + (1 + 1)),
    "call": exactly(3 + 2),  # BL, BX
    "call_with_stack": Band(3 + (1 + 2) + (2 + 2), 3 + (1 + 2) + (3 + 2), 3 + (1 + 2) + (3 + 2)),
    "accumulate": exactly(2 + 7 * (2 * 2 + 4 + 2) + (2 * 2 + 4 + 1)),
}
CASES = [
    pytest.param(source, core, name, expected, id=f"{core}-{name}")
    for source, core, figures in (
        ("kernels_v6m.S", "cortex-m0plus", M0PLUS),
        ("kernels_v7m.S", "cortex-m3", M3),
        ("kernels_v7m.S", "cortex-m4", M4),
        ("kernels_fpu.S", "cortex-m4", FPU),
    )
    for name, expected in figures.items()
]


@pytest.mark.parametrize(("source", "core", "name", "expected"), CASES)
def test_a_kernel_takes_the_cycles_of_the_manual(cycles_of, source, core, name, expected):
    assert cycles_of(source, core)[name] == expected
