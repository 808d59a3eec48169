"""Recipe qat: quantization-aware training for 8-bit weights and activations.

tensorflow-model-optimization rounds weights and activations while training as its default 8-bit
scheme stores them: convolution kernels to one scale an output channel (a depthwise kernel to one
scale, which the converter gives to each channel), activations to ranges that are learned along.
A normalization behind a dense layer is folded into it first: weights that were rounded before it
could no longer be integers of one scale behind it.
The checkpoint holds those ranges, so that the conversion needs no calibration.
"""

from harness.schemes.keras_files import KerasModel, one_line
from harness.training.checkpoint import weights_of
from harness.training.folding import fold_dense_normalizations
from harness.training.recipe import Recipe, UnsupportedNetworkError


def wrap(network: KerasModel, steps: int) -> KerasModel:  # noqa: ARG001
    """Return `network` with rounding around every layer.

    Raises:
        UnsupportedNetworkError: tensorflow-model-optimization cannot wrap a layer.
    """
    from tensorflow_model_optimization.quantization.keras import quantize_model

    try:
        return quantize_model(fold_dense_normalizations(network))
    except (ValueError, RuntimeError) as error:
        raise UnsupportedNetworkError(
            f"tensorflow-model-optimization: {one_line(error)}; use a scheme without training"
        ) from error


RECIPE = Recipe(
    name="qat",
    summary="trained on with weights and activations rounded to 8 bits",
    wrap=wrap,
    strip=weights_of,
    wrapped=True,
)
