"""Read a user's own samples from an .npz archive, and refuse what would give a wrong figure."""

import hashlib
import io
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.tasks.task import LabelledSamples, Labels, Samples

CALIBRATION_STRIDE = 5
CALIBRATION_LIMIT = 200

_ARRAYS = frozenset({"x", "y", "x_calibration", "x_train", "y_train"})

_MOST_BYTES = 4 << 30
"""What the arrays of one file may take in memory."""


@dataclass(frozen=True)
class UserData:
    """A user's samples: those to test with, their labels if known, and those that calibrate.

    `x_test` and `x_calibration` are samples x the model's input shape; no sample is in both
    unless the user's own `x_calibration` repeats one. `sha256` is the file's, for cache keys.
    `train` are those that schemes with training train on; None if the file has none.
    """

    x_test: Samples
    y_test: Labels | None
    x_calibration: Samples
    sha256: str
    train: LabelledSamples | None = None


def load_user_data(path: Path, *, calibrate: bool = True) -> UserData:
    """Return the arrays `x`, and if there `y`, `x_calibration`, and `x_train` with `y_train`.

    They are those of the .npz file at `path`.

    Numbers are taken as they are, in float32: scale them as the model was trained. Without
    `x_calibration`, every fifth sample (the 5th, the 10th ...; 200 at most) calibrates and is
    left out of the test. With `calibrate` false, for a model that is quantized already, nothing
    is left out and nothing calibrates.

    Raises:
        HarnessError: The file or one of its arrays cannot be used; one line says why.
    """
    content = read_bytes(path)
    arrays = _arrays(content, str(path))
    if "x" not in arrays:
        raise HarnessError(f"{path}: x: missing; save the samples with numpy.savez(FILE, x=...)")
    x = _samples(arrays["x"], f"{path}: x")
    y = _labels(arrays["y"], len(x), f"{path}: y") if "y" in arrays else None
    digest = hashlib.sha256(content).hexdigest()
    if not calibrate:
        return UserData(x, y, x[:0], digest)
    train = _train(arrays, x.shape[1:], path)
    if "x_calibration" in arrays:
        calibration = _samples(arrays["x_calibration"], f"{path}: x_calibration")
        if calibration.shape[1:] != x.shape[1:]:
            raise HarnessError(
                f"{path}: x_calibration: samples of shape {calibration.shape[1:]}, "
                f"those of x have {x.shape[1:]}; give both the model's input shape"
            )
        return UserData(x, y, calibration, digest, train)
    chosen = np.arange(CALIBRATION_STRIDE - 1, len(x), CALIBRATION_STRIDE)[:CALIBRATION_LIMIT]
    if not len(chosen):
        raise HarnessError(
            f"{path}: x: {len(x)} samples cannot be split; "
            f"give at least {CALIBRATION_STRIDE}, or x_calibration"
        )
    return UserData(
        np.delete(x, chosen, axis=0),
        None if y is None else np.delete(y, chosen),
        x[chosen],
        digest,
        train,
    )


def _train(
    arrays: dict[str, npt.NDArray[Any]], shape: tuple[int, ...], path: Path
) -> LabelledSamples | None:
    """Return the samples to train on, if there are any; `shape` is that of one test sample."""
    given = [name for name in ("x_train", "y_train") if name in arrays]
    if not given:
        return None
    if len(given) == 1:
        missing = "y_train" if given == ["x_train"] else "x_train"
        raise HarnessError(f"{path}: {missing}: missing; training needs x_train and y_train")
    x = _samples(arrays["x_train"], f"{path}: x_train")
    if x.shape[1:] != shape:
        raise HarnessError(
            f"{path}: x_train: samples of shape {x.shape[1:]}, those of x have {shape}; "
            "give both the model's input shape"
        )
    return LabelledSamples(x, _labels(arrays["y_train"], len(x), f"{path}: y_train"))


def _arrays(content: bytes, name: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays that are read, of those in the archive."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise HarnessError(f"{name}: not an .npz archive; write it with numpy.savez")
    arrays: dict[str, npt.NDArray[Any]] = {}
    field = ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            used = {field: members[field] for field in sorted(_ARRAYS & members.keys())}
            _check_size(sum(entry.file_size for entry in used.values()), name)
            for field, entry in used.items():
                with archive.open(entry) as stream:
                    arrays[field] = _array(stream, entry.file_size)
    except HarnessError:
        raise
    except Exception as error:  # a damaged archive may raise anything
        raise HarnessError(
            f"{name}: {f'{field}: ' if field else ''}cannot be read ({_first_line(error)}); "
            "save plain numbers with numpy.savez"
        ) from error
    return arrays


def _check_size(size: int, name: str) -> None:
    """Refuse what a small file would unpack to: zeros shrink to a thousandth."""
    if size > _MOST_BYTES:
        raise HarnessError(
            f"{name}: unpacks to {size >> 20:,} MiB, more than {_MOST_BYTES >> 20:,}; give fewer "
            "samples"
        )


def _array(stream: IO[bytes], size: int) -> npt.NDArray[Any]:
    """Read an array whose file takes `size` bytes, after checking that it says so itself."""
    version = np.lib.format.read_magic(stream)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, fortran, kind = read_header(stream)
    if kind.hasobject:
        raise ValueError("holds Python objects, not numbers")
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count * kind.itemsize > size:
        raise ValueError(f"an array of shape {shape} is longer than its file")
    values = np.frombuffer(stream.read(count * kind.itemsize), kind, count)
    return values.reshape(shape, order="F" if fortran else "C")


def _samples(array: npt.NDArray[Any], name: str) -> Samples:
    if array.dtype.kind not in "fiub":
        raise HarnessError(f"{name}: holds {array.dtype}, not numbers; save it as float32")
    if array.ndim == 0 or array.size == 0:
        raise HarnessError(f"{name}: is empty (shape {array.shape}); give at least one sample")
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(array, dtype=np.float32)
    finite = np.isfinite(values)
    if not finite.all():
        sample = int(np.argwhere(~finite)[0][0])
        raise HarnessError(
            f"{name}: sample {sample} holds NaN, an infinity or a value beyond float32; "
            "remove or repair it"
        )
    return values


def _labels(array: npt.NDArray[Any], samples: int, name: str) -> Labels:
    if array.dtype.kind not in "iu":
        raise HarnessError(
            f"{name}: holds {array.dtype}; labels are integers from 0, save as int64"
        )
    if array.ndim != 1:
        raise HarnessError(
            f"{name}: has shape {array.shape}; give one label a sample (numpy.argmax of one-hot)"
        )
    if len(array) != samples:
        raise HarnessError(f"{name}: {len(array)} labels for {samples} samples; give one each")
    if array.min() < 0 or array.max() > np.iinfo(np.int32).max:
        raise HarnessError(f"{name}: a label is negative or huge; number the classes from 0")
    return array.astype(np.int64)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
