"""The machines that QEMU emulates, and what of their memory the firmware uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.errors import HarnessError

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Machine:
    """One emulated machine: its core, memories (addresses and sizes in bytes) and console.

    `window_*` is the memory outside the modelled RAM in which the simulator places the request
    and the samples before reset.
    """

    name: str
    core: str
    code_origin: int
    code_bytes: int
    ram_origin: int
    ram_bytes: int
    console: str
    uart_base: int
    window_origin: int
    window_bytes: int
    description: str = field(default="", repr=False)
    """What the simulator builds the machine of; empty where its name says all."""
    uart_name: str = ""
    """What the simulator calls the console; empty where it has no name for it."""


def _mps2(name: str, core: str, window_origin: int) -> Machine:
    return Machine(
        name=name,
        core=core,
        code_origin=0,
        code_bytes=4 * MIB,
        ram_origin=0x2000_0000,
        ram_bytes=4 * MIB,
        console="cmsdk",
        uart_base=0x4000_4000,
        window_origin=window_origin,
        window_bytes=16 * MIB,
    )


# Arm AN385, AN386, AN400/AN500 (DAI 0385, 0386, 0400), AN505 (DAI 0505) and AN547 (DAI 0547),
# as QEMU's hw/arm/mps2.c, mps2-tz.c and its documentation "arm/mps2" model them; every row was run.
_MACHINES = (
    _mps2("mps2-an385", "cortex-m3", 0x2100_0000),
    _mps2("mps2-an386", "cortex-m4", 0x2100_0000),
    _mps2("mps2-an500", "cortex-m7", 0x6000_0000),
    Machine(
        name="mps2-an505",
        core="cortex-m33",
        code_origin=0x1000_0000,
        code_bytes=4 * MIB,
        ram_origin=0x3800_0000,
        ram_bytes=4 * MIB,
        console="cmsdk",
        uart_base=0x5020_0000,
        window_origin=0x8000_0000,
        window_bytes=16 * MIB,
    ),
    Machine(
        name="mps3-an547",
        core="cortex-m55",
        code_origin=0x1000_0000,
        code_bytes=512 * KIB,
        ram_origin=0x3000_0000,
        ram_bytes=512 * KIB,
        console="cmsdk",
        uart_base=0x5930_3000,
        window_origin=0x7000_0000,
        window_bytes=16 * MIB,
    ),
)

MACHINES: Mapping[str, Machine] = {machine.name: machine for machine in _MACHINES}

# Armv6-M code runs unchanged on an Armv7-M core, and QEMU has no machine with a Cortex-M0+ of its
# own whose memory holds these images.
_RUNS_CODE_OF: Mapping[str, frozenset[str]] = {
    "cortex-m3": frozenset({"cortex-m3", "cortex-m0plus"}),
}


def machines_for(core: str) -> list[str]:
    """Return the names of the machines that run code of `core`."""
    return [machine.name for machine in _MACHINES if core in _runs(machine)]


def find_machine(name: str, core: str) -> Machine:
    """Return the machine `name` after checking that it runs code of `core`.

    Raises:
        HarnessError: There is no such machine, or it has another core.
    """
    machine = MACHINES.get(name)
    if machine is None:
        raise HarnessError(f"machine {name}: unknown; known are {', '.join(sorted(MACHINES))}")
    runs = _runs(machine)
    if core not in runs:
        raise HarnessError(f"machine {name}: runs code of {', '.join(sorted(runs))}, not of {core}")
    return machine


def _runs(machine: Machine) -> frozenset[str]:
    return _RUNS_CODE_OF.get(machine.core, frozenset({machine.core}))
