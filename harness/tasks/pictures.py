"""Pictures as tasks need them: read from files, resized, scaled, and varied for training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.tasks.task import Samples

Pixels = npt.NDArray[np.uint8]
"""Pictures as they are stored: samples x height x width x 3 (red, green, blue)."""

BRIGHTEST = 255
LARGEST_SHIFT = 1 / 12
"""How far `varied` moves a picture at most, as a share of its sides."""
CONTRASTS = (0.7, 1.3)
OFFSETS = (-30.0, 30.0)
"""Ranges from which `varied` draws: pixel = pixel x contrast + offset."""

_LARGEST_PIXELS = 64 << 20


def read_pictures(paths: Sequence[Path], side: int) -> Pixels:
    """Return the pictures in `paths`, in RGB and resized to `side` x `side`.

    Raises:
        HarnessError: A file is missing, is no picture, is damaged or has over 64 million pixels.
    """
    pictures = np.empty((len(paths), side, side, 3), dtype=np.uint8)
    for index, path in enumerate(paths):
        pictures[index] = _read(path, side)
    return pictures


def resized(picture: Pixels, side: int) -> Pixels:
    """Return one picture (height x width x 3, or height x width in grey) as `side` x `side` x 3.

    Bilinear, in the integer arithmetic of Pillow: the same pixels on every machine.
    """
    from PIL import Image

    image = Image.fromarray(picture).convert("RGB")
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))


def scaled(pictures: Pixels) -> Samples:
    """Return pixels as float32 from 0 to 1."""
    return pictures.astype(np.float32) / np.float32(BRIGHTEST)


def varied(pictures: Pixels, rng: np.random.Generator) -> Pixels:
    """Return the pictures mirrored or not, moved, and in another light, each as `rng` says.

    What a move uncovers repeats the edge.
    """
    count, height, width, _ = pictures.shape
    reach = (round(height * LARGEST_SHIFT), round(width * LARGEST_SHIFT))
    padding = ((0, 0), (reach[0], reach[0]), (reach[1], reach[1]), (0, 0))
    framed = np.pad(pictures, padding, mode="edge")
    moved = np.empty_like(pictures)
    for index in range(count):
        top, left = rng.integers(0, 2 * np.array(reach) + 1)
        cut = framed[index, top : top + height, left : left + width]
        moved[index] = cut[:, ::-1] if rng.random() < 0.5 else cut  # noqa: PLR2004 - a coin
    light = moved.astype(np.float32) * rng.uniform(*CONTRASTS, (count, 1, 1, 1))
    light += rng.uniform(*OFFSETS, (count, 1, 1, 1))
    return np.clip(np.rint(light), 0, BRIGHTEST).astype(np.uint8)


def _read(path: Path, side: int) -> Pixels:
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.width * image.height > _LARGEST_PIXELS:
                raise HarnessError(
                    f"{path}: {image.width} x {image.height} pixels are too many; scale it down"
                )
            small = image.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
            return np.asarray(small)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        # Pillow's messages name the file again, or an object in memory.
        raise HarnessError(
            f"{path}: cannot be read as a picture ({type(error).__name__}); "
            "save it again as JPEG or PNG, or remove it"
        ) from error
