"""A model's outputs are judged by its task's metric, and nothing in them is silently ignored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix

from harness.errors import HarnessError
from harness.metrics import METRICS, judge, lost, operating_threshold
from harness.tasks import Detector, LabelledSamples

NAN = float("nan")
PERSON = Detector("positive_class", negatives=(0,))
ANOMALY = Detector("reconstruction_error", negatives=(0,))


def samples(y, x=None, groups=None) -> LabelledSamples:
    inputs = np.zeros((len(y), 2), np.float32) if x is None else np.asarray(x, np.float32)
    return LabelledSamples(inputs, np.asarray(y, np.int64), groups)


def test_accuracy_counts_the_highest_score():
    scores = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [NAN, 1.0]]
    assert judge("accuracy", scores, samples([0, 1, 0, 1])).value == 0.75
    assert judge("accuracy", scores, samples([1, 0, 1, 0])).value == 0.0


outputs = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 2), min_size=n, max_size=n),
    )
)


@given(outputs)
def test_accuracy_and_confusion_are_scikit_learns(drawn):
    scores, y = np.array(drawn[0], float), np.array(drawn[1])
    found = judge("accuracy", scores, samples(y))
    assert found.value == pytest.approx(accuracy_score(y, scores.argmax(axis=1)))
    expected = confusion_matrix(y, scores.argmax(axis=1), labels=[0, 1, 2])
    assert found.confusion == tuple(map(tuple, expected.tolist()))
    assert found.unanswered == 0


@given(outputs, st.data())
def test_every_sample_is_in_the_matrix_or_said_to_be_unanswered(drawn, data):
    scores, y = np.array(drawn[0], float), np.array(drawn[1])
    bad = data.draw(st.lists(st.integers(0, len(y) - 1), max_size=5))
    scores[bad, 0] = NAN
    found = judge("accuracy", scores, samples(y))
    assert sum(map(sum, found.confusion)) + found.unanswered == len(y)
    assert found.unanswered == len(set(bad))


SCORES = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
LABELS = [0, 0, 1, 1]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("position", [(0, 0), (1, 1), (2, 0), (3, 1)])
@pytest.mark.parametrize("bad", [NAN, np.inf, -np.inf])
def test_an_output_that_is_not_finite_lowers_every_metric(metric, position, bad):
    whole = judge(metric, SCORES, samples(LABELS), PERSON)
    broken = SCORES.copy()
    broken[position] = bad
    found = judge(metric, broken, samples(LABELS), PERSON, threshold=0.5)
    assert (whole.value, whole.unanswered) == (1.0, 0)
    assert found.value < 1
    assert found.unanswered == 1
    assert found.detection.eer > 0
    assert found.detection.point.false_accepts + found.detection.point.false_rejects == 1
    assert lost(metric, SCORES, broken, samples(LABELS), PERSON).points > 0


def test_a_model_that_answers_nothing_is_worth_nothing():
    found = judge("accuracy", np.full((4, 2), NAN), samples(LABELS), PERSON)
    assert (found.value, found.unanswered) == (0.0, 4)
    assert found.confusion == ((0, 0), (0, 0))
    assert found.detection.auc == 0


def test_a_reconstruction_is_judged_by_recording_and_has_no_confusion():
    inputs = np.zeros((4, 2))
    answers = np.array([[0, 0], [2, 2], [1, 1], [1.9, 1.9]])  # squared errors 0 4 1 3.61
    by_sample = judge("auc", answers, samples([0, 0, 1, 1], inputs), ANOMALY)
    assert by_sample.value == 0.5
    groups = np.array([0, 0, 1, 1])
    by_recording = judge("auc", answers, samples([0, 0, 1, 1], inputs, groups), ANOMALY)
    assert by_recording.value == 1.0  # means 2 and 2.305
    assert by_recording.confusion is None


def test_the_threshold_is_the_float_networks_and_not_each_schemes():
    floats = np.array([[0.7, 0.3], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9]])
    shifted = floats + np.array([0.35, -0.35])
    threshold = operating_threshold(PERSON, floats, samples(LABELS))
    assert threshold == pytest.approx(0.6, abs=1e-6)
    assert judge("accuracy", floats, samples(LABELS), PERSON, threshold).detection.point.frr == 0
    found = judge("accuracy", shifted, samples(LABELS), PERSON, threshold).detection
    assert (found.auc, found.point.frr) == (1.0, 1.0)


def test_trials_of_one_kind_have_no_rates_but_an_accuracy():
    found = judge("accuracy", SCORES[:2], samples([0, 0]), PERSON, threshold=0.5)
    assert (found.value, found.detection) == (1.0, None)
    assert operating_threshold(PERSON, SCORES[:2], samples([0, 0])) is None


@pytest.mark.parametrize(
    ("metric", "scores", "labels", "detector", "message"),
    [
        ("f2", [[1.0]], [0], None, "'f2' is unknown; valid are accuracy, auc"),
        ("accuracy", [[1.0, 0.0]], [2], None, "label 2, but the model scores 2"),
        ("accuracy", [[1.0, 0.0]], [-1], None, "label -1"),
        ("accuracy", [[1.0, 0.0]], [0, 1], None, "2 labels for 1 samples"),
        ("accuracy", [], [], None, "no labels"),
        ("auc", [[1.0, 0.0]], [0], None, "auc needs a detector"),
        ("accuracy", [[1.0, 0.0]], [0], ANOMALY, "accuracy needs scores of classes"),
        ("auc", [[1.0, 0.0]] * 2, [0, 0], ANOMALY, "all 2 .* are negative; auc needs both"),
        ("auc", [[1.0]], [0], ANOMALY, "1 values a sample, but the input has 2"),
        ("auc", [[1.0, 0.0]], [0], Detector("positive_class", (0, 1)), "every class is a negative"),
    ],
)
def test_what_cannot_be_judged_is_refused(metric, scores, labels, detector, message):
    with pytest.raises(HarnessError, match=message):
        judge(metric, scores, samples(labels), detector)
