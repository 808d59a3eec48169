"""What one execution of a block costs the core: the same walk at each end of the band."""

from collections.abc import Mapping, Sequence
from typing import cast

from harness.cycles.band import ZERO, Band
from harness.cycles.core_table import CoreTable
from harness.cycles.cost import BlockCost, Cause, InstructionCost
from harness.cycles.decode import Instruction
from harness.cycles.dual_issue import walk_paired
from harness.cycles.pipeline_in_order import Walk, walk_in_order


def cost_block(
    instructions: Sequence[Instruction], table: CoreTable, memory_of: Mapping[int, str]
) -> BlockCost:
    """Return the cycles of a block of instructions while memory answers at once.

    `memory_of` maps the address of a load or store to the name of the memory that it mostly
    accesses; one that is missing or "" is unknown. The block is walked three times, with every
    uncertain figure of the table at its low, typical and high end.
    """
    if not instructions:
        return BlockCost(())
    low, typical, high = (
        walk_in_order(instructions, setting, memory_of)
        if table.pairing is None
        else walk_paired(instructions, setting, table.pairing)
        for setting in table.settings
    )
    return BlockCost(
        instructions=tuple(
            InstructionCost(one.address, one.size, _causes(costs))
            for one, *costs in zip(instructions, low.costs, typical.costs, high.costs, strict=True)
        ),
        taken=_taken(low, typical, high),
        undecoded=sum(not table.knows(one.timing) for one in instructions),
    )


def _causes(costs: Sequence[Mapping[Cause, float]]) -> dict[Cause, Band]:
    causes = cast("list[Cause]", list(dict.fromkeys(cause for cost in costs for cause in cost)))
    return {cause: _band(*(cost.get(cause, 0.0) for cost in costs)) for cause in causes}


def _band(low: float, typical: float, high: float) -> Band:
    """Return the band of three settings.

    Work that overlaps can make one instruction dearer where another got cheaper, so that its own
    cycles need not rise from setting to setting.
    """
    return Band(min(low, typical, high), typical, max(low, typical, high))


def _taken(low: Walk, typical: Walk, high: Walk) -> Band:
    if not (low.taken or typical.taken or high.taken):
        return ZERO
    return _band(low.taken, typical.taken, high.taken)
