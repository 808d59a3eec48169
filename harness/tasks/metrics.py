"""Turn a model's scores and the true labels into one figure of quality."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError


def accuracy(scores: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    """Return the share of samples whose highest score is their label's, from 0 to 1.

    `scores` is samples x classes. Equal scores choose the lower class, as the firmware would; a
    sample with a score that is not finite counts as wrong.
    """
    right = (scores.argmax(axis=1) == labels) & np.isfinite(scores).all(axis=1)
    return float(right.mean())


METRICS: Mapping[str, Callable[[npt.NDArray[np.float32], npt.NDArray[np.int64]], float]] = (
    MappingProxyType({"accuracy": accuracy})
)


def quality(metric: str, scores: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return the figure that `metric` gives to `scores` (samples x classes) against `labels`.

    Raises:
        HarnessError: No such metric; no samples; scores and labels of different length; a label
            that the model has no score for.
    """
    if metric not in METRICS:
        raise HarnessError(f"metric: {metric!r} is unknown; valid are {', '.join(METRICS)}")
    y = np.asarray(labels, dtype=np.int64)
    if not len(y):
        raise HarnessError("y: no labels; quality needs at least one sample")
    values = np.asarray(scores, dtype=np.float32)
    if len(values) != len(y):
        raise HarnessError(f"y: {len(y)} labels for {len(values)} samples; give one each")
    values = values.reshape(len(values), -1)
    if y.min() < 0 or y.max() >= values.shape[1]:
        wrong = y.min() if y.min() < 0 else y.max()
        raise HarnessError(
            f"y: label {wrong}, but the model scores {values.shape[1]} classes; "
            f"number the classes from 0 to {values.shape[1] - 1}"
        )
    return METRICS[metric](values, y)
