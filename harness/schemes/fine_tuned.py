"""Load a network as a recipe left it, or train a user's own by the recipe (worker side)."""

from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.models import FineTuningCard
from harness.schemes.keras_files import (
    KerasModel,
    build_network,
    load_keras_file,
    read_checkpoint,
    set_weights,
)
from harness.tasks import LabelledSamples
from harness.training.fine_tuning import chosen_samples, fine_tune, restore
from harness.training.fitting import Loss, Schedule, outputs_of, settle
from harness.training.recipe import Recipe, UnsupportedNetworkError, find_recipe

_SEED = 0
_BATCH_SIZE = 32
_KERAS_3 = 3


def load_keras(folder: Path, request: dict[str, Any]) -> KerasModel:
    """Return the Keras model whose files lie in `folder`, as `request` describes it.

    Raises:
        HarnessError: It cannot be loaded.
    """
    name = str(request["name"])
    if request["format"] == "zoo":
        weights = read_checkpoint(folder / "checkpoint.npz", name)
        network = build_network(folder / "model.py", name)
        set_weights(network, weights, name)
        return network
    path = folder / f"model.{request['format']}"
    return load_keras_file(path, int(request["keras_major"]), name)


def load_fine_tuned(folder: Path, request: dict[str, Any], recipe_name: str) -> KerasModel:
    """Return the network of `request` after the recipe.

    One of our models has a checkpoint of it, `fine_tuned/RECIPE.npz`; a user's file is trained on
    here, on `x_train.npy` and `y_train.npy`.

    Raises:
        HarnessError: The checkpoint or the samples are missing or do not fit.
        UnsupportedNetworkError: The recipe cannot be carried out on this network.
    """
    recipe = find_recipe(recipe_name)
    if request["format"] != "zoo":
        return _trained(folder, request, recipe)
    name = str(request["name"])
    file = f"fine_tuned/{recipe_name}.npz"
    if not (folder / file).is_file():
        raise HarnessError(
            f"{file}: missing; make it with 'harness train {name} --recipe {recipe_name}', "
            "and give it the model's own folder as --out"
        )
    weights = read_checkpoint(folder / file, name, recipe_name)
    return restore(build_network(folder / "model.py", name), recipe, weights, name)


def _trained(folder: Path, request: dict[str, Any], recipe: Recipe) -> KerasModel:
    if request["keras_major"] == _KERAS_3:
        raise UnsupportedNetworkError(
            "tensorflow-model-optimization reads Keras 2 (tf-keras) only; "
            "save the model with tf-keras, or use a scheme without training"
        )
    if not (folder / "x_train.npy").is_file():
        raise UnsupportedNetworkError(
            "x_train, y_train: missing; this scheme trains, add both arrays to the file of --data"
        )
    samples = LabelledSamples(
        np.load(folder / "x_train.npy", allow_pickle=False),
        np.load(folder / "y_train.npy", allow_pickle=False),
    )
    card = FineTuningCard()
    settle(_SEED)
    network = load_keras(folder, request)
    chosen = chosen_samples(samples, card)
    loss = _loss_for(network, chosen)
    schedule = Schedule(card.epochs, _BATCH_SIZE, card.learning_rate)
    made = fine_tune(network, recipe, chosen.x, chosen.y, loss, schedule, lambda _: None)
    return made.network


def _loss_for(network: KerasModel, samples: LabelledSamples) -> Loss:
    """Return the cross-entropy for outputs that are probabilities, or else logits, of classes.

    Raises:
        HarnessError: The samples are no inputs of the network, or a label has no output.
    """
    import tf_keras

    wanted = tuple(network.input_shape[1:])
    if samples.x.shape[1:] != wanted:
        raise HarnessError(
            f"x_train: samples of shape {samples.x.shape[1:]}, but the model takes {wanted}; "
            "reshape them"
        )
    outputs = outputs_of(network, samples.x[:_BATCH_SIZE])
    if outputs.ndim != 2 or samples.y.max() >= outputs.shape[1]:  # noqa: PLR2004
        raise HarnessError(
            f"y_train: label {samples.y.max()}, but the model's output has shape "
            f"{outputs.shape[1:]}; give a network with one output a class"
        )
    probable = (outputs >= 0).all() and np.allclose(outputs.sum(axis=1), 1, atol=1e-3)
    return tf_keras.losses.SparseCategoricalCrossentropy(from_logits=not probable)
