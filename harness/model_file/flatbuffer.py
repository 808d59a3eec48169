"""Read a flatbuffer that nobody vouches for: every offset and length is checked before use."""

import struct
from dataclasses import dataclass
from typing import Any

# How often the bytes of a file may be visited in all. Files that writers make are visited at most
# once; only a hostile one lets many tables share the same storage.
_VISITS = 4
_SMALLEST_BUDGET = 4096

_LONGEST_NAME = 100
_WORD = 4  # bytes; wider fields are read by words
_HEADER = 4  # bytes: two lengths before the field list, one offset at the start of a table


class MalformedError(ValueError):
    """The bytes are not a flatbuffer of the expected form; the message says where."""


class FlatFile:
    """The bytes of a flatbuffer and how many of them may still be visited."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._budget = _VISITS * len(data) + _SMALLEST_BUDGET

    def unpack(self, layout: str, position: int) -> Any:  # noqa: ANN401 -- as struct's own
        """Return the little-endian scalar of struct `layout` at a byte offset."""
        size = struct.calcsize(layout)
        if position < 0 or position + size > len(self.data):
            raise MalformedError(f"an offset points beyond the end, to byte {position}")
        self._spend(size)
        return struct.unpack_from(f"<{layout}", self.data, position)[0]

    def unpack_many(self, layout: str, position: int, count: int) -> tuple[Any, ...]:
        """Return `count` scalars that lie one after the other, within the file as checked."""
        self._spend(struct.calcsize(layout) * count)
        return struct.unpack_from(f"<{count}{layout}", self.data, position)

    def root(self) -> "Table":
        """Return the root table."""
        return self.table(self.unpack("I", 0))

    def table(self, position: int) -> "Table":
        """Return the table at a byte offset, after checking its field list."""
        if position % 4:
            raise MalformedError(f"a table lies unaligned at byte {position}")
        fields = position - self.unpack("i", position)
        fields_bytes = self.unpack("H", fields)
        table_bytes = self.unpack("H", fields + 2)
        if fields % 2 or fields_bytes % 2 or min(fields_bytes, table_bytes) < _HEADER:
            raise MalformedError(f"the table at byte {position} has a damaged field list")
        if max(fields + fields_bytes, position + table_bytes) > len(self.data):
            raise MalformedError(f"the table at byte {position} reaches beyond the end")
        count = fields_bytes // 2 - 2
        offsets = self.unpack_many("H", fields + 4, count)
        if any(offset and not _HEADER <= offset < table_bytes for offset in offsets):
            raise MalformedError(f"the table at byte {position} has a field outside itself")
        return Table(self, position, table_bytes, offsets)

    def vector(self, position: int, element_bytes: int) -> tuple[int, int]:
        """Return (offset of the first element, count) of the vector at a byte offset."""
        if position % 4:
            raise MalformedError(f"a list lies unaligned at byte {position}")
        count = self.unpack("I", position)
        if position + 4 + count * element_bytes > len(self.data):
            raise MalformedError(f"the list at byte {position} reaches beyond the end")
        return position + 4, count

    def _spend(self, count: int) -> None:
        self._budget -= count
        if self._budget < 0:
            raise MalformedError("its tables share storage in a way that no converter writes")


@dataclass(frozen=True)
class Table:
    """One table; fields are named by their slot number in the schema."""

    file: FlatFile
    position: int
    table_bytes: int
    offsets: tuple[int, ...]

    def scalar(self, slot: int, layout: str, default: int) -> int:
        """Return an integer field of struct `layout`, or the schema's default if it is absent."""
        place = self._place(slot, struct.calcsize(layout))
        return default if place is None else int(self.file.unpack(layout, place))

    def child(self, slot: int) -> "Table | None":
        """Return a field that is a table, or None if it is absent."""
        target = self._target(slot)
        return None if target is None else self.file.table(target)

    def scalars(self, slot: int, layout: str) -> tuple[Any, ...]:
        """Return a field that is a list of scalars; empty if it is absent."""
        target = self._target(slot)
        if target is None:
            return ()
        first, count = self.file.vector(target, struct.calcsize(layout))
        return self.file.unpack_many(layout, first, count)

    def children(self, slot: int, most: int) -> list["Table"]:
        """Return a field that is a list of at most `most` tables; empty if it is absent."""
        target = self._target(slot)
        if target is None:
            return []
        first, count = self.file.vector(target, 4)
        if count > most:
            raise MalformedError(f"a list of {count} tables is longer than the {most} allowed")
        places = range(first, first + 4 * count, 4)
        return [self.file.table(place + self.file.unpack("I", place)) for place in places]

    def extent(self, slot: int) -> tuple[int, int]:
        """Return (offset, length) of a field that is a list of bytes; (0, 0) if it is absent."""
        target = self._target(slot)
        return (0, 0) if target is None else self.file.vector(target, 1)

    def text(self, slot: int) -> str:
        """Return a string field, shortened and made printable; empty if it is absent."""
        first, count = self.extent(slot)
        # A character takes up to four bytes.
        raw = self.file.data[first : first + min(count, 4 * _LONGEST_NAME)]
        text = raw.decode(errors="replace")[:_LONGEST_NAME]
        return "".join(letter if letter.isprintable() else "?" for letter in text)

    def check_scalar(self, slot: int, size: int) -> None:
        """Check that a field of `size` bytes lies aligned within the table, if it is there."""
        place = self._place(slot, size)
        if place is not None and place % min(size, _WORD):
            raise MalformedError(f"the table at byte {self.position} has an unaligned field")

    def check_scalars(self, slot: int, size: int) -> None:
        """Check that a field that is a list of scalars of `size` bytes lies within the file."""
        target = self._target(slot)
        if target is not None:
            self.file.vector(target, size)

    def check_text(self, slot: int) -> None:
        """Check that a field that is a text lies within the file and ends with a zero."""
        target = self._target(slot)
        if target is not None:
            first, count = self.file.vector(target, 1)
            if self.file.unpack("B", first + count):
                raise MalformedError(f"the text at byte {target} has no end")

    def _place(self, slot: int, size: int) -> int | None:
        offset = self.offsets[slot] if slot < len(self.offsets) else 0
        if offset == 0:
            return None
        if offset + size > self.table_bytes:
            raise MalformedError(f"the table at byte {self.position} has a field outside itself")
        return self.position + offset

    def _target(self, slot: int) -> int | None:
        place = self._place(slot, 4)
        return None if place is None else place + int(self.file.unpack("I", place))
