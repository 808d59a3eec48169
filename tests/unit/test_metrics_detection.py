"""Detectors: rates and curves worked out by hand, and scikit-learn as the independent reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, roc_auc_score

from harness.errors import HarnessError
from harness.metrics.detection import (
    ROC_POINTS,
    Trials,
    area,
    at_threshold,
    detection,
    false_accepts_per_hour,
    operating_threshold,
    trials_of,
)
from harness.tasks import Detector, LabelledSamples

RECONSTRUCTION = Detector("reconstruction_error", negatives=(0,))
KEYWORD = Detector("positive_class", negatives=(2,))
"""Two words, and silence."""

NAN, INF = float("nan"), float("inf")


def trials(positives, negatives) -> Trials:
    scores = np.array([*positives, *negatives], dtype=np.float64)
    return Trials(scores, np.arange(len(scores)) < len(positives))


def samples(y, x=None, groups=None) -> LabelledSamples:
    inputs = np.zeros((len(y), 1), np.float32) if x is None else np.asarray(x, np.float32)
    recordings = None if groups is None else np.asarray(groups, np.int64)
    return LabelledSamples(inputs, np.asarray(y, np.int64), recordings)


# By hand: negatives 1 2 3 4, positives 3 5. At t = 5, 4, 3, 2 and 1 the false accept rates are
# 0, 1/4, 2/4, 3/4, 1, and the shares detected 1/2, 1/2, 1, 1, 1.
SMALL = trials([3, 5], [1, 2, 3, 4])


def test_the_roc_of_six_trials_is_the_one_drawn_by_hand():
    roc = detection(SMALL, None).roc
    assert [(point.far, point.detected, point.threshold) for point in roc] == [
        (0.0, 0.0, None),
        (0.0, 0.5, 5.0),
        (0.25, 0.5, 4.0),
        (0.5, 1.0, 3.0),
        (1.0, 1.0, 1.0),
    ]


def test_the_area_counts_the_pairs_that_are_in_order_and_ties_half():
    # Of 8 pairs, 5 beats four; 3 beats two, ties with one and loses to one.
    assert area(SMALL) == pytest.approx(6.5 / 8)
    assert detection(SMALL, None).auc == pytest.approx(6.5 / 8)


def test_the_equal_error_rate_is_where_the_lines_between_points_cross():
    # From (1/4, FRR 1/2) to (1/2, FRR 0): FAR = 1/4 + w/4 equals FRR = 1/2 - w/2 at w = 1/3.
    found = detection(SMALL, None)
    assert found.eer == pytest.approx(1 / 3)
    assert found.eer_threshold == 3.0


def test_rates_at_a_threshold_accept_what_equals_it():
    point = at_threshold(SMALL, 3.0)
    assert (point.false_accepts, point.negatives, point.far) == (2, 4, 0.5)
    assert (point.false_rejects, point.positives, point.frr) == (0, 2, 0.0)
    assert at_threshold(SMALL, 3.5).frr == 0.5


@pytest.mark.parametrize(
    ("positives", "negatives", "eer", "pauc"),
    [([2, 3], [0, 1], 0.0, 1.0), ([0, 1], [2, 3], 1.0, 0.5 * (1 - 0.05 / 0.95))],
)
def test_a_perfect_detector_and_one_that_is_always_wrong(positives, negatives, eer, pauc):
    found = detection(trials(positives, negatives), None)
    assert found.auc == 1 - eer
    assert found.eer == eer
    # McClish: (area - 0.005) / (0.1 - 0.005) from [-1, 1] to [0, 1]; the area is 0.1 or 0.
    assert found.pauc == pytest.approx(pauc)


scores = st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 1.5, 7.0]), min_size=1, max_size=30)


@given(scores, scores)
def test_figures_are_scikit_learns_on_finite_scores(positives, negatives):
    asked = trials(positives, negatives)
    found = detection(asked, None)
    assert found.auc == pytest.approx(roc_auc_score(asked.positive, asked.scores))
    partial = roc_auc_score(asked.positive, asked.scores, max_fpr=0.1)
    assert found.pauc == pytest.approx(partial)
    far, detected = ([getattr(p, name) for p in found.roc] for name in ("far", "detected"))
    assert auc(far, detected) == pytest.approx(found.auc)


@given(scores, scores)
def test_every_point_of_the_curve_is_what_its_threshold_gives(positives, negatives):
    asked = trials(positives, negatives)
    for point in detection(asked, None).roc[1:]:
        found = at_threshold(asked, point.threshold)
        assert (found.far, 1 - found.frr) == pytest.approx((point.far, point.detected))


@given(scores, scores)
def test_the_equal_error_rate_lies_between_the_best_thresholds_errors(positives, negatives):
    asked = trials(positives, negatives)
    points = [at_threshold(asked, t) for t in [*np.unique(asked.scores), INF]]
    eer = detection(asked, None).eer
    assert min(max(p.far, p.frr) for p in points) >= eer - 1e-12
    assert max(min(p.far, p.frr) for p in points) <= eer + 1e-12


@given(scores, scores)
def test_a_monotone_change_of_scores_changes_no_rate(positives, negatives):
    plain, bent = trials(positives, negatives), trials(np.exp(positives), np.exp(negatives))
    first, second = detection(plain, None), detection(bent, None)
    assert (first.auc, first.pauc, first.eer) == (second.auc, second.pauc, second.eer)


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    generator = np.random.default_rng(4)
    roc = detection(trials(generator.normal(1, 1, 2000), generator.normal(0, 1, 2000)), None).roc
    assert len(roc) == ROC_POINTS
    assert (roc[0].far, roc[0].detected) == (0, 0)
    assert (roc[-1].far, roc[-1].detected) == (1, 1)


@given(scores, scores, st.integers(0, 5), st.integers(0, 5))
def test_what_is_not_finite_never_flatters(positives, negatives, lost, noisy):
    clean = trials(positives, negatives)
    spoiled = trials(
        [*([-INF] * min(lost, len(positives))), *positives[lost:]],
        [*([INF] * min(noisy, len(negatives))), *negatives[noisy:]],
    )
    before, after = detection(clean, None), detection(spoiled, None)
    assert after.auc <= before.auc + 1e-12
    assert after.eer >= before.eer - 1e-12


# The operating point.


def test_the_threshold_is_midway_above_the_negative_that_must_be_rejected():
    # Of 20 negatives one may be accepted: 20. So 19 must not, and 20 is the next score above.
    asked = trials([19.9, 30], range(1, 21))
    assert operating_threshold(asked) == pytest.approx((19 + 19.9) / 2)
    point = at_threshold(asked, operating_threshold(asked))
    assert (point.far, point.frr) == (0.05, 0.0)


@given(scores, scores)
def test_the_float_network_accepts_at_most_a_twentieth_falsely_and_no_lower_threshold_does(
    positives, negatives
):
    asked = trials(positives, negatives)
    threshold = operating_threshold(asked)
    assert at_threshold(asked, threshold).far <= 0.05
    lower = [score for score in asked.scores if score < threshold]
    assert all(at_threshold(asked, score).far > 0.05 for score in lower)


def test_negatives_that_are_not_finite_leave_no_threshold():
    assert operating_threshold(trials([1.0], [INF, 0.0])) is None


def test_neighbouring_floats_still_have_a_threshold_between_them():
    low = 1.0
    high = float(np.nextafter(low, 2))
    assert low < operating_threshold(trials([high], [low])) <= high
    assert operating_threshold(trials([0.0], [low])) > low


# From outputs to trials.


def test_the_wrong_word_is_never_accepted_rightly():
    outputs = [[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.2, 0.3, 0.5]]
    found = trials_of(KEYWORD, np.array(outputs), samples([0, 1, 2]))
    assert found.scores.tolist() == [0.9, -INF, 0.3]
    assert found.positive.tolist() == [True, True, False]
    assert at_threshold(found, 0.0).frr == 0.5


def test_the_best_word_is_right_even_where_silence_scores_higher():
    found = trials_of(KEYWORD, np.array([[0.3, 0.1, 0.6]]), samples([0]))
    assert found.scores.tolist() == [0.3]


def test_a_reconstruction_scores_its_mean_squared_error():
    inputs = [[1.0, 2.0], [1.0, 2.0]]
    outputs = np.array([[1.0, 4.0], [0.0, 2.0]])
    found = trials_of(RECONSTRUCTION, outputs, samples([1, 0], inputs))
    assert found.scores.tolist() == [2.0, 0.5]
    assert found.positive.tolist() == [True, False]


def test_a_recording_scores_the_mean_of_its_samples():
    inputs = np.zeros((5, 1))
    outputs = np.array([[1.0], [3.0], [1.0], [2.0], [5.0]])
    given_samples = samples([0, 1, 0, 1, 1], inputs, groups=[7, 3, 7, 3, 4])
    found = trials_of(RECONSTRUCTION, outputs, given_samples)
    assert found.scores.tolist() == [(9 + 4) / 2, 25.0, 1.0]  # recordings 3, 4, 7
    assert found.positive.tolist() == [True, True, False]


def test_a_recordings_words_are_averaged_before_they_are_compared():
    outputs = np.array([[0.6, 0.4, 0.0], [0.1, 0.7, 0.2]])
    found = trials_of(KEYWORD, outputs, samples([1, 1], groups=[0, 0]))
    assert found.scores.tolist() == pytest.approx([0.55])


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_sample_that_is_not_finite_counts_against_the_model_whatever_it_is(bad):
    inputs = np.zeros((4, 1))
    outputs = np.array([[bad], [bad], [1.0], [1.0]])
    found = trials_of(RECONSTRUCTION, outputs, samples([1, 0, 1, 0], inputs))
    assert found.scores.tolist() == [-INF, INF, 1.0, 1.0]
    words = np.array([[bad, 0.0, 0.0], [0.0, 0.0, bad]])
    assert trials_of(KEYWORD, words, samples([0, 2])).scores.tolist() == [-INF, INF]


def test_a_recording_with_one_bad_sample_counts_against_the_model():
    outputs = np.array([[INF], [1.0], [-INF], [INF]])
    found = trials_of(RECONSTRUCTION, outputs, samples([0, 0, 1, 1], groups=[0, 0, 1, 1]))
    assert found.scores.tolist() == [INF, -INF]


def test_a_recording_of_two_labels_is_refused():
    with pytest.raises(HarnessError, match="recording 5 has samples of two labels"):
        trials_of(RECONSTRUCTION, np.zeros((2, 1)), samples([0, 1], groups=[5, 5]))


def test_an_output_of_another_size_than_the_input_is_refused():
    with pytest.raises(HarnessError, match="3 values a sample, but the input has 1"):
        trials_of(RECONSTRUCTION, np.zeros((1, 3)), samples([0]))


def test_false_accepts_an_hour_follow_from_the_stride():
    assert false_accepts_per_hour(0.05, 500) == pytest.approx(360)
    assert false_accepts_per_hour(0.0, 20) == 0
