"""Transfer learning keeps what the backbone learned and starts the last layers anew."""

import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.models import TransferCard
from harness.process import run
from harness.tasks import LabelledSamples
from harness.training.fitting import Schedule
from harness.training.transfer import transfer

PHASES = """
import numpy as np
import tf_keras
from harness.models import TransferCard
from harness.tasks import LabelledSamples
from harness.training.fitting import Schedule
from harness.training.transfer import transfer

layers = tf_keras.layers
tf_keras.utils.set_random_seed(5)
network = tf_keras.Sequential([
    layers.Input((6,)), layers.Dense(8, name="hidden"), layers.BatchNormalization(name="norm"),
    layers.ReLU(), layers.Dense(4, activation="softmax", name="scores"),
])
random = np.random.default_rng(0)
y = np.arange(40) % 4
train = LabelledSamples(random.normal(2, 3, (40, 6)).astype(np.float32) + y[:, None], y)
card = TransferCard(source_classes=(0, 1), source_epochs=8, trained_layers=("scores",))

def backbone():
    return [w for name in ("hidden", "norm") for w in network.get_layer(name).get_weights()]

def scores():
    return network.get_layer("scores").get_weights()[0]

finished, seen = [], {0: (backbone(), scores())}
def on_epoch(epoch):
    finished.append(epoch)
    seen[epoch] = (backbone(), scores())

# One step of the second phase, which Adam makes no longer than the learning rate.
transfer(network, train, Schedule(1, 40, 0.01), card, on_epoch)
assert finished == list(range(1, 10)), finished
start, source, end = (seen[epoch] for epoch in (0, 8, 9))
for before, learned, after in zip(start[0], source[0], end[0]):
    assert not np.array_equal(before, learned)  # statistics of the normalization too
    np.testing.assert_array_equal(after, learned)
assert np.abs(source[1] - start[1]).max() > 0.03
assert 0 < np.abs(end[1] - start[1]).max() <= 0.0101
assert network.trainable and all(layer.trainable for layer in network.layers)
"""


@pytest.mark.tensorflow
def test_the_backbone_is_frozen_in_the_second_phase_and_the_last_layer_starts_anew():
    done = run([sys.executable, "-c", PHASES], env={"TF_USE_LEGACY_KERAS": "1"})
    assert done.returncode == 0, done.stderr


def test_a_layer_that_the_network_lacks_is_named_with_those_that_it_has():
    network = SimpleNamespace(layers=[SimpleNamespace(name=name) for name in ("scores", "conv")])
    card = TransferCard(source_classes=(0, 1), source_epochs=1, trained_layers=("scores", "head"))
    train = LabelledSamples(np.zeros((2, 1), np.float32), np.array([0, 1]))
    wanted = "training.transfer.trained_layers: model.py has no layer 'head'; its layers are conv, "
    with pytest.raises(HarnessError, match=re.escape(wanted)):
        transfer(network, train, Schedule(1, 1, 0.1), card, lambda _: None)
