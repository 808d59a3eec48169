"""Cortex-M4's FPU: it works on while integer instructions go by, and the next FP one waits."""

from dataclasses import dataclass, field
from typing import NamedTuple

from harness.cycles.core_table import Setting
from harness.cycles.decode import Instruction

CARRIED = -1
"""The position of what the block found under way when it began."""


class Until(NamedTuple):
    """A cycle of the block up to which something is under way, and the position of its cause."""

    cycle: float
    position: int


class Wait(NamedTuple):
    """The cycles that an instruction waits, and the position of the one that it waits for."""

    cycles: float
    position: int


@dataclass
class FpuState:
    """When the FPU is free, and when each of its registers may be read."""

    free: Until = field(default_factory=lambda: Until(0.0, CARRIED))
    ready: dict[str, Until] = field(default_factory=dict)

    def pending(self, now: float) -> bool:
        """Say whether something is still under way at the cycle `now`."""
        return self.free.cycle > now or any(until.cycle > now for until in self.ready.values())

    def carried(self, now: float) -> "FpuState":
        """Return the state as a block finds it that starts at the cycle `now` of this one."""
        ready = {
            name: Until(until.cycle - now, CARRIED)
            for name, until in self.ready.items()
            if until.cycle > now
        }
        return FpuState(Until(max(0.0, self.free.cycle - now), CARRIED), ready)


def enter_fpu(
    fpu: FpuState,
    instruction: Instruction,
    position: int,
    setting: Setting,
    now: float,
    cycles: float,
) -> Wait:
    """Return how long an instruction waits for the FPU, and note what it occupies.

    `now` is the cycle at which it could start and `cycles` what it takes. Integer instructions
    wait for nothing. An addend is needed later than the factors, by the rule `fp_addend_late`.
    """
    if not instruction.timing.startswith("fp"):
        return Wait(0.0, position)
    late = setting.rules["fp_addend_late"]
    latest = max(Until(now, position), fpu.free)
    for name in instruction.reads & fpu.ready.keys():
        slack = late if name in instruction.accumulates else 0.0
        cycle, producer = fpu.ready[name]
        latest = max(latest, Until(cycle - slack, producer))
    start = latest.cycle
    timing = setting.timing(instruction.timing)
    saved = max(0.0, timing.cycles - cycles)  # what a neighbour hides is not waited for either
    fpu.free = Until(start + max(cycles, timing.busy - saved), position)
    for name in instruction.writes:
        if name[0] == "s" and name != "sp":
            fpu.ready[name] = Until(start + max(cycles, timing.latency - saved), position)
    return Wait(start - now, latest.position)
