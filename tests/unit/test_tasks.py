"""Tasks give the same data each time, and no test sample trains or calibrates.

`keyword` and `anomaly` have tests of their own, of less data than it takes to train them.
"""

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.tasks import TaskData, find_task, image, load_tasks, stratified_subset
from harness.tasks.motion import windows
from harness.tasks.sampling import recording_subset

SHAPES = {
    "digits": (8, 8, 1),
    "image": (32, 32, 3),
    "motion": (50, 1, 6),
    "person": (96, 96, 3),
}


@pytest.fixture(scope="module", params=sorted(SHAPES))
def named_data(request: pytest.FixtureRequest) -> tuple[str, TaskData]:
    return request.param, find_task(request.param).load()


def test_every_shipped_task_is_found():
    assert set(load_tasks()) >= {"anomaly", "digits", "image", "keyword", "motion", "person"}


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


def test_calibration_is_of_the_training_split(named_data):
    _, data = named_data
    train = {x.tobytes() for x in data.x_train}
    assert {x.tobytes() for x in data.x_calibration} <= train


@pytest.mark.parametrize("name", ["digits", "motion", "person"])
def test_no_test_sample_trains(name):
    data = find_task(name).load()
    train = {x.tobytes() for x in data.x_train}
    assert not train & {x.tobytes() for x in data.x_test}


def test_every_training_patch_of_a_photograph_ends_before_its_first_test_patch(monkeypatch):
    photograph = image._photograph

    def columns(name: str):
        """In place of a photograph: its columns' numbers, in two channels, beside noise."""
        height, width, _ = photograph(name).shape
        number = np.broadcast_to(np.arange(width), (height, width))
        noise = np.random.default_rng(0).integers(0, 256, (height, width))
        return np.stack([number >> 8, number & 255, noise], axis=2).astype(np.uint8)

    def columns_of(split: str):
        found = image.read(split)
        pixels = np.rint(found.x * 255).astype(int)
        numbers = pixels[..., 0] << 8 | pixels[..., 1]
        return [numbers[found.y == label] for label in range(len(image.CLASSES))]

    monkeypatch.setattr(image, "_photograph", columns)
    monkeypatch.setattr(image, "varied", lambda patches, _: patches)  # moves nothing into a patch
    for train, calibration, test in zip(
        *(columns_of(split) for split in ("train", "calibration", "test")), strict=True
    ):
        assert max(train.max(), calibration.max()) < test.min()


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


RECORDINGS = np.repeat(np.arange(40), 3)
RECORDED = (RECORDINGS >= 30).astype(int)
"""30 recordings of class 0 and 10 of class 1, three windows each."""


@pytest.mark.parametrize(("count", "whole"), [(120, 40), (60, 20), (61, 20), (24, 8), (1, 2)])
def test_recordings_are_chosen_whole_and_stratified(count, whole):
    chosen = recording_subset(RECORDED, RECORDINGS, count)
    names, sizes = np.unique(RECORDINGS[chosen], return_counts=True)
    assert (len(names), set(sizes)) == (whole, {3})
    of_class_1 = (names >= 30).sum()
    assert of_class_1 == (round(whole / 4) if count > 1 else of_class_1)
    np.testing.assert_array_equal(chosen, recording_subset(RECORDED, RECORDINGS, count))


def test_recordings_need_not_lie_together():
    chosen = recording_subset([0, 1, 0, 1], [5, 2, 5, 2], 4)
    assert chosen.tolist() == [0, 1, 2, 3]


def test_a_recording_of_two_labels_is_refused():
    with pytest.raises(HarnessError, match="recording 3 has samples of two labels"):
        recording_subset([0, 1, 1], [3, 3, 4], 2)


def test_a_subset_of_no_recordings_is_refused():
    with pytest.raises(HarnessError, match="at least 1"):
        recording_subset([0, 1], [0, 1], 0)
