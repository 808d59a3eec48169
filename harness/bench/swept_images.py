"""The images of a sweep for its manifest; a symbol that many of them have is kept once."""

from array import array
from collections.abc import Iterable, Mapping

from harness.bench.artifacts import Image
from harness.bench.image_symbols import SymbolEntry, get_symbols
from harness.firmware.demangle import demangle
from harness.firmware.names import short_path
from harness.results.images import ImageTable, Symbol
from harness.store import ArtifactStore


class SweptImages:
    """Takes in images one by one, and gives the table of them."""

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._places: dict[SymbolEntry, int] = {}
        self._images: dict[str, tuple[Image, array[int]]] = {}

    def add(self, image: Image) -> None:
        """Take in an image; one that is there already is not read again.

        Raises:
            LostObject: The store has lost its symbols.
            MachineFault: The store is out of reach.
        """
        if image.elf not in self._images:
            symbols = get_symbols(self._store, image.symbols)
            found = array("L", (self._places.setdefault(one, len(self._places)) for one in symbols))
            self._images[image.elf] = (image, found)

    def table(self, keys: Iterable[str]) -> ImageTable:
        """Return the table of the images with these keys, in this order, whatever came first.

        Raises:
            HarnessError: c++filt, which comes with the compiler, is not installed.
        """
        names = demangle(entry.name for entry in self._places)
        readable = [_readable(entry, names) for entry in self._places]
        places: dict[Symbol, int] = {}
        images = {}
        for key in dict.fromkeys(keys):
            image, symbols = self._images[key]
            images[key] = {
                "flash": image.flash,
                "static_bytes": image.static_bytes,
                "symbols": [places.setdefault(readable[one], len(places)) for one in symbols],
            }
        return ImageTable.model_validate({"symbols": tuple(places), "images": images})


def _readable(entry: SymbolEntry, names: Mapping[str, str]) -> Symbol:
    return Symbol(
        name=names[entry.name],
        bytes=entry.bytes,
        category=entry.category,
        section=entry.section,
        source=short_path(entry.source) if entry.source else "",
    )
