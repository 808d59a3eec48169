"""A machine's folder of the DCASE 2020 challenge, task 2, such as `ToyCar/` of ToyADMOS.

Y. Koizumi and others, "Description and Discussion on DCASE2020 Challenge Task 2", 2020; Y. Koizumi
and others, "ToyADMOS", 2019; H. Purohit and others, "MIMII Dataset", 2019. MLPerf Tiny trains and
judges its anomaly detector on ToyCar.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.errors import HarnessError
from harness.features.log_mel import LOG_MEL, log_mel_windows
from harness.tasks.audio import Pcm, chunks, recordings
from harness.tasks.dataset_folder import check_dataset_folder, wrong_folder
from harness.tasks.sampling import stratified_subset
from harness.tasks.task import LabelledSamples, Labels, Split

TRAIN_NORMAL = "train/normal_id_*.wav"
TEST_NORMAL = "test/normal_id_*.wav"
TEST_ANOMALY = "test/anomaly_id_*.wav"
WINDOW = LOG_MEL.pcm_samples
WINDOWS_A_CLIP = 10
"""Windows taken of each recording of ten seconds, spread evenly over it."""
CALIBRATION_SAMPLES = 120
_CHUNK = 64


def read(folder: Path, split: Split) -> LabelledSamples:
    """Return log-mel windows of shape (640,) of one split, and the recording of each.

    120 training recordings, spread evenly, calibrate with one window each. The sound itself comes
    with the test and the calibration windows alone.

    Raises:
        HarnessError: The folder does not hold the data set, or a recording cannot be read or is
            shorter than a window.
    """
    check_dataset_folder(folder)
    patterns = (TEST_NORMAL, TEST_ANOMALY) if split == "test" else (TRAIN_NORMAL,)
    found = [sorted(folder.glob(pattern)) for pattern in patterns]
    if not all(found):
        expected = (TRAIN_NORMAL, TEST_NORMAL, TEST_ANOMALY)
        raise wrong_folder(folder, "a machine's folder of DCASE 2020 task 2", expected)
    paths = [path for part in found for path in part]
    labels = np.repeat(np.arange(len(found), dtype=np.int64), [len(part) for part in found])
    a_clip = WINDOWS_A_CLIP
    if split == "calibration":
        chosen = stratified_subset(labels, CALIBRATION_SAMPLES)
        paths, labels, a_clip = [paths[number] for number in chosen], labels[chosen], 1
    return _samples(paths, labels, a_clip, keep_sound=split != "train")


def _samples(
    paths: Sequence[Path], labels: Labels, a_clip: int, *, keep_sound: bool
) -> LabelledSamples:
    x, sound = [], []
    cut = (_windows(path, pcm, a_clip) for path, pcm in zip(paths, recordings(paths), strict=True))
    for chunk in chunks(cut, _CHUNK):
        raw = np.concatenate(chunk)
        x.append(log_mel_windows(raw))
        if keep_sound:
            sound.append(raw)
    return LabelledSamples(
        np.concatenate(x),
        np.repeat(labels, a_clip),
        groups=np.repeat(np.arange(len(paths), dtype=np.int64), a_clip),
        raw=np.concatenate(sound) if sound else None,
    )


def _windows(path: Path, pcm: Pcm, count: int) -> Pcm:
    """Return `count` windows of a recording, spread evenly (overlapping where it is short)."""
    if len(pcm) < WINDOW:
        raise HarnessError(
            f"{path}: {len(pcm)} samples at 16 kHz; {WINDOW} are needed: remove the file"
        )
    # One window alone is the middle one.
    ends = [0.5] if count == 1 else np.linspace(0, 1, count)
    starts = [int(end * (len(pcm) - WINDOW)) for end in ends]
    return np.stack([pcm[start : start + WINDOW] for start in starts])
