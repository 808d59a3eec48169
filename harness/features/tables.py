"""Write the source file that tells an image its feature stage: tables, memory, input tensor."""

from collections.abc import Iterable

import numpy as np

from harness.errors import HarnessError
from harness.features.stage import FeatureStage
from harness.model_file.model import ModelFile, Tensor

_ELEMENT_TYPES = {"int8": "kInt8", "int16": "kInt16", "float32": "kFloat32"}
_A_LINE = 8


def tables_source(stage: FeatureStage, model: ModelFile) -> str:
    """Return C++ that defines `harness::ImageFeatures()` for a model whose input are features.

    Raises:
        HarnessError: The model's input is not one tensor of as many features, or has a type that
            the firmware does not fill.
    """
    tensor = _input(stage, model)
    bands, weights = _sparse(stage)
    projected = stage.projection is not None
    constants = [
        _array("uint16_t", "kWindow", map(str, stage.window)),
        _array("MelBand", "kMel", (f"{{{first}, {bins}}}" for first, bins in bands)),
        _array("float", "kWeights", map(_float, weights)),
        _array("float", "kScale", map(_float, stage.scale)),
        _array("float", "kOffset", map(_float, stage.offset)),
    ]
    if stage.projection is not None:
        constants.append(_array("float", "kProjection", map(_float, stage.projection.ravel())))
    length, count = stage.fft_length, stage.features_a_frame
    scale, zero_point = (*tensor.scales, 1.0)[0], (*tensor.zero_points, 0)[0]
    joined = "\n".join(constants)
    return f"""#include "features/input_features.h"

namespace harness {{
namespace {{

{joined}

alignas(8) uint8_t fft[FftMemoryBytes({length})];
FrameBuffer frame[{length}];
kiss_fft_cpx spectrum[{length // 2 + 1}];
float bands[{len(bands)}];
{f"float features[{count}];" if projected else ""}

const FeatureInput kInput = {{
    {stage.pcm_samples},
    {{{stage.frames}, {stage.stride}, {len(stage.window)}, {length}, {len(bands)}, {count},
     kWindow, kMel, kWeights, {_float(stage.floor)}, {"kProjection" if projected else "nullptr"},
     kScale, kOffset}},
    {{fft, sizeof(fft), frame, spectrum, bands, {"features" if projected else "bands"}}},
    {{ElementType::{_ELEMENT_TYPES[tensor.type]}, {_float(scale)}, {zero_point}}}}};

}}  // namespace

const FeatureInput& ImageFeatures() {{ return kInput; }}

}}  // namespace harness
"""


def _input(stage: FeatureStage, model: ModelFile) -> Tensor:
    tensors = model.input_tensors
    tensor = tensors[0]
    if len(tensors) != 1 or tensor.elements != stage.count:
        raise HarnessError(
            f"{model.name}: its input is not one tensor of the {stage.count} features of "
            f"{stage.name}; measure it without --with-features"
        )
    quantized = len(tensor.scales) == 1 and tensor.scales[0] > 0
    if tensor.type not in _ELEMENT_TYPES or (tensor.type != "float32" and not quantized):
        raise HarnessError(
            f"{model.name}: features on the device fill int8, int16 and float32 inputs, not "
            f"{tensor.type}; measure it without --with-features"
        )
    return tensor


def _sparse(stage: FeatureStage) -> tuple[list[tuple[int, int]], list[np.float32]]:
    """Return first bin and length of each band, and the weights joined.

    The firmware's transform is divided by its length; squared, that is a power of two, so that
    the weights for it are exact.
    """
    bands: list[tuple[int, int]] = []
    weights: list[np.float32] = []
    for row in stage.filters:
        (bins,) = np.nonzero(row)
        first, end = (int(bins[0]), int(bins[-1]) + 1) if len(bins) else (0, 0)
        bands.append((first, end - first))
        weights += list(row[first:end] * np.float32(stage.fft_length**2))
    return bands, weights


def _float(value: float | np.float32) -> str:
    """Return a literal that the compiler reads as the same float32."""
    return f"{float(np.float32(value)):.9e}f"


def _array(kind: str, name: str, values: Iterable[str]) -> str:
    words = list(values)
    lines = (", ".join(words[i : i + _A_LINE]) for i in range(0, len(words), _A_LINE))
    body = ",\n    ".join(lines)
    return f"const {kind} {name}[{len(words)}] = {{\n    {body}}};\n"
