"""Keras files of either generation load; what cannot be measured is refused in one line."""

import io
import os
import re
import sys
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import tflite

from harness.errors import HarnessError
from harness.models import find_model
from harness.process import run
from harness.schemes.process import convert, convert_many, keras_outputs
from harness.schemes.source import KerasSource, source_of_file, source_of_model

WRITER = """
import os, sys
os.environ["TF_USE_LEGACY_KERAS"] = "1" if sys.argv[1] == "2" else "0"
if sys.argv[1] == "2":
    import tf_keras as keras
else:
    import keras
import numpy as np
layers = keras.layers

class Own(layers.Layer):
    def call(self, x):
        return x * 2

def save(name, model, weights=None):
    if weights is not None:
        model.set_weights([np.full_like(w, weights) for w in model.get_weights()])
    for suffix in ("keras", "h5"):
        model.save(os.path.join(sys.argv[2], f"{name}.{suffix}"))

def small(*more, shape=(4, 4, 1), **kwargs):
    ends = [layers.Flatten(), layers.Dense(3)]
    return keras.Sequential([layers.Input(shape, **kwargs), *more, *ends])

save("good", small(layers.Conv2D(2, 3, activation="relu")), 0.25)
save("custom", small(Own()))
save("lambda", small(layers.Lambda(lambda x: x * 2)))
save("nan", small(), float("nan"))
save("open", keras.Sequential([layers.Input((None, 4)), layers.LSTM(2)]))
save("batch", small(batch_size=8))
two = [layers.Input((3,)), layers.Input((3,))]
save("inputs", keras.Model(two, layers.Dense(2)(layers.Add()(two))))
save("integers", keras.Sequential([layers.Input((3,), dtype="int32"), layers.Embedding(5, 2)]))
if sys.argv[1] == "3":
    keras.Sequential([layers.Input((2,)), layers.Dense(1)]).save_weights(
        os.path.join(sys.argv[2], "only.weights.h5"))
"""
GENERATIONS = ("2", "3")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for generation in GENERATIONS:
        folder = tmp_path_factory.mktemp(f"keras{generation}")
        environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        done = run([sys.executable, "-c", WRITER, generation, folder], env=environment)
        assert done.returncode == 0, done.stderr
        made[generation] = folder
    return made


def refusal(path: Path) -> str:
    with pytest.raises(HarnessError) as caught:
        convert(source_of_file(path), "float32")
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


@cache
def expected() -> np.ndarray:
    """What `good`, every weight 0.25, gives for ones: 9/4 + 1/4 at 4 places x 2 channels."""
    return np.full((2, 3), 8 * 2.5 * 0.25 + 0.25, dtype=np.float32)


@pytest.mark.tensorflow
@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_file_of_either_keras_runs_and_converts(folders, generation, suffix):
    source = source_of_file(folders[generation] / f"good.{suffix}")
    assert source.keras_major == int(generation)
    x = np.ones((2, 4, 4, 1), np.float32)
    made = convert_many(source, ["float32", "int8"], x, x)
    np.testing.assert_allclose(made.outputs, expected(), rtol=1e-6)
    assert dict(made.failures) == {}
    for content in made.tflite.values():
        graph = tflite.Model.GetRootAsModel(content, 0).Subgraphs(0)
        assert graph.OperatorsLength() == 3  # CONV_2D, RESHAPE, FULLY_CONNECTED: no variables


@pytest.mark.tensorflow
def test_the_same_content_is_the_same_source_under_another_name(folders, tmp_path):
    path = folders["3"] / "good.keras"
    other = tmp_path / "other.bin"
    other.write_bytes(path.read_bytes())
    assert source_of_file(other).sha256 == source_of_file(path).sha256
    assert source_of_file(folders["2"] / "good.keras").sha256 != source_of_file(path).sha256


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("generation", "file", "message"),
    [
        ("2", "custom.h5", "Keras 2 .* cannot load it"),
        ("3", "custom.keras", "Keras 3 cannot load it"),
        ("2", "lambda.h5", "Lambda layer"),
        ("3", "lambda.keras", "Lambda layer"),
        ("3", "nan.keras", "holds NaN or an infinity"),
        ("3", "open.keras", "only the batch may be open"),
        ("2", "batch.h5", "batch size 8 is fixed"),
        ("3", "inputs.keras", "inputs: 2; a model with exactly one"),
        ("3", "integers.keras", "input is int32"),
        ("3", "only.weights.h5", "weights without an architecture"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(folders, generation, file, message):
    assert re.search(message, refusal(folders[generation] / file))


@pytest.mark.tensorflow
def test_samples_of_another_shape_are_refused(folders):
    source = source_of_file(folders["3"] / "good.keras")
    with pytest.raises(HarnessError, match=r"x: samples of shape \(4, 4\), but the model takes"):
        keras_outputs(source, np.ones((2, 4, 4), np.float32))


def test_other_files_are_refused_without_tensorflow(tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("metadata.json", "{")
    for content, message in (
        (b"", "not a Keras model"),
        (os.urandom(200), "not a Keras model"),
        (b"\x89HDF\r\n\x1a\n" + bytes(300), "cannot be read"),
        (archive.getvalue(), "metadata.json: missing or damaged"),
    ):
        path = tmp_path / "model.keras"
        path.write_bytes(content)
        with pytest.raises(HarnessError, match=message):
            source_of_file(path)
    with pytest.raises(HarnessError, match="is a folder"):
        source_of_file(tmp_path)
    with pytest.raises(HarnessError, match="cannot be read"):
        source_of_file(tmp_path / "none.h5")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed, perhaps for want of"),
        (
            "import os, sys; print('F0000 Check failed: it', file=sys.stderr, flush=True)\n"
            "print('I0000 noise', file=sys.stderr, flush=True); os.abort()",
            "crashed with SIGABRT: F0000 Check failed: it$",
        ),
        ("import os; os._exit(3)", "ended with status 3"),
        ("def build(): raise ValueError('no\\nluck')", r"build\(\) failed \(no\)$"),
        ("def build(:", r"build\(\) failed"),
    ],
)
def test_a_worker_that_dies_is_one_line_with_its_last_words(code, message):
    checkpoint = io.BytesIO()
    np.savez(checkpoint)
    source = KerasSource("mine", "zoo", 2, checkpoint.getvalue(), code.encode())
    with pytest.raises(HarnessError, match=message) as caught:
        convert(source, "float32")
    assert str(caught.value).startswith("mine: ")
    assert "\n" not in str(caught.value)


@pytest.mark.tensorflow
def test_a_checkpoint_of_another_model_is_refused():
    digits, motion = (source_of_model(find_model(name)) for name in ("digits", "motion"))
    mixed = KerasSource("digits", "zoo", 2, motion.content, digits.architecture)
    with pytest.raises(HarnessError, match=r"^digits: checkpoint\.npz: .*does not fit.* digits'$"):
        convert(mixed, "float32")


@pytest.mark.parametrize("kept_bytes", [0, 500, 20_000])
def test_a_damaged_checkpoint_is_refused(kept_bytes):
    source = source_of_model(find_model("digits"))
    cut = KerasSource("digits", "zoo", 2, source.content[:kept_bytes], source.architecture)
    with pytest.raises(HarnessError, match=r"^digits: checkpoint\.npz: cannot be read .* digits'$"):
        convert(cut, "float32")
