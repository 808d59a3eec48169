"""What a Keras file can ask for, and does not get."""

import io
import json
import os
import sys
import zipfile

import h5py
import numpy as np
import pytest

from harness.errors import HarnessError
from harness.process import run
from harness.schemes.keras_inspection import keras_version
from harness.schemes.keras_safety import check_keras_file
from harness.schemes.process import convert
from harness.schemes.source import KerasSource, source_of_file

DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2}}


def network(*layers: object, **more: object) -> dict[str, object]:
    config = {"name": "model", "layers": list(layers)}
    return {"module": "keras", "class_name": "Functional", "config": config, **more}


def archive(config: object, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", '{"keras_version": "3.15.1"}')
        file.writestr("config.json", config if isinstance(config, str) else json.dumps(config))
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def h5(config: object, write=lambda _: None) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["model_config"] = json.dumps(config)
        write(file)
    return stream.getvalue()


def call(function: str, kind: str = "TFOpLambda") -> dict[str, object]:
    return {"class_name": kind, "config": {"name": "x", "function": function}}


def test_sound_files_give_their_keras():
    assert check_keras_file(archive(network(DENSE)), "keras") == "3.15.1"
    assert check_keras_file(h5(network(DENSE)), "h5") == "2.15.0"


@pytest.mark.parametrize(
    "function", ["math.multiply", "nn.relu", "concat", "compat.v1.transpose", "__operators__.add"]
)
def test_functions_of_tensorflow_that_only_compute_may_be_called(function):
    assert check_keras_file(h5(network(call(function))), "h5")


HOSTILE = {
    "lambda": ({"class_name": "Lambda", "config": {}}, "Lambda layer"),
    "nested lambda": (
        {"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Lambda"}}},
        "Lambda layer",
    ),
    "lambda as an activation": (
        {**DENSE, "config": {"activation": {"class_name": "__lambda__"}}},
        "Lambda layer",
    ),
    "registered lambda": ({"class_name": "X", "registered_name": "keras>Lambda"}, "Lambda layer"),
    "graph of operations": ({"class_name": "TensorFlowOpLayer", "config": {}}, "Lambda layer"),
    "saved model": ({"class_name": "TFSMLayer", "config": {"filepath": "/x"}}, "Lambda layer"),
    "writes a file": (call("io.write_file"), r"calls 'io\.write_file'"),
    "reads a file": (call("io.read_file"), r"calls 'io\.read_file'"),
    "old name": (call("compat.v1.write_file"), "calls 'compat"),
    "python": (call("numpy_function", "SlicingOpLambda"), "calls 'numpy_function'"),
    "raw operations": (call("raw_ops.WriteFile"), "calls 'raw_ops"),
    "no function": ({"class_name": "TFOpLambda", "config": {}}, "calls 'None'"),
    "another module": ({"module": "os", "class_name": "function", "config": "system"}, "'os'"),
    "own package": ({"module": "mine.layers", "class_name": "X"}, "module 'mine.layers'"),
    "alike": ({"module": "keras_evil", "class_name": "X"}, "module 'keras_evil'"),
    "download": (
        {"module": "keras.utils", "class_name": "function", "config": "get_file"},
        "module 'keras.utils'",
    ),
    "download within": ({"module": "keras.src.utils.file_utils", "class_name": "X"}, "file_utils"),
    "vocabulary": (
        {"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}},
        "reads a file",
    ),
}


@pytest.mark.parametrize("kind", ["keras", "h5"])
@pytest.mark.parametrize(("layer", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_a_network_does_not_need_is_refused(kind, layer, message):
    content = archive(network(layer)) if kind == "keras" else h5(network(layer))
    with pytest.raises(HarnessError, match=message) as caught:
        check_keras_file(content, kind)
    assert "\n" not in str(caught.value)


def test_a_nested_network_is_compiled_when_loaded_so_its_settings_are_looked_at():
    evil = {"optimizer": {"module": "os", "class_name": "X"}}
    assert check_keras_file(archive(network(DENSE, compile_config=evil)), "keras")
    with pytest.raises(HarnessError, match="module 'os'"):
        check_keras_file(archive(network(network(DENSE, compile_config=evil))), "keras")


def external_link(file: h5py.File) -> None:
    file["weights"] = h5py.ExternalLink("/etc/other.h5", "/x")


def external_data(file: h5py.File) -> None:
    file.create_dataset("w", (4,), np.uint8, external=[("/etc/passwd", 0, 4)])


def virtual_data(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="u1")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", shape=(4,))
    file.create_virtual_dataset("w", layout)


def endless_data(file: h5py.File) -> None:
    file.create_dataset("w", (1 << 34,), np.float32, compression="gzip", chunks=(1 << 16,))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (external_link, "lies in another file"),
        (external_data, "lies in another file"),
        (virtual_data, "lies in another file"),
        (endless_data, "unpacks to 65,536 MiB"),
    ],
)
def test_data_that_is_elsewhere_or_endless_is_refused_in_both_formats(write, message):
    with pytest.raises(HarnessError, match=message):
        check_keras_file(h5(network(DENSE), write), "h5")
    weights = h5({}, write)
    with pytest.raises(HarnessError, match=message):
        check_keras_file(archive(network(DENSE), **{"model.weights.h5": weights}), "keras")


def test_an_archive_that_unpacks_to_no_end_or_elsewhere_is_refused():
    bomb = archive(network(DENSE), **{"model.weights.h5": bytes(1 << 20)})
    size = (1 << 20).to_bytes(4, "little")
    with pytest.raises(HarnessError, match="unpacks to"):
        check_keras_file(bomb.replace(size, (0xFFFF_FFF0).to_bytes(4, "little")), "keras")
    with pytest.raises(HarnessError, match=r"holds .\.\./\.\./evil"):
        check_keras_file(archive(network(DENSE), **{"../../evil": b""}), "keras")
    with pytest.raises(HarnessError, match=r"config\.json: missing or damaged"):
        check_keras_file(archive("[" * 100_000), "keras")


def test_a_file_that_crashes_its_reader_is_one_line(monkeypatch):
    monkeypatch.setattr("harness.schemes.keras_inspection._TIMEOUT_S", 0.001)
    with pytest.raises(HarnessError, match=r"^f: cannot be read: it takes more than 0\.001 s"):
        keras_version(b"", "h5", "f")


WRITER = """
import os, sys
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import tf_keras as keras
layers = keras.layers
leave = f"__import__('pathlib').Path({sys.argv[1]!r}).touch()"
code = eval(f"lambda x: ({leave}, x)[1]")
x = layers.Input((4,))
model = keras.Model(x, layers.Dense(2)(layers.Lambda(code)(x)))
os.remove(sys.argv[1])
model.save(sys.argv[2])
import tensorflow as tf
if len(sys.argv) > 3:
    keras.models.load_model(sys.argv[2])
"""


@pytest.mark.tensorflow
def test_code_in_a_file_of_two_formats_at_once_is_not_run(tmp_path):
    marker, path = tmp_path / "ran", tmp_path / "evil.h5"
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = run([sys.executable, "-c", WRITER, marker, path, "load"], env=environment)
    assert marker.exists(), done.output  # so the file is one that would run
    marker.unlink()
    # HDF5 in front, and behind it an archive with a harmless description.
    content = path.read_bytes() + archive(network(DENSE))
    assert zipfile.is_zipfile(io.BytesIO(content))
    path.write_bytes(content)
    with pytest.raises(HarnessError, match="Lambda layer"):
        source_of_file(path)
    with pytest.raises(HarnessError, match="Lambda layer"):
        convert(KerasSource("evil", "h5", 2, content), "float32")
    assert not marker.exists()


def test_no_message_depends_on_where_temporary_files_lie(tmp_path):
    path = tmp_path / "m.keras"
    path.write_bytes(archive(network({"class_name": "Lambda"})))
    with pytest.raises(HarnessError) as caught:
        source_of_file(path)
    assert str(caught.value).startswith(f"{path}: has a Lambda layer")
    assert os.sep + "harness-" not in str(caught.value)
