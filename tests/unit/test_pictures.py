"""Pictures are read, resized and varied the same way every time; what is none is refused."""

import numpy as np
import pytest
from PIL import Image

from harness.errors import HarnessError
from harness.tasks.pictures import read_pictures, resized, scaled, varied


@pytest.fixture
def gradient():
    """A picture, 30 x 40, that rises from left to right."""
    row = np.linspace(0, 255, 40).astype(np.uint8)
    return np.repeat(np.tile(row, (30, 1))[..., np.newaxis], 3, axis=2)


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [("png", mode) for mode in ("RGB", "L", "P", "RGBA", "1")]
    + [("bmp", mode) for mode in ("RGB", "L", "P", "1")]
    + [("jpg", mode) for mode in ("RGB", "L", "1", "CMYK")],
)
def test_pictures_of_any_kind_and_size_become_rgb_of_one_size(tmp_path, gradient, suffix, mode):
    path = tmp_path / f"one.{suffix}"
    Image.fromarray(gradient).convert(mode).save(path)
    pictures = read_pictures([path, path], 96)
    assert (pictures.shape, pictures.dtype) == ((2, 96, 96, 3), np.uint8)
    assert pictures[0, :, 80:].mean() > 200
    assert pictures[0, :, :16].mean() < 50


def test_a_picture_of_the_right_size_is_read_as_it_is(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "one.png")
    np.testing.assert_array_equal(read_pictures([tmp_path / "one.png"], 96)[0], pixels)


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\xff\xd8\xff\xe0 no more", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_named(tmp_path, content):
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    with pytest.raises(HarnessError, match=r"broken\.jpg: cannot be read as a picture") as caught:
        read_pictures([path], 32)
    assert "\n" not in str(caught.value)


def test_a_picture_cut_short_is_named(tmp_path, gradient):
    path = tmp_path / "half.png"
    Image.fromarray(gradient).save(path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(HarnessError, match=r"half\.png: cannot be read as a picture"):
        read_pictures([path], 32)


def test_a_picture_that_would_fill_the_memory_is_refused_unread(tmp_path):
    path = tmp_path / "huge.png"
    Image.new("1", (9000, 9000)).save(path)
    with pytest.raises(HarnessError, match=r"huge\.png: 9000 x 9000 pixels are too many"):
        read_pictures([path], 32)


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(HarnessError, match=r"gone\.png: cannot be read as a picture"):
        read_pictures([tmp_path / "gone.png"], 32)


def test_a_grey_picture_gets_three_equal_channels(gradient):
    small = resized(gradient[..., 0], 16)
    assert small.shape == (16, 16, 3)
    assert (small == small[..., :1]).all()


def test_pixels_are_scaled_to_one():
    assert scaled(np.array([[[[0, 51, 255]]]], np.uint8)).tolist() == [[[[0, np.float32(0.2), 1]]]]


def test_variations_follow_from_the_seed_alone_and_leave_the_original(gradient):
    pictures = np.stack([gradient] * 8)
    once, again = (varied(pictures, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert not (once == varied(pictures, np.random.default_rng(6))).all()
    assert (pictures == gradient).all()
    assert (once.shape, once.dtype) == (pictures.shape, np.uint8)


def test_variations_mirror_about_half_of_the_pictures(gradient):
    many = varied(np.stack([gradient] * 200), np.random.default_rng(5)).astype(float)
    falling = (many[:, :, :10].mean(axis=(1, 2, 3)) > many[:, :, -10:].mean(axis=(1, 2, 3))).sum()
    assert 70 < falling < 130
