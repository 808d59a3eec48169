"""All code of a linked image is decoded, and every class it uses has a line in the core's table."""

import io
from itertools import pairwise

import pytest
from elftools.elf.elffile import ELFFile

from harness.cycles.core_table import load_core_table
from harness.cycles.decode import decode_block
from harness.cycles.elf_code import ElfCode

pytestmark = pytest.mark.emulator


def _code(elf: bytes) -> list[tuple[int, int]]:
    """Return start and end of each stretch of Thumb code, by the mapping symbols $t and $d."""
    file = ELFFile(io.BytesIO(elf))
    symbols = file.get_section_by_name(".symtab").iter_symbols()
    marks = sorted({(one["st_value"], one.name[:2]) for one in symbols if one.name[:1] == "$"})
    stretches = []
    for section in file.iter_sections():
        start, end = section["sh_addr"], section["sh_addr"] + section["sh_size"]
        if section["sh_type"] != "SHT_PROGBITS" or not section["sh_flags"] & 4:
            continue
        inside = [mark for mark in marks if start <= mark[0] < end] + [(end, "")]
        for (here, kind), (there, _) in pairwise(inside):
            if kind == "$t" and there > here:
                stretches.append((here, there))
    return stretches


def test_every_instruction_of_an_image_is_classified(small_elf):
    code = ElfCode(small_elf)
    known = load_core_table("cortex-m4").settings[0].classes
    stretches = _code(small_elf)
    decoded = 0
    for start, end in stretches:
        block = decode_block(code, start, (end - start) // 2)
        inside = [one for one in block if one.address < end]
        assert not [hex(one.address) for one in inside if one.timing == "unknown"]
        assert {one.timing for one in inside} <= known.keys()
        decoded += sum(one.size for one in inside)
    assert decoded == sum(end - start for start, end in stretches) > 10_000
