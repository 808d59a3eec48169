"""Features on the host are what the textbook's formulas give, computed here another way."""

import numpy as np
import pytest
import scipy.fft
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.features.log_mel import LOG_MEL, log_mel_windows
from harness.features.mfcc import MFCC, mfcc
from harness.features.stages import find_stage

RATE = 16_000
TOLERANCE = 5e-4  # the stage's window has 16 bits, this one's 53


def sound(samples: int, seed: int = 1) -> np.ndarray:
    """Three tones and noise, int16."""
    t = np.arange(samples) / RATE
    tones = sum(4000 * np.sin(2 * np.pi * hz * t) for hz in (220, 1500, 3700))
    noise = np.random.default_rng(seed).normal(0, 300, samples)
    return np.round(tones + noise).astype(np.int16)


def power_frames(pcm: np.ndarray, frame: int, stride: int, length: int) -> np.ndarray:
    """Power spectra, frames x bins."""
    window = scipy.signal.get_window("hann", frame, fftbins=True)
    starts = range(0, len(pcm) - frame + 1, stride)
    frames = np.array([pcm[s : s + frame] / 32768 * window for s in starts])
    return np.abs(scipy.fft.rfft(frames, length, axis=1)) ** 2


def band(position: np.ndarray, left: float, peak: float, right: float) -> np.ndarray:
    """One triangle."""
    return np.interp(position, [left, peak, right], [0, 1, 0], left=0, right=0)


def textbook_mfcc(pcm: np.ndarray) -> np.ndarray:
    """Ten coefficients a frame, without the stage's normalisation."""
    power = power_frames(pcm, 480, 320, 512)
    mel = 2595 * np.log10(1 + np.arange(257) * RATE / 512 / 700)
    edges = np.linspace(2595 * np.log10(1 + 20 / 700), 2595 * np.log10(1 + 4000 / 700), 42)
    bands = np.array([band(mel, *edges[k : k + 3]) for k in range(40)])
    return scipy.fft.dct(np.log(power @ bands.T + 1e-6), norm="ortho", axis=1)[:, :10]


def slaney_hz(mel: float) -> float:
    """Slaney's scale: 200 Hz are 3 mel up to 1000 Hz; from there 27 mel are a factor of 6.4."""
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


def textbook_log_mel(pcm: np.ndarray) -> np.ndarray:
    """Bands of unit area in dB."""
    power = power_frames(pcm, 1024, 512, 1024)
    highest = 15 + 27 * np.log(8) / np.log(6.4)
    edges = [slaney_hz(mel) for mel in np.linspace(0, highest, 130)]
    hz = np.arange(513) * RATE / 1024
    bands = [band(hz, *edges[k : k + 3]) * 2 / (edges[k + 2] - edges[k]) for k in range(128)]
    return 10 * np.log10(power @ np.array(bands).T + 1e-7)


def test_mfcc_are_the_coefficients_of_the_formula_and_normalised_as_documented():
    pcm = sound(RATE)
    expected = textbook_mfcc(pcm) / np.array([20, *[8] * 9]) + np.array([2, *[0] * 9])
    features = mfcc(pcm[None])
    assert (features.shape, features.dtype) == ((1, 49, 10, 1), np.float32)
    np.testing.assert_allclose(features[0, :, :, 0], expected, atol=TOLERANCE)


def test_log_mel_is_the_decibels_of_the_formula_and_normalised_as_documented():
    pcm = sound(3072)
    features = log_mel_windows(pcm[None])
    assert (features.shape, features.dtype) == ((1, 640), np.float32)
    expected = (textbook_log_mel(pcm) + 30) / 20
    np.testing.assert_allclose(features.reshape(5, 128), expected, atol=TOLERANCE)


@pytest.mark.tensorflow
def test_mfcc_are_those_of_tensorflow_for_the_power_spectrum():
    import tensorflow as tf

    pcm = sound(RATE)
    signal = tf.constant(pcm / 32768, tf.float32)
    spectrum = tf.signal.stft(signal, 480, 320, 512, window_fn=tf.signal.hann_window)
    weights = tf.signal.linear_to_mel_weight_matrix(40, 257, RATE, 20.0, 4000.0)
    bands = tf.abs(spectrum) ** 2 @ weights
    theirs = tf.signal.mfccs_from_log_mel_spectrograms(tf.math.log(bands + 1e-6)).numpy()[:, :10]
    theirs[:, 0] /= np.sqrt(2)  # TensorFlow's first row is not orthonormal
    ours = (mfcc(pcm[None])[0, :, :, 0] - MFCC.offset) / MFCC.scale
    np.testing.assert_allclose(ours, theirs, atol=0.01)


def test_silence_is_the_floor():
    silence = mfcc(np.zeros((1, RATE), np.int16))[0, 0, :, 0]
    np.testing.assert_allclose(silence[0], np.log(1e-6) * np.sqrt(40) / 20 + 2, rtol=1e-5)
    np.testing.assert_allclose(silence[1:], 0, atol=1e-6)
    assert np.allclose(log_mel_windows(np.zeros((1, 3072), np.int16)), (-70 + 30) / 20)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 150))
def test_a_window_has_the_same_features_alone_and_among_others(seed, count):
    pcm = np.random.default_rng(seed).integers(-32768, 32768, (count, 3072)).astype(np.int16)
    together = log_mel_windows(pcm)
    np.testing.assert_allclose(together[-1], log_mel_windows(pcm[-1:])[0], atol=1e-6)


@pytest.mark.parametrize("name", ["mfcc", "log_mel"])
def test_every_band_holds_a_part_of_the_spectrum(name):
    assert (find_stage(name).filters.sum(axis=1) > 0).all()


def test_no_windows_give_no_features():
    assert mfcc(np.zeros((0, RATE), np.int16)).shape == (0, 49, 10, 1)


@pytest.mark.parametrize(
    "pcm", [np.zeros((2, 3071), np.int16), np.zeros(3072, np.int16), np.zeros((1, 3072))]
)
def test_pcm_of_another_shape_or_type_is_refused(pcm):
    with pytest.raises(HarnessError, match=r"give int16 values of shape \[windows, 3072\]"):
        LOG_MEL.compute(pcm)
