"""A folder of Speech Commands is read by its own lists, and a wrong one is explained."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from harness.errors import HarnessError
from harness.tasks import LabelledSamples, speech_commands
from harness.tasks.keyword import TASK
from harness.tasks.speech_commands import CLIP_LENGTH, SILENCE, UNKNOWN, WORDS, read

SPEAKERS = ("a", "b", "c", "d")
"""Recordings of each word: two train, one is in each list."""


def record(path: Path, seed: int, length: int = CLIP_LENGTH) -> None:
    path.parent.mkdir(exist_ok=True)
    sound = np.random.default_rng(seed).integers(-9_000, 9_000, length).astype(np.int16)
    wavfile.write(path, 16_000, sound)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as the archive's, with four speakers of each word and two of other words."""
    seed = 0
    for word in (*WORDS, "cat", "wow"):
        for speaker in SPEAKERS:
            record(tmp_path / word / f"{speaker}_nohash_0.wav", seed)
            seed += 1
    record(tmp_path / "_background_noise_" / "hiss.wav", seed, 6 * CLIP_LENGTH)
    words = (*WORDS, "cat", "wow")
    for name, speaker in (("testing_list.txt", "d"), ("validation_list.txt", "c")):
        listed = "".join(f"{word}/{speaker}_nohash_0.wav\n" for word in words)
        (tmp_path / name).write_text(listed)
    return tmp_path


def sounds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, LabelledSamples]:
    """All splits, with features that are the sound itself, so that clips can be told apart."""
    monkeypatch.setattr(speech_commands, "mfcc", lambda raw: raw.astype(np.float32))
    return {split: read(folder, split) for split in ("train", "calibration", "test")}


def clips_of(samples: LabelledSamples) -> set[bytes]:
    return {clip.tobytes() for clip in samples.x}


def test_the_lists_divide_the_speakers(folder, monkeypatch):
    parts = sounds(folder, monkeypatch)
    by_name = {}
    for word in WORDS:
        for speaker in SPEAKERS:
            _, sound = wavfile.read(folder / word / f"{speaker}_nohash_0.wav")
            by_name[word, speaker] = sound.astype(np.float32).tobytes()
    for split, speakers in (("train", "ab"), ("test", "d")):
        of_words = parts[split].x[parts[split].y < len(WORDS)]
        assert {clip.tobytes() for clip in of_words} == {
            by_name[word, speaker] for word in WORDS for speaker in speakers
        }
        for clip, label in zip(parts[split].x, parts[split].y, strict=True):
            if label < len(WORDS):
                assert clip.tobytes() in {by_name[WORDS[label], speaker] for speaker in speakers}


def test_test_clips_neither_train_nor_calibrate(folder, monkeypatch):
    monkeypatch.setattr(speech_commands, "CALIBRATION_SAMPLES", 12)
    parts = sounds(folder, monkeypatch)
    assert clips_of(parts["calibration"]) < clips_of(parts["train"])
    assert len(parts["calibration"].y) == 12
    assert not clips_of(parts["test"]) & clips_of(parts["train"])
    again = sounds(folder, monkeypatch)
    for split, part in parts.items():
        np.testing.assert_array_equal(part.x, again[split].x)
        np.testing.assert_array_equal(part.y, again[split].y)


def test_a_tenth_as_many_are_unknown_and_silent(folder, monkeypatch):
    parts = sounds(folder, monkeypatch)
    for split, words in (("train", 20), ("test", 10)):
        assert np.bincount(parts[split].y)[[UNKNOWN, SILENCE]].tolist() == [words // 10] * 2


def test_shapes_and_the_sound_are_those_of_the_task(folder):
    test = TASK.split("test", folder)
    assert test.x.shape == (12, 49, 10, 1)
    assert test.x.dtype == np.float32
    assert test.raw.shape == (12, CLIP_LENGTH)
    assert TASK.split("train", folder).raw is None
    before = TASK.identity(folder)
    record(folder / "yes" / "e_nohash_0.wav", 99)
    assert TASK.identity(folder) != before


def test_short_clips_are_padded_and_long_ones_cut_to_the_middle(folder, monkeypatch):
    wavfile.write(folder / "go" / "d_nohash_0.wav", 16_000, np.full(10_000, 7, np.int16))
    long_clip = np.repeat(np.int16([1, 2, 3]), CLIP_LENGTH // 2)
    wavfile.write(folder / "up" / "d_nohash_0.wav", 16_000, long_clip)
    test = sounds(folder, monkeypatch)["test"]
    short = test.x[test.y == WORDS.index("go")][0]
    assert short.tolist() == [0.0] * 3_000 + [7.0] * 10_000 + [0.0] * 3_000
    cut = test.x[test.y == WORDS.index("up")][0]
    assert np.bincount(cut.astype(int)).tolist() == [0, 4_000, 8_000, 4_000]


def test_a_wrong_folder_says_what_was_expected_and_found(tmp_path):
    (tmp_path / "cats").mkdir()
    with pytest.raises(HarnessError, match=r"not Speech Commands.*expected down/.*found cats/"):
        read(tmp_path, "test")
    with pytest.raises(HarnessError, match="no such folder"):
        read(tmp_path / "nowhere", "test")


def test_a_listed_file_that_is_missing_is_named(folder):
    with (folder / "testing_list.txt").open("a") as listed:
        listed.write("yes/gone_nohash_0.wav\n")
    with pytest.raises(HarnessError, match=r"testing_list.txt: lists yes/gone_nohash_0.wav, which"):
        read(folder, "train")


def test_a_file_in_both_lists_is_refused(folder):
    with (folder / "validation_list.txt").open("a") as listed:
        listed.write("go/d_nohash_0.wav\n")
    with pytest.raises(HarnessError, match=r"go/d_nohash_0.wav is also in validation_list.txt"):
        read(folder, "test")


def test_an_unreadable_recording_or_list_is_named(folder):
    (folder / "on" / "d_nohash_0.wav").write_bytes(b"not sound")
    with pytest.raises(HarnessError, match=r"on/d_nohash_0.wav: not a wav file"):
        read(folder, "test")
    cut = folder / "no" / "d_nohash_0.wav"
    cut.write_bytes(cut.read_bytes()[:-9_000])
    with pytest.raises(HarnessError, match=r"no/d_nohash_0.wav: shorter than its header says"):
        read(folder, "test")
    (folder / "testing_list.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(HarnessError, match=r"testing_list.txt: cannot be read as text"):
        read(folder, "test")


def test_noise_too_short_to_be_divided_is_named(folder):
    record(folder / "_background_noise_" / "click.wav", 1, CLIP_LENGTH)
    with pytest.raises(HarnessError, match=r"click.wav: shorter than 5 seconds"):
        read(folder, "test")


def test_a_test_list_without_the_ten_words_is_refused(folder):
    (folder / "testing_list.txt").write_text("cat/d_nohash_0.wav\n")
    with pytest.raises(HarnessError, match=r"no test recordings of the ten words"):
        read(folder, "test")
