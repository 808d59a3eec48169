"""What the schemes with int8 weights and int8 activations have in common."""

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

    converter = network.converter()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = calibration_of(network, calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    return converter
