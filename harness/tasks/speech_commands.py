"""The Speech Commands v0.02 folder: P. Warden, arXiv:1804.03209, CC BY 4.0.

Its own lists divide it by speaker. Classes and proportions are those of its twelve-word task:
beside the clips of the ten words, a tenth as many of other words and a tenth as many of silence.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from harness.errors import HarnessError
from harness.features.mfcc import mfcc
from harness.tasks.audio import SAMPLE_RATE_HZ, Pcm, chunks, recordings
from harness.tasks.dataset_folder import check_dataset_folder, wrong_folder
from harness.tasks.sampling import stratified_subset
from harness.tasks.task import LabelledSamples, Split

WORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes")
CLASSES = (*WORDS, "silence", "unknown")
"""In the order in which MLPerf Tiny's keyword model scores them."""
SILENCE = CLASSES.index("silence")
UNKNOWN = CLASSES.index("unknown")
UNKNOWN_WORDS = (
    *("bed", "bird", "cat", "dog", "eight", "five", "follow", "forward", "four", "happy"),
    *("house", "learn", "nine", "one", "seven", "sheila", "six", "three", "tree", "wow"),
)
"""Words that are no keywords; the data set has more."""

NOISE_FOLDER = "_background_noise_"
TEST_LIST = "testing_list.txt"
VALIDATION_LIST = "validation_list.txt"
SHARE = 0.1
"""Clips of other words, and of silence, for each clip of the ten words."""
NOISE_TRAIN_SHARE = 0.8
"""The first part of each noise recording trains, the rest is for the test."""
SEED = 41
CALIBRATION_SAMPLES = 120
CLIP_LENGTH = SAMPLE_RATE_HZ
_CHUNK = 256
_EXPECTED = (*(f"{word}/" for word in WORDS), f"{NOISE_FOLDER}/", TEST_LIST, VALIDATION_LIST)


def read(folder: Path, split: Split) -> LabelledSamples:
    """Return MFCC of shape (49, 10, 1) of one split of the Speech Commands folder.

    `testing_list.txt` names the test clips; what neither list names trains, and 120 clips of that
    calibrate. Clips longer than a second are cut to its middle, shorter ones padded with zeros.
    The sound itself comes with the test and the calibration clips alone: that of all training
    clips is a gigabyte.

    Raises:
        HarnessError: The folder does not hold the data set, a file that it lists is missing, or a
            recording cannot be read.
    """
    words, others = _files(folder, split)
    rng = np.random.default_rng([SEED, split == "test"])
    unknown = _some(others, math.ceil(SHARE * len(words)), rng)
    silent = _silence(folder, split, math.ceil(SHARE * len(words)), rng)
    paths = [*words, *unknown]
    labels = [WORDS.index(path.parent.name) for path in words] + [UNKNOWN] * len(unknown)
    y = np.array(labels + [SILENCE] * len(silent), dtype=np.int64)
    if split == "calibration":
        chosen = stratified_subset(y, CALIBRATION_SAMPLES)
        silent = [silent[number - len(paths)] for number in chosen if number >= len(paths)]
        paths = [paths[number] for number in chosen if number < len(paths)]
        y = y[chosen]
    x, sound = [], []
    for chunk in chunks(_clips(paths, silent), _CHUNK):
        raw = np.stack(chunk)
        x.append(mfcc(raw))
        if split != "train":
            sound.append(raw)
    return LabelledSamples(np.concatenate(x), y, raw=np.concatenate(sound) if sound else None)


def _files(folder: Path, split: Split) -> tuple[list[Path], list[Path]]:
    """Return the split's recordings of the ten words, and those of others, by name."""
    check_dataset_folder(folder)
    for name in _EXPECTED:
        if not (folder / name).exists():
            raise wrong_folder(folder, "Speech Commands v0.02", _EXPECTED)
    present = {
        path.relative_to(folder).as_posix(): path
        for path in folder.glob("*/*.wav")
        if path.parent.name != NOISE_FOLDER
    }
    test, validation = (_listed(folder / name, present) for name in (TEST_LIST, VALIDATION_LIST))
    both = sorted(test & validation)
    if both:
        raise HarnessError(f"{folder / TEST_LIST}: {both[0]} is also in {VALIDATION_LIST}")
    wanted = test if split == "test" else set(present) - test - validation
    chosen = [present[name] for name in sorted(wanted)]
    words = [path for path in chosen if path.parent.name in WORDS]
    if not words:
        raise HarnessError(
            f"{folder}: no {split} recordings of the ten words; unpack the archive again"
        )
    return words, [path for path in chosen if path.parent.name not in WORDS]


def _listed(path: Path, present: dict[str, Path]) -> set[str]:
    try:
        names = set(path.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise HarnessError(f"{path}: cannot be read as text; unpack the archive again") from error
    missing = sorted(names - set(present))
    if missing:
        raise HarnessError(
            f"{path}: lists {missing[0]}, which is not in the folder "
            f"({len(missing)} such); unpack the archive again"
        )
    return names


def _some(paths: Sequence[Path], count: int, rng: np.random.Generator) -> list[Path]:
    chosen = rng.permutation(len(paths))[:count]
    return [paths[number] for number in sorted(chosen)]


def _silence(folder: Path, split: Split, count: int, rng: np.random.Generator) -> list[Pcm]:
    """Return pieces of the noise recordings, at random places and volumes.

    The volume is uniform from none to all, as in the training program of the data set's author.
    """
    paths = sorted((folder / NOISE_FOLDER).glob("*.wav"))
    pieces = []
    for path, pcm in zip(paths, recordings(paths), strict=True):
        border = int(NOISE_TRAIN_SHARE * len(pcm))
        piece = pcm[border:] if split == "test" else pcm[:border]
        if len(piece) < CLIP_LENGTH:
            raise HarnessError(f"{path}: shorter than 5 seconds; unpack the archive again")
        pieces.append(piece)
    if not pieces:
        raise HarnessError(f"{folder / NOISE_FOLDER}: no wav files; unpack the archive again")
    return [_excerpt(pieces[int(rng.integers(len(pieces)))], rng) for _ in range(count)]


def _excerpt(piece: Pcm, rng: np.random.Generator) -> Pcm:
    start = int(rng.integers(0, len(piece) - CLIP_LENGTH, endpoint=True))
    return (piece[start : start + CLIP_LENGTH] * rng.uniform(0.0, 1.0)).astype(np.int16)


def _clips(paths: Sequence[Path], silent: Iterable[Pcm]) -> Iterator[Pcm]:
    for pcm in recordings(paths):
        yield _one_second(pcm)
    yield from silent


def _one_second(pcm: Pcm) -> Pcm:
    """Cut a clip to its middle second, or put it into the middle of one."""
    excess = max(len(pcm) - CLIP_LENGTH, 0) // 2
    cut = pcm[excess : excess + CLIP_LENGTH]
    before = (CLIP_LENGTH - len(cut)) // 2
    return np.pad(cut, (before, CLIP_LENGTH - len(cut) - before))
