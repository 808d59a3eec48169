"""How often the highest score is the right class's."""

from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.floating[Any]]
"""A model's outputs: samples x classes."""

Confusion = tuple[tuple[int, ...], ...]
"""Counts of samples: true class x predicted class."""


def answered(scores: Scores) -> npt.NDArray[np.bool_]:
    """Return for each sample whether all its scores are finite: what is not answers nothing."""
    return np.asarray(np.isfinite(scores).all(axis=1))


def right_answers(scores: Scores, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return for each sample whether its highest score is its label's.

    Equal scores choose the lower class, as firmware would; a sample with a score that is not
    finite counts as wrong.
    """
    return np.asarray((scores.argmax(axis=1) == labels) & answered(scores))


def confusion(scores: Scores, labels: npt.NDArray[np.int64]) -> Confusion:
    """Return the confusion matrix of the samples that are `answered`."""
    from sklearn.metrics import confusion_matrix

    count = scores.shape[1]
    kept = answered(scores)
    if not kept.any():  # scikit-learn refuses to count nothing
        return tuple((0,) * count for _ in range(count))
    predicted = scores[kept].argmax(axis=1)
    matrix = confusion_matrix(labels[kept], predicted, labels=list(range(count)))
    return tuple(tuple(int(number) for number in row) for row in matrix)
