"""An emulator that replays consoles: what a test says the firmware sent, run after run."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.firmware.target import make_target
from harness.simulators import qemu
from harness.simulators.protocol import ErrorCode, FrameType, encode_frame
from harness.simulators.session import REGION_NAMES, Guest
from harness.simulators.simulator import Emulate, Emulation, Simulator
from harness.simulators.trace import Trace

SIMULATOR = qemu.SIMULATOR
"""What guests run on; a test puts its own here (see `simulator`)."""

TARGET = make_target("cortex-m4", "fpv4-sp-d16", "mps2-an386")
LARGEST = TARGET.largest_arena_bytes

SYMBOLS = {
    "harness_region_boot_end": (0x100, 0),
    **{
        f"harness_region_{name}_{side}": (0x200 + 16 * number + (side == "end"), 0)
        for number, name in REGION_NAMES.items()
        for side in ("begin", "end")
    },
}

TRACE = Trace("end", 10, {"none": 4, "invoke_warm": 6}, (), ())


def simulator(emulate: Emulate, **other: Any) -> Simulator:
    """QEMU with another way to emulate."""
    return replace(qemu.SIMULATOR, emulate=emulate, **other)


def guest(folder: Path) -> Guest:
    """A guest whose ELF nobody reads."""
    return Guest(
        SIMULATOR,
        folder / "firmware.elf",
        TARGET.machine,
        SYMBOLS,
        dispatches=((0x1000, 2),),
        cache=folder,
        budget=1_000_000,
    )


def words(kind: FrameType, *values: int) -> bytes:
    return encode_frame(kind, struct.pack(f"<{len(values)}I", *values))


def hello() -> bytes:
    return words(FrameType.HELLO, 4096, 16384, 500)


def log(text: str) -> bytes:
    return encode_frame(FrameType.LOG, text.encode())


def trial(size: int, works: bool) -> bytes:
    return words(FrameType.ARENA_TRIAL, size, int(works))


def output(number: int, data: bytes) -> bytes:
    return encode_frame(FrameType.OUTPUT, struct.pack("<I", number) + data)


def memory(stack: int, persistent: int) -> bytes:
    return words(FrameType.MEMORY, stack, persistent)


def error(code: ErrorCode, text: str, detail: int = 0, pc: int = 0) -> bytes:
    return encode_frame(FrameType.ERROR, struct.pack("<3I", code, detail, pc) + text.encode())


def end(outputs: int) -> bytes:
    return words(FrameType.END, outputs)


def ended(console: bytes, ending: str = "reset", log_text: str = "") -> Emulation:
    trace = TRACE if ending in {"reset", "budget"} else None
    return Emulation(console, trace, ending, log_text)


@dataclass
class FakeEmulator:
    """Stands in for `emulate`: gives the next of `runs`, and remembers what it was asked for.

    A run may be a function of the request (the window's words) instead of a stored emulation.
    """

    runs: Sequence[Emulation | Callable[[tuple[int, ...]], Emulation]]
    requests: list[tuple[int, ...]] = field(default_factory=list)
    options: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, *, window: bytes, **options: Any) -> Emulation:
        request = struct.unpack_from("<16I", window)
        self.requests.append(request)
        self.options.append({**options, "window": window})
        index = min(len(self.requests), len(self.runs)) - 1
        run = self.runs[index]
        return run(request) if callable(run) else run
