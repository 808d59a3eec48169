"""Noise of four kinds, and sound mixed with it at a stated signal-to-noise ratio.

All have unit power (mean square 1) until they are mixed.
"""

import numpy as np

from harness.tasks.audio import SAMPLE_RATE_HZ, Signal

KINDS = ("white", "pink", "hum", "babble")
MAINS_HZ = (50.0, 60.0)
HUM_HARMONICS = 12
BABBLE_VOICES = 6
_LOWEST_PINK_HZ = 20.0


def make_noise(kind: str, length: int, rng: np.random.Generator, babble: Signal) -> Signal:
    """Return `length` samples of noise of one of KINDS.

    White noise has equal power in every band of equal width, pink noise in every octave above
    20 Hz; hum is a mains frequency with harmonics over a little white noise; babble is six pieces
    of `babble`, somebody's speech, over one another.
    """
    if kind == "white":
        return rng.standard_normal(length)
    if kind == "pink":
        return _pink(length, rng)
    if kind == "hum":
        return _hum(length, rng)
    starts = rng.integers(0, len(babble) - length, BABBLE_VOICES)
    return normalized(np.sum([babble[start : start + length] for start in starts], axis=0))


def mix(signal: Signal, noise: Signal, snr_db: float, start: int) -> Signal:
    """Return `noise` with `signal` laid over it from sample `start` on.

    `snr_db` is the power of the signal, averaged over its own length, to that of the noise, in
    decibels: 10 log10(Ps / Pn). The signal keeps its power.
    """
    power = float(np.mean(signal**2))
    mixed = normalized(noise) * float(np.sqrt(power / 10 ** (snr_db / 10)))
    mixed[start : start + len(signal)] += signal
    return mixed


def normalized(signal: Signal) -> Signal:
    """Return `signal` at unit power."""
    return signal / float(np.sqrt(np.mean(signal**2)))


def _pink(length: int, rng: np.random.Generator) -> Signal:
    spectrum = np.fft.rfft(rng.standard_normal(length))
    frequencies = np.fft.rfftfreq(length, 1 / SAMPLE_RATE_HZ)
    # Power falls with 1/f, so amplitude with its root; there is none below what is heard.
    spectrum *= np.where(
        frequencies >= _LOWEST_PINK_HZ, 1 / np.sqrt(np.maximum(frequencies, 1.0)), 0.0
    )
    return normalized(np.fft.irfft(spectrum, length))


def _hum(length: int, rng: np.random.Generator) -> Signal:
    time = np.arange(length) / SAMPLE_RATE_HZ
    base = MAINS_HZ[int(rng.integers(len(MAINS_HZ)))] * rng.uniform(0.998, 1.002)
    orders = np.arange(1, HUM_HARMONICS + 1)
    amplitudes = rng.uniform(0.2, 1.0, HUM_HARMONICS) / orders
    phases = rng.uniform(0, 2 * np.pi, HUM_HARMONICS)
    tones = amplitudes[:, None] * np.sin(
        2 * np.pi * base * orders[:, None] * time + phases[:, None]
    )
    return normalized(normalized(tones.sum(axis=0)) + 0.1 * rng.standard_normal(length))
