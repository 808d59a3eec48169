"""Read wav files of a user's data set as 16 kHz mono PCM, whatever rate and width they have."""

import logging
import struct
import warnings
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError

SAMPLE_RATE_HZ = 16_000
LOUDEST = 32_767
"""The largest int16 sample; full scale of the floating-point signals here is 1."""

Pcm = npt.NDArray[np.int16]
"""One channel of 16-bit samples at 16 kHz."""

Signal = npt.NDArray[np.float64]
"""One channel at 16 kHz, full scale 1."""

_RATES_HZ = range(1_000, 768_001)
"""What recorders have; resampling from other rates would take gigabytes."""

_OTHER_CHUNK = r"Chunk \(non-data\) not understood"

_log = logging.getLogger(__name__)


def to_pcm(signal: Signal) -> Pcm:
    """Return `signal` (full scale 1) as int16, rounded to nearest; what is louder is clipped."""
    return np.clip(np.rint(signal * LOUDEST), -LOUDEST - 1, LOUDEST).astype(np.int16)


def resampled(signal: Signal, rate_hz: int) -> Signal:
    """Return `signal`, sampled at `rate_hz`, at 16 kHz (polyphase filter of SciPy)."""
    if rate_hz == SAMPLE_RATE_HZ:
        return signal
    from scipy.signal import resample_poly

    ratio = Fraction(SAMPLE_RATE_HZ, rate_hz)
    return np.asarray(resample_poly(signal, ratio.numerator, ratio.denominator), dtype=np.float64)


def read_signal(path: Path) -> tuple[Signal, int]:
    """Return the samples of a wav file (full scale 1, channels averaged) and their rate in Hz.

    Integer samples of 8 to 32 bits and floating-point ones are read.

    Raises:
        HarnessError: The file cannot be read as wav, is cut off, has no samples, a rate that no
            recorder has, or samples that are not finite.
    """
    rate, stored = _read(path)
    if stored.size == 0:
        raise HarnessError(f"{path}: no samples; remove the file or record it again")
    if rate not in _RATES_HZ:
        raise HarnessError(f"{path}: sample rate {rate} Hz; convert the file to 16000 Hz")
    values = stored.astype(np.float64)
    if stored.dtype == np.uint8:
        values = (values - 128) / 128
    elif stored.dtype.kind == "i":
        values /= 2.0 ** (8 * stored.dtype.itemsize - 1) - 1
    if not np.isfinite(values).all():
        raise HarnessError(f"{path}: holds NaN or an infinity; convert the file to 16-bit PCM")
    return (values.mean(axis=1) if values.ndim > 1 else values), rate


def recordings(paths: Sequence[Path]) -> Iterator[Pcm]:
    """Yield the recordings in `paths` as 16 kHz PCM, in order.

    Those of another rate are resampled; one warning in the log says of how many, at the end.

    Raises:
        HarnessError: As `read_signal` does.
    """
    others: dict[int, Path] = {}
    count = 0
    for path in paths:
        signal, rate = read_signal(path)
        if rate != SAMPLE_RATE_HZ:
            others.setdefault(rate, path)
            count += 1
        yield to_pcm(resampled(signal, rate))
    if count:
        rates = ", ".join(f"{rate} Hz (as {path.name})" for rate, path in sorted(others.items()))
        _log.warning(
            "%s: resampled %d of %d files to 16000 Hz: they have %s",
            paths[0].parent.parent,
            count,
            len(paths),
            rates,
        )


def chunks(recorded: Iterable[Pcm], length: int) -> Iterator[list[Pcm]]:
    """Yield `recorded` in lists of `length`, the last one perhaps shorter."""
    chunk: list[Pcm] = []
    for pcm in recorded:
        chunk.append(pcm)
        if len(chunk) == length:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _read(path: Path) -> tuple[int, npt.NDArray[Any]]:
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", wavfile.WavFileWarning)
            # Chunks that are no audio, such as a recorder's remarks, are nothing to stop for.
            warnings.filterwarnings("ignore", _OTHER_CHUNK, wavfile.WavFileWarning)
            rate, stored = wavfile.read(path)
    except wavfile.WavFileWarning as warning:
        raise HarnessError(
            f"{path}: shorter than its header says; copy, unpack or record the file again"
        ) from warning
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, EOFError, struct.error, TypeError, ArithmeticError, LookupError) as error:
        raise HarnessError(
            f"{path}: not a wav file that can be read ({error}); convert it to 16-bit PCM"
        ) from error
    except (UnboundLocalError, MemoryError) as error:
        raise HarnessError(f"{path}: damaged wav file; convert it to 16-bit PCM") from error
    return int(rate), np.asarray(stored)
