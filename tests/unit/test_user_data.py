"""A user's own data is taken as it is, or refused in one line that names file, array and remedy."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.tasks.user_data import load_user_data

X = np.arange(48, dtype=np.float32).reshape(12, 2, 2)


def _save(folder: Path, **arrays: object) -> Path:
    path = folder / "inputs.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def test_every_fifth_sample_calibrates_and_is_not_tested(tmp_path):
    data = load_user_data(_save(tmp_path, x=X, y=np.arange(12)))
    np.testing.assert_array_equal(data.x_calibration, X[[4, 9]])
    assert data.y_test is not None
    assert data.y_test.tolist() == [0, 1, 2, 3, 5, 6, 7, 8, 10, 11]
    np.testing.assert_array_equal(data.x_test, X[data.y_test])


def test_at_most_200_samples_calibrate(tmp_path):
    data = load_user_data(_save(tmp_path, x=np.zeros((2000, 1))))
    assert (len(data.x_calibration), len(data.x_test)) == (200, 1800)


def test_own_calibration_leaves_all_samples_to_the_test(tmp_path):
    data = load_user_data(_save(tmp_path, x=X, x_calibration=X[:1] + 100))
    assert (len(data.x_test), len(data.x_calibration)) == (12, 1)
    assert data.y_test is None


def test_a_quantized_model_tests_with_every_sample(tmp_path):
    data = load_user_data(_save(tmp_path, x=X[:1], y=[1]), calibrate=False)
    assert (len(data.x_test), len(data.x_calibration)) == (1, 0)


def test_integers_become_float32_of_the_same_value(tmp_path):
    data = load_user_data(_save(tmp_path, x=np.full((5, 3), 200, np.uint8)))
    assert data.x_test.dtype == np.float32
    assert (data.x_test == 200).all()


def _with(value: float) -> np.ndarray:
    x = X.astype(np.float64)
    x[7, 0, 1] = value
    return x


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y": [1]}, "x: missing"),
        ({"x": _with(np.nan)}, "x: sample 7 holds NaN"),
        ({"x": _with(-np.inf)}, "x: sample 7 holds NaN, an infinity"),
        ({"x": _with(1e300)}, "x: sample 7 .*beyond float32"),
        ({"x": X, "x_calibration": _with(np.nan)}, "x_calibration: sample 7"),
        ({"x": X[:0]}, "x: is empty"),
        ({"x": np.float32(1)}, "x: is empty"),
        ({"x": X, "x_calibration": X[:0]}, "x_calibration: is empty"),
        ({"x": X, "x_calibration": X[:, :1]}, "x_calibration: samples of shape"),
        ({"x": np.array(["a", "b"])}, "x: holds <U1, not numbers"),
        ({"x": np.array([{}, {}], dtype=object)}, "x: cannot be read"),
        ({"x": X.astype(complex)}, "x: holds complex128"),
        ({"x": X, "y": np.zeros(11, int)}, "y: 11 labels for 12 samples"),
        ({"x": X, "y": np.zeros(12)}, "y: holds float64"),
        ({"x": X, "y": np.eye(12, dtype=int)}, "y: has shape .*argmax"),
        ({"x": X, "y": np.full(12, -1)}, "y: a label is negative"),
        ({"x": X, "x_train": X}, "y_train: missing; training needs x_train and y_train"),
        ({"x": X, "y_train": np.zeros(12, int)}, "x_train: missing; training needs x_train"),
        ({"x": X[:4]}, "x: 4 samples cannot be split; give at least 5, or x_calibration"),
    ],
)
def test_unusable_arrays_are_refused_in_one_line(tmp_path, arrays, message):
    path = _save(tmp_path, **arrays)
    with pytest.raises(HarnessError, match=message) as caught:
        load_user_data(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_other_files_are_refused(tmp_path):
    missing = tmp_path / "none.npz"
    with pytest.raises(HarnessError, match=r"none\.npz: cannot be read"):
        load_user_data(missing)
    single = tmp_path / "x.npy"
    np.save(single, X)
    with pytest.raises(HarnessError, match=r"not an \.npz archive"):
        load_user_data(single)


def test_a_huge_declared_array_is_refused_not_allocated(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 45,)}
    )
    path = _save(tmp_path, x=np.zeros(1))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    with pytest.raises(HarnessError, match="x: cannot be read"):
        load_user_data(path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 0.999), byte=st.integers(0, 255), cut=st.booleans())
def test_damaged_archives_raise_nothing_but_harness_error(tmp_path, at, byte, cut):
    path = _save(tmp_path, x=X, y=np.arange(12))
    content = bytearray(path.read_bytes())
    where = int(at * len(content))
    content[where] = byte
    path.write_bytes(content[:where] if cut else content)
    try:
        data = load_user_data(path)
    except HarnessError as error:
        assert "\n" not in str(error)
    else:
        assert data.x_test.size


def test_an_archive_that_unpacks_to_no_end_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, x=np.zeros((100, 100, 100), np.float32))
    monkeypatch.setattr("harness.tasks.user_data._MOST_BYTES", 1 << 20)
    with pytest.raises(HarnessError, match="unpacks to 3 MiB, more than 1"):
        load_user_data(path)


def test_an_array_that_claims_more_than_its_file_holds_is_refused(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, x=np.zeros((2, 2), np.float32))
    with zipfile.ZipFile(tmp_path / "y.npz", "w") as archive:
        header = zipfile.ZipFile(path).read("x.npy").replace(b"(2, 2)", b"(9, 9)")
        archive.writestr("x.npy", header)
    with pytest.raises(HarnessError, match="longer than its file"):
        load_user_data(tmp_path / "y.npz")
