"""Promises about the table of images: nothing is lost in it, and nothing is listed twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.results.images import ImageSizes, ImageTable, Symbol

SYMBOLS = st.builds(
    Symbol,
    name=st.sampled_from(["main", "Convolve(int)", "resolver"]),
    bytes=st.integers(0, 3),
    category=st.sampled_from(["app", "kernels", "ram"]),
    section=st.sampled_from([".app", ".data.app", ".bss"]),
)
IMAGES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.builds(
        ImageSizes,
        flash=st.just({"app": 40}),
        static_bytes=st.integers(0, 9),
        symbols=st.lists(SYMBOLS, max_size=6).map(tuple),
    ),
)


@given(IMAGES)
def test_images_come_back_from_the_table_and_from_its_json(images: dict[str, ImageSizes]) -> None:
    table = ImageTable.model_validate_json(ImageTable.of(images).model_dump_json(), strict=True)
    assert {key: table.image(key) for key in images} == images
    assert len(set(table.symbols)) == len(table.symbols)


def test_an_image_that_is_not_there_is_none() -> None:
    assert ImageTable().image("x") is None


def test_a_position_beyond_the_list_is_refused() -> None:
    entry = {"flash": {}, "static_bytes": 0, "symbols": [1]}
    with pytest.raises(ValidationError, match="does not list"):
        ImageTable.model_validate({"symbols": [], "images": {"a": entry}})


@pytest.mark.parametrize(
    ("category", "section", "in_flash", "in_ram"),
    [
        ("kernels", ".kernels", True, False),
        ("kernels", ".data.kernels", True, True),
        ("ram", ".bss", False, True),
    ],
)
def test_initialised_data_is_in_flash_and_in_ram(
    category: str, section: str, in_flash: bool, in_ram: bool
) -> None:
    symbol = Symbol(name="x", bytes=4, category=category, section=section)
    assert (symbol.in_flash, symbol.in_ram) == (in_flash, in_ram)
