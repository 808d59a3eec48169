"""Measure how much the counting plugin slows QEMU down; ends with 1 if to less than half speed.

Run from the checkout: `python benchmarks/emulation_speed.py [--millions 500] [--repeat 3]`. It
assembles a loop of five instructions in two blocks, which is harder on the plugin than TFLM's
kernels (their blocks are longer), and takes the fastest of each kind of run.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from harness.process import run
from harness.simulators.machines import MACHINES
from harness.simulators.qemu import Limits, Marker, emulate, find_qemu, qemu_version

ASM = Path(__file__).parents[1] / "tests" / "firmware" / "asm"
MACHINE = MACHINES["mps2-an386"]
INSTRUCTIONS_A_TURN = 5
SLOWEST_RATIO = 0.5


def build(folder: Path, turns: int) -> Path:
    """Assemble the loop, `turns` times, into a firmware in `folder`."""
    elf = folder / "spin.elf"
    symbols = {"STACK_TOP": MACHINE.ram_origin + 4096, "COUNT": turns}
    built = run(
        ["arm-none-eabi-gcc", f"-mcpu={MACHINE.core}", "-mthumb", "-nostdlib", f"-Wa,-I,{ASM}"]
        + [f"-Wa,--defsym,{name}={value}" for name, value in symbols.items()]
        + [f"-Wl,--defsym=IMAGE_START={MACHINE.code_origin},-T,{ASM / 'link.ld'}"]
        + [ASM / "spin.S", "-o", elf]
    )
    if built.returncode != 0:
        raise SystemExit(built.output)
    return elf


def fastest_s(elf: Path, folder: Path, repeat: int, *, plugin: bool, detail: bool) -> float:
    """Return the seconds of the fastest of `repeat` emulations, start of QEMU included."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        emulation = emulate(
            elf=elf,
            machine=MACHINE.name,
            window_origin=0,
            window=b"",
            markers=[Marker(0, 2)],
            dispatches=[],
            region_names={2: "spin"},
            detail=detail,
            limits=Limits(10**12, 600.0, 1000),
            cache=folder,
            plugin=plugin,
        )
        times.append(time.perf_counter() - start)
        if emulation.ending != "reset":
            raise SystemExit(f"the emulation ended by {emulation.ending}: {emulation.log}")
    return min(times)


def main() -> int:
    """Print the speed without plugin, with totals and with detail, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=int, default=500, help="instructions to run")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each kind")
    options = parser.parse_args()
    instructions = options.millions * 1_000_000
    with tempfile.TemporaryDirectory(prefix="harness-speed-") as name:
        folder = Path(name)
        # The plugin is compiled in the first emulation, which must not be timed.
        fastest_s(build(folder, 1), folder, 1, plugin=True, detail=True)
        elf = build(folder, instructions // INSTRUCTIONS_A_TURN)
        bare_s = fastest_s(elf, folder, options.repeat, plugin=False, detail=False)
        print(f"QEMU {qemu_version(find_qemu())}, {options.millions} M instructions")
        print(f"without plugin  {bare_s:6.2f} s")
        good = True
        for label, detail in (("totals", False), ("detail", True)):
            counted_s = fastest_s(elf, folder, options.repeat, plugin=True, detail=detail)
            ratio = bare_s / counted_s
            good = good and ratio >= SLOWEST_RATIO
            print(f"with {label:<9}  {counted_s:6.2f} s  {ratio:.2f} of the bare speed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
