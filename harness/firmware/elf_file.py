"""Open ELF files that nobody vouches for: what pyelftools would follow blindly is checked first."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from harness.errors import HarnessError

_MOST_SECTIONS = 65_536
_SHOWN = 120
_COMPRESSED = SH_FLAGS.SHF_ALLOC | SH_FLAGS.SHF_COMPRESSED


@contextmanager
def opened_elf(data: bytes, name: str) -> Iterator[ELFFile]:
    """Give the ELF file in `data`, which messages call `name`, as pyelftools reads it.

    Raises:
        HarnessError: It is no ELF, a section lies outside it, or anything that is read of it in
            the block turns out to be damaged.
    """
    try:
        elf = ELFFile(io.BytesIO(data))
        _check(elf, len(data))
        yield elf
    except HarnessError:
        raise
    except Exception as error:  # pyelftools raises anything over a damaged file
        said = " ".join(str(error).split())[:_SHOWN]
        raise HarnessError(f"{name}: not a readable ELF file ({said}); build it again") from error


def symbol_section(elf: ELFFile) -> SymbolTableSection | None:
    """Return the symbol table; None where there is none."""
    section = elf.get_section_by_name(".symtab")
    return section if isinstance(section, SymbolTableSection) else None


def _check(elf: ELFFile, size: int) -> None:
    if elf.num_sections() > _MOST_SECTIONS:
        raise ValueError(f"{elf.num_sections()} sections")
    for number, section in enumerate(elf.iter_sections()):
        stored = section["sh_type"] not in {"SHT_NOBITS", "SHT_NULL"}
        if stored and section["sh_offset"] + section["sh_size"] > size:
            raise ValueError(f"section {number} reaches beyond the end")
        if section["sh_flags"] & _COMPRESSED == _COMPRESSED:
            raise ValueError(f"section {number} is both loaded and compressed")
        if isinstance(section, SymbolTableSection) and section["sh_entsize"] != _symbol_bytes(elf):
            raise ValueError(f"section {number} has symbols of {section['sh_entsize']} bytes")


def _symbol_bytes(elf: ELFFile) -> int:
    return 16 if elf.elfclass == 32 else 24  # noqa: PLR2004 - Elf32_Sym, Elf64_Sym
