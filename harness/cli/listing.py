"""Tables that list what there is, with where it comes from if that is another package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


_FROM = "from"
_WHOLE = 28
"""Characters of an origin that is not broken, such as a package's name with its version."""


@dataclass(frozen=True)
class Listing:
    """A table whose first column is a name; `origins` has the names that are not ours."""

    renderable: "Table"
    origins: Mapping[str, str]

    def add_row(self, name: str, *cells: str) -> None:
        """Add the row of `name`, its text as it is."""
        from rich.text import Text

        origin = [self.origins.get(name, "")] if self.origins else []
        self.renderable.add_row(*(Text(cell) for cell in (name, *cells, *origin)))


def listing(
    columns: Sequence[str],
    origins: Mapping[str, str],
    *,
    right: Sequence[str] = (),
    narrow: Sequence[str] = (),
) -> Listing:
    """Return an empty listing; a last column `from` is there if anything is not ours.

    Columns of `right` hold figures; those of `narrow`, and the first, are not broken.
    """
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    whole = {columns[0], *right, *narrow}
    if max(map(len, origins.values()), default=0) <= _WHOLE:
        whole.add(_FROM)
    for column in (*columns, *([_FROM] if origins else [])):
        table.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column in whole,
            overflow="ellipsis" if column in whole else "fold",
        )
    return Listing(table, origins)
