"""From addresses to functions and source lines: what the image's symbols and DWARF say."""

import re
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.files import write_atomically
from harness.firmware.elf_file import opened_elf, symbol_section
from harness.process import Budget, run

_PROGRAM = "arm-none-eabi-addr2line"
_TIMEOUT_S = 300.0
_BUDGET = Budget(output_bytes=256 << 20, memory_bytes=4 << 30)
_UNKNOWN = "??"
_PLACE = re.compile(r"(.*):(\d+|\?)(?: \(discriminator \d+\))?")


@dataclass(frozen=True)
class Frame:
    """A function and where in it: `file` is empty and `line` 0 where nothing is known."""

    function: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Location:
    """Where an instruction stands.

    `symbol` is the symbol that holds it, as the linker has it ("" where none does), and `start`
    the address at which that begins. `frames` is the chain of functions that were inlined into
    each other: the first is the one that was compiled, the last the one whose line the instruction
    comes from. Each frame's place is where the next one is called.
    """

    symbol: str
    start: int
    frames: tuple[Frame, ...]


def locate(elf: bytes, addresses: Iterable[int], name: str = "firmware.elf") -> dict[int, Location]:
    """Return where each address of the image `elf` stands; `name` is what messages call it.

    Raises:
        HarnessError: The file is no ELF, or binutils are missing or fail.
    """
    wanted = sorted(set(addresses))
    if not wanted:
        return {}
    symbols = _Symbols(elf, name)
    chains = _parse(_addr2line(elf, wanted, name))
    return {one: _location(symbols, one, chains.get(one, ())) for one in wanted}


def _location(symbols: "_Symbols", address: int, frames: tuple[Frame, ...]) -> Location:
    symbol, start = symbols.at(address)
    if not frames:
        return Location(symbol, start, (Frame(symbol or _UNKNOWN),))
    outermost = frames[0]
    # Assembly, libgcc's too, has lines but no functions: binutils then guess from the symbols.
    if outermost.function == _UNKNOWN or symbols.is_elsewhere(outermost.function, start):
        frames = (Frame(symbol or _UNKNOWN, outermost.file, outermost.line), *frames[1:])
    return Location(symbol, start, frames)


def _addr2line(elf: bytes, addresses: Iterable[int], name: str) -> str:
    with tempfile.TemporaryDirectory(prefix="harness-lines-") as folder:
        write_atomically(Path(folder, "firmware.elf"), elf)
        write_atomically(Path(folder, "addresses"), "\n".join(f"{one:#x}" for one in addresses))
        words = [_PROGRAM, "-e", "firmware.elf", "-f", "-i", "-C", "-a", "@addresses"]
        done = run(words, cwd=Path(folder), timeout_s=_TIMEOUT_S, budget=_BUDGET)
    if done.timed_out or done.returncode != 0:
        last = (done.stderr.splitlines() or ["no message"])[-1]
        said = f"no answer within {_TIMEOUT_S:.0f} s" if done.timed_out else last
        raise HarnessError(f"{name}: {_PROGRAM} cannot read it ({said}); is it a whole ELF file?")
    return done.stdout


def _parse(text: str) -> dict[int, tuple[Frame, ...]]:
    """Read an answer: an address, then function and place of each frame, the innermost first."""
    chains: dict[int, tuple[Frame, ...]] = {}
    lines = text.splitlines()
    position = 0
    while position < len(lines):
        try:
            address = int(lines[position], 16)
        except ValueError:  # a name of several lines: what follows it belongs to nothing
            break
        position += 1
        frames: list[Frame] = []
        while position + 1 < len(lines) and not lines[position].startswith("0x"):
            frames.append(_frame(lines[position], lines[position + 1]))
            position += 2
        chains[address] = tuple(reversed(frames))
    return chains


def _frame(function: str, place: str) -> Frame:
    match = _PLACE.fullmatch(place)
    if match is None or match[1] == _UNKNOWN:
        return Frame(function)
    return Frame(function, match[1], int(match[2]) if match[2] != "?" else 0)


class _Symbols:
    """The functions of the symbol table by address; what has no size ends where the next begins."""

    def __init__(self, elf: bytes, name: str) -> None:
        found: dict[int, tuple[int, str]] = {}
        self._places: dict[str, set[int]] = {}
        for symbol in _symbols(elf, name):
            kind = symbol["st_info"]["type"]
            if kind not in {"STT_FUNC", "STT_NOTYPE"} or symbol.name.startswith("$"):
                continue
            address = symbol["st_value"] & ~1
            self._places.setdefault(symbol.name, set()).add(address)
            # Of several names at one address, the one with a size is the function's.
            if symbol["st_size"] >= found.get(address, (-1, ""))[0]:
                found[address] = (symbol["st_size"], symbol.name)
        self._starts = sorted(found)
        self._found = found

    def is_elsewhere(self, name: str, start: int) -> bool:
        """Return whether symbols of this name exist, but none that begins at `start`."""
        return name in self._places and start not in self._places[name]

    def at(self, address: int) -> tuple[str, int]:
        """Return the symbol that holds an address, and where it begins; ("", 0) if none does."""
        position = bisect_right(self._starts, address) - 1
        if position >= 0:
            start = self._starts[position]
            size, name = self._found[start]
            if size == 0 or address < start + size:
                return name, start
        return "", 0


def symbol_table(elf: bytes, name: str = "firmware.elf") -> dict[str, int]:
    """Return the address of every named symbol of an image, a Thumb function's lowest bit cleared.

    Raises:
        HarnessError: The file is no readable ELF, or has no symbols.
    """
    addresses = {
        symbol.name: symbol["st_value"] & ~(symbol["st_info"]["type"] == "STT_FUNC")
        for symbol in _symbols(elf, name)
    }
    if not addresses:
        raise HarnessError(f"{name}: has no symbols; build it without stripping it")
    return addresses


def _symbols(elf: bytes, name: str) -> Iterator[Any]:
    """Give the named symbols that stand in a section of the image."""
    with opened_elf(elf, name) as opened:
        table = symbol_section(opened)
        for symbol in () if table is None else table.iter_symbols():
            if symbol.name and isinstance(symbol["st_shndx"], int):
                yield symbol
