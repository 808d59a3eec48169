"""A model on the command line: a name, or a file with or without samples."""

import numpy as np
import pytest
from model_factory import fully_connected

from harness.bench.arrays import get_array
from harness.bench.subjects import GENERATED_SAMPLES, is_file, resolve_subject
from harness.errors import HarnessError
from harness.store import open_store

MODEL = fully_connected(integer=True).write()


@pytest.fixture
def store(tmp_path):
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "mine.tflite"
    path.write_bytes(MODEL)
    return path


@pytest.fixture
def samples(tmp_path):
    path = tmp_path / "inputs.npz"
    x = np.arange(60, dtype=np.float32).reshape(20, 1, 3)
    np.savez(path, x=x, y=np.arange(20) % 2)
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("digits", False),
        ("my.model", False),
        ("a.tflite", True),
        ("A.TFLITE", True),
        ("./digits", True),
        ("x.keras", True),
        ("x.h5", True),
    ],
)
def test_a_file_is_told_from_a_name(text, expected):
    assert is_file(text) is expected


def test_a_name_is_a_model_of_the_zoo(store):
    subject = resolve_subject("digits", None, 100, store)
    assert (subject.kind, subject.name, subject.samples) == ("zoo", "digits", None)
    assert subject.count == 100


def test_a_bare_tflite_file_gets_generated_inputs(store, model):
    subject = resolve_subject(str(model), None, 100, store)
    assert (subject.kind, subject.name, subject.title) == ("tflite", "mine", model.name)
    assert store.get(subject.file) == MODEL
    assert (subject.samples.count, subject.samples.x) == (GENERATED_SAMPLES, None)


@pytest.mark.parametrize(("count", "expected"), [(6, 6), ("all", 20), (1000, 20)])
def test_samples_of_the_user_are_chosen_by_label(store, model, samples, count, expected):
    subject = resolve_subject(str(model), samples, count, store)
    assert subject.samples.count == expected
    assert subject.samples.metric == "accuracy"
    assert subject.samples.calibration is None
    labels = get_array(store, subject.samples.y)
    assert get_array(store, subject.samples.x).shape == (expected, 1, 3)
    assert list(np.bincount(labels)) == [expected // 2, expected // 2]


def test_a_keras_file_without_data_is_refused_with_the_remedy(store, tmp_path):
    path = tmp_path / "net.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    with pytest.raises(HarnessError, match=r"net\.h5: .*"):
        resolve_subject(str(path), None, 100, store)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("truncated.tflite", MODEL[: len(MODEL) // 2]),
        ("random.tflite", np.random.default_rng(1).bytes(3000)),
        ("empty.tflite", b""),
        ("odd/model.bin", b"x"),
    ],
)
def test_a_file_that_is_no_model_is_refused_by_name(store, tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(HarnessError, match=path.name):
        resolve_subject(str(path), None, 100, store)


def test_a_missing_file_is_named(store, tmp_path):
    with pytest.raises(HarnessError, match=r"absent\.tflite: cannot be read"):
        resolve_subject(str(tmp_path / "absent.tflite"), None, 100, store)


def test_an_unknown_name_is_answered_with_the_nearest(store):
    with pytest.raises(HarnessError, match="unknown model 'digit'; did you mean 'digits'"):
        resolve_subject("digit", None, 100, store)


def test_data_for_a_model_that_has_its_own_is_refused(store, samples):
    with pytest.raises(HarnessError, match="--data: digits has its own data"):
        resolve_subject("digits", samples, 100, store)


def test_data_that_does_not_fit_the_model_is_refused(store, model, tmp_path):
    path = tmp_path / "wide.npz"
    np.savez(path, x=np.zeros((4, 7), np.float32))
    with pytest.raises(HarnessError, match=r"7|shape"):
        resolve_subject(str(model), path, 100, store)


@pytest.mark.parametrize("name", ["=1+1", "+a", "-a", "@SUM(A1)", "a\nb", "a\x1b[31m", "n" * 101])
def test_a_name_that_is_more_than_a_name_to_its_readers_is_refused(tmp_path, store, name):
    path = tmp_path / f"{name}.tflite"
    path.write_bytes(MODEL)
    with pytest.raises(HarnessError, match="name") as caught:
        resolve_subject(str(path), None, 10, store)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "name", ["a;b", "${HOME}", "$(touch x)", "a'b\"c", "</script>"[2:], "日本"]
)
def test_a_strange_name_names_its_rows_as_it_is(tmp_path, store, name):
    path = tmp_path / f"{name}.tflite"
    path.write_bytes(MODEL)
    assert resolve_subject(str(path), None, 10, store).name == name
