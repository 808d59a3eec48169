"""Promises about reading TOML: strict types, and one line that names file, field and remedy."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from harness.errors import HarnessError
from harness.names import nearest_name, unknown_name
from harness.toml_file import parse_toml, read_toml


class Item(BaseModel):
    """A table inside another."""

    model_config = ConfigDict(extra="forbid")
    size: int
    weight: float | None = None


class Box(BaseModel):
    """A file."""

    model_config = ConfigDict(extra="forbid")
    name: str
    item: tuple[Item, ...]


GOOD = 'name = "a"\n[[item]]\nsize = 0x10\n'


def test_a_good_file_becomes_the_model_with_hexadecimal_numbers(tmp_path: Path) -> None:
    path = tmp_path / "box.toml"
    path.write_text(GOOD)
    assert read_toml(path, Box) == Box(name="a", item=(Item(size=16),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "f.toml: not valid TOML: Invalid value (at end of document); correct it"),
        (
            'name = "a"\nname = "b"',
            "f.toml: not valid TOML: Cannot overwrite a value (at ",
        ),
        ("item = []", "f.toml: name: missing; add it"),
        (GOOD.replace("0x10", '"5"'), 'f.toml: item[0].size: should be a valid integer, not "5"'),
        (GOOD.replace("0x10", "5.0"), "f.toml: item[0].size: should be a valid integer, not 5.0"),
        (GOOD.replace("0x10", "true"), "f.toml: item[0].size: should be a valid integer, not true"),
        (GOOD + "wieght = 1\n", "f.toml: item[0].wieght: unknown key; did you mean 'weight'?"),
        ('nmae = "a"\nitem = []', "f.toml: nmae: unknown key; did you mean 'name'?"),
        (GOOD + "qqqq = 1\n", "f.toml: item[0].qqqq: unknown key; known keys: size, weight"),
        ("name = 1979-05-27\nitem = 3", "f.toml: item: should be a valid array, not 3"),
        ("a = " + "[" * 3000, "f.toml: not valid TOML: "),
        ("a = " + "9" * 5000, "f.toml: not valid TOML: "),
    ],
)
def test_a_wrong_file_is_named_with_field_and_remedy(text: str, message: str) -> None:
    with pytest.raises(HarnessError, match="^" + re.escape(message)) as caught:
        parse_toml(text.encode(), "f.toml", Box)
    assert "\n" not in str(caught.value)


def test_a_file_in_another_encoding_says_so() -> None:
    with pytest.raises(HarnessError, match=r"^f.toml: not UTF-8 text \(byte 8\); save it as UTF-8"):
        parse_toml(b'name = "\xff"', "f.toml", Box)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"absent\.toml: cannot be read"):
        read_toml(tmp_path / "absent.toml", Box)


@given(st.binary(max_size=60))
def test_random_bytes_raise_nothing_but_a_one_line_error(content: bytes) -> None:
    with pytest.raises(HarnessError) as caught:
        parse_toml(content, "f.toml", Box)
    assert len(str(caught.value).splitlines()) == 1


def test_the_nearest_name_is_suggested_whatever_its_case() -> None:
    assert nearest_name("Nano33BEL", ["bluepill", "nano33ble"]) == "nano33ble"
    assert nearest_name("zzz", ["bluepill", "nano33ble"]) is None


def test_an_unknown_name_lists_the_known_ones() -> None:
    error = unknown_name("scheme", "int9", ["int8", "float32"])
    assert str(error) == "unknown scheme 'int9'; did you mean 'int8'? known: float32, int8"
