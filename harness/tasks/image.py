"""Which of ten things does a small picture show? Patches of photographs, or CIFAR-10."""

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.tasks.pictures import Pixels, scaled, varied
from harness.tasks.pictures_cifar10 import CIFAR10
from harness.tasks.sampling import stratified_subset
from harness.tasks.task import LabelledSamples, Split, Task

CLASSES = (
    "brick",
    "cat",
    "coffee",
    "grass",
    "gravel",
    "moon",
    "motorcycle",
    "retina",
    "stars",
    "tissue",
)
SIDE = 32
SEED = 40
TRAIN_PATCHES = 300
TEST_PATCHES = 36
"""How many patches of each photograph train, and how many test."""
CALIBRATION_SAMPLES = 200
TRAIN_REGION = (0.0, 0.65)
TEST_REGION = (0.7, 1.0)
"""Shares of a photograph's width that patches are cut from; between them lies what neither has."""
LEAST_DETAIL = 4.0
"""Patches whose pixels deviate less from their mean show nothing, such as a photograph's border."""


def read(split: Split) -> LabelledSamples:
    """Return patches of shape (32, 32, 3) scaled to [0, 1], the same number of each class.

    Test patches do not overlap and are as photographed. Training patches are cut at random, and
    mirrored, moved and lit at random; 200 of them calibrate.
    """
    if split == "test":
        parts = [_test_patches(_photograph(name)) for name in CLASSES]
    else:
        rng = np.random.default_rng(SEED)
        parts = [varied(_train_patches(_photograph(name), rng), rng) for name in CLASSES]
    x = np.concatenate(parts)
    y = np.repeat(np.arange(len(CLASSES), dtype=np.int64), [len(part) for part in parts])
    if split != "calibration":
        return LabelledSamples(scaled(x), y)
    chosen = stratified_subset(y, CALIBRATION_SAMPLES)
    return LabelledSamples(scaled(x[chosen]), y[chosen])


def _photograph(name: str) -> Pixels:
    """Return a photograph of scikit-image as height x width x 3; grey ones have equal channels."""
    from skimage import data

    readers: dict[str, Callable[[], Any]] = {
        "brick": data.brick,
        "cat": data.chelsea,
        "coffee": data.coffee,
        "grass": data.grass,
        "gravel": data.gravel,
        "moon": data.moon,
        "motorcycle": lambda: data.stereo_motorcycle()[0],
        "retina": data.retina,
        "stars": data.hubble_deep_field,
        "tissue": data.immunohistochemistry,
    }
    pixels = np.asarray(readers[name](), dtype=np.uint8)
    return pixels if pixels.ndim > 2 else np.repeat(pixels[..., np.newaxis], 3, axis=2)  # noqa: PLR2004


def _train_patches(photograph: Pixels, rng: np.random.Generator) -> Pixels:
    height, width, _ = photograph.shape
    first, last = (int(share * width) for share in TRAIN_REGION)
    patches: list[Pixels] = []
    while len(patches) < TRAIN_PATCHES:
        top = int(rng.integers(0, height - SIDE + 1))
        left = int(rng.integers(first, last - SIDE + 1))
        patch = photograph[top : top + SIDE, left : left + SIDE]
        if patch.std() >= LEAST_DETAIL:
            patches.append(patch)
    return np.stack(patches)


def _test_patches(photograph: Pixels) -> Pixels:
    height, width, _ = photograph.shape
    first, last = (int(share * width) for share in TEST_REGION)
    grid = [
        photograph[top : top + SIDE, left : left + SIDE]
        for top in range(0, height - SIDE + 1, SIDE)
        for left in range(first, last - SIDE + 1, SIDE)
    ]
    detailed = [patch for patch in grid if patch.std() >= LEAST_DETAIL]
    chosen = np.arange(TEST_PATCHES) * len(detailed) // TEST_PATCHES
    return np.stack([detailed[index] for index in chosen])


TASK = Task(
    name="image",
    title="Ten things in pictures of 32 x 32",
    metric="accuracy",
    classes=CLASSES,
    packages=("scikit-image", "pillow", "numpy"),
    read=read,
    dataset=CIFAR10,
)
