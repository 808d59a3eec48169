"""Judge a model's outputs by its task's metric, and against the float network's outputs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.metrics import detection as detecting
from harness.metrics.classification import Confusion, answered, confusion, right_answers
from harness.metrics.detection import Detection, Trials
from harness.metrics.paired import Loss, accuracy_lost, area_lost

if TYPE_CHECKING:
    from harness.tasks.task import Detector, LabelledSamples

METRICS = ("accuracy", "auc")
"""`accuracy`: share of samples whose highest score is their label's. `auc`: area under a detector's
ROC curve. Both from 0 to 1, higher is better."""

_NO_DETECTOR = "metric: auc needs a detector; give the task one"


@dataclass(frozen=True)
class Quality:
    """What outputs are worth: `value` in the task's metric, and what stands behind it.

    `unanswered` counts the samples with an output that is not finite: every metric counts them as
    wrong, and the confusion matrix, which has no place for them, leaves them out.
    """

    value: float
    unanswered: int
    confusion: Confusion | None
    """None where outputs are no classes' scores."""
    detection: Detection | None
    """None where the task is no detector, or all trials are of one kind."""


def judge(
    metric: str,
    outputs: npt.ArrayLike,
    samples: "LabelledSamples",
    detector: "Detector | None" = None,
    threshold: float | None = None,
) -> Quality:
    """Return what `outputs` (samples x output shape, as real numbers) are worth.

    `threshold` is the detector's operating point, as `operating_threshold` gives it for the float
    network.

    Raises:
        HarnessError: No such metric; no samples; outputs and labels do not fit each other; or the
            metric needs a detector, or trials of both kinds, and there are none.
    """
    values = _checked(metric, outputs, samples, detector)
    trials = None if detector is None else detecting.trials_of(detector, values, samples)
    found = None
    if trials is not None and (trials.is_decidable or metric == "auc"):
        found = detecting.detection(_decidable(trials), threshold)
    scores_classes = _scores_classes(detector)
    if metric == "auc" and found is not None:
        value = found.auc
    else:
        value = float(right_answers(values, samples.y).mean())
    return Quality(
        value=value,
        unanswered=int((~answered(values)).sum()),
        confusion=confusion(values, samples.y) if scores_classes else None,
        detection=found,
    )


def operating_threshold(
    detector: "Detector", float_outputs: npt.ArrayLike, samples: "LabelledSamples"
) -> float | None:
    """Return the threshold that every scheme of a model is then held to.

    It is the lowest at which the float network, on the same samples, falsely accepts at most
    5 %: what a product would have fixed before it was quantized. None where nothing decides it.

    Raises:
        HarnessError: Outputs and samples do not fit each other.
    """
    trials = detecting.trials_of(detector, np.asarray(float_outputs), samples)
    return detecting.operating_threshold(trials) if trials.is_decidable else None


def lost(
    metric: str,
    float_outputs: npt.ArrayLike,
    outputs: npt.ArrayLike,
    samples: "LabelledSamples",
    detector: "Detector | None" = None,
) -> Loss:
    """Return what `outputs` lose against the float network's on the same samples.

    Raises:
        HarnessError: As `judge` does.
    """
    before = _checked(metric, float_outputs, samples, detector)
    after = _checked(metric, outputs, samples, detector)
    if metric == "accuracy":
        return accuracy_lost(right_answers(before, samples.y), right_answers(after, samples.y))
    if detector is None:
        raise HarnessError(_NO_DETECTOR)
    first, second = (detecting.trials_of(detector, values, samples) for values in (before, after))
    return area_lost(_decidable(first), second)


def _scores_classes(detector: "Detector | None") -> bool:
    return detector is None or detector.score == "positive_class"


def _decidable(trials: Trials) -> Trials:
    if not trials.is_decidable:
        kind = "positive" if trials.positive.all() else "negative"
        raise HarnessError(
            f"y: all {len(trials.positive)} recordings or samples are {kind}; auc needs both "
            "kinds, give more samples"
        )
    return trials


def _checked(
    metric: str, outputs: npt.ArrayLike, samples: "LabelledSamples", detector: "Detector | None"
) -> npt.NDArray[np.floating[Any]]:
    """Return the outputs, samples x values, once metric, outputs and labels fit each other."""
    if metric not in METRICS:
        raise HarnessError(f"metric: {metric!r} is unknown; valid are {', '.join(METRICS)}")
    if metric == "auc" and detector is None:
        raise HarnessError(_NO_DETECTOR)
    if metric == "accuracy" and not _scores_classes(detector):
        raise HarnessError("metric: accuracy needs scores of classes; a reconstruction has auc")
    y = samples.y
    if not len(y):
        raise HarnessError("y: no labels; quality needs at least one sample")
    values = np.asarray(outputs, dtype=np.float32)
    if len(values) != len(y):
        raise HarnessError(f"y: {len(y)} labels for {len(values)} samples; give one each")
    values = values.reshape(len(values), -1)
    outside = (y < 0) | (y >= values.shape[1] if _scores_classes(detector) else False)
    if outside.any():
        raise HarnessError(
            f"y: label {y[outside][0]}, but the model scores {values.shape[1]} classes; "
            f"number the classes from 0 to {values.shape[1] - 1}"
        )
    return values
