"""The memory map against binutils: the same sums, the same symbol sizes."""

import re

import pytest

from harness.firmware.demangle import demangle
from harness.firmware.memory_map import CATEGORIES, read_memory_map
from harness.process import run

pytestmark = pytest.mark.emulator


@pytest.fixture
def elf(small_elf, tmp_path):
    path = tmp_path / "firmware.elf"
    path.write_bytes(small_elf)
    return path


def sections(elf) -> dict[str, int]:
    listing = run(["arm-none-eabi-size", "-A", elf]).stdout
    found = re.findall(r"^(\.\S+)\s+(\d+)\s+\d+$", listing, re.MULTILINE)
    return {name: int(size) for name, size in found}


def test_flash_and_ram_sum_to_what_size_says(elf, small_elf):
    memory, size = read_memory_map(small_elf), sections(elf)
    data = {name: bytes_ for name, bytes_ in size.items() if name.startswith(".data")}
    owners = {"libc": (".libc", ".libc.exidx", ".data.libc"), "model": (".model",)}
    for category in CATEGORIES:
        names = owners.get(category, (f".{category}", f".data.{category}"))
        assert memory.flash[category] == sum(size.get(name, 0) for name in names), category
    assert memory.static_bytes == sum(data.values()) + size[".bss"]
    assert memory.arena_bytes == size[".arena"] == 8192
    assert memory.stack_reserved_bytes == size[".stack"]


def test_flash_is_what_an_image_for_the_programmer_holds(elf, small_elf, tmp_path):
    done = run(["arm-none-eabi-objcopy", "-O", "binary", elf, tmp_path / "image.bin"])
    assert done.returncode == 0, done.output
    assert read_memory_map(small_elf).flash_bytes == (tmp_path / "image.bin").stat().st_size


def test_berkeley_size_counts_the_same_bytes(elf, small_elf):
    text, data, bss = map(int, run(["arm-none-eabi-size", elf]).stdout.splitlines()[1].split()[:3])
    memory = read_memory_map(small_elf)
    assert memory.flash_bytes == text + data
    ram = memory.static_bytes + memory.arena_bytes + memory.stack_reserved_bytes
    assert ram == data + bss


def test_every_symbol_has_the_size_that_nm_gives(elf, small_elf):
    listing = run(["arm-none-eabi-nm", "-S", "--defined-only", elf]).stdout
    lines = re.findall(r"^([0-9a-f]+) ([0-9a-f]+) \S (\S+)$", listing, re.MULTILINE)
    expected = {name: (int(address, 16) & ~1, int(size, 16)) for address, size, name in lines}
    memory = read_memory_map(small_elf)
    found = {symbol.name: symbol.bytes for symbol in memory.symbols}
    assert found == {name: expected[name][1] for name in found}
    # Whatever is not counted by its own name lies within a symbol that is.
    spans = [expected[name] for name in found]
    for name, (start, size) in expected.items():
        owner = [at for at, length in spans if at <= start and start + size <= at + length]
        assert len(owner) == 1, name


def test_symbols_never_exceed_the_sections_that_hold_them(elf, small_elf):
    size = sections(elf)
    used: dict[str, int] = {}
    for symbol in read_memory_map(small_elf).symbols:
        used[symbol.section] = used.get(symbol.section, 0) + symbol.bytes
    assert {name: total for name, total in used.items() if total > size[name]} == {}


def test_dwarf_names_the_source_of_kernels_without_a_path_of_this_machine(small_elf):
    kernels = [s for s in read_memory_map(small_elf).symbols if s.category == "kernels"]
    sources = {symbol.source for symbol in kernels if symbol.source}
    assert "tflm/tensorflow/lite/micro/kernels/fully_connected.cc" in sources
    assert not any(source.startswith("/") for source in sources)


def test_names_of_c_plus_plus_are_readable_and_others_stay():
    names = demangle(["_ZN7harness3AddEii", "main", "_Zbroken"])
    assert names == {
        "_ZN7harness3AddEii": "harness::Add(int, int)",
        "main": "main",
        "_Zbroken": "_Zbroken",
    }
