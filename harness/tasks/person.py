"""Is a person in the picture? Faces of scikit-image by default, or the Visual Wake Words folder."""

from pathlib import Path

import numpy as np

from harness.tasks.dataset_folder import check_dataset_folder, wrong_folder
from harness.tasks.pictures import BRIGHTEST, Pixels, read_pictures, resized, scaled, varied
from harness.tasks.sampling import stratified_subset
from harness.tasks.task import Dataset, Detector, LabelledSamples, Labels, Split, Stream, Task

CLASSES = ("non-person", "person")
SIDE = 96
SPLIT_SEED = 30
TEST_SAMPLES = 80
CALIBRATION_SAMPLES = 60
VARIATIONS = 9
"""How many varied copies of each training picture stand beside it."""
FRAME_MS = 1000.0
"""One picture a second, as a doorbell or a light that waits for people would take."""

FOLDERS = ("non_person", "person")
"""The folders of the data set, in the order of the classes."""
DATASET_TEST_SHARE = 10
DATASET_LARGEST = {"train": 12_000, "calibration": 200, "test": 1_000}
"""At most so many pictures of the data set are read: all 110,000 would fill 12 GB of memory."""

_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")


def read(split: Split) -> LabelledSamples:
    """Return pictures of shape (96, 96, 3) scaled to [0, 1].

    80 of the 200, stratified, are the test. The other 120 train, each with nine varied copies;
    60 of them, as they are, calibrate.
    """
    from sklearn.model_selection import train_test_split

    pictures, labels = _faces()
    train, test, y_train, y_test = train_test_split(
        pictures, labels, test_size=TEST_SAMPLES, random_state=SPLIT_SEED, stratify=labels
    )
    if split == "test":
        return LabelledSamples(scaled(test), y_test)
    if split == "calibration":
        chosen = stratified_subset(y_train, CALIBRATION_SAMPLES)
        return LabelledSamples(scaled(train[chosen]), y_train[chosen])
    rng = np.random.default_rng(SPLIT_SEED)
    parts = [train, *(varied(train, rng) for _ in range(VARIATIONS))]
    return LabelledSamples(scaled(np.concatenate(parts)), np.tile(y_train, len(parts)))


def read_visual_wake_words(folder: Path, split: Split) -> LabelledSamples:
    """Return one split of a Visual Wake Words folder, pictures resized to (96, 96, 3).

    The first tenth of each class, in the order of the files' names, is the test split, as Keras's
    `validation_split` would have it. Where there are more pictures than DATASET_LARGEST says,
    those that are taken are spread evenly.

    Raises:
        HarnessError: The folder does not hold the data set, or a picture cannot be read.
    """
    check_dataset_folder(folder)
    paths: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(FOLDERS):
        found = _pictures_in(folder / name)
        tested = len(found) // DATASET_TEST_SHARE
        if not tested:
            expected = [f"{one}/ with at least {DATASET_TEST_SHARE} pictures" for one in FOLDERS]
            raise wrong_folder(folder, VISUAL_WAKE_WORDS.title, expected)
        part = found[:tested] if split == "test" else found[tested:]
        paths += part
        labels += [label] * len(part)
    y = np.array(labels, dtype=np.int64)
    chosen = stratified_subset(y, DATASET_LARGEST[split])
    return LabelledSamples(scaled(read_pictures([paths[i] for i in chosen], SIDE)), y[chosen])


def _pictures_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES)


def _faces() -> tuple[Pixels, Labels]:
    """Return the 100 faces and 100 other patches of LFW, resized from 25 x 25."""
    from skimage.data import lfw_subset

    patches = np.rint(lfw_subset() * BRIGHTEST).astype(np.uint8)
    labels = np.repeat(np.array([1, 0], dtype=np.int64), len(patches) // 2)
    return np.stack([resized(patch, SIDE) for patch in patches]), labels


VISUAL_WAKE_WORDS = Dataset(
    title="Visual Wake Words (vw_coco2014_96)",
    layout="folders person/ and non_person/ of pictures; other sizes than 96 x 96 are resized",
    read=read_visual_wake_words,
)

TASK = Task(
    name="person",
    title="Person or none, pictures of 96 x 96",
    metric="accuracy",
    classes=CLASSES,
    packages=("scikit-image", "scikit-learn", "pillow", "numpy"),
    read=read,
    detector=Detector("positive_class", negatives=(0,)),
    stream=Stream(window_ms=0.0, stride_ms=FRAME_MS),
    dataset=VISUAL_WAKE_WORDS,
)
