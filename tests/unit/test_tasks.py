"""Tasks give the same data each time, and no test sample trains or calibrates."""

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.tasks import TaskData, find_task, load_tasks, quality, stratified_subset
from harness.tasks.motion import windows

SHAPES = {"digits": (8, 8, 1), "motion": (50, 1, 6)}


@pytest.fixture(scope="module", params=sorted(SHAPES))
def named_data(request: pytest.FixtureRequest) -> tuple[str, TaskData]:
    return request.param, find_task(request.param).load()


def test_every_shipped_task_is_found():
    assert set(load_tasks()) >= set(SHAPES)


def test_unknown_task_suggests_the_nearest():
    with pytest.raises(HarnessError, match=r"unknown task 'digit'.*'digits'.*motion"):
        find_task("digit")


def test_arrays_have_the_stated_shapes_and_types(named_data):
    name, data = named_data
    for x in (data.x_train, data.x_calibration, data.x_test):
        assert x.shape[1:] == SHAPES[name]
        assert x.dtype == np.float32
        assert np.isfinite(x).all()
    assert len(data.x_train) == len(data.y_train)
    assert len(data.x_test) == len(data.y_test)
    assert set(data.y_test) == set(range(len(find_task(name).classes)))


def test_no_test_sample_trains_and_calibration_is_of_the_training_split(named_data):
    _, data = named_data
    train = {x.tobytes() for x in data.x_train}
    assert not train & {x.tobytes() for x in data.x_test}
    assert {x.tobytes() for x in data.x_calibration} <= train


def test_a_second_load_gives_the_same_data(named_data):
    name, data = named_data
    again = find_task(name).load()
    for field in ("x_train", "y_train", "x_calibration", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(again, field), getattr(data, field))


def test_digits_are_scaled_and_a_fifth_is_the_test():
    data = find_task("digits").load()
    assert (len(data.x_train), len(data.x_test)) == (1437, 360)
    assert data.x_train.min() == 0
    assert data.x_train.max() == 1


def test_motion_is_normalized_by_the_training_split_alone():
    data = find_task("motion").load()
    assert (len(data.x_train), len(data.x_test)) == (120, 120)
    np.testing.assert_allclose(data.x_train.mean(axis=(0, 1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(data.x_train.std(axis=(0, 1, 2)), 1, atol=1e-5)
    assert np.abs(data.x_test.std(axis=(0, 1, 2)) - 1).max() > 1e-3


def test_windows_of_one_recording_stand_together_in_time():
    steps = np.arange(100.0)
    recordings = np.stack([np.stack([steps + 1000 * r] * 6) for r in range(2)])
    cut = windows(recordings)
    assert cut.shape == (6, 50, 1, 6)
    assert cut[:, 0, 0, 0].tolist() == [0, 25, 50, 1000, 1025, 1050]


def test_identity_differs_by_task_and_needs_no_data():
    identities = {find_task(name).identity() for name in SHAPES}
    assert len(identities) == len(SHAPES)
    assert any("scikit-learn" in identity for identity in identities)


def test_subset_gives_each_class_its_share():
    labels = np.array([0] * 60 + [1] * 30 + [2] * 10)
    chosen = stratified_subset(labels, 20)
    assert np.bincount(labels[chosen]).tolist() == [12, 6, 2]
    assert chosen.tolist() == sorted(set(chosen.tolist()))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 50, 99])
def test_subset_has_exactly_the_count_asked_for(count):
    labels = np.random.default_rng(3).integers(0, 7, 100)
    chosen = stratified_subset(labels, count)
    assert len(set(chosen.tolist())) == count
    np.testing.assert_array_equal(chosen, stratified_subset(labels, count))


def test_subset_of_all_or_more_is_all():
    assert stratified_subset([1, 0, 1], 3).tolist() == [0, 1, 2]
    assert stratified_subset([1, 0, 1], 99).tolist() == [0, 1, 2]


def test_subset_of_none_is_refused():
    with pytest.raises(HarnessError, match="at least 1"):
        stratified_subset([0, 1], 0)


def test_accuracy_counts_the_highest_score():
    scores = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [np.nan, 1.0]]
    assert quality("accuracy", scores, [0, 1, 0, 1]) == 0.75
    assert quality("accuracy", scores, [1, 0, 1, 0]) == 0.0


@pytest.mark.parametrize(
    ("metric", "scores", "labels", "message"),
    [
        ("f2", [[1.0]], [0], "unknown"),
        ("accuracy", [[1.0, 0.0]], [2], "label 2, but the model scores 2"),
        ("accuracy", [[1.0, 0.0]], [-1], "label -1"),
        ("accuracy", [[1.0, 0.0]], [0, 1], "2 labels for 1 samples"),
        ("accuracy", [], [], "no labels"),
    ],
)
def test_quality_refuses_what_it_cannot_judge(metric, scores, labels, message):
    with pytest.raises(HarnessError, match=message):
        quality(metric, scores, labels)
