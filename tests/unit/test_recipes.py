"""Every shipped model has every recipe's checkpoint, and each is what its recipe promises."""

import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.models import find_model
from harness.process import run
from harness.toml_file import read_toml
from harness.training.checkpoint import halved
from harness.training.recipe import find_recipe, load_recipes
from harness.training.record import FineTunedRecord, sha256

SHIPPED = sorted(folder.name for folder in asset_path("models").iterdir() if folder.is_dir())
RECIPES = ("clustered-16", "pruned-50", "pruned-80", "qat", "qat4")
each_model = pytest.mark.parametrize("model", SHIPPED)
each_recipe = pytest.mark.parametrize("recipe", RECIPES)


@cache
def weights(model: str, recipe: str) -> Mapping[str, np.ndarray[Any, Any]]:
    with np.load(find_model(model).fine_tuned(recipe), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def kernels(model: str, recipe: str, least: int) -> list[np.ndarray[Any, Any]]:
    """The kernels of `least` weights or more, of convolutions and dense layers."""
    found = weights(model, recipe)
    return [
        # float16 is sorted wrongly by some builds of numpy, which `unique` would not survive.
        found[name].astype(np.float32)
        for name in found
        if name.endswith(".kernel") and found[name].size >= least
    ]


def test_recipes_are_those_that_are_shipped():
    assert set(load_recipes()) == set(RECIPES)
    with pytest.raises(HarnessError, match="unknown recipe 'prune-50'; did you mean 'pruned-50'"):
        find_recipe("prune-50")


@each_model
@each_recipe
def test_the_record_names_the_checkpoint_that_was_trained_on_and_how(model, recipe):
    path = find_model(model).fine_tuned(recipe)
    record = read_toml(path.with_suffix(".toml"), FineTunedRecord)
    card = find_model(model).card
    assert record.recipe == recipe
    assert record.base_sha256 == sha256(find_model(model).checkpoint.read_bytes())
    assert record.quality_before == pytest.approx(card.quality.float_, abs=5e-5)
    # The card's limit of samples, not how many there were.
    how = {"epochs": record.epochs, "samples": record.samples}
    assert {**how, "learning_rate": record.learning_rate} == card.fine_tuning.model_dump()


@each_model
@each_recipe
def test_a_fine_tuned_checkpoint_is_finite_and_halves_what_is_large(model, recipe):
    for values in weights(model, recipe).values():
        assert np.isfinite(values).all()
        assert values.dtype == np.float16 or values.size < 1024 or values.dtype.kind == "i"


@each_model
@pytest.mark.parametrize("percent", [50, 80])
def test_pruned_kernels_have_the_share_of_zeros(model, percent):
    pruned = kernels(model, f"pruned-{percent}", 1024)
    assert pruned
    for kernel in pruned:
        assert (kernel == 0).mean() >= percent / 100 - 1 / kernel.size


@each_model
def test_clustered_kernels_have_at_most_16_values(model):
    clustered = kernels(model, "clustered-16", 256)
    assert clustered
    assert max(len(np.unique(kernel)) for kernel in clustered) <= 16


@each_model
def test_4_bit_kernels_have_at_most_15_values_a_channel(model):
    for name, kernel in weights(model, "qat4").items():
        if not name.endswith("kernel"):
            continue
        axes = 2 if name.endswith("depthwise_kernel") else 1
        channels = int(np.prod(kernel.shape[kernel.ndim - axes :]))
        columns = kernel.astype(np.float32).reshape(-1, channels).T
        assert max(len(np.unique(column)) for column in columns) <= 15


def test_all_models_together_stay_under_20_megabytes():
    files = (path for path in asset_path("models").rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < 20_000_000


def test_halving_keeps_zeros_and_shared_values_and_leaves_small_arrays():
    values = np.repeat(np.float32([0.0, 0.1, -0.3]), 400)
    small = np.float32([0.1])
    made = halved({"large": values, "small": small})
    assert made["large"].dtype == np.float16
    np.testing.assert_array_equal(made["large"], values.astype(np.float16))
    assert (made["large"] == 0).sum() == 400
    assert made["small"] is small


def test_a_record_reads_back_as_it_was():
    record = FineTunedRecord(
        recipe="qat",
        metric="accuracy",
        quality=0.9875,
        quality_before=1.0,
        seed=1,
        epochs=10,
        samples=1500,
        batch_size=32,
        learning_rate=1e-05,
        base_sha256="ab",
        versions={"tf-keras": "2.21.0"},
    )
    assert FineTunedRecord.model_validate(tomllib.loads(record.to_toml())) == record


GRID = """
import numpy as np
from harness.training.qat4 import round_to_grid
import tensorflow as tf

random = np.random.default_rng(0)
for shape, axes in (((3, 3, 4, 5), 1), ((3, 3, 6, 1), 2), ((7, 5), 0)):
    kernel = random.normal(size=shape).astype(np.float32)
    channels = int(np.prod(shape[len(shape) - axes:]))
    flat = kernel.reshape(-1, channels)
    scale = np.abs(flat).max(axis=0) / 7
    wanted = (np.rint(flat / scale) * scale).reshape(shape)
    rounded = round_to_grid(tf.constant(kernel), axes).numpy()
    # A value half way between two steps may go either way.
    steps = np.abs(flat / scale) % 1
    clear = (np.abs(steps - 0.5) > 1e-3).reshape(shape)
    np.testing.assert_allclose(rounded[clear], wanted[clear], atol=1e-5)
"""


@pytest.mark.tensorflow
def test_4_bit_rounding_while_training_is_the_grid_of_the_scheme():
    done = run([sys.executable, "-c", GRID], env={"TF_USE_LEGACY_KERAS": "1"})
    assert done.returncode == 0, done.stderr


FOLD = """
import numpy as np
import tf_keras
from harness.training.folding import fold_dense_normalizations

layers = tf_keras.layers
tf_keras.utils.set_random_seed(3)
network = tf_keras.Sequential([
    layers.Input((6,)), layers.Dense(5, use_bias=False), layers.BatchNormalization(), layers.ReLU(),
    layers.Dense(4), layers.BatchNormalization(scale=False), layers.Dense(3, activation="relu"),
    layers.BatchNormalization(),
])
random = np.random.default_rng(0)
network.set_weights([random.uniform(0.5, 2, w.shape) for w in network.get_weights()])
x = random.normal(size=(50, 6)).astype(np.float32)
before = network(x).numpy()
folded = fold_dense_normalizations(network)
kinds = [type(layer).__name__ for layer in folded.layers]
assert kinds == ["Dense", "ReLU", "Dense", "Dense", "BatchNormalization"], kinds
np.testing.assert_allclose(folded(x).numpy(), before, rtol=1e-4, atol=1e-4)
"""


@pytest.mark.tensorflow
def test_a_normalization_behind_a_dense_layer_is_folded_without_changing_what_it_computes():
    done = run([sys.executable, "-c", FOLD], env={"TF_USE_LEGACY_KERAS": "1"})
    assert done.returncode == 0, done.stderr
