"""Promises about memory maps: every byte is in a block, every block has a tile, none overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_factory import FLASH, IMAGE, timed_row

from harness.report.memory import Block, Part, flash_parts, ram_parts, tiles

ROW = timed_row()


def blocks(parts: tuple[Part, ...], key: str) -> dict[str, int]:
    return {b.name: b.bytes for part in parts if part.key == key for b in part.blocks}


def test_flash_is_split_into_its_symbols_and_what_has_none() -> None:
    parts = flash_parts(ROW, IMAGE)
    assert sum(part.bytes for part in parts) == ROW.flash_bytes
    assert {part.key: part.bytes for part in parts} == {k: v for k, v in FLASH.items() if v}
    assert blocks(parts, "kernels") == {"simd::Convolve": 9_000, "(unnamed)": 5_900, "table": 100}
    assert blocks(parts, "runtime") == {
        "tflite::Interpret": 20_000,
        "(unnamed)": 9_900,
        "(2 smaller than 64 B)": 100,
    }
    assert blocks(parts, "model") == {"model": 20_000}


def test_ram_is_arena_statics_and_stack() -> None:
    parts = ram_parts(ROW, IMAGE)
    assert sum(part.bytes for part in parts) == ROW.ram_bytes
    assert blocks(parts, "arena") == {"persistent": 11_000, "shared": 1_500, "temporary": 100}
    assert blocks(parts, "static") == {"buffer": 500, "table": 100, "(unnamed)": 200}
    assert blocks(parts, "stack") == {"stack": 600}


def test_an_arena_smaller_than_its_reported_parts_is_one_block() -> None:
    row = timed_row(ram_arena_bytes=12_000, ram_bytes=13_400)
    assert blocks(ram_parts(row, IMAGE), "arena") == {"temporary": 12_000}


def test_without_an_image_the_parts_are_known() -> None:
    assert {p.key: p.bytes for p in flash_parts(ROW, None)} == {k: v for k, v in FLASH.items() if v}
    assert sum(part.bytes for part in ram_parts(ROW, None)) == ROW.ram_bytes


SIZES = st.lists(
    st.lists(st.integers(1, 1_000_000), min_size=1, max_size=25).map(
        lambda sizes: sorted(sizes, reverse=True)
    ),
    min_size=1,
    max_size=6,
)


@given(SIZES, st.floats(0.5, 4.0))
def test_a_tile_has_the_area_of_its_bytes(sizes: list[list[int]], aspect: float) -> None:
    parts = [
        Part(str(place), tuple(Block(str(size), size) for size in own))
        for place, own in enumerate(sizes)
    ]
    parts.sort(key=lambda part: -part.bytes)
    whole = sum(part.bytes for part in parts)
    placed = tiles(parts, aspect)
    assert [tile.block.bytes for tile in placed] == [b.bytes for p in parts for b in p.blocks]
    for tile in placed:
        assert tile.width * tile.height == pytest.approx(tile.block.bytes / whole, rel=1e-6)
        assert -1e-9 <= tile.x <= tile.x + tile.width <= 1 + 1e-9
        assert -1e-9 <= tile.y <= tile.y + tile.height <= 1 + 1e-9
    # Inside the unit square, areas that sum to 1 cover it only where no two overlap.
    for place, one in enumerate(placed):
        for other in placed[place + 1 :]:
            wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert wide <= 1e-9 or high <= 1e-9


def test_nothing_gives_no_tiles() -> None:
    assert tiles([Part("model", ())], 2.0) == ()
