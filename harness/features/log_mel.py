"""Logarithmic mel spectrum of a machine's sound, as MLPerf Tiny detects anomalies.

16 kHz, frames of 1024 samples each 512, 128 mel bands up to 8000 Hz, in dB, five frames in a row:
640. Unlike there, frames are not padded at the ends, and the floor under the logarithm is 1e-7
(-70 dB), which lies above what fixed-point and single precision round (docs/features.md).
"""

import numpy as np

from harness.features.mel import slaney_filters
from harness.features.stage import FeatureStage, Pcm, Table, for_windowed_pcm, hann

_RATE_HZ = 16_000
_FRAME, _STRIDE, _FRAMES = 1024, 512, 5
_BANDS, _LOW_HZ, _HIGH_HZ = 128, 0.0, 8000.0
_FLOOR = 1e-7

# A feature is (dB + 30) / 20, where dB = 10 log10(band): silence gives -2, full scale about 3.
_DB_OF_LN = 10 / np.log(10)
_SCALE, _OFFSET = _DB_OF_LN / 20, 30 / 20

LOG_MEL = FeatureStage(
    name="log_mel",
    rate_hz=_RATE_HZ,
    pcm_samples=_FRAME + (_FRAMES - 1) * _STRIDE,
    frames=_FRAMES,
    stride=_STRIDE,
    fft_length=_FRAME,
    window=hann(_FRAME),
    filters=for_windowed_pcm(slaney_filters(_BANDS, _LOW_HZ, _HIGH_HZ, _FRAME, _RATE_HZ)),
    floor=_FLOOR,
    projection=None,
    scale=np.full(_BANDS, _SCALE, np.float32),
    offset=np.full(_BANDS, _OFFSET, np.float32),
    bound=0.001,
)


def log_mel_windows(pcm: Pcm) -> Table:
    """Return the log-mel features of windows of sound, float32 of shape (n, 640).

    `pcm` is int16 of shape (n, 3072) at 16 kHz. A feature is (dB + 30) / 20, where dB is ten times
    the decimal logarithm of a band's power.

    Raises:
        HarnessError: `pcm` has another type or shape.
    """
    return LOG_MEL.compute(pcm).reshape(-1, LOG_MEL.count)
