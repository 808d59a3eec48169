"""Machine code becomes instructions that name everything timing depends on."""

import pytest
from code_bytes import OPCODES, CodeBytes, decoded, encoded
from hypothesis import given
from hypothesis import strategies as st

from harness.cycles.decode import decode_block


def only(text, **origin):
    return decoded(text, **origin)[0]


def test_a_load_names_its_result_and_its_address():
    load = only("ldr r0, [r4, r5]")
    assert (load.timing, load.base, load.index, load.writes) == ("load", "r4", "r5", {"r0"})


def test_a_load_that_updates_its_base_writes_that_too():
    load = only("ldr r0, [r4], #4")
    assert load.writeback
    assert load.writes == {"r0", "r4"}


def test_a_floating_point_load_multiple_writes_its_list_and_counts_it():
    load = only("vldmia r4!, {s14}")
    assert (load.registers, load.base) == (1, "r4")
    assert load.writes == {"r4", "s14"}


def test_a_double_register_is_two_single_ones():
    assert only("vpush {d8}").registers == 2
    assert {"s16", "s17"} < only("vpush {d8}").reads


def test_a_multiply_accumulate_knows_its_addend():
    assert only("mla r0, r1, r2, r3").accumulates == {"r3"}
    assert only("vfma.f32 s0, s14, s15").accumulates == {"s0"}


def test_flags_are_named():
    assert only("cmp r0, r1").sets_flags
    assert only("adds r4, #4").sets_flags
    assert not only("add.w r1, r1, r2").sets_flags


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bne .-2", "conditional"),
        ("b .-2", "direct"),
        ("cbz r0, .+8", "conditional"),
        ("bl .+8", "call"),
        ("bx lr", "indirect"),
        ("pop {r4, pc}", "pop_pc"),
        ("ldr.w pc, [r4]", "load_pc"),
        ("tbb [pc, r0]", "table"),
        ("ldr r0, [r4]", "none"),
    ],
)
def test_every_way_to_branch_is_told_apart(text, kind):
    assert only(text).branch == kind


def test_a_direct_branch_has_a_target_and_the_size_of_what_is_there():
    loop = decoded("add.w r1, r1, r2", "nop", (0xE7FB,), origin=0x2002)
    assert loop[-1].target == 0x2002
    assert loop[-1].target_size == 4


def test_a_target_that_the_image_does_not_hold_has_no_size():
    assert only("bl .+8").target_size is None


def test_instructions_after_it_are_predicated_as_far_as_it_reaches():
    block = decoded("ite eq", "moveq r0, #1", "movne r0, #2", "nop")
    assert [one.predicated for one in block] == [False, True, True, False]
    assert [one.mnemonic for one in block] == ["ite", "mov", "mov", "nop"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ((0xF043, 0xE001), "loop_start"),  # DLS LR, R3
        ((0xF003, 0xE801), "mve_system"),  # VCTP.8 R3
        ((0xED90, 0x1F00), "mve_load"),  # VLDRW.32 Q0, [R0]
        ((0xED80, 0x1F00), "mve_store"),  # VSTRW.32 Q0, [R0]
        ((0xEEF0, 0x0F22), "mve_multiply"),  # VMLADAVA.S8 R0, Q0, Q1
        ((0xFE71, 0x0F4D), "mve_system"),  # VPST
    ],
)
def test_helium_that_capstone_cannot_decode_is_classified_by_its_encoding(code, kind):
    assert only(code).timing == kind


def test_the_end_of_a_low_overhead_loop_knows_where_it_goes():
    end = only((0xF00F, 0xC03D), origin=0x1074)  # LE LR, 0x1000
    assert (end.branch, end.target) == ("loop_end", 0x1000)


def test_what_nobody_can_decode_is_unknown_and_not_skipped():
    block = decoded((0xB6E0,), "nop", (0xF7F0, 0xA1FF), "nop")
    assert [one.size for one in block] == [2, 2, 4, 2]
    assert block[0].timing == "unknown"


@given(st.binary(min_size=2, max_size=64))
def test_any_bytes_become_instructions_that_follow_one_another(data):
    block = decode_block(CodeBytes(data), 0x1000, len(data) // 2)
    addresses = [one.address for one in block]
    assert addresses[0] == 0x1000
    assert all(
        one.address + one.size == later for one, later in zip(block, addresses[1:], strict=False)
    )
    assert block[-1].address + block[-1].size >= 0x1000 + len(data) // 2 * 2 - 2


def test_every_opcode_of_the_test_set_is_known():
    assert "unknown" not in {only(text).timing for text in OPCODES}


def test_a_block_ends_where_the_code_ends():
    assert len(decode_block(CodeBytes(encoded("nop", "nop")), 0x1000, 5)) == 2
