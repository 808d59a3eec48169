"""A feature stage: its parameters, and the exact arithmetic that host and firmware share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.errors import HarnessError

Pcm = NDArray[np.int16]
Table = NDArray[np.float32]
Window = NDArray[np.uint16]

_FULL_SCALE = 32768
_WINDOW_ONE = 65535
_UNIT = 1 / (_FULL_SCALE * _WINDOW_ONE) ** 2
_CHUNK = 64


@dataclass(frozen=True)
class FeatureStage:
    """From one window of int16 PCM to the features of one inference, frame after frame.

    Of each frame (`window` samples long, `stride` apart) are computed: samples times `window`, in
    integers; zeros up to `fft_length`; the power spectrum; band b = sum of `filters[b]` times
    power; ln(band + `floor`); `projection` times that, where there is one; times `scale`, plus
    `offset`.
    """

    name: str
    rate_hz: int
    pcm_samples: int
    """Of one inference; what follows the last frame is not looked at."""
    frames: int
    stride: int
    fft_length: int
    window: Window
    """The window's values, 1 being 65535."""
    filters: Table
    """Shape (bands, fft_length / 2 + 1); they also bring the power to PCM of full scale 1."""
    floor: float
    projection: Table | None
    """Shape (features of a frame, bands); None: the logarithms of the bands are the features."""
    scale: Table
    offset: Table
    bound: float
    """Largest difference allowed between the device's features and the host's, for any input."""

    @property
    def features_a_frame(self) -> int:
        """Features that one frame gives."""
        return len(self.scale)

    @property
    def count(self) -> int:
        """Features of one inference."""
        return self.frames * self.features_a_frame

    def compute(self, pcm: Pcm) -> Table:
        """Return the features of windows of PCM, float32 of shape (n, frames, features a frame).

        `pcm` is int16 of shape (n, `pcm_samples`). Computed in float64 over the firmware's tables
        and rounded once, at the end.

        Raises:
            HarnessError: `pcm` has another type or shape.
        """
        if pcm.dtype != np.int16 or pcm.shape[1:] != (self.pcm_samples,):
            raise HarnessError(
                f"{self.name}: PCM of type {pcm.dtype} and shape {list(pcm.shape)}; give int16 "
                f"values of shape [windows, {self.pcm_samples}] at {self.rate_hz} Hz"
            )
        parts = [self._chunk(pcm[i : i + _CHUNK]) for i in range(0, len(pcm), _CHUNK)]
        empty = np.empty((0, self.frames, self.features_a_frame), np.float32)
        return np.concatenate([empty, *parts])

    def _chunk(self, pcm: Pcm) -> Table:
        starts = self.stride * np.arange(self.frames)[:, None] + np.arange(len(self.window))
        windowed = pcm[:, starts].astype(np.int64) * self.window
        spectrum = np.fft.rfft(windowed, self.fft_length)
        power = spectrum.real**2 + spectrum.imag**2
        logarithms = np.log(power @ self.filters.T.astype(np.float64) + self.floor)
        if self.projection is not None:
            logarithms = logarithms @ self.projection.T.astype(np.float64)
        features: Table = (logarithms * self.scale + self.offset).astype(np.float32)
        return features


def hann(length: int) -> Window:
    """Return the periodic Hann window sin^2(pi n / length), 1 being 65535."""
    window = np.sin(np.pi * np.arange(length) / length) ** 2
    return np.round(window * _WINDOW_ONE).astype(np.uint16)


def for_windowed_pcm(filters: NDArray[np.float64]) -> Table:
    """Return filters for the power of windowed integers, given those for PCM in [-1, 1)."""
    return (filters * _UNIT).astype(np.float32)
