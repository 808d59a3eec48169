"""What the schemes with integer weights and integer activations have in common."""

from typing import Any

import numpy as np
import numpy.typing as npt

from harness.schemes.network import Converter, Network, calibration_of


def integer_converter(network: Network, calibration: npt.NDArray[np.float32]) -> Converter:
    """Return a converter to integer operators alone, int8 input and output included.

    Fully connected weights get one scale a tensor, since the TFLM kernel of July 2020 reads only
    the first and would silently compute other outputs.

    Raises:
        HarnessError: No calibration samples, or of another shape than the network's input.
    """
    import tensorflow as tf

    operators = tf.lite.OpsSet.TFLITE_BUILTINS_INT8
    return _converter(network, calibration, operators, tf.int8)


def int16_converter(network: Network, calibration: npt.NDArray[np.float32]) -> Converter:
    """Return a converter as `integer_converter`, but to int16 activations, input and output.

    Raises:
        HarnessError: As `integer_converter`.
    """
    import tensorflow as tf

    operators = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    return _converter(network, calibration, operators, tf.int16)


def _converter(
    network: Network,
    calibration: npt.NDArray[np.float32],
    operators: Any,  # noqa: ANN401 - TensorFlow has no types
    activations: Any,  # noqa: ANN401
) -> Converter:
    import tensorflow as tf

    converter = network.converter()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = calibration_of(network, calibration)
    converter.target_spec.supported_ops = [operators]
    converter.inference_input_type = activations
    converter.inference_output_type = activations
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return converter
