"""Memory maps: what lies in flash and in RAM, block by block, and where it is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import squarify

from harness.firmware.names import short_name
from harness.results.images import ImageSizes, Symbol
from harness.results.row import Row

LEAST_BYTES = 64
"""Symbols below it are drawn and listed as one."""

UNNAMED = "(unnamed)"
"""Bytes of a category that no symbol names: strings, literals, fill."""

PART_TITLES = {
    "model": "model",
    "kernels": "kernels",
    "runtime": "runtime",
    "libc": "C library",
    "app": "application",
    "features": "features",
    "vectors": "vectors",
    "arena": "tensor arena",
    "static": "statics",
    "stack": "stack",
}
"""The parts of flash, then of RAM, in words."""

_RAM_PARTS = ("arena", "static", "stack")


@dataclass(frozen=True)
class Block:
    """Bytes that have one owner: `name` is short, `full` as the linker has it."""

    name: str
    bytes: int
    full: str = ""
    source: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a memory, such as the kernels of flash, and its blocks, largest first."""

    key: str
    blocks: tuple[Block, ...]

    @property
    def bytes(self) -> int:
        """The sum over the blocks."""
        return sum(block.bytes for block in self.blocks)


@dataclass(frozen=True)
class Tile:
    """Where a block is drawn: fractions of the map's width and height, from the upper left."""

    part: str
    block: Block
    x: float
    y: float
    width: float
    height: float


def flash_parts(row: Row, image: ImageSizes | None) -> tuple[Part, ...]:
    """Return what is in flash, largest part first; without an image only its parts are known."""
    sizes = {
        key: getattr(row, f"flash_{key}_bytes") or 0 for key in PART_TITLES if key not in _RAM_PARTS
    }
    symbols = () if image is None else image.symbols
    parts = []
    for key, size in sizes.items():
        owned = [symbol for symbol in symbols if symbol.in_flash and symbol.category == key]
        parts.append(Part(key, _blocks(owned, size, _rest_name(key, owned))))
    return _largest_first(parts)


def ram_parts(row: Row, image: ImageSizes | None) -> tuple[Part, ...]:
    """Return what is in RAM, largest part first: arena, statics, stack."""
    symbols = [] if image is None else [symbol for symbol in image.symbols if symbol.in_ram]
    persistent, shared = row.ram_arena_persistent_bytes or 0, row.ram_arena_nonpersistent_bytes or 0
    reported = [
        Block("persistent", persistent, "lives as long as the interpreter"),
        Block("shared", shared, "operators use it one after the other"),
    ]
    beyond = (row.ram_arena_bytes or 0) - persistent - shared
    if beyond < 0:  # what is reported may overlap; then only the whole is known
        reported, beyond = [], row.ram_arena_bytes or 0
    arena = [*reported, Block("temporary", beyond, "what the interpreter does not report")]
    statics = _blocks(symbols, row.ram_static_bytes or 0, _rest_name("static", symbols))
    stack = [Block("stack", row.ram_stack_bytes or 0, "high-water mark of the painted stack")]
    return _largest_first(
        [
            Part("arena", tuple(sorted(_filled(arena), key=_order))),
            Part("static", statics),
            Part("stack", tuple(_filled(stack))),
        ]
    )


def tiles(parts: Sequence[Part], aspect: float) -> tuple[Tile, ...]:
    """Return a squarified treemap of `parts`, each a rectangle, and of their blocks inside it.

    `aspect` is the map's width over its height; the layout is that of Bruls, Huizing and van Wijk
    (2000), by the package squarify.
    """
    shown = [part for part in parts if part.bytes > 0]
    placed = []
    for part, outer in zip(shown, _squares([p.bytes for p in shown], 0, 0, aspect, 1), strict=True):
        inner = _squares([block.bytes for block in part.blocks], *outer)
        for block, (x, y, width, height) in zip(part.blocks, inner, strict=True):
            placed.append(Tile(part.key, block, x / aspect, y, width / aspect, height))
    return tuple(placed)


Rectangle = tuple[float, float, float, float]


def _squares(
    sizes: Sequence[int], x: float, y: float, width: float, height: float
) -> list[Rectangle]:
    if not sizes:
        return []
    areas = squarify.normalize_sizes(sizes, width, height)
    return [
        (box["x"], box["y"], box["dx"], box["dy"])
        for box in squarify.squarify(areas, x, y, width, height)
    ]


def _rest_name(part: str, symbols: Sequence[Symbol]) -> str:
    return UNNAMED if symbols else PART_TITLES[part]


def _blocks(symbols: Iterable[Symbol], total: int, rest_name: str) -> tuple[Block, ...]:
    listed = list(symbols)
    large = [
        Block(short_name(symbol.name), symbol.bytes, symbol.name, symbol.source)
        for symbol in listed
        if symbol.bytes >= LEAST_BYTES
    ]
    small = [symbol for symbol in listed if symbol.bytes < LEAST_BYTES]
    together = Block(
        f"({len(small)} smaller than {LEAST_BYTES} B)", sum(symbol.bytes for symbol in small)
    )
    rest = Block(rest_name, max(0, total - sum(symbol.bytes for symbol in listed)))
    return tuple(sorted(_filled([*large, together, rest]), key=_order))


def _filled(blocks: Iterable[Block]) -> list[Block]:
    return [block for block in blocks if block.bytes > 0]


def _order(block: Block) -> tuple[int, str, str]:
    return (-block.bytes, block.name, block.full)


def _largest_first(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted((p for p in parts if p.bytes > 0), key=lambda part: -part.bytes))
