"""The bytes of an image by address, for decoding what was executed."""

from bisect import bisect_right

from elftools.elf.constants import SH_FLAGS

from harness.errors import HarnessError
from harness.firmware.elf_file import opened_elf


class ElfCode:
    """The allocated sections of an ELF, read once."""

    def __init__(self, elf: bytes, name: str = "firmware.elf") -> None:
        """Read the sections.

        Raises:
            HarnessError: The file is no readable ELF.
        """
        with opened_elf(elf, name) as opened:
            sections = [
                (section["sh_addr"], section.data())
                for section in opened.iter_sections()
                if section["sh_flags"] & SH_FLAGS.SHF_ALLOC
                and section["sh_type"] == "SHT_PROGBITS"
                and section["sh_size"]
            ]
        self._sections: list[tuple[int, bytes]] = sorted(sections)
        self._starts = [address for address, _ in self._sections]

    def read(self, address: int, size: int) -> bytes:
        """Return up to `size` bytes from `address` on, fewer at the end of a section.

        Raises:
            HarnessError: No section holds the address.
        """
        position = bisect_right(self._starts, address) - 1
        if position >= 0:
            start, data = self._sections[position]
            found = data[address - start : address - start + size]
            if found:
                return found
        raise HarnessError(
            f"firmware: code was executed at 0x{address:08x}, which the image does not hold"
        )
