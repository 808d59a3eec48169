"""Is a machine failing? A synthesized machine by default, or a folder of DCASE 2020 task 2."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness.features.log_mel import LOG_MEL, log_mel_windows
from harness.tasks.anomaly_dcase import read as read_dcase
from harness.tasks.audio import Pcm, to_pcm
from harness.tasks.machine import make_machine, record, run_normally, turn
from harness.tasks.machine_faults import FAULTS, GRADES
from harness.tasks.sampling import stratified_subset
from harness.tasks.task import Dataset, Detector, LabelledSamples, Split, Stream, Task

CLASSES = ("normal", "anomalous")
SEED = 42
WINDOW = LOG_MEL.pcm_samples
WINDOWS_A_CLIP = 4
TRAIN_MACHINES, TRAIN_CLIPS = 250, 4
TEST_MACHINES, TEST_CLIPS = 18, 2
"""Machines, and clips of each; of a test machine, as many clips again with a fault."""
CALIBRATION_SAMPLES = 120
WINDOW_MS = 1000.0 * WINDOW / LOG_MEL.rate_hz

Part = Literal["train", "test"]


@dataclass(frozen=True)
class Clip:
    """One clip: the machine it is of, its fault and grade (None: normal), and its own seed."""

    machine: tuple[int, int, int]
    fault: tuple[str, int] | None
    seed: tuple[int, int, int, int]


def clips(part: Part) -> list[Clip]:
    """Return the clips of a part: normal ones alone to train, each fault and grade in the test."""
    if part == "train":
        return [_clip(0, m, c, None) for m in range(TRAIN_MACHINES) for c in range(TRAIN_CLIPS)]
    kinds = [(fault, grade) for grade in range(len(GRADES)) for fault in FAULTS]
    chosen = []
    for machine in range(TEST_MACHINES):
        chosen += [_clip(1, machine, clip, None) for clip in range(TEST_CLIPS)]
        for clip in range(TEST_CLIPS):
            kind = kinds[(machine * TEST_CLIPS + clip) % len(kinds)]
            chosen.append(_clip(1, machine, TEST_CLIPS + clip, kind))
    return chosen


def render(clip: Clip) -> Pcm:
    """Return the sound of `clip`: int16, 4 windows of 3,072 samples one after the other."""
    machine = make_machine(np.random.default_rng(clip.machine))
    rng = np.random.default_rng(clip.seed)
    turning = turn(machine, WINDOWS_A_CLIP * WINDOW, rng)
    sound = run_normally(machine, turning, rng)
    if clip.fault is not None:
        name, grade = clip.fault
        sound = sound + FAULTS[name](machine, turning, grade, rng)
    return to_pcm(record(sound, rng))


def read(split: Split) -> LabelledSamples:
    """Return log-mel windows of shape (640,), the sound they are of, and the clip of each.

    Training knows no fault: 1,000 clips of 250 machines. The test has 18 other machines, each
    with two normal clips and two with a fault. 120 training windows calibrate.
    """
    of_part = clips("test" if split == "test" else "train")
    labels = np.array([clip.fault is not None for clip in of_part], dtype=np.int64)
    y = np.repeat(labels, WINDOWS_A_CLIP)
    chosen = np.arange(len(y))
    if split == "calibration":
        chosen = stratified_subset(y, CALIBRATION_SAMPLES)
    groups, within = np.divmod(chosen, WINDOWS_A_CLIP)
    sound = {clip: render(of_part[clip]) for clip in dict.fromkeys(groups.tolist())}
    raw = np.stack(
        [
            sound[clip][place * WINDOW : (place + 1) * WINDOW]
            for clip, place in zip(groups.tolist(), within.tolist(), strict=True)
        ]
    )
    return LabelledSamples(log_mel_windows(raw), y[chosen], groups=groups, raw=raw)


def _clip(part: int, machine: int, clip: int, fault: tuple[str, int] | None) -> Clip:
    # From 1: numpy takes seeds that differ in zeros at their end for the same.
    return Clip((SEED, part, machine), fault, (SEED, part, machine, clip + 1))


TASK = Task(
    name="anomaly",
    title="Faults of a rotating machine, by its sound",
    metric="auc",
    classes=CLASSES,
    packages=("numpy", "scipy"),
    read=read,
    objective="reconstruction",
    detector=Detector("reconstruction_error", negatives=(CLASSES.index("normal"),)),
    # Each sound is judged once: a window begins where the one before ends.
    stream=Stream(window_ms=WINDOW_MS, stride_ms=WINDOW_MS),
    dataset=Dataset(
        title="DCASE 2020 challenge, task 2 (ToyADMOS, MIMII)",
        layout="a machine's folder with train/normal_id_*.wav and test/{normal,anomaly}_id_*.wav",
        read=read_dcase,
    ),
    features="log_mel",
)
