"""What code is built for: core flags, memory map and console, from board and machine."""

from dataclasses import asdict, dataclass

from harness.boards import Board
from harness.errors import HarnessError
from harness.simulators.machines import Machine, find_machine
from harness.simulators.simulator import DEFAULT_SIMULATOR, Simulator

# GCC 12 manual, section 3.19.5 "ARM Options". A core without FPU passes floats in integer
# registers; cortex-m55 brings its FPU and MVE by its name. Binutils 2.40 reads the conditional
# conversion `vcvtne.f32.s32` as MVE's VCVTN and refuses it, so that GCC must not make one.
_CORE_FLAGS = {
    "cortex-m0plus": "-mcpu=cortex-m0plus",
    "cortex-m3": "-mcpu=cortex-m3",
    "cortex-m4": "-mcpu=cortex-m4",
    "cortex-m7": "-mcpu=cortex-m7",
    "cortex-m33": "-mcpu=cortex-m33",
    "cortex-m55": "-mcpu=cortex-m55 -fno-if-conversion2",
}
_FPU_FLAGS = {
    "none": "-mfloat-abi=soft",
    "mve": "-mfloat-abi=hard -mfpu=auto",
    "fpv4-sp-d16": "-mfloat-abi=hard -mfpu=fpv4-sp-d16",
    "fpv5-sp-d16": "-mfloat-abi=hard -mfpu=fpv5-sp-d16",
    "fpv5-d16": "-mfloat-abi=hard -mfpu=fpv5-d16",
}

STACK_BYTES = 16 * 1024


@dataclass(frozen=True)
class Target:
    """One kind of firmware. Boards that share a target share the ELF and the emulation."""

    name: str
    core_flags: str
    machine: Machine
    stack_bytes: int = STACK_BYTES
    simulator: str = DEFAULT_SIMULATOR
    """What runs it."""

    @property
    def largest_arena_bytes(self) -> int:
        """Arena for the search of the smallest one: the machine's RAM less stack and statics."""
        room = self.machine.ram_bytes - self.stack_bytes - _STATICS_ROOM_BYTES
        return room // 16 * 16

    def identity(self) -> dict[str, object]:
        """Everything that decides the built bytes, for a content key; not who runs them."""
        return {key: value for key, value in asdict(self).items() if key != "simulator"}


_STATICS_ROOM_BYTES = 32 * 1024


def target_of(board: Board, simulator: Simulator) -> Target:
    """Return the target of a board on the machine that a simulator has for it.

    Raises:
        HarnessError: The simulator has none.
    """
    return _target(board.core, board.fpu, simulator.machine(board), simulator.name)


def make_target(core: str, fpu: str, machine_name: str) -> Target:
    """Return the target of a board's core and FPU on one machine of QEMU.

    Raises:
        HarnessError: The core, the FPU or the machine is unknown, or they do not go together.
    """
    if core not in _CORE_FLAGS:
        raise HarnessError(f"core {core}: unknown; known are {', '.join(_CORE_FLAGS)}")
    if fpu not in _FPU_FLAGS:
        raise HarnessError(f"fpu {fpu}: unknown; known are {', '.join(_FPU_FLAGS)}")
    return _target(core, fpu, find_machine(machine_name, core), DEFAULT_SIMULATOR)


def _target(core: str, fpu: str, machine: Machine, simulator: str) -> Target:
    name = core if fpu == "none" else f"{core}-{fpu}"
    return Target(
        name=f"{name}@{machine.name}",
        core_flags=f"{_CORE_FLAGS[core]} {_FPU_FLAGS[fpu]}",
        machine=machine,
        simulator=simulator,
    )
