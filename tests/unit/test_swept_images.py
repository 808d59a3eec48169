"""The images of a sweep: each is read once, each symbol kept once, and the table is always one."""

import itertools

import pytest
from evidence_factory import image

from harness.bench.artifacts import Image
from harness.bench.image_symbols import SymbolEntry, get_symbols, put_symbols
from harness.bench.swept_images import SweptImages
from harness.errors import HarnessError
from harness.store import ArtifactStore, open_store

COMMON = [SymbolEntry(f"f{number}", number, "kernels", ".kernels", "") for number in range(9)]


@pytest.fixture(autouse=True)
def names_as_they_are(monkeypatch):
    monkeypatch.setattr("harness.bench.swept_images.demangle", lambda names: {n: n for n in names})


@pytest.fixture
def store(tmp_path) -> ArtifactStore:
    return open_store(str(tmp_path / "store"))


def image_of(store: ArtifactStore, elf: str, *own: SymbolEntry) -> Image:
    return image(elf=elf, symbols=put_symbols(store, [*COMMON, *own]))


def test_symbols_come_back_from_the_store_in_their_order(store):
    assert get_symbols(store, put_symbols(store, reversed(COMMON))) == COMMON[::-1]


def test_an_image_of_a_hundred_cells_is_read_and_listed_once(store, monkeypatch):
    read = []
    get = ArtifactStore.get
    monkeypatch.setattr(
        ArtifactStore, "get", lambda self, digest: (read.append(digest), get(self, digest))[1]
    )
    first, second = (image_of(store, elf) for elf in "ab")
    images = SweptImages(store)
    for one in [first, second] * 50:
        images.add(one)
    table = images.table(["a", "b"] * 50)
    assert len(read) == 2
    assert list(table.images) == ["a", "b"]
    assert len(table.symbols) == len(COMMON)


def test_the_table_is_the_same_whatever_came_first(store):
    own = (SymbolEntry(name, 1, "ram", ".bss", "/build/firmware/app/x.cc") for name in "xyz")
    made = [image_of(store, elf, symbol) for elf, symbol in zip("abc", own, strict=True)]
    texts = set()
    for order in itertools.permutations(made):
        images = SweptImages(store)
        for one in order:
            images.add(one)
        texts.add(images.table("abc").model_dump_json())
    (text,) = texts
    assert text.count("firmware/app/x.cc") == 3


def test_names_that_read_alike_are_one_symbol(store, monkeypatch):
    monkeypatch.setattr(
        "harness.bench.swept_images.demangle", lambda names: dict.fromkeys(names, "f()")
    )
    twins = [SymbolEntry(name, 8, "app", ".app", "") for name in ("_ZC1", "_ZC2")]
    images = SweptImages(store)
    images.add(image(elf="a", symbols=put_symbols(store, twins)))
    table = images.table(["a"])
    assert len(table.symbols) == 1
    found = table.image("a")
    assert found is not None
    assert [symbol.name for symbol in found.symbols] == ["f()", "f()"]


def test_symbols_that_the_store_lost_are_said_to_be(store):
    with pytest.raises(HarnessError, match="missing or damaged; run again"):
        SweptImages(store).add(image(symbols="0" * 64))
