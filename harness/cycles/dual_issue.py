"""Cortex-M33, M7 and M55: results arrive later, and two instructions may issue in one cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.cycles.core_table import Pairing, Setting
from harness.cycles.cost import Cause
from harness.cycles.decode import FLAGS, Instruction
from harness.cycles.pipeline_in_order import Walk


@dataclass
class _Scoreboard:
    """When registers and units are free again, in cycles of the block."""

    ready: dict[str, float] = field(default_factory=dict)
    ready_to_add: dict[str, float] = field(default_factory=dict)
    loaded: set[str] = field(default_factory=set)
    busy: dict[str, float] = field(default_factory=dict)

    def carried(self, now: float) -> "_Scoreboard":
        """Return it as a block finds it that starts at the cycle `now` of this one."""
        ready, ready_to_add, busy = (
            {name: cycle - now for name, cycle in cycles.items() if cycle > now}
            for cycles in (self.ready, self.ready_to_add, self.busy)
        )
        return _Scoreboard(ready, ready_to_add, set(self.loaded), busy)


def walk_paired(block: Sequence[Instruction], setting: Setting, pairing: Pairing) -> Walk:
    """Return what a block costs at the end of the band that `setting` stands for.

    The model is coarse: an instruction waits for its operands and its unit, and issues beside the
    one before it where `pairing` allows and none of its operands is missing by then. A block that
    branches back to its own start waits for what it left under way; that is part of `taken`.
    """
    board = _Scoreboard()
    walk = _walk(block, setting, pairing, board)
    if block[-1].target == block[0].address:
        again = _walk(block, setting, pairing, board.carried(walk.cycles + walk.taken))
        walk.taken += max(0.0, again.cycles - walk.cycles)
    return walk


def _walk(
    block: Sequence[Instruction], setting: Setting, pairing: Pairing, board: _Scoreboard
) -> Walk:
    walk = Walk()
    now = 0.0
    issued_at = 0.0
    single: Instruction | None = None
    own = 0.0
    for instruction in block:
        timing = setting.timing(instruction.timing)
        needed, cause = _needed(instruction, board, setting)
        free = board.busy.get(timing.unit, 0.0)
        beside = single is not None and _may_pair(single, instruction, pairing)
        if beside and max(needed, free) <= issued_at and setting.rules["second_issue"] < 1:
            cost: dict[Cause, float] = {"issue": setting.rules["second_issue"]}
            start, single = issued_at, None
        else:
            start = max(now, needed, free)
            cost = {"issue": 1.0}
            issued_at, single = start, instruction
        _spend(cost, instruction, timing.cycles + timing.per_register * instruction.registers)
        own = sum(cost.values())
        if start > now:
            stall: Cause = cause if needed >= free else "execute"
            cost[stall] = cost.get(stall, 0.0) + start - now
        now += sum(cost.values())
        _occupy(board, instruction, setting, start)
        walk.costs.append({cause: spent for cause, spent in cost.items() if spent})
    walk.taken = max(0.0, _taken(block, setting.rules, pairing) - own)
    return walk


def _spend(cost: dict[Cause, float], instruction: Instruction, cycles: float) -> None:
    """Add the cycles beyond the first, or take those away that a class does not need."""
    if cycles < 1:
        cost["issue"] = min(cost["issue"], cycles)
        return
    moves = "load" in instruction.timing or "store" in instruction.timing
    cause: Cause = "load_use" if moves and not instruction.registers else "execute"
    cost[cause] = cost.get(cause, 0.0) + cycles - 1


def _needed(instruction: Instruction, board: _Scoreboard, setting: Setting) -> tuple[float, Cause]:
    """Return the cycle at which all operands are there, and what waiting for them is called."""
    latest = 0.0
    cause: Cause = "execute"
    late = setting.rules["store_data_late"] if "store" in instruction.timing else 0.0
    address = {instruction.base, instruction.index}
    for name in instruction.reads:
        if name == FLAGS and instruction.branch != "none":
            continue  # What a branch waits for is part of what it costs when taken.
        ready = board.ready_to_add if name in instruction.accumulates else board.ready
        cycle = ready.get(name, 0.0) - (0.0 if name in address else late)
        if cycle > latest:
            latest = cycle
            cause = "load_use" if name in board.loaded else "execute"
    return latest, cause


def _occupy(board: _Scoreboard, instruction: Instruction, setting: Setting, start: float) -> None:
    timing = setting.timing(instruction.timing)
    if timing.unit:
        board.busy[timing.unit] = start + timing.busy
    words = timing.per_register * instruction.registers
    for name in instruction.writes:
        updates_base = instruction.writeback and name == instruction.base
        latency = 1.0 if updates_base or name == FLAGS else timing.latency + words
        board.ready[name] = start + latency
        board.ready_to_add[name] = start + min(latency, timing.accumulate_latency + words)
        if "load" in instruction.timing and not updates_base:
            board.loaded.add(name)
        else:
            board.loaded.discard(name)


def _may_pair(first: Instruction, second: Instruction, pairing: Pairing) -> bool:
    """Say whether the two may issue together as far as their kinds and sizes go."""
    kinds = (first.timing, second.timing)
    return kinds in pairing.together and max(first.size, second.size) <= pairing.largest_bytes


def _taken(block: Sequence[Instruction], rules: Mapping[str, float], pairing: Pairing) -> float:
    """Return all cycles of the last instruction when it branches and the branch is taken."""
    last = block[-1]
    if last.branch == "none":
        return 0.0
    if last.branch == "loop_end":
        return rules["taken_loop_end"]
    if last.target is None:
        return rules["taken_indirect"] + last.registers
    before = block[-2] if len(block) > 1 else None
    if before is not None and _may_pair(before, last, pairing) and not before.sets_flags:
        return rules["taken_after_plain"]
    return rules["taken_backward" if last.target <= last.address else "taken_forward"]
