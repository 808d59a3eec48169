"""The symbols of an image as an object of the store: only the manifest wants them."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from harness.bench.artifacts import Digest
from harness.store import ArtifactStore


class SymbolEntry(NamedTuple):
    """A symbol as the ELF has it: size in bytes, owner, section, and what it was compiled from."""

    name: str
    bytes: int
    category: str
    section: str
    source: str


def put_symbols(store: ArtifactStore, symbols: Iterable[SymbolEntry]) -> Digest:
    """Store symbols in their order and return the digest."""
    return store.put(json.dumps(list(symbols), separators=(",", ":")).encode())


def get_symbols(store: ArtifactStore, digest: Digest) -> list[SymbolEntry]:
    """Return the symbols that `put_symbols` stored.

    Raises:
        LostObject: They are not there, or damaged.
        MachineFault: The store is out of reach.
    """
    return [SymbolEntry(*fields) for fields in json.loads(store.get(digest))]
