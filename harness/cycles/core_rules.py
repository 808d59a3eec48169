"""What the rules of a core's pipeline are called, and the cycles that a table gives each."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.cycles.band import Band
from harness.cycles.classify import TimingClass
from harness.cycles.figure import Figure, band_of, check_source


class Rule(BaseModel):
    """The cycles of one rule and who says so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cycles: Figure
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _unverified_is_wide(self) -> Self:
        check_source(self.source, self.cycles)
        return self

    def band(self) -> Band:
        """Return the cycles."""
        return band_of(self.cycles)


class Rules(BaseModel):
    """A set of rules, all of which a table must give."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def figures(self) -> dict[str, Band]:
        """Return the cycles of each rule by its name."""
        return {
            name: value.band()
            for name in type(self).model_fields
            if isinstance(value := getattr(self, name), Rule)
        }


class InOrderRules(Rules):
    """Rules of Cortex-M0+, M3 and M4, where each instruction issues alone.

    `load_*` rules are what is left of the second cycle of a load that follows a load: in the plain
    case; where the later opcode is 32 bits wide and not word aligned; where both go to different
    memories; where a memory is not known; where the later one writes its base back; where both use
    a base that the earlier wrote back; where one of them is a load of the FPU.
    `load_before_store` is what a store with a constant offset leaves of the second cycle of the
    load before it, `store_after_load` what a load leaves of that of a store with a register offset
    behind it, `store_writeback` what a load adds to a store behind it that writes its base back,
    `store_before_load` what a load adds to the store before it. `literal_load` is
    added to loads relative to the PC, `address_dependency` to an access whose address the
    instruction before computed. `it_folded` is IT behind a 16-bit instruction that takes one cycle
    and is no load, store or branch. `predicated_extra` multiplies the cycles beyond the first of an
    instruction in an IT block, `misaligned_group` is added to three or more 32-bit instructions in
    a row that are not word aligned. `fp_addend_late` is how much later than its factors a
    multiply-accumulate needs its addend. `refill_*` is the refill of the pipeline after a taken
    branch: to a known target; to a 32-bit instruction that is not word aligned; to a target of
    unknown size; added to it by a call; after CBZ and CBNZ; to the address in LR if the instruction
    before did not write it; to one in another register; after POP with the PC, LDR PC, and a table
    branch.
    """

    load_pipelined: Rule
    load_misaligned: Rule
    load_across_memories: Rule
    load_unknown_memory: Rule
    load_writeback: Rule
    load_same_base: Rule
    load_floating_point: Rule
    load_before_store: Rule
    store_after_load: Rule
    store_writeback: Rule
    store_before_load: Rule
    literal_load: Rule
    address_dependency: Rule
    it_folded: Rule
    predicated_extra: Rule
    misaligned_group: Rule
    fp_addend_late: Rule
    refill_direct: Rule
    refill_misaligned: Rule
    refill_unknown: Rule
    refill_call: Rule
    refill_compare: Rule
    refill_return: Rule
    refill_indirect: Rule
    refill_pop: Rule
    refill_load: Rule
    refill_table: Rule


class PairedRules(Rules):
    """Rules of Cortex-M33, M7 and M55, which issue two instructions at once where they can.

    `second_issue` is the cycles of an instruction that is issued beside the one before it. Classes
    of `alone` never pair; two of one list of `exclusive` do not pair with each other; if
    `companions` is not empty, one of a pair must be of it; `largest_bytes` bounds the size of both.
    `taken_*` is what a branch costs in all when it is taken: backwards, forwards, beside an
    instruction that leaves the flags alone, by an address in a register or from memory, and the
    end of a low-overhead loop.
    `store_data_late` is how much later than its address a store needs its data.
    """

    second_issue: Rule
    taken_backward: Rule
    taken_forward: Rule
    taken_after_plain: Rule
    taken_indirect: Rule
    taken_loop_end: Rule
    store_data_late: Rule
    alone: tuple[TimingClass, ...]
    exclusive: tuple[tuple[TimingClass, ...], ...]
    companions: tuple[TimingClass, ...]
    largest_bytes: int
    pairing_source: Annotated[str, Field(min_length=1)]
