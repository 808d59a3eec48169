"""The interpreter's indirect calls are found by disassembling its loop."""

import struct

import pytest
from elf_factory import Section, Symbol, write_elf

from harness.errors import HarnessError
from harness.firmware.dispatch import find_dispatches
from harness.firmware.memory_map import symbol_addresses

BLX_R3 = b"\x98\x47"
BLX_R12 = b"\xe0\x47"
NOP = b"\x00\xbf"
BL_SOMEWHERE = b"\x00\xf0\x00\xf8"
LITERAL = struct.pack("<I", 0x0000_FFFF)  # no instruction
BX_LR = b"\x70\x47"


def image(code: bytes) -> tuple[bytes, dict[str, tuple[int, int]]]:
    elf = write_elf(
        [Section(".runtime", 0x100, NOP + code + BLX_R3)],
        [Symbol("Invoke", ".runtime", 0x102, len(code))],
    )
    return elf, symbol_addresses(elf)


def test_every_call_through_a_register_is_found_with_its_size():
    elf, symbols = image(BLX_R3 + BL_SOMEWHERE + NOP + BLX_R12 + BX_LR)
    assert find_dispatches(elf, symbols, ["Invoke"]) == ((0x102, 2), (0x10A, 2))


def test_a_literal_pool_does_not_end_the_search():
    elf, symbols = image(NOP + BX_LR + LITERAL + BLX_R3)
    assert find_dispatches(elf, symbols, ["Invoke"]) == ((0x10A, 2),)


def test_a_function_that_the_image_lacks_is_passed_over():
    elf, symbols = image(BLX_R3)
    assert find_dispatches(elf, symbols, ["Other", "Invoke"]) == ((0x102, 2),)


def test_a_virtual_method_of_the_interpreters_own_objects_is_no_operator():
    table_of_r0_then_entry = b"\x03\x68\x9b\x68"  # ldr r3, [r0]; ldr r3, [r3, #8]
    kernel_of_a_registration = b"\xeb\x68"  # ldr r3, [r5, #12]
    elf, symbols = image(table_of_r0_then_entry + BLX_R3 + kernel_of_a_registration + BLX_R3)
    assert find_dispatches(elf, symbols, ["Invoke"]) == ((0x10A, 2),)


@pytest.mark.parametrize(("code", "functions"), [(NOP, ["Invoke"]), (BLX_R3, ["Gone"])])
def test_an_image_whose_operators_cannot_be_told_apart_is_an_error(code, functions):
    elf, symbols = image(code)
    with pytest.raises(HarnessError, match=rf"no indirect call in {functions[0]}; correct"):
        find_dispatches(elf, symbols, functions)
