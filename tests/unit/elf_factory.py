"""Writes small 32-bit ARM ELF files: sections, one loaded segment, symbols."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SECTION = struct.Struct("<10I")
_SEGMENT = struct.Struct("<8I")
_SYMBOL = struct.Struct("<IIIBBH")
_PROGBITS, _SYMTAB, _STRTAB, _NOBITS = 1, 2, 3, 8
_ALLOC = 2


@dataclass(frozen=True)
class Section:
    """A section; `data` None makes it one of `size` bytes without content."""

    name: str
    address: int
    data: bytes | None = None
    size: int = 0
    allocated: bool = True


@dataclass(frozen=True)
class Symbol:
    """A symbol in the section called `section`; functions get the Thumb bit."""

    name: str
    section: str
    address: int
    size: int
    function: bool = True


def write_elf(
    sections: Sequence[Section], symbols: Sequence[Symbol] = (), loaded_bytes: int | None = None
) -> bytes:
    """Return an ELF file. `loaded_bytes` is what the program header loads; by default it fits."""
    names = ["", *(s.name for s in sections), ".symtab", ".strtab"]
    strings, at = _strings([*names, *(symbol.name for symbol in symbols)])
    index = {name: number for number, name in enumerate(names)}
    table = bytes(_SYMBOL.size) + b"".join(
        _SYMBOL.pack(
            at[s.name], s.address | s.function, s.size, 0x10 | (2 if s.function else 1), 0,
            index[s.section],
        )
        for s in symbols
    )  # fmt: skip
    body = bytearray(_HEADER.size + _SEGMENT.size)
    headers = [bytes(_SECTION.size)]
    content = 0
    for section in sections:
        size = section.size if section.data is None else len(section.data)
        kind = _NOBITS if section.data is None else _PROGBITS
        flags = _ALLOC if section.allocated else 0
        place = len(body)
        body += section.data or b""
        content += size if section.allocated and section.data is not None else 0
        headers.append(
            _SECTION.pack(at[section.name], kind, flags, section.address, place, size, 0, 0, 1, 0)
        )
    headers.append(
        _SECTION.pack(
            at[".symtab"], _SYMTAB, 0, 0, len(body), len(table), len(headers) + 1, 1, 4, 16
        )
    )
    body += table
    headers.append(_SECTION.pack(at[".strtab"], _STRTAB, 0, 0, len(body), len(strings), 0, 0, 1, 0))
    body += strings
    start = min((s.address for s in sections if s.data is not None), default=0)
    loaded = content if loaded_bytes is None else loaded_bytes
    body[: _HEADER.size] = _HEADER.pack(
        b"\x7fELF\x01\x01\x01" + bytes(9), 2, 40, 1, 0, _HEADER.size, len(body), 0x05000000,
        _HEADER.size, _SEGMENT.size, 1, _SECTION.size, len(headers), len(headers) - 1,
    )  # fmt: skip
    segment = _SEGMENT.pack(1, 0, start, start, loaded, loaded, 5, 4)
    body[_HEADER.size : _HEADER.size + _SEGMENT.size] = segment
    return bytes(body) + b"".join(headers)


def _strings(names: Sequence[str]) -> tuple[bytes, dict[str, int]]:
    data, places = b"\0", {"": 0}
    for name in names:
        if name not in places:
            places[name] = len(data)
            data += name.encode() + b"\0"
    return data, places
