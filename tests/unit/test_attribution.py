"""Promises about who owns what grew: the parts are exact, and everything has a name."""

import pytest
from gate_factory import full_row, unmeasured_row
from hypothesis import given
from hypothesis import strategies as st

from harness.gate.attribution import (
    UNNAMED,
    Attribution,
    CategoryChange,
    Contents,
    PartChange,
    attribute,
    part_changes,
)
from harness.results.comparison import compare_rows
from harness.results.figures import FLASH_PARTS
from harness.results.images import ImageSizes, Symbol
from harness.results.manifest import Manifest
from harness.results.row import Row

NAMES = ("ns::a", "ns::b", "ns::c", "main")
SIZES = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5000))
CATEGORIES = st.sampled_from(("kernels", "runtime", "libc"))


def image_row(image: ImageSizes, instructions: int = 1000, **changes: object) -> Row:
    """Return the row whose flash and statics are the image's."""
    flash = {f"flash_{part}_bytes": image.flash.get(part, 0) for part in FLASH_PARTS}
    figures = {"flash_bytes": sum(flash.values()), "ram_static_bytes": image.static_bytes}
    return full_row(**{**flash, **figures, "instructions": instructions, **changes})


def contents(row: Row, image: ImageSizes, operators: dict[str, int] | None = None) -> Contents:
    return Contents({row.cell: image}, {row.cell: operators} if operators else {})


def image(*symbols: Symbol, unnamed: int = 0) -> ImageSizes:
    """Return an image of these symbols; each category has some bytes that none of them names."""
    flash = dict.fromkeys(FLASH_PARTS, unnamed)
    static = unnamed
    for symbol in symbols:
        if symbol.category != "ram":
            flash[symbol.category] += symbol.bytes
        if symbol.section == ".bss" or symbol.section.startswith(".data"):
            static += symbol.bytes
    return ImageSizes(flash=flash, static_bytes=static, symbols=symbols)


def kernel(name: str, size: int, section: str = ".kernels") -> Symbol:
    return Symbol(name=name, bytes=size, category="kernels", section=section)


def bss(name: str, size: int) -> Symbol:
    return Symbol(name=name, bytes=size, category="ram", section=".bss")


def attributed(old: ImageSizes, new: ImageSizes) -> Attribution:
    before, after = image_row(old), image_row(new)
    found = attribute(compare_rows([before], [after]), contents(before, old), contents(after, new))
    return found[after.cell]


SYMBOLS = st.lists(
    st.builds(
        Symbol,
        name=st.sampled_from([f"{name}(int)" for name in NAMES]),
        bytes=st.integers(0, 4000),
        category=CATEGORIES,
        section=st.sampled_from([".text", ".data.kernels"]),
    )
    | st.builds(bss, st.sampled_from(NAMES), st.integers(0, 4000)),
    max_size=8,
)


@given(SYMBOLS, SYMBOLS, st.integers(0, 50), st.integers(0, 50))
def test_parts_sum_to_what_the_row_says(
    old: list[Symbol], new: list[Symbol], unnamed: int, unnamed_now: int
) -> None:
    images = image(*old, unnamed=unnamed), image(*new, unnamed=unnamed_now)
    rows = [image_row(one) for one in images]
    found = attribute(
        compare_rows(rows[:1], rows[1:]),
        contents(rows[0], images[0]),
        contents(rows[1], images[1]),
    ).get(rows[0].cell, Attribution())
    for memory, categories in (("flash", found.flash), ("ram", found.ram)):
        names = [one.category for one in categories]
        assert len(names) == len(set(names))
        for one in categories:
            column = f"{memory}_{one.category}_bytes"
            assert one.change == getattr(rows[1], column) - getattr(rows[0], column)
            assert not one.parts or sum(part.change for part in one.parts) == one.change
            assert all(part.change for part in one.parts)
    grown = sum(one.change for one in found.flash)
    assert grown == rows[1].flash_bytes - rows[0].flash_bytes  # type: ignore[operator]


@given(SIZES, SIZES, st.integers(-9000, 9000))
def test_what_names_do_not_account_for_is_unnamed(
    old: dict[str, int], new: dict[str, int], change: int
) -> None:
    parts = part_changes(old, new, change)
    assert sum(part.change for part in parts) == change
    named = sum(new.values()) - sum(old.values())
    by_name = {part.name: part.change for part in parts}
    assert by_name.get(UNNAMED, 0) == change - named
    sizes = [abs(part.change) for part in parts]
    assert sizes == sorted(sizes, reverse=True)


def test_it_names_what_grew_by_category_and_short_name() -> None:
    old = image(kernel("void harness::kernels::simd::Conv<4>(int*, long)", 1000), unnamed=10)
    new = image(
        kernel("void harness::kernels::simd::Conv<4>(int*, long)", 1960),
        kernel("harness::kernels::simd::Pad(int)", 352),
        unnamed=10,
    )
    assert attributed(old, new) == Attribution(
        flash=(
            CategoryChange(
                "kernels", 1312, (PartChange("simd::Conv", 960), PartChange("simd::Pad", 352))
            ),
        )
    )


def test_a_renamed_symbol_is_the_old_name_less_and_the_new_one_more() -> None:
    old, new = image(kernel("ns::Old()", 500)), image(kernel("ns::New()", 520))
    assert attributed(old, new).flash == (
        CategoryChange("kernels", 20, (PartChange("ns::New", 520), PartChange("ns::Old", -500))),
    )


def test_initialized_data_is_in_flash_and_in_ram() -> None:
    old = image()
    new = image(kernel("ns::table", 64, ".data.kernels"), bss("ns::state", 16))
    found = attributed(old, new)
    assert found.flash == (CategoryChange("kernels", 64, (PartChange("ns::table", 64),)),)
    assert found.ram == (
        CategoryChange("static", 80, (PartChange("ns::table", 64), PartChange("ns::state", 16))),
    )


def test_a_category_that_kept_its_size_is_listed_where_its_symbols_moved() -> None:
    old, new = image(kernel("a", 100), kernel("b", 50)), image(kernel("a", 50), kernel("b", 100))
    one = image(kernel("a", 50), kernel("b", 100), bss("c", 4))
    assert attributed(old, one).flash == (
        CategoryChange("kernels", 0, (PartChange("a", -50), PartChange("b", 50))),
    )
    before, after = image_row(old), image_row(new)
    assert attribute(compare_rows([before], [after]), Contents(), Contents()) == {}


def test_what_no_symbol_names_has_no_parts() -> None:
    assert attributed(image(), image(unnamed=8)).flash[0].parts == ()


def test_the_arena_is_told_by_what_the_interpreter_reports() -> None:
    old = full_row(ram_arena_bytes=2000, ram_arena_persistent_bytes=900)
    new = full_row(ram_arena_bytes=2064, ram_arena_persistent_bytes=960)
    found = attribute(compare_rows([old], [new]), Contents(), Contents())[new.cell]
    assert found.ram == (
        CategoryChange("arena", 64, (PartChange("persistent", 60), PartChange(UNNAMED, 4))),
    )


def test_instructions_are_told_by_operator() -> None:
    one = image()
    before, after = image_row(one, 1000), image_row(one, 1250)
    found = attribute(
        compare_rows([before], [after]),
        contents(before, one, {"interpreter": 100, "CONV_2D (0)": 900}),
        contents(after, one, {"interpreter": 90, "CONV_2D (0)": 1100, "PAD (1)": 60}),
    )
    assert found[after.cell].instructions == (
        PartChange("CONV_2D (0)", 200),
        PartChange("PAD (1)", 60),
        PartChange("interpreter", -10),
    )


def test_without_symbols_categories_remain_and_the_note_says_why() -> None:
    old, new = full_row(), full_row(flash_bytes=1100, flash_kernels_bytes=1100)
    found = attribute(compare_rows([old], [new]), Contents(note="no baseline.json"), Contents())
    assert found[new.cell] == Attribution(
        flash=(CategoryChange("kernels", 100),), note="no baseline.json"
    )


def test_cells_that_share_an_image_share_an_attribution() -> None:
    old, new = image(kernel("a", 100)), image(kernel("a", 200))
    before = [image_row(old, board=board) for board in ("x", "y")]
    after = [image_row(new, board=board) for board in ("x", "y")]
    found = attribute(
        compare_rows(before, after),
        Contents({row.cell: old for row in before}),
        Contents({row.cell: new for row in after}),
    )
    assert found[after[0].cell] is found[after[1].cell]


def test_rows_that_are_new_or_gone_or_the_same_have_none() -> None:
    row = full_row()
    assert attribute(compare_rows([row], [row]), Contents(), Contents()) == {}
    assert attribute(compare_rows([], [row]), Contents(), Contents()) == {}
    assert attribute(compare_rows([row], []), Contents(), Contents()) == {}


@pytest.mark.parametrize("missing", ["old", "new"])
def test_what_only_one_table_knows_is_told_by_category(missing: str) -> None:
    old, new = image(kernel("a", 100)), image(kernel("a", 200))
    before, after = image_row(old, 1000), image_row(new, 1250)
    told = {
        "old": contents(before, old, {"CONV_2D (0)": 1000}),
        "new": contents(after, new, {"CONV_2D (0)": 1250}),
    }
    told[missing] = Contents()
    found = attribute(compare_rows([before], [after]), told["old"], told["new"])
    assert found[after.cell] == Attribution(
        flash=(CategoryChange("kernels", 100),),
        note="the symbols of one of the two images are not known",
    )


def test_operators_are_not_listed_where_their_sum_stayed() -> None:
    old, new = image(kernel("a", 100)), image(kernel("a", 200))
    before, after = image_row(old), image_row(new)
    found = attribute(
        compare_rows([before], [after]),
        contents(before, old, {"ADD (0)": 400, "MUL (1)": 600}),
        contents(after, new, {"ADD (0)": 600, "MUL (1)": 400}),
    )
    assert found[after.cell].instructions == ()


@pytest.mark.parametrize("measured_before", [True, False])
def test_a_row_that_was_measured_only_once_has_nothing_to_attribute(measured_before: bool) -> None:
    rows = [full_row(), unmeasured_row("unsupported")]
    old, new = rows if measured_before else rows[::-1]
    assert attribute(compare_rows([old], [new]), Contents(), Contents()) == {}


@pytest.mark.parametrize(
    "listed",
    [
        None,
        {"index": 1},
        ["CONV_2D"],
        [{"index": "0", "name": "ADD", "instructions": 1}],
        [{"index": 0, "name": None, "instructions": 1}],
        [{"index": 0, "name": "ADD", "instructions": "many"}],
    ],
)
def test_operators_that_are_written_in_another_form_are_not_known(listed: object) -> None:
    row = full_row()
    record = {"key": "", "cell": row.cell, "status": "ok", "details": {"operators": listed}}
    manifest = {
        "created": "2026-11-21T12:00:00Z", "harness": "0.1.0", "spec": {}, "tools": {},
        "machines": (), "cells": (record,),
    }  # fmt: skip
    assert Contents.of(Manifest.model_validate(manifest)).operators == {}


def test_the_largest_change_of_a_category_comes_first() -> None:
    old = full_row()
    new = full_row(flash_kernels_bytes=1010, flash_libc_bytes=900, flash_app_bytes=1050)
    found = attribute(compare_rows([old], [new]), Contents(), Contents())[new.cell]
    assert [one.category for one in found.flash] == ["libc", "app", "kernels"]


def test_what_is_no_longer_measured_did_not_shrink() -> None:
    arena = {"ram_arena_persistent_bytes": 600, "ram_arena_nonpersistent_bytes": 400}
    lost = unmeasured_row("unsupported", **dict.fromkeys(arena))
    assert attribute(compare_rows([full_row(**arena)], [lost]), Contents(), Contents()) == {}
    partly = full_row(ram_arena_bytes=None, flash_kernels_bytes=900, **dict.fromkeys(arena))
    found = attribute(compare_rows([full_row(**arena)], [partly]), Contents(), Contents())
    assert found[partly.cell].ram == ()
    assert found[partly.cell].flash == (CategoryChange("kernels", -100),)
