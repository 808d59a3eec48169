"""The machine's clips come from a seed; training knows no fault and no machine of the test."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from harness.errors import HarnessError
from harness.features.log_mel import log_mel_windows
from harness.tasks import LabelledSamples, anomaly, anomaly_dcase
from harness.tasks.anomaly import TASK, WINDOW, WINDOWS_A_CLIP, clips, render
from harness.tasks.anomaly_dcase import read
from harness.tasks.machine_faults import FAULTS, GRADES


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> dict[str, LabelledSamples]:
    """All splits, of few machines."""
    monkeypatch.setattr(anomaly, "TRAIN_MACHINES", 5)
    monkeypatch.setattr(anomaly, "TEST_MACHINES", 3)
    monkeypatch.setattr(anomaly, "CALIBRATION_SAMPLES", 12)
    return {split: TASK.read(split) for split in ("train", "calibration", "test")}


def windows_of(samples: LabelledSamples) -> set[bytes]:
    return {window.tobytes() for window in samples.raw}


def test_training_is_normal_and_of_other_machines() -> None:
    train, test = clips("train"), clips("test")
    assert all(clip.fault is None for clip in train)
    assert not {clip.machine for clip in train} & {clip.machine for clip in test}
    streams = {
        tuple(np.random.SeedSequence(seed).generate_state(2))
        for clip in (*train, *test)
        for seed in (clip.machine, clip.seed)
    }
    machines = {clip.machine for clip in (*train, *test)}
    assert len(streams) == len(train) + len(test) + len(machines)


def test_each_fault_and_grade_is_tested_as_often_and_half_is_normal() -> None:
    faults = [clip.fault for clip in clips("test")]
    kinds = [(fault, grade) for fault in FAULTS for grade in range(len(GRADES))]
    assert {faults.count(kind) for kind in kinds} == {4}
    assert faults.count(None) == len(faults) // 2


def test_a_machine_is_tested_with_and_without_a_fault() -> None:
    by_machine: dict[tuple[int, ...], set[bool]] = {}
    for clip in clips("test"):
        by_machine.setdefault(clip.machine, set()).add(clip.fault is None)
    assert all(found == {True, False} for found in by_machine.values())


def test_the_same_seed_gives_the_same_sound() -> None:
    clip = clips("test")[-1]
    np.testing.assert_array_equal(render(clip), render(clip))
    assert not np.array_equal(render(clip), render(clips("test")[-2]))
    assert np.abs(render(clip)).max() < 32_767


def test_calibration_is_of_training_and_the_test_of_neither(few) -> None:
    assert windows_of(few["calibration"]) < windows_of(few["train"])
    assert not windows_of(few["test"]) & windows_of(few["train"])
    assert len(few["calibration"].y) == 12


def test_windows_follow_one_another_in_their_clip(few) -> None:
    test = few["test"]
    assert test.x.shape == (12 * WINDOWS_A_CLIP, 640)
    np.testing.assert_array_equal(test.x, log_mel_windows(test.raw))
    np.testing.assert_array_equal(test.groups, np.repeat(np.arange(12), WINDOWS_A_CLIP))
    for number, clip in enumerate(clips("test")):
        mine = test.groups == number
        np.testing.assert_array_equal(test.raw[mine].reshape(-1), render(clip))
        assert set(test.y[mine]) == {int(clip.fault is not None)}


def test_the_stream_s_window_is_one_sample_s() -> None:
    assert TASK.stream.window_ms == WINDOW / 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A machine's folder as DCASE's: three clips to train, two normal and one not to test."""
    names = [f"train/normal_id_01_{n:08}.wav" for n in range(3)]
    names += ["test/normal_id_01_00000000.wav", "test/normal_id_02_00000000.wav"]
    names += ["test/anomaly_id_01_00000000.wav"]
    for seed, name in enumerate(names):
        path = tmp_path / "ToyCar" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = np.random.default_rng(seed).integers(-9_000, 9_000, 20_000).astype(np.int16)
        wavfile.write(path, 16_000, sound)
    return tmp_path / "ToyCar"


def test_a_dcase_folder_is_read_by_its_names(folder) -> None:
    test = TASK.split("test", folder)
    assert test.x.shape == (3 * anomaly_dcase.WINDOWS_A_CLIP, 640)
    assert [set(test.y[test.groups == clip].tolist()) for clip in range(3)] == [{0}, {0}, {1}]
    train = TASK.split("train", folder)
    assert set(train.y) == {0}
    assert train.raw is None
    np.testing.assert_array_equal(test.x, log_mel_windows(test.raw))


def test_dcase_windows_spread_over_the_recording(folder) -> None:
    _, sound = wavfile.read(folder / "test/normal_id_01_00000000.wav")
    test = read(folder, "test")
    windows = test.raw[test.groups == 0]
    np.testing.assert_array_equal(windows[0], sound[:WINDOW])
    np.testing.assert_array_equal(windows[-1], sound[-WINDOW:])


def test_dcase_test_recordings_neither_train_nor_calibrate(folder) -> None:
    recordings = {
        part: [wavfile.read(path)[1].tobytes() for path in (folder / part).glob("*.wav")]
        for part in ("train", "test")
    }
    calibration = read(folder, "calibration")
    assert len(calibration.raw) == 3
    for window in calibration.raw:
        assert any(window.tobytes() in sound for sound in recordings["train"])
        assert not any(window.tobytes() in sound for sound in recordings["test"])
    test = {window.tobytes() for window in read(folder, "test").x}
    assert not test & {window.tobytes() for window in read(folder, "train").x}


def test_a_wrong_dcase_folder_says_what_was_expected(folder) -> None:
    with pytest.raises(HarnessError, match=r"expected train/normal_id_\*.wav, .*found ToyCar/"):
        read(folder.parent, "train")
    (folder / "test/anomaly_id_01_00000000.wav").unlink()
    with pytest.raises(HarnessError, match=r"a machine's folder of DCASE 2020 task 2"):
        read(folder, "test")


def test_a_recording_shorter_than_a_window_is_named(folder) -> None:
    wavfile.write(folder / "test/normal_id_02_00000000.wav", 16_000, np.ones(99, np.int16))
    with pytest.raises(HarnessError, match=r"normal_id_02_00000000.wav: 99 samples at 16 kHz; 307"):
        read(folder, "test")
