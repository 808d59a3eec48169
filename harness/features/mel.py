"""Triangular filters that gather a power spectrum into bands, equally wide in mel."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_SLANEY_HZ_A_MEL = 200 / 3
_SLANEY_BREAK_HZ = 1000.0
_SLANEY_BREAK_MEL = _SLANEY_BREAK_HZ / _SLANEY_HZ_A_MEL
_SLANEY_LOG_STEP = float(np.log(6.4)) / 27


def htk_filters(
    bands: int, low_hz: float, high_hz: float, fft_length: int, rate_hz: float
) -> Matrix:
    """Return filters with straight sides over mel, shape (bands, fft_length / 2 + 1).

    The scale is mel = 1127 ln(1 + f / 700) (O'Shaughnessy 1987; the HTK Book, section 5.4), the
    one that TensorFlow's `tf.signal.linear_to_mel_weight_matrix` has. Each filter peaks at 1; no
    filter takes the mean (bin 0).
    """
    mel = 1127 * np.log1p(_bins_hz(fft_length, rate_hz) / 700)
    low, high = 1127 * np.log1p(np.array([low_hz, high_hz]) / 700)
    filters = _triangles(mel, np.linspace(low, high, bands + 2))
    filters[:, 0] = 0
    return filters


def slaney_filters(
    bands: int, low_hz: float, high_hz: float, fft_length: int, rate_hz: float
) -> Matrix:
    """Return filters with straight sides over Hz, shape (bands, fft_length / 2 + 1).

    The scale is linear up to 1000 Hz (3 mel are 200 Hz) and logarithmic above (27 mel are a factor
    of 6.4): M. Slaney, Auditory Toolbox, Interval Research 1998-010; librosa's default. A filter's
    area over Hz is 1.
    """
    low, high = (_slaney_mel(hz) for hz in (low_hz, high_hz))
    edges = _slaney_hz(np.linspace(low, high, bands + 2))
    area: Matrix = 2 / (edges[2:] - edges[:-2])
    return area[:, None] * _triangles(_bins_hz(fft_length, rate_hz), edges)


def _bins_hz(fft_length: int, rate_hz: float) -> Matrix:
    return np.arange(fft_length // 2 + 1).astype(np.float64) * (rate_hz / fft_length)


def _triangles(positions: Matrix, edges: Matrix) -> Matrix:
    """Return the height at each position of triangles that each reach over three edges."""
    left, peak, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising: Matrix = (positions - left) / (peak - left)
    falling: Matrix = (right - positions) / (right - peak)
    heights: Matrix = np.maximum(0, np.minimum(rising, falling))
    return heights


def _slaney_mel(hz: float) -> float:
    if hz < _SLANEY_BREAK_HZ:
        return hz / _SLANEY_HZ_A_MEL
    return float(_SLANEY_BREAK_MEL + np.log(hz / _SLANEY_BREAK_HZ) / _SLANEY_LOG_STEP)


def _slaney_hz(mel: Matrix) -> Matrix:
    above = _SLANEY_BREAK_HZ * np.exp((mel - _SLANEY_BREAK_MEL) * _SLANEY_LOG_STEP)
    hz: Matrix = np.where(mel < _SLANEY_BREAK_MEL, mel * _SLANEY_HZ_A_MEL, above)
    return hz
