"""The task: which corner of a grey picture of 8 x 8 pixels is the brightest."""

import numpy as np

from harness.tasks import LabelledSamples, Split, Task

SEED = {"train": 1, "calibration": 2, "test": 3}
SAMPLES = {"train": 400, "calibration": 40, "test": 80}


def read(split: Split) -> LabelledSamples:
    """Return pictures of shape (8, 8, 1) from 0 to 1, and the number of the brightest corner."""
    random = np.random.default_rng(SEED[split])
    count = SAMPLES[split]
    y = np.arange(count, dtype=np.int64) % 4
    x = random.uniform(0, 0.6, (count, 8, 8, 1)).astype(np.float32)
    rows, columns = random.integers(0, 4, (2, count))
    x[np.arange(count), 4 * (y // 2) + rows, 4 * (y % 2) + columns, 0] = 1
    return LabelledSamples(x, y)


TASK = Task(
    name="corner",
    title="The brightest corner",
    metric="accuracy",
    classes=("top left", "top right", "bottom left", "bottom right"),
    packages=("numpy",),
    read=read,
)
