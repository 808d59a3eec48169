"""Scheme int8-qat: as int8, of a network that was trained on under 8-bit rounding."""

import numpy as np
import numpy.typing as npt

from harness.model_file.reader import read_model
from harness.schemes.network import Network
from harness.schemes.scheme import Scheme
from harness.training.recipe import UnsupportedNetworkError


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:  # noqa: ARG001
    """Return the int8 model, with the scales that `network` (of recipe qat) has learned."""
    import tensorflow as tf

    converter = network.converter()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    content = bytes(converter.convert())
    _check_integer(content)
    return content


def _check_integer(content: bytes) -> None:
    """Refuse a model in which an operator still computes in floats.

    Raises:
        UnsupportedNetworkError: One does; the message names it.
    """
    model = read_model(content, "int8-qat")
    for operator in model.operators:
        for index in (*operator.inputs[:1], *operator.outputs):
            if index >= 0 and model.tensors[index].type == "float32":
                raise UnsupportedNetworkError(
                    f"{operator.name} (operator {operator.index}) stays float32, for training "
                    "learned no range that it could have as integers; take int8"
                )


SCHEME = Scheme(
    name="int8-qat",
    summary="int8 of a network trained on with weights and activations rounded",
    weights="int8, per channel",
    activations="int8, learned",
    saves="as int8; loses less accuracy",
    needs=frozenset({"training"}),
    host_interpreter="tflite-micro",
    device_reason=None,
    quantize=quantize,
    recipe="qat",
)
