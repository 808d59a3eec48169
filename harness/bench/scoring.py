"""What raw outputs are worth: dequantized, scored, and counted into a confusion matrix."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.bench.arrays import get_array
from harness.bench.artifacts import SampleSet
from harness.model_file.model import ModelFile
from harness.reference.quantization import dequantize_output
from harness.store import ArtifactStore
from harness.tasks.metrics import quality

Confusion = tuple[tuple[int, ...], ...]


def score_raw(
    store: ArtifactStore, samples: SampleSet, model: ModelFile, outputs: Sequence[bytes]
) -> tuple[float | None, Confusion | None]:
    """Return quality and confusion matrix of a model's raw outputs; None without labels."""
    if samples.y is None or samples.metric is None:
        return None, None
    return score(store, samples, dequantize_output(model, outputs))


def score(
    store: ArtifactStore, samples: SampleSet, scores: npt.NDArray[Any]
) -> tuple[float | None, Confusion | None]:
    """Return quality and confusion matrix (true class x predicted class) of `scores`.

    `scores` is samples x classes; both results are None where the samples carry no labels.

    Raises:
        HarnessError: Labels and scores do not fit each other.
    """
    if samples.y is None or samples.metric is None:
        return None, None
    labels = get_array(store, samples.y)
    value = quality(samples.metric, scores, labels)
    return value, _confusion(labels, scores.reshape(len(scores), -1))


def _confusion(labels: npt.NDArray[np.int64], scores: npt.NDArray[Any]) -> Confusion:
    from sklearn.metrics import confusion_matrix

    classes = range(scores.shape[1])
    matrix = confusion_matrix(labels, scores.argmax(axis=1), labels=list(classes))
    return tuple(tuple(int(count) for count in row) for row in matrix)
