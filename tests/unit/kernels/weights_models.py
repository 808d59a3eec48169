"""One-operator models of layers with weights, with what a kernel of ours is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from integer_model_weights import SAME, VALID, Rescaling, Window, quantized_multiplier
from numpy.typing import NDArray
from one_operator import Operator, Tensor, activation, constant, write_model
from weights_library import DENSE, INT4, SPARSE, Layer, packed

_BITS = {"int8": 8, "int16": 16}
_CUSTOM_VERSION = 1
_ACTIVATIONS = {None: 0, "RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}


Part = tuple[list[Tensor], Operator]
"""An operator with its own tensors."""


@dataclass(frozen=True)
class Sort:
    """What sort of layer to make up."""

    operator: str
    activations: str = "int8"
    weights: str = "int8"
    bias: str | None = "int32"
    scales: int = 1
    """One, or more for one an output channel."""
    window: Window | None = None
    taps: tuple[int, int] = (3, 3)
    groups: int = 1
    multiplier: int = 1
    """Output channels of a depthwise convolution for each input channel."""
    clamp: str | None = None
    """The activation function that is fused."""
    image: tuple[int, int, int] = (6, 5, 4)
    channels: int = 6
    density: float = 1.0
    """Share of the weights that are not zero."""

    def __str__(self) -> str:
        parts = [self.operator, self.activations, self.weights, str(self.bias), str(self.scales)]
        return "-".join(parts)


@dataclass(frozen=True)
class MadeUp:
    """A layer with numbers: as values for the kernel, and as tensors for a model."""

    sort: Sort
    layer: Layer
    output_shape: tuple[int, ...]
    tensors: tuple[Tensor | None, ...]
    output: Tensor
    options: Any

    def model(self) -> bytes:
        """Return the model of the builtin operator."""
        return side_by_side([self.part()])

    def with_int8_weights(self) -> "MadeUp":
        """Return the same numbers with one byte a weight, as every runtime reads them."""
        data, weights, bias = self.tensors
        assert weights is not None
        dense = constant(self.layer.weights, "int8", weights.scales, weights.dimension)
        layer = replace(self.layer, encoding=DENSE)
        return replace(self, tensors=(data, dense, bias), layer=layer)

    def part(self) -> Part:
        """Return the builtin operator, for a model of several."""
        operator = Operator(self.sort.operator, (0, 1, 2), (3,), self.options)
        return self._placed(self.tensors, operator)

    def packed_part(self, encoding: int) -> Part:
        """Return the custom operator of ours, its weights stored as `encoding`."""
        data, weights, bias = self.tensors
        assert weights is not None
        content = packed(self.layer.weights, encoding)
        stored = replace(weights, shape=(len(content),), type="int8", data=content)
        words = [_CUSTOM_VERSION, encoding, *self._window_words(), *self._weights_shape()]
        options = np.array(words, "<i4").tobytes()
        name = f"HARNESS_{self.sort.operator}"
        operator = Operator(name, (0, 1, 2), (3,), custom_options=options)
        return self._placed((data, stored, bias), operator)

    def _placed(self, tensors: Sequence[Tensor | None], operator: Operator) -> Part:
        given = [tensor for tensor in tensors if tensor is not None]
        inputs = operator.inputs[: len(given)]
        return [*given, self.output], replace(operator, inputs=inputs, outputs=(len(given),))

    def _window_words(self) -> list[int]:
        windowless = self.sort.operator == "FULLY_CONNECTED"
        window = Window(padding=VALID) if windowless else self.sort.window or Window()
        depth = self.sort.multiplier if self.sort.operator == "DEPTHWISE_CONV_2D" else 0
        clamp = _ACTIVATIONS[self.sort.clamp]
        return [*window.stride, *window.dilation, window.padding, clamp, depth]

    def _weights_shape(self) -> tuple[int, ...]:
        shape = self.layer.weights.shape
        return shape if len(shape) > 2 else (shape[0], 1, 1, shape[1])


def side_by_side(parts: Sequence[Part]) -> bytes:
    """Return a model of operators that have nothing to do with each other."""
    tensors: list[Tensor] = []
    operators = []
    for own, operator in parts:
        first = len(tensors)
        inputs = tuple(first + index for index in operator.inputs)
        outputs = tuple(first + index for index in operator.outputs)
        operators.append(replace(operator, inputs=inputs, outputs=outputs))
        tensors += own
    return write_model(tensors, operators)


def make_up(sort: Sort, seed: int) -> MadeUp:
    """Return a layer whose outputs use their range, from any numbers that the seed gives."""
    chance = np.random.default_rng(seed)
    x_shape, weights_shape, output_shape = _shapes(sort)
    low, high = -(2 ** (_BITS[sort.activations] - 1)), 2 ** (_BITS[sort.activations] - 1) - 1
    widest = 7 if sort.weights == "int4" else 127
    x = chance.integers(low, high + 1, x_shape).astype(sort.activations)
    weights = chance.integers(-widest, widest + 1, weights_shape)
    weights[chance.random(weights_shape) > sort.density] = 0
    channels = output_shape[-1]
    input_scale = float(np.float32(chance.uniform(1e-4, 1e-2)))
    scales = np.float32(chance.uniform(1e-3, 1e-2, channels if sort.scales > 1 else 1)).tolist()
    spread = high * widest * np.sqrt(weights.size / channels * sort.density) * 0.6
    output_scale = float(np.float32(spread * input_scale * max(scales) / high))
    zero_points = (0, 0) if sort.activations == "int16" else chance.integers(-128, 128, 2).tolist()
    bias = None
    if sort.bias is not None:
        bias = (chance.normal(0, spread / 2, channels)).astype(sort.bias)
    window = sort.window or Window()
    ratios = [quantized_multiplier(input_scale * scale / output_scale) for scale in scales]
    bounds = _bounds(sort.clamp, output_scale, zero_points[1], low, high)
    rescaling = Rescaling(
        tuple(one for one, _ in ratios), tuple(one for _, one in ratios), zero_points[1], *bounds
    )
    encoding = INT4 if sort.weights == "int4" else SPARSE if sort.density < 1 else DENSE
    layer = Layer(x, zero_points[0], weights, bias, rescaling, encoding, window)
    depthwise = sort.operator == "DEPTHWISE_CONV_2D"
    bias_scales = [input_scale * scale for scale in scales]
    tensors = (
        activation(x_shape, sort.activations, input_scale, zero_points[0]),
        constant(weights, sort.weights, scales, 3 if depthwise else 0),
        None if bias is None else constant(bias, sort.bias or "", bias_scales),
    )
    output = activation(output_shape, sort.activations, output_scale, zero_points[1])
    return MadeUp(sort, layer, output_shape, tensors, output, _options(sort))


def _shapes(sort: Sort) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of input, weights and output."""
    height, width, depth = sort.image
    if sort.operator == "FULLY_CONNECTED":
        inputs = height * width * depth
        return (2, inputs), (sort.channels, inputs), (2, sort.channels)
    window = sort.window or Window()
    places = []
    for axis, size in enumerate((height, width)):
        reach = 1 if window.padding == SAME else (sort.taps[axis] - 1) * window.dilation[axis] + 1
        places.append(-(-(size - reach + 1) // window.stride[axis]))
    if sort.operator == "DEPTHWISE_CONV_2D":
        channels = depth * sort.multiplier
        return (2, *sort.image), (1, *sort.taps, channels), (2, *places, channels)
    weights = (sort.channels, *sort.taps, depth // sort.groups)
    return (2, *sort.image), weights, (2, *places, sort.channels)


def _bounds(
    clamp: str | None, scale: float, zero_point: int, low: int, high: int
) -> tuple[int, int]:
    """Return the least and the greatest output that the activation function leaves."""
    reals = {
        None: (None, None),
        "RELU": (0.0, None),
        "RELU6": (0.0, 6.0),
        "RELU_N1_TO_1": (-1.0, 1.0),
    }
    least, most = (
        None if real is None else zero_point + _rounded(real / np.float32(scale))
        for real in reals[clamp]
    )
    return (
        low if least is None else max(low, least),
        high if most is None else min(high, most),
    )


def _rounded(value: Any) -> int:
    return int(np.floor(abs(value) + 0.5) * np.sign(value))


def _options(sort: Sort) -> Any:
    if sort.operator == "FULLY_CONNECTED":
        options = schema.FullyConnectedOptionsT()
    else:
        depthwise = sort.operator == "DEPTHWISE_CONV_2D"
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        window = sort.window or Window()
        options.strideH, options.strideW = window.stride
        options.dilationHFactor, options.dilationWFactor = window.dilation
        options.padding = window.padding
        if depthwise:
            options.depthMultiplier = sort.multiplier
    options.fusedActivationFunction = _ACTIVATIONS[sort.clamp]
    return options


def answer_of_kernel(library: Any, made: MadeUp) -> NDArray[Any]:
    """Return what the host library answers to the layer."""
    if made.sort.operator == "FULLY_CONNECTED":
        return library.fully_connected(made.layer)
    run = library.depthwise if made.sort.operator == "DEPTHWISE_CONV_2D" else library.convolution
    return run(made.layer, made.output_shape)
