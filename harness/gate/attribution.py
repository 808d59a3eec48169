"""Who owns what grew: flash and RAM by category and symbol, instructions by operator."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.firmware.names import short_name
from harness.results.comparison import TableComparison
from harness.results.figures import FLASH_PARTS, RAM_PARTS
from harness.results.images import ImageSizes, Symbol
from harness.results.manifest import CellRecord, Manifest
from harness.results.row import Row

UNNAMED = "(unnamed)"
"""What no symbol names: strings, literals and fill."""

Cell = tuple[str, ...]


@dataclass(frozen=True)
class PartChange:
    """How much more a symbol (short name, bytes) or an operator (instructions) takes."""

    name: str
    """Such as "simd::Conv2d", "(unnamed)" for what no symbol names, or "CONV_2D (4)"."""
    change: int


@dataclass(frozen=True)
class CategoryChange:
    """How much more a category takes, and its parts: the largest first, summing to it."""

    category: str
    change: int
    parts: tuple[PartChange, ...] = ()
    """Empty where the parts are not known, or where no symbol of the category changed."""


@dataclass(frozen=True)
class Attribution:
    """What grew and what shrank in one cell; what stayed is not listed."""

    flash: tuple[CategoryChange, ...] = ()
    ram: tuple[CategoryChange, ...] = ()
    """Of arena, static and stack."""
    instructions: tuple[PartChange, ...] = ()
    note: str = ""
    """Why symbols or operators are not known; empty where they are."""


@dataclass(frozen=True)
class Contents:
    """What is in the images of one table, and what its operators took, by cell."""

    images: Mapping[Cell, ImageSizes] = field(default_factory=dict)
    operators: Mapping[Cell, Mapping[str, int]] = field(default_factory=dict)
    """Instructions of the warm Invoke by operator: "CONV_2D (4)"."""
    note: str = ""
    """Why nothing is known of them; empty where something is."""

    @classmethod
    def of(cls, manifest: Manifest) -> "Contents":
        """Return what `manifest` says; of an image that it does not hold, nothing."""
        keys = {record.key for record in manifest.cells if record.key}
        found = {key: manifest.images.image(key) for key in sorted(keys)}
        images = {
            record.cell: image
            for record in manifest.cells
            if (image := found.get(record.key)) is not None
        }
        operators = {record.cell: _operators(record) for record in manifest.cells}
        return cls(images, {cell: counts for cell, counts in operators.items() if counts})


def attribute(comparison: TableComparison, old: Contents, new: Contents) -> dict[Cell, Attribution]:
    """Return who owns what grew, for each cell of both tables whose sizes or instructions differ.

    Cells that share images and operator counts share one attribution.
    """
    made: dict[object, Attribution] = {}
    found: dict[Cell, Attribution] = {}
    for row in comparison.rows:
        changed = {delta.column for delta in row.deltas if delta.change is not None} & _ATTRIBUTED
        if row.old is None or row.new is None or not changed:
            continue
        key = (_figures(row.old), _figures(row.new), *_identities(row.cell, old, new))
        if key not in made:
            made[key] = _attribution(row.old, row.new, old, new)
        found[row.cell] = made[key]
    return found


_ATTRIBUTED = {
    *(f"flash_{part}_bytes" for part in FLASH_PARTS),
    *(f"ram_{part}_bytes" for part in RAM_PARTS),
    "instructions",
}


def part_changes(
    old: Mapping[str, int], new: Mapping[str, int], change: int
) -> tuple[PartChange, ...]:
    """Return what became of each named part, largest first, summing to `change`.

    What the names do not account for is "(unnamed)"; a part that stayed is left out.
    """
    names = dict.fromkeys([*old, *new])
    changes = {name: new.get(name, 0) - old.get(name, 0) for name in names}
    changes[UNNAMED] = changes.get(UNNAMED, 0) + change - sum(changes.values())
    parts = [PartChange(name, by) for name, by in changes.items() if by]
    return tuple(sorted(parts, key=lambda part: (-abs(part.change), part.name)))


def _figures(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, column) for column in sorted(_ATTRIBUTED))


def _identities(cell: Cell, *tables: Contents) -> tuple[object, ...]:
    # Objects that the two tables keep alive: the same one is the same image.
    return tuple(
        one
        for table in tables
        for one in (
            id(table.images.get(cell)),
            tuple(table.operators.get(cell, {}).items()),
        )
    )


def _attribution(before: Row, after: Row, old: Contents, new: Contents) -> Attribution:
    images = old.images.get(before.cell), new.images.get(after.cell)
    notes = [old.note, new.note]
    symbols: tuple[tuple[Symbol, ...], tuple[Symbol, ...]] | None = None
    if images[0] is not None and images[1] is not None:
        symbols = images[0].symbols, images[1].symbols
    elif not any(notes):
        notes.append("the symbols of one of the two images are not known")
    counts = old.operators.get(before.cell), new.operators.get(after.cell)
    instructions = _change(before.instructions, after.instructions)
    operators: tuple[PartChange, ...] = ()
    if instructions and counts[0] is not None and counts[1] is not None:
        operators = part_changes(counts[0], counts[1], instructions)
    return Attribution(
        flash=_categories(before, after, "flash", FLASH_PARTS, symbols),
        ram=_categories(before, after, "ram", RAM_PARTS, symbols),
        instructions=operators,
        note="; ".join(dict.fromkeys(note for note in notes if note)),
    )


def _categories(
    before: Row,
    after: Row,
    memory: str,
    categories: Iterable[str],
    symbols: tuple[tuple[Symbol, ...], tuple[Symbol, ...]] | None,
) -> tuple[CategoryChange, ...]:
    found = []
    for category in categories:
        column = f"{memory}_{category}_bytes"
        if getattr(before, column) is None or getattr(after, column) is None:
            continue
        change = _change(getattr(before, column), getattr(after, column))
        parts: tuple[PartChange, ...] = ()
        if category == "arena":
            parts = part_changes(_arena(before), _arena(after), change)
        elif category != "stack" and symbols is not None:
            sizes = [_sizes(one, memory, category) for one in symbols]
            parts = part_changes(sizes[0], sizes[1], change)
        if [part.name for part in parts] == [UNNAMED]:
            parts = ()
        if change or parts:
            found.append(CategoryChange(category, change, parts))
    return tuple(sorted(found, key=lambda one: -abs(one.change)))


def _sizes(symbols: Iterable[Symbol], memory: str, category: str) -> Counter[str]:
    """Return the bytes of one category by short name."""
    sizes: Counter[str] = Counter()
    for symbol in symbols:
        static = symbol.section == ".bss" or symbol.section.startswith(".data")
        if static if memory == "ram" else symbol.category == category:
            sizes[short_name(symbol.name)] += symbol.bytes
    return sizes


def _arena(row: Row) -> dict[str, int]:
    parts = {
        "persistent": row.ram_arena_persistent_bytes,
        "shared by operators": row.ram_arena_nonpersistent_bytes,
    }
    return {name: size for name, size in parts.items() if size is not None}


def _change(old: int | None, new: int | None) -> int:
    return 0 if old is None or new is None else new - old


def _operators(record: CellRecord) -> dict[str, int]:
    counts: Counter[str] = Counter()
    listed = record.details.get("operators")
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, dict):
            continue
        index, name, count = (one.get(key) for key in ("index", "name", "instructions"))
        if isinstance(index, int) and isinstance(name, str) and isinstance(count, int):
            counts[name if index < 0 else f"{name} ({index})"] += count
    return dict(counts)
