"""Any case of an operator without weights: its shapes, scales, options and values are drawn."""

from collections.abc import Callable
from typing import Any

import integer_model_activations as model
import numpy as np
from activations_models import PROBABILITY, Case, integer_case
from ai_edge_litert import schema_py_generated as schema
from hypothesis import strategies as st
from integer_model_activations import SAME, VALID, Format, Integers, Pool
from one_operator import constant

SIZES = st.integers(1, 6)
SHAPES = st.lists(SIZES, min_size=1, max_size=4).map(tuple)
SCALES = st.floats(-18, 1).map(lambda power: 2.0**power)
RATIOS = st.floats(-6, 6).map(lambda power: 2.0**power)
INT8 = st.integers(-128, 127)
SEEDS = st.integers(0, 2**32 - 1)
CLAMPS = {0: (None, None), 1: (0.0, None), 2: (-1.0, 1.0), 3: (0.0, 6.0)}
"""The least and largest real value of each fused activation."""


def values(draw: st.DrawFn, shape: tuple[int, ...], form: Format) -> Integers:
    """Return any integers, a share of them the extremes."""
    chance = np.random.default_rng(draw(SEEDS))
    found = chance.integers(form.least, form.most + 1, shape)
    extreme = chance.random(shape) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    return np.where(extreme, chance.choice([form.least, form.most], shape), found)


def formats(draw: st.DrawFn, scale: float, bits: int) -> Format:
    """Return a format of that scale; int8 has any zero point."""
    return Format(scale, draw(INT8) if bits == 8 else 0, bits)


def clamped(y: Integers, form: Format, fused: int) -> Integers:
    """Return what a fused activation leaves of y."""
    least, most = CLAMPS[fused]
    lower = form.least if least is None else max(form.least, form.quantized(least))
    upper = form.most if most is None else min(form.most, form.quantized(most))
    return y.clip(lower, upper)


@st.composite
def requantizing(draw: st.DrawFn) -> Case:
    """QUANTIZE between int8 and int16, each to each."""
    scale = draw(SCALES)
    source = formats(draw, scale, draw(st.sampled_from([8, 16])))
    target = formats(draw, scale * draw(RATIOS), draw(st.sampled_from([8, 16])))
    x = values(draw, draw(SHAPES), source)
    return integer_case("QUANTIZE", [(x, source)], (model.requantize(x, source, target), target))


@st.composite
def curving(draw: st.DrawFn, name: str, function: Callable[..., Integers]) -> Case:
    """LOGISTIC or TANH of int16."""
    form = Format(draw(SCALES))
    x = values(draw, draw(SHAPES), form)
    return integer_case(name, [(x, form)], (function(x, form.scale), PROBABILITY))


@st.composite
def softmaxes(draw: st.DrawFn) -> Case:
    """SOFTMAX of int16 over rows of up to 300."""
    form, options = Format(draw(SCALES)), schema.SoftmaxOptionsT()
    options.beta = draw(st.floats(0.125, 2.0, width=32))
    rows = draw(st.lists(SIZES, max_size=3))
    x = values(draw, (*rows, draw(st.integers(1, 300))), form)
    x = x // draw(st.sampled_from([1, 100]))  # rows with more than one large power
    y = model.softmax(x, form.scale, options.beta)
    return integer_case("SOFTMAX", [(x, form)], (y, PROBABILITY), options)


@st.composite
def pooling(draw: st.DrawFn, name: str, function: Callable[[Integers, Pool], Integers]) -> Case:
    """A pool of int16, whose windows may reach beyond the image where padding is "same"."""
    form, padding = Format(draw(SCALES)), draw(st.sampled_from([SAME, VALID]))
    size, stride = draw(st.tuples(SIZES, SIZES)), draw(st.tuples(SIZES, SIZES))
    image = [draw(st.integers(side if padding == VALID else 1, 9)) for side in size]
    pool, options = Pool(size, stride, padding), schema.Pool2DOptionsT()
    options.filterHeight, options.filterWidth = size
    options.strideH, options.strideW = stride
    options.padding = padding
    options.fusedActivationFunction = draw(st.sampled_from(sorted(CLAMPS)))
    x = values(draw, (draw(st.integers(1, 2)), *image, draw(SIZES)), form)
    y = clamped(function(x, pool), form, options.fusedActivationFunction)
    return integer_case(name, [(x, form)], (y, form), options)


@st.composite
def combining(draw: st.DrawFn, name: str, options: Any, function: Callable[..., Integers]) -> Case:
    """ADD, SUB or MUL of int16, broadcast or not."""
    whole = draw(SHAPES)
    shapes = []
    for _ in range(2):
        kept = whole[draw(st.integers(0, len(whole) - 1)) :]
        shapes.append(tuple(size if draw(st.booleans()) else 1 for size in kept))
    first = Format(draw(SCALES))
    second = Format(draw(SCALES) if name == "MUL" else first.scale * draw(RATIOS))
    product = first.scale * second.scale if name == "MUL" else max(first.scale, second.scale)
    # tflite-micro refuses a fused activation whose limits have more than 31 bits.
    target = Format(max(product * draw(RATIOS), 2.0**-24))
    x, y = values(draw, shapes[0], first), values(draw, shapes[1], second)
    chosen = options()
    chosen.fusedActivationFunction = draw(st.sampled_from(sorted(CLAMPS)))
    z = function(x, y, (first, second, target))
    z = clamped(z, target, chosen.fusedActivationFunction)
    return integer_case(name, [(x, first), (y, second)], (z, target), chosen)


@st.composite
def averaging(draw: st.DrawFn) -> Case:
    """MEAN of int8 or int16 over any dimensions, which axes may name from the end."""
    bits, scale, shape = draw(st.sampled_from([8, 16])), draw(SCALES), draw(SHAPES)
    source = formats(draw, scale, bits)
    target = formats(draw, scale * draw(RATIOS), bits)
    dimensions = range(len(shape))
    axes = tuple(draw(st.lists(st.sampled_from(dimensions), min_size=1, unique=True)))
    named = [axis - len(shape) if draw(st.booleans()) else axis for axis in axes]
    x, options = values(draw, shape, source), schema.ReducerOptionsT()
    options.keepDims = draw(st.booleans())
    y = model.mean(x, axes, source, target)
    y = y if options.keepDims else y.squeeze(axes)
    return integer_case("MEAN", [(x, source)], (y, target), options, (constant(named, "int32"),))


@st.composite
def padding(draw: st.DrawFn, name: str) -> Case:
    """PAD or PADV2 of int16."""
    form, shape, side = Format(draw(SCALES)), draw(SHAPES), st.integers(0, 3)
    amounts = np.array([[draw(side), draw(side)] for _ in shape])
    x, fill = values(draw, shape, form), 0
    constants = [constant(amounts, "int32")]
    options = schema.PadOptionsT()
    if name == "PADV2":
        fill, options = draw(st.integers(form.least, form.most)), schema.PadV2OptionsT()
        constants.append(constant([fill], "int16", (form.scale,)))
    y = np.pad(x, amounts, constant_values=fill)
    return integer_case(name, [(x, form)], (y, form), options, tuple(constants))


@st.composite
def concatenating(draw: st.DrawFn) -> Case:
    """CONCATENATION of two to ten int16 inputs."""
    form, shape, options = Format(draw(SCALES)), draw(SHAPES), schema.ConcatenationOptionsT()
    axis = draw(st.integers(0, len(shape) - 1))
    options.axis = axis - len(shape) if draw(st.booleans()) else axis
    parts = [
        values(draw, (*shape[:axis], length, *shape[axis + 1 :]), form)
        for length in draw(st.lists(SIZES, min_size=2, max_size=10))
    ]
    y = np.concatenate(parts, axis)
    return integer_case("CONCATENATION", [(part, form) for part in parts], (y, form), options)


def difference(x: Integers, y: Integers, of: tuple[Format, Format, Format]) -> Integers:
    """Return x - y."""
    return model.add(x, y, of, -1)


OPERATORS: dict[str, st.SearchStrategy[Case]] = {
    "ADD": combining("ADD", schema.AddOptionsT, model.add),
    "AVERAGE_POOL_2D": pooling("AVERAGE_POOL_2D", model.average_pool),
    "CONCATENATION": concatenating(),
    "LOGISTIC": curving("LOGISTIC", model.logistic),
    "MAX_POOL_2D": pooling("MAX_POOL_2D", model.max_pool),
    "MEAN": averaging(),
    "MUL": combining("MUL", schema.MulOptionsT, model.multiply),
    "PAD": padding("PAD"),
    "PADV2": padding("PADV2"),
    "QUANTIZE": requantizing(),
    "SOFTMAX": softmaxes(),
    "SUB": combining("SUB", schema.SubOptionsT, difference),
    "TANH": curving("TANH", model.tanh),
}
