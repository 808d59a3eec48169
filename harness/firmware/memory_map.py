"""Who owns every byte of flash and RAM, read from the ELF with pyelftools."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from harness.errors import HarnessError
from harness.firmware.elf_file import opened_elf, symbol_section

CATEGORIES = ("model", "kernels", "runtime", "libc", "app", "features", "vectors")

# The linker script's output sections; a name that is not here is an error, never "other".
_FLASH_SECTIONS: Mapping[str, str] = {
    ".vectors": "vectors",
    ".model": "model",
    ".kernels": "kernels",
    ".runtime": "runtime",
    ".app": "app",
    ".features": "features",
    ".libc": "libc",
    ".libc.exidx": "libc",
}
_DATA_SECTIONS: Mapping[str, str] = {
    ".data.kernels": "kernels",
    ".data.runtime": "runtime",
    ".data.app": "app",
    ".data.features": "features",
    ".data.libc": "libc",
}
_RAM_SECTIONS = frozenset({".bss", ".stack", ".arena"})


@dataclass(frozen=True)
class SymbolSize:
    """One symbol: its size in bytes, its category, its section and where DWARF finds it."""

    name: str
    bytes: int
    category: str
    section: str
    source: str


@dataclass(frozen=True)
class MemoryMap:
    """Flash and RAM of one image, in bytes.

    `flash` gives each category's share, `.data` included; the shares sum to `flash_bytes`.
    `static_bytes` is `.data` and `.bss`; arena and stack are counted apart.
    """

    flash: Mapping[str, int]
    static_bytes: int
    arena_bytes: int
    stack_reserved_bytes: int
    symbols: tuple[SymbolSize, ...]

    @property
    def flash_bytes(self) -> int:
        """Everything that is loaded into flash."""
        return sum(self.flash.values())


def read_memory_map(elf_bytes: bytes, name: str = "firmware.elf") -> MemoryMap:
    """Measure an image that the firmware's linker script laid out.

    Raises:
        HarnessError: The file is no ELF, an allocated section has no owner, or the sections do not
            sum to what the program headers load.
    """
    with opened_elf(elf_bytes, name) as elf:
        return _measure(elf, name)


def symbol_addresses(elf_bytes: bytes) -> dict[str, tuple[int, int]]:
    """Return address and size of every named symbol; a Thumb function's lowest bit is cleared.

    Raises:
        HarnessError: The file is no readable ELF.
    """
    with opened_elf(elf_bytes, "firmware") as elf:
        table = symbol_section(elf)
        return {
            symbol.name: (symbol["st_value"] & ~_thumb_bit(symbol), symbol["st_size"])
            for symbol in (() if table is None else table.iter_symbols())
            if symbol.name
        }


def read_section(elf_bytes: bytes, address: int, size: int) -> bytes:
    """Return `size` bytes of the image that are loaded at `address`.

    Raises:
        HarnessError: The file is no readable ELF, or nothing is loaded there.
    """
    with opened_elf(elf_bytes, "firmware") as elf:
        for section in elf.iter_sections():
            start = section["sh_addr"]
            holds_code = section["sh_type"] == "SHT_PROGBITS" and section["sh_flags"] & 2
            if holds_code and start <= address and address + size <= start + section["sh_size"]:
                data: bytes = section.data()[address - start : address - start + size]
                return data
    raise HarnessError(f"firmware: no section holds the {size} bytes at 0x{address:08x}")


def _measure(elf: ELFFile, name: str) -> MemoryMap:
    flash = dict.fromkeys(CATEGORIES, 0)
    sizes = {"static": 0, ".arena": 0, ".stack": 0}
    for section in elf.iter_sections():
        size = section["sh_size"]
        if not section["sh_flags"] & SH_FLAGS.SHF_ALLOC or size == 0:
            continue
        if section.name in _FLASH_SECTIONS:
            flash[_FLASH_SECTIONS[section.name]] += size
        elif section.name in _DATA_SECTIONS:
            flash[_DATA_SECTIONS[section.name]] += size
            sizes["static"] += size
        elif section.name in _RAM_SECTIONS:
            sizes["static" if section.name == ".bss" else section.name] += size
        else:
            raise HarnessError(f"{name}: section {section.name} ({size} B) belongs to no category")
    _check_loaded_bytes(elf, sum(flash.values()), name)
    return MemoryMap(
        flash=flash,
        static_bytes=sizes["static"],
        arena_bytes=sizes[".arena"],
        stack_reserved_bytes=sizes[".stack"],
        symbols=tuple(_symbols(elf)),
    )


def _check_loaded_bytes(elf: ELFFile, flash_bytes: int, name: str) -> None:
    segments = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_filesz"]]
    if not segments:
        raise HarnessError(f"{name}: loads nothing; link it with the firmware's linker script")
    start = min(s["p_paddr"] for s in segments)
    end = max(s["p_paddr"] + s["p_filesz"] for s in segments)
    if end - start != flash_bytes:
        raise HarnessError(
            f"{name}: sections sum to {flash_bytes} B, the loaded image is {end - start} B"
        )


def _symbols(elf: ELFFile) -> Iterator[SymbolSize]:
    owners = {**_FLASH_SECTIONS, **_DATA_SECTIONS, **dict.fromkeys(_RAM_SECTIONS, "ram")}
    sources = _source_files(elf)
    found: list[tuple[int, int, str, str]] = []
    table = symbol_section(elf)
    for symbol in () if table is None else table.iter_symbols():
        index, size = symbol["st_shndx"], symbol["st_size"]
        if isinstance(index, int) and size > 0:
            address = symbol["st_value"] & ~_thumb_bit(symbol)
            found.append((address, size, elf.get_section(index).name, symbol.name))
    end = 0
    for address, size, section, name in sorted(found, key=lambda one: (one[0], -one[1])):
        # Aliases (C1 and C2 constructors) and entries into the middle of a function (libgcc's) are
        # bytes of the symbol before.
        if section in owners and address >= end:
            end = address + size
            yield SymbolSize(name, size, owners[section], section, sources.get(address, ""))


def _thumb_bit(symbol: object) -> int:
    return 1 if symbol["st_info"]["type"] == "STT_FUNC" else 0  # type: ignore[index]


def _source_files(elf: ELFFile) -> dict[int, str]:
    """Map the address of each function to the file that DWARF says it was compiled from."""
    if not elf.has_dwarf_info():
        return {}
    dwarf = elf.get_dwarf_info()
    ranges = dwarf.get_aranges()
    if ranges is None:
        return {}
    names: dict[int, str] = {}
    found: dict[int, str] = {}
    for entry in ranges.entries:
        offset = entry.info_offset
        if offset not in names:
            name = dwarf.get_CU_at(offset).get_top_DIE().attributes.get("DW_AT_name")
            names[offset] = "" if name is None else name.value.decode(errors="replace")
        # Functions that the linker dropped keep their entry, at address 0.
        if entry.begin_addr:
            found[entry.begin_addr & ~1] = names[offset]
    return found
