"""The monitor script of one run, and the files beside it, all in one folder that can be moved.

Every path in a script is `$ORIGIN`, the script's own folder, and a name of this module; every other
word is a number or fixed. The commands and their arguments are described in docs/renode.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.simulators.machines import Machine
from harness.simulators.renode.platform import COUNTS_ORIGIN, COUNTS_UART
from harness.simulators.simulator import Marker

SCRIPT = "run.resc"
PLATFORM = "machine.repl"
FIRMWARE = "firmware.elf"
WINDOW = "window.bin"
CONSOLE = "console.bin"
"""What the firmware sends, as it is."""
COUNTS = "counts.txt"
"""What the hooks write: see `hook_log`."""

ELAPSED = b"."
"""What the script itself writes there once the virtual time is over."""

_MIPS = 100
"""Instructions executed in a microsecond of virtual time: the budget is given to Renode as time."""
_QUANTUM_S = "0.1"
"""Virtual time between synchronizations. Nothing runs beside the core, and the time that is left
when the firmware has ended passes the faster, the longer it is."""
_UNLIMITED_INSTRUCTIONS = 400_000_000_000


@dataclass(frozen=True)
class Run:
    """What a script carries out: an image on a machine, counted at `markers` and at its `end`.

    `end` is the address of the instruction before which everything is done. The firmware may
    execute `instructions` of them; 0 is no limit but a very high one.
    """

    title: str
    machine: Machine
    window_origin: int
    markers: Sequence[Marker]
    end: int
    instructions: int


def script_text(run: Run) -> str:
    """Return the monitor script; it expects `run_files` and the firmware beside it."""
    machine = run.machine
    lines = [
        f"# {_plain(run.title)}",
        "# By hand: renode --console --disable-gui --plain run.resc -e quit",
        f"# {CONSOLE} has what the firmware sends, {COUNTS} the instructions at each marker.",
        "logLevel 3",
        'mach create "harness"',
        f"machine LoadPlatformDescription $ORIGIN/{PLATFORM}",
        f"sysbus LoadELF $ORIGIN/{FIRMWARE}",
        f"sysbus LoadBinary $ORIGIN/{WINDOW} 0x{run.window_origin:08X}",
        # Renode guesses the table's place by the ELF's sections, of which some are not loaded.
        f"sysbus.cpu VectorTableOffset 0x{machine.code_origin:08X}",
        f"sysbus.cpu PerformanceInMips {_MIPS}",
        f"{machine.uart_name} CreateFileBackend $ORIGIN/{CONSOLE} true",
        f"{COUNTS_UART} CreateFileBackend $ORIGIN/{COUNTS} true",
        *(_hook(one.address, f"region {one.region}") for one in run.markers),
        _hook(run.end, "end", "; self.IsHalted = True"),
        # Without it, virtual time is kept from passing faster than time does.
        "emulation SetGlobalAdvanceImmediately true",
        "emulation SetGlobalSerialExecution true",
        f'emulation SetGlobalQuantum "{_QUANTUM_S}"',
        f'emulation RunFor "{_seconds(run.instructions)}"',
        f"sysbus WriteDoubleWord 0x{COUNTS_ORIGIN:08X} 0x{ELAPSED[0]:02X}",
    ]
    return "\n".join(lines) + "\n"


def run_files(run: Run, window: bytes) -> Mapping[str, bytes]:
    """Return script, platform and window by name; the firmware is named `FIRMWARE`."""
    return {
        SCRIPT: script_text(run).encode(),
        PLATFORM: run.machine.description.encode(),
        WINDOW: window,
    }


def _hook(address: int, word: str, then: str = "") -> str:
    """Return the command that appends `word` and the instructions executed before `address`.

    The hook writes through the bus, not to a file of its own: it would have to know the folder.
    A list, not a loop, because another statement may follow in the same line.
    """
    text = f"('{word} {{0}}'.format(self.ExecutedInstructions) + chr(10))"
    write = f"machine.SystemBus.WriteDoubleWord(0x{COUNTS_ORIGIN:08X}, ord(c))"
    return f'sysbus.cpu AddHook 0x{address & ~1:08X} "[{write} for c in {text}]{then}"'


def _seconds(instructions: int) -> str:
    """Return the virtual time of so many instructions, in whole microseconds, rounded up."""
    microseconds = -(-(instructions or _UNLIMITED_INSTRUCTIONS) // _MIPS)
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06d}"


def _plain(text: str) -> str:
    """Return what of `text` means nothing in a comment: a monitor script knows `\"\"\"` there."""
    return re.sub(r"[^A-Za-z0-9 ._+-]", "?", text)[:200]
