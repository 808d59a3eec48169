"""What people call cells: those axes that tell one from another, boards that are alike together."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from harness.results.row import AXES

Cell = tuple[str, ...]
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_MODEL, _SCHEME, _BOARD = (AXES.index(axis) for axis in ("model", "scheme", "board"))


@dataclass(frozen=True)
class Naming:
    """Names of the cells of one table: an axis is only named where it differs between them."""

    varying: frozenset[int]
    """Which axes beside model, scheme and board differ."""

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> "Naming":
        """Return the naming for these cells."""
        values = [set(axis) for axis in zip(*cells, strict=True)]
        named = {_MODEL, _SCHEME, _BOARD}
        return cls(
            frozenset(n for n, axis in enumerate(values) if len(axis) > 1 and n not in named)
        )

    def scheme(self, cell: Cell) -> str:
        """Return scheme and further axes: "int8", "int8 (simd, Os)"."""
        others = ", ".join(cell[place] for place in sorted(self.varying))
        return f"{cell[_SCHEME]} ({others})" if others else cell[_SCHEME]

    def name(self, cells: Sequence[Cell]) -> str:
        """Return what cells are called that differ in their board alone.

        Such as "digits int8 on nano33ble, nucleo-l4r5zi".
        """
        first = cells[0]
        boards = ", ".join(dict.fromkeys(board(cell) for cell in cells))
        return f"{first[_MODEL]} {self.scheme(first)} on {boards}"

    def names(self, cells: Sequence[Cell], most: int = 3) -> str:
        """Return what any cells are called, boards together; beyond `most` names they are counted.

        Such as "digits int8 on nano33ble, bluepill; motion int8 on bluepill; and 7 more".
        """
        alike = list(grouped((without_board(cell), cell) for cell in cells).values())
        named = [self.name(group) for group in alike[:most]]
        rest = sum(len(group) for group in alike[most:])
        return "; ".join([*named, f"and {rest} more"] if rest else named)


def model(cell: Cell) -> str:
    """Return the model of a cell."""
    return cell[_MODEL]


def board(cell: Cell) -> str:
    """Return the board of a cell."""
    return cell[_BOARD]


def without_board(cell: Cell) -> Cell:
    """Return what a cell has in common with the same on other boards."""
    return cell[:_BOARD] + cell[_BOARD + 1 :]


def grouped(items: Iterable[tuple[K, T]]) -> Mapping[K, list[T]]:
    """Return the items of each key, keys in the order in which they first appear."""
    groups: dict[K, list[T]] = {}
    for key, item in items:
        groups.setdefault(key, []).append(item)
    return groups
