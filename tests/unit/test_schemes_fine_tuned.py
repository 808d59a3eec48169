"""Schemes with training quantize the fine-tuned network; combinations are found by name."""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.model_file.custom_operators import CUSTOM_NAMES
from harness.model_file.rewriting import builtin_name, load_objects, tensor_data
from harness.models import find_model
from harness.process import run
from harness.schemes.process import Converted, convert_many
from harness.schemes.registry import conversion_identity, find_scheme, load_schemes
from harness.schemes.source import KerasSource, source_of_file, source_of_model
from harness.tasks import LabelledSamples, find_task

TRAINED = ("int8-qat", "int4-qat", "int8-pruned-80", "int8-sparse-80", "int8-clustered-16")

WRITER = """
import os, sys
os.environ["TF_USE_LEGACY_KERAS"] = sys.argv[1]
if sys.argv[1] == "1":
    import tf_keras as keras
else:
    import keras
keras.utils.set_random_seed(1)
layers = keras.layers
ends = lambda: [layers.Flatten(), layers.Dense(3)]
plain = keras.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(120, 3), layers.ReLU(), *ends()])
plain.save(os.path.join(sys.argv[2], "plain.h5"))
odd = keras.Sequential([layers.Input((8, 8, 1)), layers.LayerNormalization(name="odd"), *ends()])
first = layers.Input((8, 8, 1))
dense = layers.BatchNormalization()(layers.Dense(4)(layers.Flatten()(first)))
normalized = keras.Model(first, layers.Dense(3)(dense))
normalized.save(os.path.join(sys.argv[2], "normalized.h5"))
odd.save(os.path.join(sys.argv[2], "odd.h5"))
if sys.argv[1] == "1":
    import tensorflow as tf
    keras.Model(first, tf.boolean_mask(first, first > 0)).save(sys.argv[2] + "/positive.h5")
"""


@cache
def converted() -> Converted:
    data = find_task("motion").split("calibration")
    source = source_of_model(find_model("motion"))
    return convert_many(source, [*TRAINED, "int16x8-pruned-80", "int8"], data.x)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keras")
    done = run([sys.executable, "-c", WRITER, "1", folder], env={"TF_CPP_MIN_LOG_LEVEL": "3"})
    assert done.returncode == 0, done.stderr
    return folder


def samples() -> LabelledSamples:
    random = np.random.default_rng(2)
    y = np.arange(60) % 3
    x = random.normal(size=(60, 8, 8, 1)).astype(np.float32) + y.reshape(-1, 1, 1, 1)
    return LabelledSamples(x.astype(np.float32), y)


def weight_values(content: bytes) -> list[np.ndarray]:
    """The int8 weights of each convolution and fully connected operator."""
    model = load_objects(content, "model")
    graph = model.subgraphs[0]
    inputs = [at.inputs for at in graph.operators if builtin_name(model, at) in CUSTOM_NAMES]
    return [tensor_data(model, graph.tensors[found[1]], "i1").reshape(-1) for found in inputs]


def failures(source: KerasSource, given: LabelledSamples) -> Mapping[str, str]:
    """What training on the samples `given` fails with; float32, without training, must not."""
    made = convert_many(source, ["int8-qat", "float32"], samples().x[:10], None, given)
    assert made.tflite["float32"]
    return made.failures


@pytest.mark.parametrize(
    ("name", "recipe", "storage"),
    [
        ("int16x8-pruned-80", "pruned-80", "as-converted"),
        ("int4-pruned-50", "pruned-50", "as-converted"),
        ("int8-per-tensor-sparse-80", "pruned-80", "sparse"),
        ("int16x8-clustered-16", "clustered-16", "table"),
        ("float32-clustered-16", "clustered-16", "as-converted"),
        ("dynamic-pruned-50", "pruned-50", "as-converted"),
    ],
)
def test_a_combination_is_found_by_its_name(name, recipe, storage):
    scheme = find_scheme(name)
    assert (scheme.name, scheme.recipe, scheme.deploy) == (name, recipe, storage)
    assert "training" in scheme.needs
    assert name not in load_schemes()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("float32-qat", "no integers"),
        ("int16x8-qat", "8-bit activations"),
        ("int8-per-tensor-qat", "one scale a channel"),
        ("int4-clustered-16", "no more than 16 values already"),
        ("int8-per-tensor-clustered-16", "only a scale a channel"),
        ("float32-sparse-80", "stores int8 weights"),
        ("int4-sparse-80", "a layout of their own"),
        ("int8-qat-pruned-50", "int8-qat is of recipe qat already"),
        ("int8-pruned-90", "unknown scheme 'int8-pruned-90'; did you mean 'int8-pruned-80'"),
    ],
)
def test_nonsense_is_refused_with_the_reason(name, reason):
    with pytest.raises(HarnessError, match=re.escape(reason)):
        find_scheme(name)


def test_a_recipes_checkpoint_changes_only_what_is_made_of_it():
    source = source_of_model(find_model("motion"))
    others = tuple(pair for pair in source.fine_tuned if pair[0] != "qat")
    changed = replace(source, fine_tuned=(*others, ("qat", b"other")))
    assert changed.sha256_of("qat") != source.sha256_of("qat")
    assert changed.sha256_of("qat4") == source.sha256_of("qat4")
    assert changed.sha256_of(None) == source.sha256_of(None) == source.sha256


def test_identities_of_schemes_with_training_name_the_package_that_trains():
    assert "tensorflow-model-optimization" in conversion_identity("int8-qat")
    assert "tensorflow-model-optimization" not in conversion_identity("int8")
    names = [*TRAINED, "int16x8-pruned-80"]
    assert len({conversion_identity(name) for name in names}) == len(names)


@pytest.mark.tensorflow
class TestConverted:
    """The fine-tuned checkpoints of one of our models convert."""

    def test_every_scheme_converts(self):
        made = converted()
        assert (dict(made.failures), dict(made.unsupported)) == ({}, {})

    def test_pruned_weights_are_zero_after_quantization(self):
        for name in ("int8-pruned-80", "int16x8-pruned-80"):
            large = [w for w in weight_values(converted().tflite[name]) if w.size >= 1024]
            assert large
            assert all((w == 0).mean() >= 0.8 - 1 / w.size for w in large)
        assert not any((w == 0).mean() > 0.5 for w in weight_values(converted().tflite["int8"]))

    def test_a_sparse_model_is_the_pruned_one_until_it_is_deployed(self):
        assert converted().tflite["int8-sparse-80"] == converted().tflite["int8-pruned-80"]

    def test_clustered_weights_have_at_most_16_values_after_quantization(self):
        values = weight_values(converted().tflite["int8-clustered-16"])
        assert sum(len(np.unique(w)) <= 16 for w in values if w.size >= 1024) >= 2
        assert all(len(np.unique(w)) > 16 for w in weight_values(converted().tflite["int8"]))

    def test_a_missing_checkpoint_is_named_with_the_command_that_makes_it(self):
        source = replace(source_of_model(find_model("motion")), fine_tuned=())
        made = convert_many(source, ["int8-qat", "float32"])
        assert (
            "fine_tuned/qat.npz: missing; make it with 'harness train motion --recipe qat'"
            in (made.failures["int8-qat"])
        )
        assert made.tflite["float32"]

    def test_a_damaged_checkpoint_is_named_with_the_command_that_makes_it(self):
        source = source_of_model(find_model("motion"))
        broken = (("qat", b"no weights"), ("pruned-80", dict(source.fine_tuned)["qat"]))
        made = convert_many(replace(source, fine_tuned=broken), ["int8-qat", "int8-pruned-80"])
        assert made.failures["int8-qat"] == (
            "motion: fine_tuned/qat.npz: cannot be read (damaged, or not an .npz file); "
            "train it again with 'harness train motion --recipe qat'"
        )
        assert re.fullmatch(
            r"motion: fine_tuned/pruned-80\.npz: .*model\.py.*; "
            "train it again with 'harness train motion --recipe pruned-80'",
            made.failures["int8-pruned-80"],
        )


@pytest.mark.tensorflow
class TestUserFiles:
    """A user's own Keras file is trained while it is converted."""

    def test_it_is_trained_on_the_samples_that_come_with_it(self, files):
        source, given = source_of_file(files / "plain.h5"), samples()
        schemes = ["int8-qat", "int8-pruned-80", "float32"]
        made = convert_many(source, schemes, given.x[:10], given.x, given)
        assert set(made.tflite) == set(schemes), (made.failures, made.unsupported)
        pruned = max(weight_values(made.tflite["int8-pruned-80"]), key=len)
        assert (pruned == 0).mean() >= 0.8 - 1 / pruned.size

    def test_without_samples_the_arrays_to_add_are_named(self, files):
        made = convert_many(source_of_file(files / "plain.h5"), ["int8-qat", "float32"])
        assert "x_train, y_train: missing; this scheme trains" in made.unsupported["int8-qat"]
        assert made.tflite["float32"]

    def test_a_label_without_an_output_is_refused(self, files):
        given = replace(samples(), y=samples().y + 1)
        assert (
            "y_train: label 3, but the model's output has shape (3,)"
            in (failures(source_of_file(files / "plain.h5"), given)["int8-qat"])
        )

    def test_training_samples_of_another_shape_are_refused(self, files):
        given = replace(samples(), x=samples().x[:, :4])
        assert (
            "x_train: samples of shape (4, 8, 1), but the model takes (8, 8, 1)"
            in (failures(source_of_file(files / "plain.h5"), given)["int8-qat"])
        )

    def test_a_model_whose_output_shape_depends_on_the_data_is_refused(self, files):
        with pytest.raises(
            HarnessError, match=r"positive\.h5: output shape .* depends on the data"
        ):
            convert_many(source_of_file(files / "positive.h5"), ["float32"])

    def test_a_layer_that_cannot_be_wrapped_is_named_and_stops_only_that_scheme(self, files):
        given = samples()
        schemes = ["int8-qat", "float32"]
        made = convert_many(source_of_file(files / "odd.h5"), schemes, given.x[:10], None, given)
        assert "odd" in made.unsupported["int8-qat"]
        assert made.tflite["float32"]

    def test_what_would_stay_float_is_unsupported_with_the_operator(self, files):
        given = samples()
        source = source_of_file(files / "normalized.h5")
        made = convert_many(source, ["int8-qat"], given.x[:10], None, given)
        assert "stays float32" in made.unsupported["int8-qat"]

    def test_a_file_of_keras_3_is_unsupported_with_the_reason(self, tmp_path):
        done = run([sys.executable, "-c", WRITER, "0", tmp_path])
        assert done.returncode == 0, done.stderr
        given = samples()
        source = source_of_file(tmp_path / "plain.h5")
        made = convert_many(source, ["int8-qat"], given.x[:10], None, given)
        assert "reads Keras 2 (tf-keras) only" in made.unsupported["int8-qat"]
