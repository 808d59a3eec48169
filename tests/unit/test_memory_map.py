"""Every byte of flash and RAM has an owner, or the image is refused."""

import pytest
from elf_factory import Section, Symbol, write_elf

from harness.errors import HarnessError
from harness.firmware.memory_map import (
    CATEGORIES,
    read_memory_map,
    read_section,
    symbol_addresses,
)

SECTIONS = (
    Section(".vectors", 0x0, bytes(64)),
    Section(".model", 0x40, b"m" * 96),
    Section(".kernels", 0xA0, b"k" * 32),
    Section(".runtime", 0xC0, b"r" * 16),
    Section(".app", 0xD0, b"a" * 48),
    Section(".libc", 0x100, b"c" * 80),
    Section(".libc.exidx", 0x150, b"x" * 16),
    Section(".data.runtime", 0x2000_4000, b"d" * 32),
    Section(".bss", 0x2000_4020, size=112),
    Section(".stack", 0x2000_0000, size=16384),
    Section(".arena", 0x2000_4090, size=4096),
    Section(".debug_info", 0, b"debug", allocated=False),
)


def test_each_section_is_counted_for_its_owner_and_data_in_both_memories():
    memory = read_memory_map(write_elf(SECTIONS))
    assert memory.flash == {
        "model": 96,
        "kernels": 32,
        "runtime": 16 + 32,
        "libc": 80 + 16,
        "app": 48,
        "features": 0,
        "vectors": 64,
    }
    assert tuple(memory.flash) == CATEGORIES
    assert memory.flash_bytes == 96 + 32 + 48 + 96 + 48 + 64
    assert memory.static_bytes == 32 + 112
    assert (memory.arena_bytes, memory.stack_reserved_bytes) == (4096, 16384)


@pytest.mark.parametrize("name", [".text", ".rodata", ".data", ".bss.more", ".mystery"])
def test_an_allocated_section_without_an_owner_is_an_error(name):
    with pytest.raises(HarnessError, match=rf"x\.elf: section \{name} \(8 B\) belongs to no cat"):
        read_memory_map(write_elf([*SECTIONS, Section(name, 0x160, bytes(8))]), "x.elf")


def test_a_section_that_is_not_loaded_needs_no_owner():
    extra = Section(".comment", 0, b"GCC", allocated=False)
    assert read_memory_map(write_elf([*SECTIONS, extra])) == read_memory_map(write_elf(SECTIONS))


@pytest.mark.parametrize("difference", [-1, 1, 16])
def test_sections_that_do_not_sum_to_what_is_loaded_are_an_error(difference):
    whole = read_memory_map(write_elf(SECTIONS)).flash_bytes
    with pytest.raises(HarnessError, match="sections sum to"):
        read_memory_map(write_elf(SECTIONS, loaded_bytes=whole + difference))


@pytest.mark.parametrize("damaged", [b"", b"\x7fELF", b"not an ELF file at all" * 10])
def test_what_is_no_elf_is_refused_by_name(damaged):
    with pytest.raises(HarnessError, match=r"^x\.elf: not a readable ELF file"):
        read_memory_map(damaged, "x.elf")


def test_symbols_have_the_owner_of_their_section_and_aliases_count_once():
    elf = write_elf(
        SECTIONS,
        [
            Symbol("Kernel", ".kernels", 0xA0, 20),
            Symbol("KernelAlias", ".kernels", 0xA0, 20),
            Symbol("kModel", ".model", 0x40, 96, function=False),
            Symbol("counter", ".bss", 0x2000_4020, 4, function=False),
            Symbol("label", ".kernels", 0xA4, 0),
            Symbol("EntryInTheMiddle", ".kernels", 0xA8, 12),
        ],
    )
    found = {s.name: (s.bytes, s.category, s.section) for s in read_memory_map(elf).symbols}
    assert found == {
        "Kernel": (20, "kernels", ".kernels"),
        "kModel": (96, "model", ".model"),
        "counter": (4, "ram", ".bss"),
    }


def test_addresses_of_functions_are_those_of_their_first_instruction():
    elf = write_elf(
        SECTIONS,
        [Symbol("main", ".app", 0xD0, 8), Symbol("odd", ".bss", 0x2000_4021, 1, function=False)],
    )
    assert symbol_addresses(elf) == {"main": (0xD0, 8), "odd": (0x2000_4021, 1)}


def test_bytes_are_read_at_their_address_and_only_where_they_are_loaded():
    elf = write_elf(SECTIONS)
    assert read_section(elf, 0x9E, 2) == b"mm"
    for address, size in ((0x9E, 4), (0x2000_4020, 4), (0x9000, 1)):
        with pytest.raises(HarnessError, match="no section holds"):
            read_section(elf, address, size)
