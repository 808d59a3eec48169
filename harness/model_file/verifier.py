"""Check every table, list and text of a .tflite file before anything reads it.

The runtimes, and the code that is generated from the schema, follow offsets without a check. What
this module passes has nothing that leads out of the file, for any reader: also in the parts that
the harness itself never looks at.
"""

import re
from functools import cache
from typing import NamedTuple

from harness.model_file.flatbuffer import FlatFile, MalformedError, Table
from harness.model_file.layout import ENUMERATIONS, TABLES, UNIONS

_MOST_TABLES = 65_536  # in one list
_DEEPEST = 16
"""Tables within tables; the schema's own nest six deep."""


class _Field(NamedTuple):
    """One slot of a table: what it is, and its size in bytes or the name of what it leads to."""

    slot: int
    kind: str
    size: int = 0
    name: str = ""


def verify(data: bytes) -> None:
    """Check that all of a file fits the schema: where everything lies, and what it is read as.

    Raises:
        MalformedError: Something leads out of the file, is not aligned, shares storage in a way
            that would make reading slow, or has a value that the schema does not know.
    """
    _check(FlatFile(data).root(), TABLES["Model"], 0)


def _check(table: Table, layout: str, depth: int) -> None:
    if depth == _DEEPEST:
        raise MalformedError("its tables are nested too deeply")
    for field in _fields(layout):
        _CHECKS[field.kind](table, field, depth + 1)


def _check_scalar(table: Table, field: _Field, _: int) -> None:
    table.check_scalar(field.slot, field.size)


def _check_enumeration(table: Table, field: _Field, _: int) -> None:
    value = table.scalar(field.slot, "B", 0)
    if value >= ENUMERATIONS[field.name]:
        raise MalformedError(f"the table at byte {table.position} has {field.name} {value}")


def _check_scalars(table: Table, field: _Field, _: int) -> None:
    table.check_scalars(field.slot, field.size)


def _check_text(table: Table, field: _Field, _: int) -> None:
    table.check_text(field.slot)


def _check_child(table: Table, field: _Field, depth: int) -> None:
    child = table.child(field.slot)
    if child is not None:
        _check(child, TABLES[field.name], depth)


def _check_children(table: Table, field: _Field, depth: int) -> None:
    for child in table.children(field.slot, _MOST_TABLES):
        _check(child, TABLES[field.name], depth)


def _check_union(table: Table, field: _Field, depth: int) -> None:
    number = table.scalar(field.slot - 1, "B", 0)
    child = table.child(field.slot)
    layouts = tuple(UNIONS[field.name].values())
    if number > len(layouts):
        raise MalformedError(
            f"the table at byte {table.position} has {field.name} of the unknown kind {number}"
        )
    if child is not None and number:  # without a kind, nothing reads it
        _check(child, layouts[number - 1], depth)


_CHECKS = {
    "scalar": _check_scalar,
    "enumeration": _check_enumeration,
    "scalars": _check_scalars,
    "text": _check_text,
    "child": _check_child,
    "children": _check_children,
    "union": _check_union,
}


@cache
def _fields(layout: str) -> tuple[_Field, ...]:
    """Return the fields that a layout names, without slots out of use and kinds of unions."""
    words = layout.split()
    return tuple(_field(slot, word) for slot, word in enumerate(words) if word != "-")


def _field(slot: int, word: str) -> _Field:
    for kind, pattern in _WORDS.items():
        match = pattern.fullmatch(word)
        if match is not None and match[1].isdigit():
            return _Field(slot, kind, size=int(match[1]))
        if match is not None:
            return _Field(slot, kind, name=match[1])
    raise ValueError(f"no kind of field is written {word!r}")


_WORDS = {
    "scalar": re.compile(r"(\d)"),
    "scalars": re.compile(r"\[(\d)\]"),
    "text": re.compile(r"(s)"),
    "enumeration": re.compile(rf"({'|'.join(ENUMERATIONS)})"),
    "child": re.compile(r"([A-Z]\w+)"),
    "children": re.compile(r"\[([A-Z]\w+)\]"),
    "union": re.compile(r"<(\w+)>"),
}
"""How a layout writes each kind of field."""
