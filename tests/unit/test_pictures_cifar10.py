"""CIFAR-10's batches are read as plain data; a pickle that asks for more is refused."""

import io
import os
import pickle
import pickletools
from pathlib import Path

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.tasks import find_task
from harness.tasks.pictures_cifar10 import CLASSES, read_cifar10

NAMES = [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]
ROWS = 20


def pickled(value: object) -> bytes:
    """Bytes as Python 2 wrote them: protocol 2, NumPy's modules under their old names."""
    return pickle.dumps(value, protocol=2).replace(b"numpy._core.", b"numpy.core.")


def batch(index: int) -> dict[bytes, object]:
    rng = np.random.default_rng(index)
    data = rng.integers(0, 256, (ROWS, 3072), dtype=np.uint8)
    labels = [n % 10 for n in range(ROWS)]
    return {b"batch_label": b"a batch", b"labels": labels, b"data": data}


@pytest.fixture
def folder(tmp_path) -> Path:
    for index, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(pickled(batch(index)))
    meta = {b"label_names": [name.encode() for name in CLASSES], b"num_vis": 3072}
    (tmp_path / "batches.meta").write_bytes(pickled(meta))
    return tmp_path


def test_the_splits_are_the_published_ones_and_calibration_is_of_the_training_split(folder):
    train, calibration, test = (read_cifar10(folder, s) for s in ("train", "calibration", "test"))
    assert (len(train.y), len(calibration.y), len(test.y)) == (5 * ROWS, ROWS, ROWS)
    of_train = {x.tobytes() for x in train.x}
    assert {x.tobytes() for x in calibration.x} <= of_train
    assert not {x.tobytes() for x in test.x} & of_train
    assert test.y.tolist() == [n % 10 for n in range(ROWS)]


def test_a_row_is_all_red_then_all_green_then_all_blue_from_the_top_left(folder):
    data = np.zeros((1, 3072), np.uint8)
    data[0, 1], data[0, 1024 + 32], data[0, 2048 + 33] = 255, 51, 102
    (folder / "test_batch").write_bytes(pickled({b"data": data, b"labels": [3]}))
    x = read_cifar10(folder, "test").x
    assert (x.shape, x.dtype) == ((1, 32, 32, 3), np.float32)
    assert x[0, 0, 1].tolist() == [1, 0, 0]
    assert x[0, 1, 0].tolist() == [0, np.float32(0.2), 0]
    assert x[0, 1, 1].tolist() == [0, 0, np.float32(0.4)]


def test_the_task_names_its_classes():
    task = find_task("image")
    assert task.classes_of(Path()) == CLASSES
    assert task.classes_of() == task.classes != CLASSES


class Hostile:
    """What runs a command when it is unpickled."""

    def __init__(self, *call: object) -> None:
        self.call = call

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call[0], self.call[1:]  # type: ignore[return-value]


@pytest.mark.parametrize(
    "call", [(os.system, "touch {}"), (eval, "open('{}', 'w')"), (open, "{}", "w")]
)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_hostile_pickle_is_refused_in_one_line_and_not_carried_out(folder, call, protocol):
    mark = folder / "carried-out"
    words = [word.format(mark) if isinstance(word, str) else word for word in call]
    content = pickle.dumps({b"data": Hostile(*words)}, protocol=protocol)
    assert mark.name.encode() in content
    (folder / "test_batch").write_bytes(content)
    with pytest.raises(
        HarnessError, match=r"test_batch: not read as plain data \(it asks for "
    ) as e:
        read_cifar10(folder, "test")
    assert "\n" not in str(e.value)
    assert not mark.exists()


def test_a_pickle_that_reserves_all_memory_is_refused(folder):
    # Value number 2^32 - 1 of an otherwise small file.
    (folder / "test_batch").write_bytes(b"\x80\x02}r\xff\xff\xff\xff.")
    with pytest.raises(HarnessError, match="it numbers values that it does not hold"):
        read_cifar10(folder, "test")


def test_a_label_that_is_endless_as_text_is_not_shown(folder):
    label: list[object] = []
    for _ in range(60):
        label = [label, label]
    (folder / "test_batch").write_bytes(pickled(batch(0) | {b"labels": [label] * ROWS}))
    with pytest.raises(HarnessError, match="labels: something of type list"):
        read_cifar10(folder, "test")


def test_a_hostile_array_type_is_refused(folder):
    # NumPy would unpickle the objects inside, and an array of them is no picture either.
    content = pickled({b"data": np.array([[1, "a"]], dtype=object), b"labels": [0]})
    (folder / "test_batch").write_bytes(content)
    with pytest.raises(HarnessError, match="data: not rows of 3072 bytes"):
        read_cifar10(folder, "test")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (batch(0) | {b"labels": [10] * ROWS}, r"labels: 10 \(picture 0\) is outside the classes"),
        (batch(0) | {b"labels": [-1] * ROWS}, "labels: -1 "),
        (batch(0) | {b"labels": [b"cat"] * ROWS}, "labels: something of type bytes"),
        (batch(0) | {b"labels": [1]}, "labels: 1 for 20 pictures"),
        (batch(0) | {b"data": np.zeros((2, 100), np.uint8)}, "data: not rows of 3072 bytes"),
        (batch(0) | {b"data": np.zeros((2, 3072), np.float32)}, "data: not rows of 3072 bytes"),
        (batch(0) | {b"data": np.asfortranarray(np.zeros((2, 3072), np.uint8))}, "data: not rows"),
        ({b"labels": [1]}, "data and labels: missing"),
        ([1, 2], "holds no dictionary"),
    ],
)
def test_what_is_no_batch_is_refused_by_name(folder, value, message):
    (folder / "test_batch").write_bytes(pickled(value))
    with pytest.raises(HarnessError, match=rf"test_batch: {message}"):
        read_cifar10(folder, "test")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_batch_cut_short_is_refused(folder, share):
    content = (folder / "test_batch").read_bytes()
    (folder / "test_batch").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(HarnessError, match="test_batch: "):
        read_cifar10(folder, "test")


def test_any_damage_is_a_line_or_a_batch(folder):
    content = (folder / "test_batch").read_bytes()
    end = content.index(b"data") + 200
    rng = np.random.default_rng(2)
    for _ in range(300):
        damaged = bytearray(content)
        for place in rng.integers(0, end, 3):
            damaged[place] = rng.integers(256)
        (folder / "test_batch").write_bytes(bytes(damaged))
        try:
            read_cifar10(folder, "test")
        except HarnessError as error:
            assert "\n" not in str(error)


def test_a_folder_without_the_batches_says_what_was_expected_and_found(tmp_path):
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(
        HarnessError, match=r"expected data_batch_1, .*batches\.meta; found cifar-10-batches-py/"
    ):
        read_cifar10(tmp_path, "test")


def test_batches_of_another_data_set_are_refused(folder):
    meta = {b"label_names": [b"apple"] * 10}
    (folder / "batches.meta").write_bytes(pickled(meta))
    with pytest.raises(HarnessError, match=r"batches\.meta: label_names: not CIFAR-10's"):
        read_cifar10(folder, "test")


def test_the_stand_in_for_python_2s_files_is_one():
    stream = io.StringIO()
    pickletools.dis(pickled(batch(0)), out=stream)
    assert "numpy.core.multiarray _reconstruct" in stream.getvalue()
