"""What one execution of a block costs the core while memory answers at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from harness.cycles.band import ZERO, Band, total

Cause = Literal["issue", "execute", "load_use", "branch", "fetch_wait", "data_wait"]
"""Where cycles go.

`issue`: one for each instruction (less where two are issued together). `execute`: more than one
cycle of arithmetic, of a transfer of many registers, or waiting for such a result. `load_use`: the
second cycle of a load or store, and waiting for an address or a loaded value. `branch`: refill of
the pipeline. `fetch_wait`, `data_wait`: the memory behind instructions, and behind data.
"""

CAUSES: tuple[Cause, ...] = get_args(Cause)


@dataclass(frozen=True)
class InstructionCost:
    """The cycles that one instruction of a block adds, by cause, without those of memory waits.

    `size` is 2 or 4 bytes.
    """

    address: int
    size: int
    causes: Mapping[Cause, Band]

    @property
    def cycles(self) -> Band:
        """The sum over the causes."""
        return total(self.causes.values())


@dataclass(frozen=True)
class BlockCost:
    """The cycles of a block: of its instructions when it falls through, and of leaving it taken.

    `taken` is what the last instruction adds (cause `branch`) when the block is left by a taken
    branch. `undecoded` counts instructions that could not be decoded; each is in `instructions`
    with the band that the core's table has for the unknown.
    """

    instructions: tuple[InstructionCost, ...]
    taken: Band = ZERO
    undecoded: int = 0

    @property
    def cycles(self) -> Band:
        """The cycles of one execution that falls through."""
        return total(instruction.cycles for instruction in self.instructions)
