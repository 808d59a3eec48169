"""Ten spoken words: by default spoken by espeak-ng in noise, or the Speech Commands folder."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from harness.features.mfcc import mfcc
from harness.tasks.audio import SAMPLE_RATE_HZ, Pcm, Signal, to_pcm
from harness.tasks.noise import KINDS, make_noise, mix, normalized
from harness.tasks.sampling import stratified_subset
from harness.tasks.speech import Utterance, check_voices, speak, synthesizer_version
from harness.tasks.speech_commands import CLASSES, SILENCE, UNKNOWN, UNKNOWN_WORDS, WORDS
from harness.tasks.speech_commands import read as read_speech_commands
from harness.tasks.task import Dataset, Detector, LabelledSamples, Split, Stream, Task

SEED = 40
UTTERANCES = {"train": 3000, "test": 360}
"""What is spoken (or not) in each part; every class has as many as the others."""
RENDERINGS = {"train": 2, "test": 1}
"""Clips made of each, which differ in noise, level and shift."""
CALIBRATION_SAMPLES = 120
CLIP_LENGTH = SAMPLE_RATE_HZ
"""Samples in a clip of one second."""
STRIDE_MS = 500.0
"""A word of up to half a second then lies whole in one window, wherever it begins."""

ACCENTS = {
    "train": ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"),
    "test": ("en-us", "en-gb", "en-gb-x-rp", "en-us-nyc"),
}
"""Two of the test's accents are also in training, two are not."""
VARIANTS = {
    "train": (
        *("m1", "m2", "m3", "m4", "m5", "m8", "f1", "f2", "f3", "adam", "Alex", "Alicia"),
        *("Andy", "anika", "antonio", "aunty", "belinda", "benjamin", "Denis", "Diogo", "Hugo"),
        *("Jacky", "linda", "Mario", "Michael", "Mike", "pablo", "paul", "rob", "steph", "zac"),
    ),
    "test": ("m6", "m7", "f4", "f5", "Annie", "Lee", "max", "Andrea"),
}
"""Variants change the vocal tract, so that each stands for a speaker; none is in both parts."""

SPEEDS = (120, 200)
"""Words a minute; espeak-ng's own default is 175."""
PITCHES = (25, 75)
PEAK_DB = (-20.0, -3.0)
"""Peak level of the word, against full scale."""
SNR_DB = (5.0, 30.0)
NOISE_DB = (-60.0, -20.0)
"""Root mean square level of noise where nobody speaks, against full scale."""
STRETCH = (0.88, 1.12)
"""Of training words, so that the voices vary more than espeak-ng's variants."""
MOST_SHIFT = SAMPLE_RATE_HZ // 5
"""Words lie at most 200 ms off the middle of the clip."""

Part = Literal["train", "test"]


@dataclass(frozen=True)
class Clip:
    """One clip as it is to be made; `seed` decides the rest: level, noise, shift.

    The word is drawn out to `stretch` times its length, as by a slower tape: pitch and formants
    fall with it.
    """

    label: int
    utterance: Utterance | None
    noise: str
    stretch: float
    seed: tuple[int, ...]


def clips(part: Part) -> list[Clip]:
    """Return the clips of a part, classes in turn; making one depends on none of the others."""
    return [_clip(part, number) for number in range(UTTERANCES[part] * RENDERINGS[part])]


def voices(part: Part) -> list[str]:
    """Return the voices of a part, each an accent and a variant."""
    return [f"{accent}+{variant}" for accent in ACCENTS[part] for variant in VARIANTS[part]]


def make(part: Part, wanted: list[Clip]) -> npt.NDArray[np.int16]:
    """Return the sound of the `wanted` clips of `part`: int16, clips x 16,000 samples.

    Raises:
        HarnessError: espeak-ng is not installed, fails, or lacks a voice.
    """
    check_voices(voices(part))
    babble = _babble(part)
    said = list(dict.fromkeys(clip.utterance for clip in wanted if clip.utterance is not None))
    spoken: dict[Utterance | None, Signal] = dict(zip(said, speak(said), strict=True))
    words = [spoken.get(clip.utterance) for clip in wanted]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        made = pool.map(lambda clip, word: render(clip, word, babble), wanted, words)
        return np.stack(list(made))


def render(clip: Clip, word: Signal | None, babble: Signal) -> Pcm:
    """Return one second of `clip`: `word` somewhere near the middle, in noise; or noise alone."""
    rng = np.random.default_rng(clip.seed)
    noise = make_noise(clip.noise, CLIP_LENGTH, rng, babble)
    if word is None:
        return to_pcm(noise * _amplitude(rng.uniform(*NOISE_DB)))
    word = _stretched(word, clip.stretch)
    excess = max(len(word) - CLIP_LENGTH, 0)
    word = word[excess // 2 : excess // 2 + CLIP_LENGTH]
    word = word * (_amplitude(rng.uniform(*PEAK_DB)) / np.abs(word).max())
    slack = CLIP_LENGTH - len(word)
    shift = round(rng.uniform(-1, 1) * min(MOST_SHIFT, slack / 2))
    return to_pcm(mix(word, noise, rng.uniform(*SNR_DB), slack // 2 + shift))


def read(split: Split) -> LabelledSamples:
    """Return MFCC of shape (49, 10, 1), and the sound they are of: 6,000 train, 360 test.

    120 of the training clips calibrate; only these are made for that split. Training and test
    clips are spoken in different accents and by different variants, over the babble of their own
    voices.

    Raises:
        HarnessError: espeak-ng is not installed, fails, or lacks a voice.
    """
    part: Part = "test" if split == "test" else "train"
    wanted = clips(part)
    if split == "calibration":
        chosen = stratified_subset([clip.label for clip in wanted], CALIBRATION_SAMPLES)
        wanted = [wanted[number] for number in chosen]
    raw = make(part, wanted)
    labels = np.array([clip.label for clip in wanted], dtype=np.int64)
    return LabelledSamples(mfcc(raw), labels, raw=raw)


def _clip(part: Part, number: int) -> Clip:
    of_part = list(UTTERANCES).index(part)
    spoken, rendering = number % UTTERANCES[part], number // UTTERANCES[part]
    rng = np.random.default_rng((SEED, of_part, spoken))
    label = spoken % len(CLASSES)
    noise = KINDS[(spoken // len(CLASSES) + rendering) % len(KINDS)]
    # From 1: numpy takes seeds that differ in zeros at their end for the same.
    seed = (SEED, of_part, spoken, rendering + 1)
    if label == SILENCE:
        return Clip(label, None, noise, 1.0, seed)
    text = _one_of(UNKNOWN_WORDS, rng) if label == UNKNOWN else WORDS[label]
    utterance = _utterance(text, part, rng)
    stretch = (
        np.random.default_rng([SEED + 2, number]).uniform(*STRETCH) if part == "train" else 1.0
    )
    return Clip(label, utterance, noise, float(stretch), seed)


def _utterance(text: str, part: Part, rng: np.random.Generator) -> Utterance:
    return Utterance(
        text,
        _one_of(voices(part), rng),
        speed=int(rng.integers(*SPEEDS, endpoint=True)),
        pitch=int(rng.integers(*PITCHES, endpoint=True)),
    )


def _stretched(word: Signal, factor: float) -> Signal:
    from scipy.signal import resample

    return word if factor == 1 else np.asarray(resample(word, round(len(word) * factor)))


def _babble(part: Part) -> Signal:
    """Several voices of the part, one after the other, reading the words that are no keywords."""
    rng = np.random.default_rng([SEED + 1, list(UTTERANCES).index(part)])
    texts = [" ".join(rng.permutation(UNKNOWN_WORDS)) for _ in VARIANTS[part]]
    read_out = speak([_utterance(text, part, rng) for text in texts])
    return np.concatenate([normalized(signal) for signal in read_out])


def _one_of(choices: list[str] | tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


TASK = Task(
    name="keyword",
    title="Ten spoken words, silence and other words, in noise",
    metric="accuracy",
    classes=CLASSES,
    packages=("numpy", "scipy"),
    programs=lambda: (synthesizer_version(),),
    read=read,
    detector=Detector("positive_class", negatives=(SILENCE, UNKNOWN)),
    stream=Stream(window_ms=1000.0, stride_ms=STRIDE_MS),
    dataset=Dataset(
        title="Speech Commands v0.02",
        layout="a folder a word, _background_noise_/, testing_list.txt, validation_list.txt",
        read=read_speech_commands,
    ),
    features="mfcc",
)
