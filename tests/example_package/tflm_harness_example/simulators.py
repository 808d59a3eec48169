"""Two simulators: QEMU under another name, and one that counts only between markers."""

from dataclasses import replace
from typing import Any

from harness.simulators.qemu import SIMULATOR as QEMU
from harness.simulators.simulator import Emulation


def version() -> str:
    """Return what the column `emulator` says."""
    return f"example around {QEMU.version()}"


def emulate(**options: Any) -> Emulation:
    """Run the firmware as QEMU does."""
    return QEMU.emulate(**options)


WRAPPED = replace(
    QEMU,
    name="example-qemu",
    summary="QEMU, wrapped by another package",
    version=version,
    emulate=emulate,
)
MARKERS = replace(
    WRAPPED,
    name="example-markers",
    summary="the same, but it counts neither blocks nor fetches: no cycles",
    counts="regions",
)
