"""A Keras network, loaded and traced once, from which every scheme starts (worker side)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.schemes.keras_files import KerasModel

BATCH = 64

Converter = Any
"""A `tf.lite.TFLiteConverter`; TensorFlow has no types."""

Tensor = Any
"""An array, or a tensor of TensorFlow or Keras."""

Calibration = Callable[[], Iterator[list[npt.NDArray[np.float32]]]]
"""Representative data as the converter asks for it: the inputs of one sample at a time."""


@dataclass(frozen=True)
class Network:
    """A float32 network with one input and one output, traced for a batch of one sample.

    A fixed batch makes every shape in the .tflite file static, as TFLM needs them. Tracing once
    makes a conversion independent of which others the same process has done before. The trace
    holds weights as constants, because the converter leaves those of Keras 3 as variables.
    `input_shape` is without the batch dimension.
    """

    keras: KerasModel
    traced: Any
    input_shape: tuple[int, ...]
    fixed_batch: bool

    def converter(self) -> Converter:
        """Return a new TensorFlow Lite converter of this network, all options at their default."""
        import tensorflow as tf

        return tf.lite.TFLiteConverter.from_concrete_functions([self.traced])

    def outputs(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the float32 outputs (samples x output shape) for `x` (samples x input shape)."""
        step = 1 if self.fixed_batch else BATCH
        parts = [
            np.asarray(first_output(self.keras, x[start : start + step]), dtype=np.float32)
            for start in range(0, len(x), step)
        ]
        return np.concatenate(parts)


def first_output(keras: KerasModel, x: Tensor) -> Tensor:
    """Return the only output for `x`, whether the model gives it alone or in a list or dict."""
    import tensorflow as tf

    return tf.nest.flatten(keras(x, training=False))[0]


def calibration_of(network: Network, samples: npt.NDArray[np.float32]) -> Calibration:
    """Return `samples` in the form in which the converter asks for representative data.

    Raises:
        HarnessError: There are none.
    """
    if not len(samples):
        raise HarnessError("calibration: no samples; this scheme needs some to choose its scales")
    check_samples(network, samples, "x_calibration")

    def one_by_one() -> Iterator[list[npt.NDArray[np.float32]]]:
        for sample in samples:
            yield [sample[np.newaxis]]

    return one_by_one


def check_samples(network: Network, samples: npt.NDArray[np.float32], field: str) -> None:
    """Refuse samples whose shape is not the network's input shape.

    Raises:
        HarnessError: The shapes differ.
    """
    if samples.shape[1:] != network.input_shape:
        raise HarnessError(
            f"{field}: samples of shape {samples.shape[1:]}, but the model takes "
            f"{network.input_shape}; reshape them"
        )


def trace(keras: KerasModel, name: str) -> Network:
    """Return the Keras model `keras`, which messages call `name`, as a network.

    Raises:
        HarnessError: It has several inputs or outputs, a dimension other than the batch that is
            not fixed, a fixed batch above one, an input that is not float32, or weights that are
            not finite.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    only = _only_input(keras, name)
    batch, *shape = tuple(only.shape)
    if None in shape or not shape:
        raise HarnessError(
            f"{name}: input shape {(batch, *shape)}: only the batch may be open; "
            "save the model with every other dimension fixed"
        )
    if batch not in (None, 1):
        raise HarnessError(f"{name}: batch size {batch} is fixed; save the model with an open one")
    dtype = tf.as_dtype(only.dtype)
    if dtype != tf.float32:
        raise HarnessError(f"{name}: input is {dtype.name}; only float32 input can be measured")
    _check_weights(keras, name)
    function = tf.function(lambda x: first_output(keras, x))
    traced = function.get_concrete_function(tf.TensorSpec([1, *shape], tf.float32, name="x"))
    if not traced.outputs[0].shape.is_fully_defined():
        raise HarnessError(
            f"{name}: output shape {tuple(traced.outputs[0].shape)} depends on the data; "
            "save a model whose shapes are fixed"
        )
    frozen = convert_variables_to_constants_v2(traced)
    return Network(keras, frozen, tuple(int(size) for size in shape), batch is not None)


def _only_input(keras: KerasModel, name: str) -> Tensor:
    tensors: dict[str, Any] = {
        field: getattr(keras, field, None) for field in ("inputs", "outputs")
    }
    for field, found in tensors.items():
        if not found:
            raise HarnessError(
                f"{name}: {field}: not defined; save a Functional model, or a Sequential one that "
                "starts with an Input"
            )
        if len(found) > 1:
            raise HarnessError(
                f"{name}: {field}: {len(found)}; a model with exactly one can be measured"
            )
    return tensors["inputs"][0]


def _check_weights(keras: KerasModel, name: str) -> None:
    for variable in keras.weights:
        values = np.asarray(variable.numpy())
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise HarnessError(
                f"{name}: weight {variable.name!r} holds NaN or an infinity; train the model again"
            )
