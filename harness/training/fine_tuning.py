"""Carry out a recipe on a trained network, and load what it left (worker side)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from harness.models import FineTuningCard
from harness.schemes.keras_files import KerasModel, one_line, set_weights
from harness.tasks import LabelledSamples, Samples, stratified_subset
from harness.training.checkpoint import Weights, halved, weights_of
from harness.training.fitting import Loss, Schedule, fit
from harness.training.recipe import Recipe, UnsupportedNetworkError


@dataclass(frozen=True)
class FineTuned:
    """A fine-tuned network and the weights of its checkpoint, from which `network` was set."""

    network: KerasModel = field(repr=False)
    weights: Weights = field(repr=False)


def fine_tune(
    network: KerasModel,
    recipe: Recipe,
    x: Samples,
    targets: npt.NDArray[Any],
    loss: Loss,
    schedule: Schedule,
    on_epoch: Callable[[int], None],
) -> FineTuned:
    """Train `network`, which is used up, by `recipe` so that its outputs for `x` near `targets`.

    The result has the precision of a fine-tuned checkpoint (`checkpoint.halved`).

    Raises:
        UnsupportedNetworkError: The recipe cannot wrap the network.
    """
    plain = _copy_of(network)
    steps = schedule.epochs * -(-len(x) // schedule.batch_size)
    wrapped = recipe.wrap(network, steps)
    fit(wrapped, x, targets, loss, schedule, on_epoch, recipe.callbacks())
    target = wrapped if recipe.wrapped else plain
    trained = recipe.strip(wrapped)
    missing = [name for name in weights_of(target) if name not in trained]
    if missing:
        raise UnsupportedNetworkError(
            f"weight {missing[0]!r} is lost in {recipe.name}; give its layer a kind of Keras's own"
        )
    weights = halved({name: trained[name] for name in weights_of(target)})
    set_weights(target, weights, recipe.name)
    return FineTuned(target, weights)


def restore(network: KerasModel, recipe: Recipe, weights: Weights, name: str) -> KerasModel:
    """Return the fine-tuned network of a checkpoint; `network`, of the architecture, is used up.

    Raises:
        HarnessError: The weights, which messages call `name`, do not fit the architecture.
    """
    target = recipe.wrap(network, 1) if recipe.wrapped else network
    set_weights(target, weights, name, recipe.name)
    return target


def chosen_samples(samples: LabelledSamples, card: FineTuningCard) -> LabelledSamples:
    """Return the samples, stratified, that the epochs of a fine-tuning take."""
    chosen = stratified_subset(samples.y, card.samples)
    return LabelledSamples(samples.x[chosen], samples.y[chosen])


def _copy_of(network: KerasModel) -> KerasModel:
    """Return an untrained network of the same architecture and the same names.

    Raises:
        UnsupportedNetworkError: Keras cannot make it again from its configuration.
    """
    try:
        return type(network).from_config(network.get_config())
    except (ValueError, TypeError, NotImplementedError) as error:
        raise UnsupportedNetworkError(
            f"the model cannot be made again from its configuration ({one_line(error)}); "
            "save a Sequential or Functional model of Keras's own layers"
        ) from error
