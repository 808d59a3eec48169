"""How well a detector tells something from nothing: ROC, AUC, equal error rate, operating point.

A *trial* is one decision: a recording where samples are grouped into recordings, else a sample.
A trial is accepted where its score is at least the threshold.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.tasks.task import Detector, LabelledSamples

PARTIAL_FPR = 0.1
"""The partial AUC looks at false accept rates up to this one."""

OPERATING_FAR_PERCENT = 5
"""The share of negatives that the operating point lets the float network accept at most."""

ROC_POINTS = 200
"""The most points of a ROC curve that are kept."""

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trials:
    """What a detector was asked and how it scored it.

    `scores` are as `trials_of` defines them, never NaN; `positive` says where something is there.
    """

    scores: Reals
    positive: npt.NDArray[np.bool_]

    @property
    def is_decidable(self) -> bool:
        """Whether there are trials of both kinds, without which no rate has a meaning."""
        return bool(self.positive.any() and not self.positive.all())


@dataclass(frozen=True)
class RocPoint:
    """One point of a ROC curve; `threshold` is None where no finite one gives it."""

    far: float
    detected: float
    """Share of positive trials that are accepted and right: 1 - false reject rate."""
    threshold: float | None


@dataclass(frozen=True)
class OperatingPoint:
    """The errors at one threshold, as counts and as rates from 0 to 1."""

    threshold: float
    false_accepts: int
    negatives: int
    false_rejects: int
    positives: int

    @property
    def far(self) -> float:
        """False accept rate: share of negative trials that are accepted."""
        return self.false_accepts / self.negatives

    @property
    def frr(self) -> float:
        """False reject rate: share of positive trials that are not accepted, or are not right."""
        return self.false_rejects / self.positives

    @property
    def trials(self) -> int:
        """How many decisions the errors are counted over."""
        return self.negatives + self.positives


@dataclass(frozen=True)
class Detection:
    """A detector's quality over all thresholds, and at the one of the operating point."""

    auc: float
    pauc: float
    eer: float
    eer_threshold: float | None
    roc: tuple[RocPoint, ...]
    point: OperatingPoint | None


def trials_of(
    detector: "Detector", outputs: npt.NDArray[Any], samples: "LabelledSamples"
) -> Trials:
    """Return the trials of a detector's `outputs` (samples x output shape), as real numbers.

    "positive_class": the score is the highest output among the classes that are no negatives; a
    positive trial whose highest such class is not its own (the wrong word) can never be accepted
    rightly, so its score is -inf. A recording's outputs are averaged first.

    "reconstruction_error": the score is the mean squared difference of output and input,
    averaged over the samples of a recording.

    A score that is not finite counts against the model: -inf for a positive, +inf for a negative.

    Raises:
        HarnessError: Outputs do not fit the samples, or a recording has samples of two labels.
    """
    values = np.asarray(outputs, dtype=np.float64).reshape(len(outputs), -1)
    if detector.score == "reconstruction_error":
        values = _squared_errors(values, samples)[:, np.newaxis]
    # What is not finite spreads over its recording, which then counts as wrong; no warning needed.
    with np.errstate(invalid="ignore"):
        values, labels = _by_recording(values, samples)
    positive = ~np.isin(labels, detector.negatives)
    finite = np.isfinite(values).all(axis=1)
    if detector.score == "reconstruction_error":
        scores = values[:, 0]
        right = finite
    else:
        classes = np.setdiff1d(np.arange(values.shape[1]), detector.negatives)
        if not len(classes):
            raise HarnessError("detector: every class is a negative; name fewer of them")
        scores = values[:, classes].max(axis=1)
        right = finite & (classes[values[:, classes].argmax(axis=1)] == labels)
    scores = np.where(positive, np.where(right, scores, -np.inf), np.where(finite, scores, np.inf))
    return Trials(scores, positive)


def operating_threshold(trials: Trials) -> float | None:
    """Return a threshold at which at most OPERATING_FAR_PERCENT of the negatives are accepted.

    Of all such it is the lowest that the trials can tell: midway between the highest negative
    score that must be rejected and the next score above. None where no finite threshold is.
    """
    negatives = np.sort(trials.scores[~trials.positive])[::-1]
    rejected = negatives[len(negatives) * OPERATING_FAR_PERCENT // 100]
    if not np.isfinite(rejected):
        return None
    above = trials.scores[(trials.scores > rejected) & np.isfinite(trials.scores)]
    if not len(above):
        return float(np.nextafter(rejected, np.inf))
    following = above.min()
    middle = rejected + (following - rejected) / 2
    return float(middle if middle > rejected else following)


def at_threshold(trials: Trials, threshold: float) -> OperatingPoint:
    """Return the errors of `trials` when scores of `threshold` or more are accepted."""
    accepted = trials.scores >= threshold
    return OperatingPoint(
        threshold=threshold,
        false_accepts=int((accepted & ~trials.positive).sum()),
        negatives=int((~trials.positive).sum()),
        false_rejects=int((~accepted & trials.positive).sum()),
        positives=int(trials.positive.sum()),
    )


def area(trials: Trials) -> float:
    """Return the area under the ROC curve, by scikit-learn.

    It is the probability that a positive trial is answered rightly and scores above a negative
    one, ties counted half.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(trials.positive, _ranks(trials)[1]))


def detection(trials: Trials, threshold: float | None) -> Detection:
    """Return what `trials`, of both kinds, say of the detector; `threshold` is its operating point.

    `pauc` is the partial area up to PARTIAL_FPR, standardised by McClish's formula as
    scikit-learn's `max_fpr` does: 0.5 is chance, 1 is perfect. The equal error rate lies where
    the straight lines between the ROC curve's points meet FAR = FRR; `eer_threshold` is that of
    the first point with FAR >= FRR.
    """
    from sklearn.metrics import roc_auc_score, roc_curve

    values, ranks = _ranks(trials)
    far, detected, chosen = roc_curve(trials.positive, ranks, drop_intermediate=True)
    # scikit-learn's first threshold is infinite: nothing is accepted.
    thresholds = [None, *(_finite(values[int(rank)]) for rank in chosen[1:])]
    gap = far - (1 - detected)
    after = int(np.argmax(gap >= 0))
    share = gap[after - 1] / (gap[after - 1] - gap[after])
    kept = np.unique(np.linspace(0, len(far) - 1, min(len(far), ROC_POINTS)).round().astype(int))
    return Detection(
        auc=float(roc_auc_score(trials.positive, ranks)),
        pauc=float(roc_auc_score(trials.positive, ranks, max_fpr=PARTIAL_FPR)),
        eer=float(far[after - 1] + share * (far[after] - far[after - 1])),
        eer_threshold=thresholds[after],
        roc=tuple(RocPoint(float(far[i]), float(detected[i]), thresholds[i]) for i in kept),
        point=None if threshold is None else at_threshold(trials, threshold),
    )


def false_accepts_per_hour(far: float, decision_ms: float) -> float:
    """Return the false accepts in an hour of a stream on which nothing is ever there.

    `decision_ms` is the time from one decision to the next: a stride, or as many strides as a
    recording that is judged whole has windows. Decisions are taken to be independent; those on
    overlapping windows are not, so that a product which waits after an accept makes fewer.
    """
    return far * 3_600_000 / decision_ms


def _ranks(trials: Trials) -> tuple[Reals, npt.NDArray[np.int64]]:
    """Return the distinct scores, ascending, and each trial's index into them.

    Ranks have the scores' order, which is all that a ROC curve depends on, and are finite.
    """
    values, ranks = np.unique(trials.scores, return_inverse=True)
    return values, ranks.astype(np.int64)


def _finite(score: float) -> float | None:
    return float(score) if np.isfinite(score) else None


def _squared_errors(outputs: Reals, samples: "LabelledSamples") -> Reals:
    inputs = np.asarray(samples.x, dtype=np.float64).reshape(len(samples.x), -1)
    if inputs.shape != outputs.shape:
        raise HarnessError(
            f"outputs: {outputs.shape[1]} values a sample, but the input has {inputs.shape[1]}; "
            "a reconstruction error needs as many"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        errors: Reals = np.square(outputs - inputs).mean(axis=1)
    return errors


def _by_recording(values: Reals, samples: "LabelledSamples") -> tuple[Reals, npt.NDArray[np.int64]]:
    """Return the mean of the values of each recording, and its label."""
    if samples.groups is None:
        return values, samples.y
    names, first, members = np.unique(samples.groups, return_index=True, return_inverse=True)
    labels = samples.y[first]
    mixed = np.flatnonzero(labels[members] != samples.y)
    if len(mixed):
        name = samples.groups[mixed[0]]
        raise HarnessError(f"groups: recording {name} has samples of two labels; give it one")
    sums = np.zeros((len(names), values.shape[1]))
    np.add.at(sums, members, values)
    return sums / np.bincount(members)[:, np.newaxis], labels
