"""The spoken words come from a seed, and no test voice is heard in training."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.features.mfcc import mfcc
from harness.tasks import keyword
from harness.tasks.keyword import CLIP_LENGTH, SNR_DB, TASK, Clip, clips, make, render, voices
from harness.tasks.speech import Utterance, check_voices, speak, synthesizer_version
from harness.tasks.speech_commands import SILENCE, UNKNOWN, UNKNOWN_WORDS, WORDS

spoken = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is missing")


def test_test_voices_are_never_heard_in_training() -> None:
    speakers = {
        part: {
            clip.utterance.voice.split("+")[1] for clip in clips(part) if clip.utterance is not None
        }
        for part in ("train", "test")
    }
    assert len(speakers["test"]) == 8
    assert len(speakers["train"]) > 25
    assert not speakers["train"] & speakers["test"]
    assert not set(voices("train")) & set(voices("test"))
    assert set(keyword.ACCENTS["test"]) - set(keyword.ACCENTS["train"])


def test_every_class_has_as_many_clips_and_says_its_word() -> None:
    for part in ("train", "test"):
        made = clips(part)
        counts = np.bincount([clip.label for clip in made])
        assert len(set(counts.tolist())) == 1
        assert len(counts) == len(TASK.classes) == 12
        for clip in made:
            if clip.label == SILENCE:
                assert clip.utterance is None
            else:
                said = clip.utterance.text
                assert said in (UNKNOWN_WORDS if clip.label == UNKNOWN else WORDS[clip.label])
    assert not set(WORDS) & set(UNKNOWN_WORDS)


def test_no_two_clips_share_their_random_numbers() -> None:
    streams = [
        tuple(np.random.SeedSequence(clip.seed).generate_state(2))
        for part in ("train", "test")
        for clip in clips(part)
    ]
    assert len(set(streams)) == len(streams)


WORD = np.sin(2 * np.pi * 440 * np.arange(8_000) / 16_000)
BABBLE = np.random.default_rng(0).standard_normal(20_000)
SAID = Clip(0, Utterance("down", "en-us+m1", 175, 50), "white", 1.0, (1,))


def test_a_word_stays_in_its_clip_and_above_its_noise() -> None:
    for seed in range(20):
        sound = render(replace(SAID, seed=(seed,)), WORD, BABBLE).astype(float)
        power = np.convolve(sound**2, np.ones(8_000) / 8_000, mode="valid")
        start = int(power.argmax())
        assert abs(start - 4_000) <= keyword.MOST_SHIFT + 400
        rest = np.delete(sound, np.arange(start, start + 8_000))
        ratio = 10 * np.log10(power[start] / np.mean(rest**2))
        # Signal and noise together stand against noise alone.
        assert SNR_DB[0] < ratio < SNR_DB[1] + 2


def test_a_long_word_is_cut_to_the_clip() -> None:
    long_word = np.tile(WORD, 3)
    assert render(SAID, long_word, BABBLE).shape == (CLIP_LENGTH,)
    assert render(replace(SAID, stretch=1.12), np.tile(WORD, 2), BABBLE).shape == (CLIP_LENGTH,)


def test_a_stretched_word_is_lower() -> None:
    quiet = replace(SAID, noise="hum", stretch=1.1)
    spectrum = np.abs(np.fft.rfft(render(quiet, WORD, BABBLE).astype(float)))
    assert spectrum.argmax() == pytest.approx(440 / 1.1, abs=2)


def test_silence_is_quiet_noise() -> None:
    levels = []
    for seed in range(20):
        sound = render(Clip(SILENCE, None, "pink", 1.0, (seed,)), None, BABBLE) / 32_767
        levels.append(20 * np.log10(np.sqrt(np.mean(sound**2))))
    assert min(levels) > keyword.NOISE_DB[0] - 1
    assert max(levels) < keyword.NOISE_DB[1] + 1
    assert max(levels) - min(levels) > 10


@spoken
def test_the_same_seed_gives_the_same_sound_however_threads_run() -> None:
    some = clips("test")[:14]
    first = make("test", some)
    np.testing.assert_array_equal(make("test", some[::-1]), first[::-1])
    assert first.dtype == np.int16
    assert first.shape == (14, CLIP_LENGTH)
    assert len({sound.tobytes() for sound in first}) == 14


@spoken
def test_calibration_is_of_the_training_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyword, "UTTERANCES", {"train": 24, "test": 24})
    monkeypatch.setattr(keyword, "CALIBRATION_SAMPLES", 12)
    parts = {split: TASK.read(split) for split in ("train", "calibration", "test")}
    train, calibration, test = ({sound.tobytes() for sound in parts[split].raw} for split in parts)
    assert (len(train), len(calibration), len(test)) == (48, 12, 24)
    assert calibration < train
    assert not test & train
    for part in parts.values():
        np.testing.assert_array_equal(part.x, mfcc(part.raw))
        assert set(part.y) == set(range(12))


@spoken
def test_voices_and_speeds_differ_and_silence_around_a_word_is_cut() -> None:
    slow, fast, other = speak(
        [
            Utterance("yes", "en-us+m1", 120, 50),
            Utterance("yes", "en-us+m1", 200, 50),
            Utterance("yes", "en-us+f2", 200, 50),
        ]
    )
    assert len(slow) > len(fast)
    assert len(fast) != len(other) or not np.array_equal(fast, other)
    for signal in (slow, fast, other):
        edge = 0.01 * np.abs(signal).max()
        assert min(abs(signal[0]), abs(signal[-1])) > edge


@spoken
@pytest.mark.parametrize("voice", ["en-us+nobody", "xx+m1"])
def test_a_voice_that_is_not_installed_is_refused(voice: str) -> None:
    with pytest.raises(HarnessError, match=rf"voice {re.escape(voice)}: not installed"):
        check_voices([voice])


@spoken
def test_identity_names_the_synthesizer() -> None:
    assert synthesizer_version().startswith("espeak-ng 1.")
    assert synthesizer_version() in TASK.identity()


def test_without_the_synthesizer_the_doctor_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    for ask in (TASK.identity, lambda: TASK.read("test")):
        with pytest.raises(HarnessError, match=r"espeak-ng: not found.*harness doctor --install"):
            ask()
