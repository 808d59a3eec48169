"""What a block costs: each rule by itself, and what holds for every block on every core."""

import pytest
from code_bytes import OPCODES, ORIGIN, cost, cycles, decoded
from hypothesis import given
from hypothesis import strategies as st

from harness.cycles.band import Band, exactly
from harness.cycles.block_cost import cost_block
from harness.cycles.core_table import load_core_table
from harness.cycles.cost import CAUSES

M0, M3, M4, M33, M7, M55 = (f"cortex-{name}" for name in ("m0plus", "m3", "m4", "m33", "m7", "m55"))
CORES = (M0, M3, M4, M33, M7, M55)
LOAD, NEXT_LOAD = "ldr r0, [r4]", "ldr r1, [r4, #4]"


def test_loads_of_one_memory_overlap():
    assert cycles(M4, LOAD) == exactly(2)
    assert cycles(M4, LOAD, NEXT_LOAD) == exactly(3)
    assert cycles(M0, LOAD, NEXT_LOAD) == exactly(4)


def test_loads_of_unknown_memories_may_overlap():
    assert cycles(M4, LOAD, NEXT_LOAD, memory="") == Band(3, 3.5, 4)


def test_loads_of_two_memories_do_so_only_at_best():
    block = decoded(LOAD, NEXT_LOAD)
    memories = {block[0].address: "flash", block[1].address: "ram"}
    assert cost_block(block, load_core_table(M4), memories).cycles == Band(3, 4, 4)


def test_a_wide_load_that_is_not_aligned_may_fail_to_overlap():
    wide = "ldr.w r0, [r4]"
    assert cycles(M4, wide, wide) == exactly(3)
    assert cycles(M4, wide, wide, origin=ORIGIN + 2) == Band(3, 4, 4)


def test_a_load_whose_address_was_just_loaded_overlaps_with_nothing():
    assert cycles(M4, "ldr r0, [r0]", "ldr r0, [r0]") == exactly(4)


def test_updating_the_base_keeps_loads_apart():
    same, other = "ldr r1, [r4], #4", "ldr r1, [r5], #4"
    assert cycles(M4, "ldr r0, [r4], #4", same) == exactly(4)
    assert cycles(M4, "ldr r0, [r4], #4", other) == exactly(3)
    assert cycles(M3, "ldr r0, [r4], #4", other) == exactly(4)


def test_an_address_that_was_just_computed_costs_a_cycle():
    assert cycles(M4, "adds r4, #4", LOAD) == exactly(1 + 1 + 2)
    assert cycles(M4, "adds r4, #4", "nop", LOAD) == exactly(1 + 1 + 2)
    assert cost(M4, "adds r4, #4", LOAD).instructions[1].causes["load_use"] == exactly(2)


def test_a_literal_may_meet_the_fetch():
    assert cycles(M4, "ldr r0, [pc, #4]") == Band(2, 2, 3)


def test_stores_take_one_cycle_with_a_constant_offset_and_two_with_a_register():
    assert cycles(M4, "str r0, [r4]") == exactly(1)
    assert cycles(M4, "str r0, [r4, r5]") == exactly(2)
    assert cycles(M4, LOAD, "str r0, [r4, r5]") == exactly(2 + 1)


def test_a_load_behind_a_store_may_cost_a_cycle():
    assert cycles(M4, "str r0, [r4]", NEXT_LOAD) == Band(1 + 2, 1 + 1 + 2, 1 + 1 + 2)


def test_a_store_behind_a_load_may_hide_its_second_cycle():
    assert cycles(M4, NEXT_LOAD, "str r0, [r4]") == Band(1 + 1, 2 + 1, 2 + 1)


def test_transfers_of_many_registers_take_one_more():
    assert cycles(M4, "ldmia r4!, {r0, r1, r2}") == exactly(1 + 3)
    assert cycles(M33, "ldmia r4!, {r0, r1, r2}") == exactly(3)


def test_division_is_a_range_put_down_to_execution():
    [division] = cost(M4, "udiv r0, r1, r2").instructions
    assert division.causes == {"issue": exactly(1), "execute": Band(1, 6, 11)}


def test_early_termination_of_long_products_is_a_range_on_m3():
    assert cycles(M3, "smull r0, r1, r2, r3") == Band(3, 4, 5)
    assert cycles(M4, "smull r0, r1, r2, r3") == exactly(1)


def test_it_folds_into_a_short_instruction_of_one_cycle():
    block = ["ite eq", "moveq r0, #1", "movne r0, #2"]
    assert cycles(M4, *block) == Band(2, 3, 3)
    assert cycles(M4, "cmp r0, r1", *block) == Band(3, 3, 4)
    assert cycles(M4, "add.w r1, r1, r2", *block) == Band(3, 4, 4)


def test_a_return_to_an_address_that_was_just_computed_comes_later():
    move_to_lr = (0x46A6,)  # MOV LR, R4
    assert cost(M4, move_to_lr, "bx lr").taken == Band(1, 2, 3)


def test_a_store_that_updates_its_base_behind_a_load_takes_two_cycles_on_m3():
    store = (0xF844, 0x0B04)  # STR R0, [R4], #4
    assert cycles(M3, "ldr r1, [r5], #4", store).high == 2 + 2
    assert cycles(M4, "ldr r1, [r5], #4", store).high == 2 + 1


def test_three_wide_instructions_in_a_row_that_are_not_aligned_cost_a_cycle():
    wide = ["add.w r1, r1, r2"] * 3
    assert cycles(M4, *wide) == exactly(3)
    assert cycles(M4, *wide, origin=ORIGIN + 2) == Band(3, 4, 4)
    assert cycles(M4, *wide, *wide, origin=ORIGIN + 2) == Band(6, 7, 7)


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        (["nop", "bne .-2"], Band(1, 1, 3)),
        (["bx lr"], Band(1, 1, 3)),
        (["ldmia r4!, {r0, r1, r2}", "bx lr"], Band(1, 1, 3)),
        (["bl .+8"], Band(1, 1.5, 3)),
        (["cbz r0, .+8"], Band(1, 2, 3)),
        (["pop {r4, pc}"], Band(1, 3, 3)),
        (["ldr.w pc, [r4]"], Band(1, 3, 3)),
        (["tbb [pc, r0]"], Band(1, 3, 3)),
        (["nop"], exactly(0)),
    ],
)
def test_the_refill_of_a_taken_branch_is_beside_its_own_cycles(texts, taken):
    assert cost(M4, *texts).taken == taken


def test_a_target_that_is_wide_and_not_aligned_costs_a_cycle():
    texts = ["add.w r1, r1, r2", "nop", (0xE7FB,)]
    assert cost(M4, *texts).taken == Band(1, 1, 3)
    assert cost(M4, *texts, origin=ORIGIN + 2).taken == Band(1, 2, 3)


def test_branches_of_m0plus_are_exact():
    assert cost(M0, "nop", "bne .-2").taken == exactly(1)
    assert cost(M0, "bl .+8").taken == exactly(2)


def test_the_fpu_works_on_under_integer_instructions():
    mac = ["vfma.f32 s0, s14, s15"]
    again = ["vfma.f32 s1, s14, s15"]
    assert cycles(M4, *mac, *again).typical == 3 + 1
    assert cycles(M4, *mac, "nop", "nop", *again).typical == 4
    assert cycles(M4, *mac, "nop", "nop", *again).high == 3 + 2 + 3


def test_waiting_for_the_fpu_is_put_down_to_what_occupies_it():
    first, second = cost(M4, "vfma.f32 s0, s14, s15", "vldr s2, [r4, #4]").instructions
    assert first.causes["execute"] == Band(0, 2, 2)
    assert "execute" not in second.causes


def test_loads_of_the_fpu_overlap_like_others_and_nothing_waits_for_what_they_saved():
    load = "vldr s2, [r4, #4]"
    assert cycles(M4, *[load] * 8) == Band(9, 9, 16)


def test_a_result_that_the_next_fpu_instruction_needs_costs_a_cycle():
    assert cycles(M4, *["vadd.f32 s0, s0, s1"] * 2) == exactly(3)
    assert cycles(M4, "vadd.f32 s0, s0, s1", "vadd.f32 s2, s3, s3") == exactly(2)


def test_the_float_loop_takes_about_eight_cycles_a_turn():
    back = (0xD1F7,)  # BNE to the first of them
    loop = cost(
        M4,
        "vldmia r4!, {s14}",
        "vldmia r5!, {s15}",
        "cmp r0, r1",
        "vfma.f32 s0, s14, s15",
        back,
    )
    turn = loop.cycles + loop.taken
    assert (turn.low, turn.typical, turn.high) == (8, 8, 12)


def test_a_loop_meets_the_fpu_as_it_left_it():
    back = (0xE7FC,)  # B to the start: two cycles under a division that takes fourteen
    loop = cost(M4, "vdiv.f32 s2, s3, s4", back)
    assert loop.cycles.typical + loop.taken.typical == 14


def test_what_cannot_be_decoded_is_counted_and_has_the_widest_band():
    block = cost(M4, (0xB6E0,), "nop")
    assert block.undecoded == 1
    assert block.cycles == Band(1 + 1, 2 + 1, 12 + 1)


def test_what_a_core_has_no_figure_for_is_counted_as_not_decoded():
    assert cost(M4, "vadd.f32 s0, s0, s1").undecoded == 0
    assert cost(M3, "vadd.f32 s0, s0, s1").undecoded == 1


def test_m33_waits_for_a_loaded_value_and_pairs_a_branch():
    assert cycles(M33, LOAD, "nop").typical == 1
    assert cycles(M33, LOAD, "muls r0, r1, r0").typical == 1 + 1 + 1
    assert cost(M33, "movs r0, #1", "bne .-2").taken.high >= 1


def test_m7_issues_two_instructions_at_best_and_one_at_worst():
    assert cycles(M7, "add.w r1, r1, r2", "uxtb r0, r1").low == 2
    assert cycles(M7, "adds r4, #4", "uxtb r0, r1") == Band(1, 1, 2)


def test_m55_overlaps_vector_pipes_at_best_and_nothing_at_worst():
    load, product = (0xED90, 0x1F00), (0xEE23, 0x0E42)
    assert cycles(M55, load, product).low == 2
    assert cycles(M55, load, load).typical == 3
    assert cycles(M55, load, product).high == 4


def test_an_empty_block_costs_nothing():
    assert cost_block((), load_core_table(M4), {}).cycles == exactly(0)


blocks = st.lists(st.sampled_from(sorted(OPCODES)), min_size=1, max_size=12)


@given(st.sampled_from(CORES), blocks, st.sampled_from(["", "ram"]), st.sampled_from([0, 2]))
def test_each_band_rises_and_each_instruction_is_there(core, texts, memory, shift):
    block = cost(core, *texts, memory=memory, origin=ORIGIN + shift)
    assert [one.address for one in block.instructions] == [
        one.address for one in decoded(*texts, origin=ORIGIN + shift)
    ]
    for one in block.instructions:
        assert set(one.causes) <= set(CAUSES) - {"fetch_wait", "data_wait"}
        assert one.cycles.low <= one.cycles.typical <= one.cycles.high
    assert block.taken.low <= block.taken.typical <= block.taken.high


@given(st.sampled_from((M0, M3, M4)), blocks)
def test_an_instruction_that_issues_alone_takes_a_cycle_at_least(core, texts):
    block = cost(core, *texts)
    folded = sum(text.startswith("it") for text in texts)
    assert block.cycles.low >= len(texts) - folded


def _renamed(operations, names):
    """Encode LDR, STR, ADDS and MULS of registers r0..r7, renamed by `names`."""
    codes = []
    for kind, a, b in operations:
        x, y = names[a], names[b]
        codes.append(
            {
                "ldr": (0x6800 | y << 3 | x,),
                "str": (0x6000 | y << 3 | x,),
                "adds": (0x1800 | y << 6 | x << 3 | x,),
                "muls": (0x4340 | y << 3 | x,),
            }[kind]
        )
    return codes


registers = st.integers(0, 7)
operations = st.lists(
    st.tuples(st.sampled_from(["ldr", "str", "adds", "muls"]), registers, registers),
    min_size=1,
    max_size=10,
)


@given(st.sampled_from(CORES), operations, st.permutations(range(8)))
def test_the_names_of_registers_do_not_matter(core, work, names):
    assert cost(core, *_renamed(work, names)) == cost(core, *_renamed(work, range(8)))
