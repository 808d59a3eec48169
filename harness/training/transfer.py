"""Transfer learning: a backbone learned on some classes is frozen, new last layers learn all."""

from collections.abc import Callable

import numpy as np

from harness.errors import HarnessError
from harness.models import TransferCard
from harness.schemes.keras_files import KerasModel
from harness.tasks import LabelledSamples
from harness.training.fitting import Schedule, fit, loss_of


def transfer(
    network: KerasModel,
    train: LabelledSamples,
    schedule: Schedule,
    card: TransferCard,
    on_epoch: Callable[[int], None],
) -> None:
    """Train `network` in place, first all of it on the source classes, then its last layers.

    The layers of `card.trained_layers` go back to the weights that they started with. Frozen
    batch normalization also keeps its statistics.

    Raises:
        HarnessError: The network has no layer of a name in `card.trained_layers`.
    """
    names = {layer.name for layer in network.layers}
    unknown = [name for name in card.trained_layers if name not in names]
    if unknown:
        raise HarnessError(
            f"training.transfer.trained_layers: model.py has no layer {unknown[0]!r}; "
            f"its layers are {', '.join(sorted(names))}"
        )
    heads = [network.get_layer(name) for name in card.trained_layers]
    fresh = [layer.get_weights() for layer in heads]
    source = np.isin(train.y, card.source_classes)
    before = Schedule(card.source_epochs, schedule.batch_size, schedule.learning_rate)
    fit(network, train.x[source], train.y[source], loss_of("classes"), before, on_epoch)
    for layer, weights in zip(heads, fresh, strict=True):
        layer.set_weights(weights)
    for layer in network.layers:
        layer.trainable = layer.name in card.trained_layers
    fit(
        network,
        train.x,
        train.y,
        loss_of("classes"),
        schedule,
        lambda epoch: on_epoch(card.source_epochs + epoch),
    )
    network.trainable = True
