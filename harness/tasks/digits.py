"""Handwritten digits: 1,797 images of 8 x 8 pixels that scikit-learn carries."""

import numpy as np

from harness.tasks.sampling import stratified_subset
from harness.tasks.task import LabelledSamples, Split, Task

SPLIT_SEED = 20
TEST_SAMPLES = 360
CALIBRATION_SAMPLES = 200
BRIGHTEST = 16.0
"""Pixels count the dark points of a 4 x 4 block of the scan, so 16 is black."""


def read(split: Split) -> LabelledSamples:
    """Return images of shape (8, 8, 1) scaled to [0, 1]; 360 of 1,797, stratified, are the test."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    x = (digits.images[..., np.newaxis] / BRIGHTEST).astype(np.float32)
    y = digits.target.astype(np.int64)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=TEST_SAMPLES, random_state=SPLIT_SEED, stratify=y
    )
    if split == "test":
        return LabelledSamples(x_test, y_test)
    if split == "train":
        return LabelledSamples(x_train, y_train)
    chosen = stratified_subset(y_train, CALIBRATION_SAMPLES)
    return LabelledSamples(x_train[chosen], y_train[chosen])


TASK = Task(
    name="digits",
    title="Handwritten digits, 8 x 8 pixels",
    metric="accuracy",
    classes=tuple("0123456789"),
    packages=("scikit-learn",),
    read=read,
)
