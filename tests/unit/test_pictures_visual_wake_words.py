"""Of a Visual Wake Words folder, the first tenth of each class by name is the test."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.tasks import person
from harness.tasks.person import FOLDERS, SIDE, read_visual_wake_words

PICTURES = {"non_person": 40, "person": 25}


@pytest.fixture
def folder(tmp_path) -> Path:
    """Pictures of one colour each, which names the picture; files are made in no order."""
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
        for number in np.random.default_rng(1).permutation(PICTURES[folder]):
            colour = (int(number), 255 * FOLDERS.index(folder), 7)
            picture = Image.new("RGB", (120, 100), colour)
            picture.save(tmp_path / folder / f"{number:012}.png")
    return tmp_path


@pytest.fixture
def pictures(folder) -> Callable[[str], dict[str, list[int]]]:
    """The numbers of the pictures of each class that a split has."""

    def of(split: str) -> dict[str, list[int]]:
        found = read_visual_wake_words(folder, split)
        assert found.x.shape[1:] == (SIDE, SIDE, 3)
        colours = np.rint(found.x[:, 0, 0] * 255).astype(int)
        np.testing.assert_array_equal(colours[:, 1], 255 * found.y)
        return {name: colours[found.y == label, 0].tolist() for label, name in enumerate(FOLDERS)}

    return of


def test_the_first_tenth_of_each_class_by_name_tests_and_the_rest_trains(pictures):
    assert pictures("test") == {"non_person": [0, 1, 2, 3], "person": [0, 1]}
    assert pictures("train") == {
        "non_person": list(range(4, 40)),
        "person": list(range(2, 25)),
    }


def test_no_test_picture_trains_and_calibration_is_of_the_training_split(pictures, monkeypatch):
    monkeypatch.setitem(person.DATASET_LARGEST, "calibration", 10)
    train, calibration, test = (pictures(split) for split in ("train", "calibration", "test"))
    assert sum(map(len, calibration.values())) == 10
    for name in FOLDERS:
        assert set(calibration[name]) < set(train[name])
        assert not set(test[name]) & set(train[name])


@pytest.mark.parametrize("split", ["train", "test"])
def test_of_more_pictures_than_are_read_some_are_taken_evenly_from_the_same_split(
    pictures, monkeypatch, split
):
    whole = pictures(split)
    monkeypatch.setitem(person.DATASET_LARGEST, split, 3)
    some = pictures(split)
    assert sum(map(len, some.values())) == 3
    assert all(set(some[name]) <= set(whole[name]) for name in FOLDERS)
