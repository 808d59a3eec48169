"""CIFAR-10's Python batches: pickles, read without carrying out what they say."""

import io
import pickle
import pickletools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.tasks.dataset_folder import check_dataset_folder, wrong_folder
from harness.tasks.pictures import Pixels, scaled
from harness.tasks.sampling import stratified_subset
from harness.tasks.task import Dataset, LabelledSamples, Labels, Split

TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
SIDE = 32
CALIBRATION_SAMPLES = 200

_VALUES = 3 * SIDE * SIDE
_REMEDY = "unpack cifar-10-python.tar.gz again"
_NUMBERING = ("PUT", "BINPUT", "LONG_BINPUT")
_ARRAY_STATE = 5
"""NumPy pickles an array's state as (version, shape, type, in Fortran's order, bytes)."""


def read_cifar10(folder: Path, split: Split) -> LabelledSamples:
    """Return one split of CIFAR-10: pictures of shape (32, 32, 3) scaled to [0, 1].

    The published test batch is the test; 200 pictures of the first training batch calibrate.

    Raises:
        HarnessError: The folder lacks a batch, or one is damaged, is no plain data or has a label
            outside the classes.
    """
    check_dataset_folder(folder)
    expected = (*TRAIN_BATCHES, TEST_BATCH, "batches.meta")
    if not all((folder / name).is_file() for name in expected):
        raise wrong_folder(folder, CIFAR10.title, expected)
    if list(_field(folder / "batches.meta", b"label_names")) != [c.encode() for c in CLASSES]:
        raise HarnessError(f"{folder / 'batches.meta'}: label_names: not CIFAR-10's; {_REMEDY}")
    names = {"train": TRAIN_BATCHES, "calibration": TRAIN_BATCHES[:1], "test": (TEST_BATCH,)}
    batches = [_batch(folder / name) for name in names[split]]
    pixels = np.concatenate([pixels for pixels, _ in batches])
    labels = np.concatenate([labels for _, labels in batches])
    if split == "calibration":
        chosen = stratified_subset(labels, CALIBRATION_SAMPLES)
        pixels, labels = pixels[chosen], labels[chosen]
    return LabelledSamples(scaled(pixels), labels)


def _batch(path: Path) -> tuple[Pixels, Labels]:
    content = _unpickled(path)
    data, listed = content.get(b"data"), content.get(b"labels")
    if not isinstance(data, _PickledArray) or not isinstance(listed, list):
        raise HarnessError(f"{path}: data and labels: missing; {_REMEDY}")
    pixels = data.pictures()
    if pixels is None:
        raise HarnessError(f"{path}: data: not rows of {_VALUES} bytes; {_REMEDY}")
    if len(listed) != len(pixels) or not len(pixels):
        raise HarnessError(f"{path}: labels: {len(listed)} for {len(pixels)} pictures; {_REMEDY}")
    for index, label in enumerate(listed):
        if not isinstance(label, int) or not 0 <= label < len(CLASSES):
            raise HarnessError(
                f"{path}: labels: {_shown(label)} (picture {index}) is outside the classes "
                f"0 to {len(CLASSES) - 1}; {_REMEDY}"
            )
    return pixels, np.array(listed, dtype=np.int64)


def _shown(label: object) -> str:
    """A label for a message: what a pickle holds may be endless as text."""
    small = isinstance(label, int) and abs(label) < 1 << 16
    return str(label) if small else f"something of type {type(label).__name__}"


def _field(path: Path, name: bytes) -> Sequence[Any]:
    value = _unpickled(path).get(name)
    if not isinstance(value, list):
        raise HarnessError(f"{path}: {name.decode()}: missing; {_REMEDY}")
    return value


class _PickledArray:
    """An array as a pickle describes it: plain values only, which `pictures` checks."""

    def __init__(self) -> None:
        self._state: tuple[object, ...] = ()

    def __setstate__(self, state: object) -> None:
        self._state = state if isinstance(state, tuple) else ()

    def pictures(self) -> Pixels | None:
        """Return the array as samples x 32 x 32 x 3, or None where it is no such array.

        A row has all red values, then all green, then all blue, each from the top left.
        """
        if len(self._state) != _ARRAY_STATE:
            return None
        _, shape, kind, fortran, content = self._state
        if not isinstance(kind, _PickledType) or kind.name not in ("u1", "|u1", "uint8"):
            return None
        if fortran or not isinstance(content, bytes) or len(content) % _VALUES:
            return None
        if shape != (len(content) // _VALUES, _VALUES):
            return None
        values = np.frombuffer(content, dtype=np.uint8)
        return values.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)


class _PickledType:
    """An element type as a pickle names it."""

    def __init__(self, name: object = "", *_: object) -> None:
        self.name = name.decode("ascii", "replace") if isinstance(name, bytes) else name

    def __setstate__(self, state: object) -> None:
        """Byte order and the like: of no meaning for single bytes."""


def _empty_array(*_: object) -> _PickledArray:
    return _PickledArray()


def _latin1(text: str, encoding: str) -> bytes:
    """Bytes as Python 3 writes them for Python 2's pickles."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("a text in another code than Latin-1")
    return text.encode("latin-1")


class _PlainUnpickler(pickle.Unpickler):
    """An unpickler that builds values of Python's own types and descriptions of arrays, no more.

    A pickle is a program that may call any function it names. Here the names of NumPy's array
    lead to the descriptions above, and every other name is refused.
    """

    _KNOWN = {  # noqa: RUF012 - never changed
        ("numpy.core.multiarray", "_reconstruct"): _empty_array,
        ("numpy._core.multiarray", "_reconstruct"): _empty_array,
        ("numpy", "ndarray"): _PickledArray,
        ("numpy", "dtype"): _PickledType,
        ("_codecs", "encode"): _latin1,
    }

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - Python's own signature
        known = self._KNOWN.get((module, name))
        if known is None:
            raise pickle.UnpicklingError(f"it asks for {f'{module}.{name}'[:80]!a}")
        return known


def _check_memory(content: bytes) -> None:
    """Refuse a pickle that numbers a value far ahead: unpickling reserves room for all before."""
    for count, (opcode, argument, _) in enumerate(pickletools.genops(content)):
        if opcode.name in _NUMBERING and (not isinstance(argument, int) or argument > count):
            raise pickle.UnpicklingError("it numbers values that it does not hold")


def _unpickled(path: Path) -> dict[object, object]:
    content = read_bytes(path)
    try:
        _check_memory(content)
        # Python 2 wrote these files; its texts are bytes today.
        value = _PlainUnpickler(io.BytesIO(content), encoding="bytes").load()
    except pickle.UnpicklingError as error:
        raise HarnessError(f"{path}: not read as plain data ({error}); {_REMEDY}") from None
    except Exception as error:  # a damaged pickle may raise anything
        raise HarnessError(f"{path}: damaged ({type(error).__name__}); {_REMEDY}") from error
    if not isinstance(value, dict):
        raise HarnessError(f"{path}: holds no dictionary; {_REMEDY}")
    return value


CIFAR10 = Dataset(
    title="CIFAR-10, Python version",
    layout="data_batch_1 to data_batch_5, test_batch and batches.meta, as cifar-10-python.tar.gz",
    read=read_cifar10,
    classes=CLASSES,
)
