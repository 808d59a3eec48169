"""Cortex-M0+, M3 and M4: one instruction after the other, with savings between neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.cycles.core_table import Setting
from harness.cycles.cost import Cause
from harness.cycles.decode import FLAGS, Instruction
from harness.cycles.pipeline_fpu import CARRIED, FpuState, enter_fpu

_SINGLE_LOADS = frozenset(("load", "load_narrow", "fp_load"))
_CONSTANT_OFFSET_STORES = frozenset(("store", "fp_store"))
_DATA_PROCESSING = ("alu", "multiply")
_LOWEST_GROUP = 3


@dataclass
class Walk:
    """The cycles of a block at one end of the band: by cause for each instruction, and to leave it.

    `taken` is what a taken branch adds.
    """

    costs: list[dict[Cause, float]] = field(default_factory=list)
    taken: float = 0.0

    @property
    def cycles(self) -> float:
        """The cycles of the block when it falls through."""
        return sum(sum(cost.values()) for cost in self.costs)


def walk_in_order(
    block: Sequence[Instruction], setting: Setting, memory_of: Mapping[int, str]
) -> Walk:
    """Return what a block costs at the end of the band that `setting` stands for.

    A block that branches back to its own start meets the FPU as it left it: waiting for that is
    part of `taken`.
    """
    fpu = FpuState()
    walk = _walk(block, setting, memory_of, fpu)
    walk.taken = _refill(block, setting.rules)
    left = walk.cycles + walk.taken
    if block[-1].target == block[0].address and fpu.pending(left):
        again = _walk(block, setting, memory_of, fpu.carried(left))
        walk.taken += max(0.0, again.cycles + again.taken - walk.cycles)
    return walk


def _walk(
    block: Sequence[Instruction], setting: Setting, memory_of: Mapping[int, str], fpu: FpuState
) -> Walk:
    """Return the cycles of the instructions; waiting for what was carried into it is `taken`.

    Waiting for the FPU is put down to the instruction that occupies it.
    """
    walk = Walk()
    now = 0.0
    group = 0
    for position, instruction in enumerate(block):
        before = block[position - 1] if position else None
        after = block[position + 1] if position + 1 < len(block) else None
        group = group + 1 if instruction.misaligned else 0
        cost = _cost(before, instruction, after, setting, memory_of)
        if group == _LOWEST_GROUP:
            _add(cost, "execute", setting.rules["misaligned_group"])
        walk.costs.append(cost)
        cycles = sum(cost.values())
        wait = enter_fpu(fpu, instruction, position, setting, now, cycles)
        if wait.position == CARRIED:
            walk.taken += wait.cycles
        elif wait.cycles:
            _add(walk.costs[wait.position], "execute", wait.cycles)
        now += cycles + wait.cycles
    return walk


def _cost(
    before: Instruction | None,
    instruction: Instruction,
    after: Instruction | None,
    setting: Setting,
    memory_of: Mapping[int, str],
) -> dict[Cause, float]:
    """Return what an instruction costs between its neighbours, but for the FPU."""
    if instruction.timing == "it":
        folds = before is not None and _takes_it(before)
        return {"issue": setting.rules["it_folded"] if folds else setting.timing("it").cycles}
    cost: dict[Cause, float] = {"issue": 1.0}
    _add(cost, _cause(instruction), _extra(before, instruction, after, setting, memory_of))
    if before is not None and _address_depends(before, instruction):
        _add(cost, "load_use", setting.rules["address_dependency"])
    return cost


def _add(cost: dict[Cause, float], cause: Cause, cycles: float) -> None:
    if cycles:
        cost[cause] = cost.get(cause, 0.0) + cycles


def _cause(instruction: Instruction) -> Cause:
    """Return what the cycles beyond the first are put down to."""
    timing = instruction.timing
    if timing == "table_branch" or (
        ("load" in timing or "store" in timing) and not timing.endswith("multiple")
    ):
        return "load_use"
    return "branch" if timing == "branch" else "execute"


def _takes_it(before: Instruction) -> bool:
    """Say whether IT can fold into the instruction before it."""
    return (
        before.size == 2  # noqa: PLR2004 -- bytes
        and before.timing.startswith(_DATA_PROCESSING)
        and before.branch == "none"
        and "sp" not in before.writes
    )


def _extra(
    before: Instruction | None,
    instruction: Instruction,
    after: Instruction | None,
    setting: Setting,
    memory_of: Mapping[int, str],
) -> float:
    """Return the cycles beyond the first, after what neighbours save."""
    rules = setting.rules
    timing = setting.timing(instruction.timing)
    extra = max(0.0, timing.cycles + timing.per_register * instruction.registers - 1)
    if instruction.timing in _SINGLE_LOADS and instruction.branch == "none":
        if before is not None and before.timing in _SINGLE_LOADS:
            extra *= _left_of_second_load(before, instruction, rules, memory_of)
        if after is not None and _stores_behind(instruction, after, memory_of):
            extra *= rules["load_before_store"]
        if instruction.literal:
            extra += rules["literal_load"]
    elif before is not None and _stores_loaded(before, instruction):
        extra *= rules["store_after_load"]
    elif instruction.timing == "store":
        if after is not None and "load" in after.timing:
            extra += rules["store_before_load"]
        if before is not None and before.timing in _SINGLE_LOADS and instruction.writeback:
            extra += rules["store_writeback"]
    return extra * rules["predicated_extra"] if instruction.predicated else extra


def _left_of_second_load(
    before: Instruction,
    instruction: Instruction,
    rules: Mapping[str, float],
    memory_of: Mapping[int, str],
) -> float:
    """Return which part of a load's second cycle is left when it follows a load."""
    if before.writeback and before.base == instruction.base:
        return rules["load_same_base"]
    if not _independent(before, instruction):
        return 1.0
    left = rules["load_pipelined"]
    memories = {memory_of.get(before.address, ""), memory_of.get(instruction.address, "")}
    if "" in memories:
        left = max(left, rules["load_unknown_memory"])
    elif len(memories) > 1:
        left = max(left, rules["load_across_memories"])
    if instruction.misaligned:
        left = max(left, rules["load_misaligned"])
    if instruction.writeback:
        left = max(left, rules["load_writeback"])
    if "fp_load" in (before.timing, instruction.timing):
        left = max(left, rules["load_floating_point"])
    return left


def _independent(before: Instruction, instruction: Instruction) -> bool:
    """Say whether the address does not need what the instruction before writes."""
    return not before.writes & {instruction.base, instruction.index}


def _stores_behind(load: Instruction, store: Instruction, memory_of: Mapping[int, str]) -> bool:
    same = memory_of.get(load.address, "") == memory_of.get(store.address, "")
    return store.timing in _CONSTANT_OFFSET_STORES and same and _independent(load, store)


def _stores_loaded(load: Instruction, store: Instruction) -> bool:
    return (
        store.timing == "store_register_offset"
        and load.timing in _SINGLE_LOADS
        and _independent(load, store)
    )


def _address_depends(before: Instruction, instruction: Instruction) -> bool:
    return (
        bool(instruction.base)
        and before.timing.startswith(_DATA_PROCESSING)
        and not _independent(before, instruction)
    )


def _refill(block: Sequence[Instruction], rules: Mapping[str, float]) -> float:
    """Return the refill when the block is left by a taken branch."""
    last = block[-1]
    if last.target is not None:
        if last.branch == "conditional" and FLAGS not in last.reads:
            return rules["refill_compare"]
        call = rules["refill_call"] if last.branch == "call" else 0.0
        if last.target_size is None:
            return call + rules["refill_unknown"]
        wide = last.target_size == 4 and last.target % 4 != 0  # noqa: PLR2004 -- bytes
        return call + rules["refill_misaligned" if wide else "refill_direct"]
    if last.branch == "indirect" and last.reads == {"lr"}:
        settled = len(block) == 1 or "lr" not in block[-2].writes
        return rules["refill_return" if settled else "refill_indirect"]
    names = {
        "indirect": "refill_indirect",
        "pop_pc": "refill_pop",
        "load_pc": "refill_load",
        "table": "refill_table",
    }
    return rules[names[last.branch]] if last.branch in names else 0.0
