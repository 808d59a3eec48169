"""What is in the images of a run, symbol by symbol, each symbol written once."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Size = Annotated[int, Field(ge=0)]


class Symbol(BaseModel):
    """A function or a variable: its C++ name, size in bytes, owner, section and source file.

    `category` is a category of flash, or "ram" for what is zero at start. Of a symbol in
    `.data.CATEGORY` the bytes are in flash and in RAM. `source` is empty where no debug information
    names it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    bytes: Size
    category: str
    section: str
    source: str = ""

    @property
    def in_flash(self) -> bool:
        """Whether its bytes are loaded into flash."""
        return self.category != RAM

    @property
    def in_ram(self) -> bool:
        """Whether its bytes are in RAM while the program runs."""
        return self.category == RAM or self.section.startswith(".data")


RAM = "ram"
"""The category of symbols that are not in flash."""


class ImageSizes(BaseModel):
    """One image: flash by category, `.data` and `.bss` together, and all symbols, largest first.

    What a category has beyond its symbols is strings, literals and fill.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    flash: Mapping[str, Size]
    static_bytes: Size
    symbols: tuple[Symbol, ...]


class _Entry(BaseModel):
    """An image whose symbols are positions in the table's list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flash: Mapping[str, Size]
    static_bytes: Size
    symbols: tuple[Size, ...]


class ImageTable(BaseModel):
    """The images of a run by key: most of their symbols are the same, and are listed once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbols: tuple[Symbol, ...] = ()
    images: Mapping[str, _Entry] = {}

    @classmethod
    def of(cls, images: Mapping[str, ImageSizes]) -> Self:
        """Return the table of `images`."""
        places: dict[Symbol, int] = {}
        entries = {}
        for key, sizes in images.items():
            found = [places.setdefault(symbol, len(places)) for symbol in sizes.symbols]
            entries[key] = _Entry(
                flash=sizes.flash, static_bytes=sizes.static_bytes, symbols=tuple(found)
            )
        return cls(symbols=tuple(places), images=entries)

    def image(self, key: str) -> ImageSizes | None:
        """Return the image of that key; None where the run has none."""
        entry = self.images.get(key)
        if entry is None:
            return None
        return ImageSizes(
            flash=entry.flash,
            static_bytes=entry.static_bytes,
            symbols=tuple(self.symbols[place] for place in entry.symbols),
        )

    @model_validator(mode="after")
    def _positions_exist(self) -> Self:
        for key, entry in self.images.items():
            if any(place >= len(self.symbols) for place in entry.symbols):
                raise ValueError(f"images.{key}: names a symbol that the table does not list")
        return self
