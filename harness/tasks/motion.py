"""Four motions told from a wrist's accelerometer and gyroscope: sktime's BasicMotions."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from harness.tasks.sampling import stratified_subset
from harness.tasks.task import LabelledSamples, Labels, Split, Stream, Task

CLASSES = ("badminton", "running", "standing", "walking")
WINDOW_STEPS = 50
STRIDE_STEPS = 25
SAMPLE_RATE_HZ = 10.0
"""BasicMotions was recorded at 10 Hz (timeseriesclassification.com, BasicMotions)."""
CALIBRATION_SAMPLES = 60


def windows(recordings: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Cut recordings (n x 6 channels x steps) into overlapping windows (m x 50 x 1 x 6).

    The windows of one recording stand together, in the order of the recordings.
    """
    starts = range(0, recordings.shape[2] - WINDOW_STEPS + 1, STRIDE_STEPS)
    cut = np.stack([recordings[:, :, s : s + WINDOW_STEPS] for s in starts], axis=1)
    return cut.reshape(-1, recordings.shape[1], WINDOW_STEPS).transpose(0, 2, 1)[:, :, np.newaxis]


def read(split: Split) -> LabelledSamples:
    """Return windows of shape (50, 1, 6), normalized with the training recordings' statistics.

    The archive's own halves (40 recordings each) are the training and the test split, so all
    windows of a recording are on one side.
    """
    train, y_train = _half("train")
    mean = train.mean(axis=(0, 1, 2))
    deviation = train.std(axis=(0, 1, 2))
    cut, y = (train, y_train) if split != "test" else _half("test")
    x = ((cut - mean) / deviation).astype(np.float32)
    if split != "calibration":
        return LabelledSamples(x, y)
    chosen = stratified_subset(y, CALIBRATION_SAMPLES)
    return LabelledSamples(x[chosen], y[chosen])


def _half(split: Literal["train", "test"]) -> tuple[npt.NDArray[np.float64], Labels]:
    from sktime.datasets import load_basic_motions

    recordings, motions = load_basic_motions(split=split, return_type="numpy3D")
    cut = windows(np.asarray(recordings, dtype=np.float64))
    labels = np.array([CLASSES.index(str(motion)) for motion in motions], dtype=np.int64)
    return cut, np.repeat(labels, len(cut) // len(labels))


TASK = Task(
    name="motion",
    title="Motions from six inertial channels, windows of 50 steps",
    metric="accuracy",
    classes=CLASSES,
    packages=("sktime",),
    read=read,
    stream=Stream(
        window_ms=1000.0 * WINDOW_STEPS / SAMPLE_RATE_HZ,
        stride_ms=1000.0 * STRIDE_STEPS / SAMPLE_RATE_HZ,
    ),
)
