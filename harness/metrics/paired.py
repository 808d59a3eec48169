"""How much worse one model is than another on the same samples, with a 95 % interval."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.metrics.detection import Trials, area

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""

BOOTSTRAP_DRAWS = 2000
BOOTSTRAP_SEED = 95
_DRAWN_AT_ONCE = 4_000_000
_BISECTIONS = 60


@dataclass(frozen=True)
class Loss:
    """What was lost, in points (percent of the metric's range); positive is worse.

    `low` and `high` are the ends of the 95 % interval.
    """

    points: float
    low: float
    high: float


def accuracy_lost(before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]) -> Loss:
    """Return the accuracy lost between two answers to the same samples (right or wrong).

    Samples are taken to be independent of each other.
    """
    worse = int((before & ~after).sum())
    better = int((~before & after).sum())
    count = len(before)
    low, high = tango_interval(worse, better, count)
    return Loss(100 * (worse - better) / count, 100 * low, 100 * high)


def tango_interval(b: int, c: int, n: int) -> tuple[float, float]:
    """Return the 95 % score interval of the difference (b - c) / n of paired proportions.

    Of `n` pairs, `b` are a success only under the first condition and `c` only under the second.
    The ends are the differences D at which the score statistic

        (b - c - n D) / sqrt(n (2 q + D (1 - D)))

    is +-1.96, where q is the likeliest share of the pairs counted by `c` given D: the positive
    root of 2 n q^2 + ((2 n - b + c) D - b - c) q - c D (1 - D) = 0.

    Source: T. Tango, Equivalence test and confidence interval for the difference in proportions
    for the paired-sample design, Statistics in Medicine 17 (1998) 891-908.
    """
    # The mirrored table has the mirrored interval.
    return _lower_end(b, c, n), -_lower_end(c, b, n)


def _lower_end(b: int, c: int, n: int) -> float:
    low, high = -1.0, (b - c) / n
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        slope = (2 * n - b + c) * middle - b - c
        constant = -c * middle * (1 - middle)
        q = (np.sqrt(max(slope * slope - 8 * n * constant, 0.0)) - slope) / (4 * n)
        variance = max(n * (2 * q + middle * (1 - middle)), 0.0)
        if b - c - n * middle > Z_95 * np.sqrt(variance):
            low = middle
        else:
            high = middle
    return (low + high) / 2


def area_lost(before: Trials, after: Trials) -> Loss:
    """Return the area under the ROC curve lost between two detectors on the same trials.

    The interval holds the middle 95 % of a paired bootstrap: each of BOOTSTRAP_DRAWS draws takes
    as many positive and as many negative trials as there are, with replacement, the same for both
    detectors. Trials are whole recordings where there are any, so that windows of one recording
    stay together. Where both detectors order all trials alike it has no width: it cannot see
    beyond the trials that there are.
    """
    positive = before.positive
    orders = [_wins(trials, positive) for trials in (before, after)]
    generator = np.random.Generator(np.random.PCG64(BOOTSTRAP_SEED))
    at_once = max(1, _DRAWN_AT_ONCE // len(positive))
    differences = []
    for start in range(0, BOOTSTRAP_DRAWS, at_once):
        draws = min(at_once, BOOTSTRAP_DRAWS - start)
        drawn = [_drawn(generator, int(kind.sum()), draws) for kind in (positive, ~positive)]
        first, second = (_areas(wins, *drawn) for wins in orders)
        differences.append(first - second)
    low, high = np.quantile(np.concatenate(differences), [0.025, 0.975])
    return Loss(100 * (area(before) - area(after)), 100 * float(low), 100 * float(high))


def _wins(trials: Trials, positive: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return positives x negatives: 1 where the positive scores higher, 1/2 where equal, else 0."""
    high, low = trials.scores[positive][:, np.newaxis], trials.scores[~positive]
    return np.asarray((high > low) + 0.5 * (high == low))


def _drawn(generator: np.random.Generator, count: int, draws: int) -> npt.NDArray[np.float64]:
    """Return draws x trials: how often each of `count` trials is in each draw."""
    chosen = generator.integers(count, size=(draws, count))
    chosen += count * np.arange(draws)[:, np.newaxis]
    return np.bincount(chosen.ravel(), minlength=draws * count).reshape(draws, count).astype(float)


def _areas(
    wins: npt.NDArray[np.float64],
    positives: npt.NDArray[np.float64],
    negatives: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return the area under the ROC curve of each draw: the mean of `wins` over its pairs."""
    # Sums of halves, which are exact in any order: the same on every machine.
    return np.asarray(((positives @ wins) * negatives).sum(axis=1) / wins.size)
