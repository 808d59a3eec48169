"""Measure how much the counting plugin slows QEMU down; ends with 1 where it is by too much.

Run from the checkout: `python benchmarks/emulation_speed.py [--millions 300] [--repeat 3]`. The
firmware sums products in a loop of six instructions, two of them loads, as TFLM's kernels do. Run
without the plugin, with totals, with the counts of blocks, and with a flash of 64 bits behind an
instruction and a data accelerator (32 and 8 lines of 32 bytes) on top; and with one cache for both,
where the order of fetches and accesses is kept. The fastest of each kind of run is taken.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness.process import run
from harness.simulators.machines import MACHINES
from harness.simulators.memory_system import MemorySystem, SimulatedCache, SimulatedMemory
from harness.simulators.qemu import emulate, find_qemu, qemu_version
from harness.simulators.simulator import Limits, Marker

ASM = Path(__file__).parents[1] / "tests" / "firmware" / "asm"
MACHINE = MACHINES["mps2-an386"]
INSTRUCTIONS_A_TURN = 64 * 6 + 12

RAM = SimulatedMemory("ram", MACHINE.ram_origin, MACHINE.ram_bytes, 4)
ACCELERATORS = MemorySystem(
    (SimulatedMemory("flash", MACHINE.code_origin, MACHINE.code_bytes, 8, 0, 1), RAM),
    (SimulatedCache(1024, 32, 32, "lru"), SimulatedCache(256, 32, 8, "lru")),
)
UNIFIED = MemorySystem(
    (SimulatedMemory("flash", MACHINE.code_origin, MACHINE.code_bytes, 8, 0, 0), RAM),
    (SimulatedCache(16384, 8, 2, "lru"),),
)


@dataclass(frozen=True)
class Kind:
    """A kind of run, and how many times as long as the bare one it may take."""

    label: str
    most: float
    plugin: bool = True
    detail: bool = True
    memory_system: MemorySystem | None = None


BARE = Kind("bare", 1, plugin=False, detail=False)
KINDS = (
    Kind("totals", 2, detail=False),
    Kind("blocks", 2),
    Kind("two caches", 15, memory_system=ACCELERATORS),
    Kind("one cache", 15, memory_system=UNIFIED),
)


def build(folder: Path, turns: int) -> Path:
    """Assemble the loop, `turns` times, into a firmware in `folder`."""
    elf = folder / "convolve.elf"
    symbols = {"STACK_TOP": MACHINE.ram_origin + 4096, "RAM": MACHINE.ram_origin, "COUNT": turns}
    built = run(
        ["arm-none-eabi-gcc", f"-mcpu={MACHINE.core}", "-mthumb", "-nostdlib", f"-Wa,-I,{ASM}"]
        + [f"-Wa,--defsym,{name}={value}" for name, value in symbols.items()]
        + [f"-Wl,--defsym=IMAGE_START={MACHINE.code_origin},-T,{ASM / 'link.ld'}"]
        + [ASM / "convolve.S", "-o", elf]
    )
    if built.returncode != 0:
        raise SystemExit(built.output)
    return elf


def fastest_s(elf: Path, folder: Path, repeat: int, kind: Kind) -> float:
    """Return the seconds of the fastest of `repeat` emulations, start of QEMU included."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        emulation = emulate(
            elf=elf,
            machine=MACHINE,
            window_origin=0,
            window=b"",
            markers=[Marker(0, 2)],
            dispatches=[],
            region_names={2: "convolve"},
            limits=Limits(10**12, 600.0, 1000),
            cache=folder,
            plugin=kind.plugin,
            detail=kind.detail,
            memory_system=kind.memory_system,
        )
        times.append(time.perf_counter() - start)
        if emulation.ending != "reset":
            raise SystemExit(f"the emulation ended by {emulation.ending}: {emulation.log}")
    return min(times)


def main() -> int:
    """Print the time of each kind of run, and how many times as long as without the plugin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, default=300, help="instructions to run")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each kind")
    options = parser.parse_args()
    instructions = options.millions * 1_000_000
    good = True
    with tempfile.TemporaryDirectory(prefix="harness-speed-") as name:
        folder = Path(name)
        # The plugin is compiled in the first emulation, which must not be timed.
        fastest_s(build(folder, 1), folder, 1, KINDS[0])
        elf = build(folder, instructions // INSTRUCTIONS_A_TURN)
        bare_s = fastest_s(elf, folder, options.repeat, BARE)
        print(f"QEMU {qemu_version(find_qemu())}, {options.millions} M instructions")
        print(f"{BARE.label:<10}  {bare_s:6.2f} s")
        for kind in KINDS:
            counted_s = fastest_s(elf, folder, options.repeat, kind)
            ratio = counted_s / bare_s
            good = good and ratio < kind.most
            print(f"{kind.label:<10}  {counted_s:6.2f} s  {ratio:5.2f} times as long", end="")
            print(f" (aim: below {kind.most:g})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
