"""Mel frequency cepstral coefficients of one second of speech, as MLPerf Tiny spots keywords.

16 kHz, frames of 30 ms each 20 ms, 40 mel bands from 20 to 4000 Hz, the first 10 coefficients:
49 x 10 x 1. Unlike there, the bands gather power, not magnitude: the floor of 1e-6 under the
logarithm then lies above what fixed-point and single precision round (docs/features.md).
"""

import numpy as np
from numpy.typing import NDArray

from harness.features.mel import htk_filters
from harness.features.stage import FeatureStage, Pcm, Table, for_windowed_pcm, hann

_RATE_HZ = 16_000
_FRAME, _STRIDE, _FFT = 480, 320, 512
_BANDS, _LOW_HZ, _HIGH_HZ = 40, 20.0, 4000.0
_COEFFICIENTS = 10
_FLOOR = 1e-6

# Feature 0 is (c0 + 40) / 20, feature k > 0 is ck / 8: silence gives -2.37, and speech lies in
# about -3 ... 3.
_SCALE = (1 / 20, *[1 / 8] * (_COEFFICIENTS - 1))
_OFFSET = (40 / 20, *[0.0] * (_COEFFICIENTS - 1))


def _dct() -> NDArray[np.float64]:
    """Return the first rows of the orthonormal DCT-II, shape (coefficients, bands)."""
    k, n = np.arange(_COEFFICIENTS)[:, None], np.arange(_BANDS)
    matrix = np.sqrt(2 / _BANDS) * np.cos(np.pi * k * (2 * n + 1) / (2 * _BANDS))
    matrix[0] /= np.sqrt(2)
    dct: NDArray[np.float64] = matrix
    return dct


MFCC = FeatureStage(
    name="mfcc",
    rate_hz=_RATE_HZ,
    pcm_samples=_RATE_HZ,
    frames=49,
    stride=_STRIDE,
    fft_length=_FFT,
    window=hann(_FRAME),
    filters=for_windowed_pcm(htk_filters(_BANDS, _LOW_HZ, _HIGH_HZ, _FFT, _RATE_HZ)),
    floor=_FLOOR,
    projection=_dct().astype(np.float32),
    scale=np.array(_SCALE, np.float32),
    offset=np.array(_OFFSET, np.float32),
    bound=0.001,
)


def mfcc(pcm: Pcm) -> Table:
    """Return the MFCC of windows of speech, float32 of shape (n, 49, 10, 1).

    `pcm` is int16 of shape (n, 16000) at 16 kHz. The values are normalised by a fixed affine map,
    feature 0 = (c0 + 40) / 20 and feature k = ck / 8.

    Raises:
        HarnessError: `pcm` has another type or shape.
    """
    return MFCC.compute(pcm)[..., None]
