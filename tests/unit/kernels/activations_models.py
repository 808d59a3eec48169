"""Models of one operator without weights, with inputs and the answer of the whole-number model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import integer_model_activations as model
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from integer_model_activations import SAME, VALID, Format, Integers, Pool
from one_operator import Tensor, activation, constant, one_operator

ALL = {8: np.arange(-128, 128)[None], 16: np.arange(-32768, 32768)[None]}
PROBABILITY = Format(2.0**-15)
RELU, RELU6 = 1, 3


@dataclass(frozen=True)
class Case:
    """What an operator is given, and what it must answer."""

    name: str
    tflite: bytes
    inputs: tuple[Any, ...]
    expected: Integers


def integer_case(
    name: str,
    given: list[tuple[Integers, Format]],
    expected: tuple[Integers, Format],
    options: Any = None,
    constants: tuple[Tensor, ...] = (),
    label: str = "",
) -> Case:
    """Return a case whose tensors are integers; constants follow its activations."""
    tensors = [_tensor(x.shape, form) for x, form in given]
    tflite = one_operator(
        name, [*tensors, *constants], _tensor(expected[0].shape, expected[1]), options
    )
    inputs = tuple(x.astype(f"<i{form.bits // 8}") for x, form in given)
    return Case(f"{name} {label}".strip(), tflite, inputs, expected[0])


def cases() -> Iterator[Case]:
    """Yield cases of every operator that both our kernels and tflite-micro compute."""
    yield from requantizing()
    yield from rectifying()
    yield from curves()
    yield from pooling()
    yield from combining()
    yield from averaging()
    yield from moving()


def requantizing() -> Iterator[Case]:
    """QUANTIZE between int8 and int16."""
    for scale, to_scale in ((1e-4, 1e-4), (1e-4, 3e-5), (1e-4, 0.2), (1e-3, 1e-6)):
        for source in (Format(scale), Format(scale, -7, 8)):
            for target in (Format(to_scale), Format(to_scale, 5, 8)):
                x = ALL[source.bits]
                y = model.requantize(x, source, target)
                label = f"{source.bits}->{target.bits}, {scale}->{to_scale}"
                yield integer_case("QUANTIZE", [(x, source)], (y, target), label=label)


def rectifying() -> Iterator[Case]:
    """RELU with and without another scale, RELU6 without (tflite-micro does not rescale there)."""
    pairs = [
        (Format(1e-4), Format(1e-4)),
        (Format(1e-3), Format(4e-4)),
        (Format(0.04, -7, 8), Format(0.05, 3, 8)),
        (Format(0.05, -128, 8), Format(0.02, -128, 8)),
    ]
    for source, target in pairs:
        x, label = ALL[source.bits], f"{source.bits}, {source.scale}->{target.scale}"
        y = model.rescaling_relu(x, source, target, None)
        yield integer_case("RELU", [(x, source)], (y, target), label=label)
        y = model.rescaling_relu(x, source, source, 6.0)
        yield integer_case("RELU6", [(x, source)], (y, source), label=label)
        options = schema.LeakyReluOptionsT()
        options.alpha = 0.1
        y = model.leaky_relu(x, source, target, 0.1)
        yield integer_case("LEAKY_RELU", [(x, source)], (y, target), options, label=label)


def curves() -> Iterator[Case]:
    """LOGISTIC and TANH of every int16 value, SOFTMAX of rows of several lengths."""
    x = ALL[16]
    for scale in (1e-9, 1e-6, 2.0**-15, 1e-4, 2.0**-12, 3e-3, 0.1, 1.0, 5.3):
        for name, y in (("LOGISTIC", model.logistic(x, scale)), ("TANH", model.tanh(x, scale))):
            yield integer_case(name, [(x, Format(scale))], (y, PROBABILITY), label=f"{scale}")
    every_difference = np.stack([np.full(65536, 32767), 32767 - np.arange(65536)], axis=1)
    softmaxes = [(10 / 65535, every_difference)]
    for scale in (1e-6, 1e-4, 2.0**-12, 3e-3, 1.0):
        for size in (1, 2, 10, 300):
            softmaxes.append((scale, _random((20, size), size) // (1 if size > 2 else 50)))
    for scale, rows in softmaxes:
        options = schema.SoftmaxOptionsT()
        options.beta = 1.0
        y = model.softmax(rows, scale, 1.0)
        label = f"{scale}, {rows.shape[1]}"
        yield integer_case(
            "SOFTMAX", [(rows, Format(scale))], (y, PROBABILITY), options, label=label
        )


def pooling() -> Iterator[Case]:
    """Pools with both paddings and each activation."""
    x, form = _random((1, 7, 9, 3), 0), Format(1e-3)
    for padding in (SAME, VALID):
        for size, stride in (((3, 2), (2, 3)), ((2, 2), (2, 2)), ((7, 9), (1, 1))):
            pool = Pool(size, stride, padding)
            for name, y in (
                ("AVERAGE_POOL_2D", model.average_pool(x, pool)),
                ("MAX_POOL_2D", model.max_pool(x, pool)),
            ):
                for fused, bounds in ((0, (-32768, 32767)), (RELU, (0, 32767)), (RELU6, (0, 6000))):
                    options = _pool_options(pool, fused)
                    label = f"{size} {stride} padding {padding} activation {fused}"
                    yield integer_case(
                        name, [(x, form)], (y.clip(*bounds), form), options, label=label
                    )


def combining() -> Iterator[Case]:
    """ADD, SUB, MUL, MAXIMUM and MINIMUM, broadcast or not."""
    options = {"ADD": schema.AddOptionsT, "SUB": schema.SubOptionsT, "MUL": schema.MulOptionsT}
    shapes = [
        ((1, 6, 7, 3),) * 2,
        ((1, 6, 7, 3), (3,)),
        ((1, 6, 1, 3), (1, 1, 7, 1)),
        ((6, 3), (1,)),
    ]
    for scales in ((0.01, 0.02, 0.03), (1e-4, 3e-5, 2e-4), (1.0, 1e-3, 0.5), (1e-4, 1e-4, 1e-7)):
        of = tuple(Format(scale) for scale in scales)
        for number, (first, second) in enumerate(shapes):
            x, y, label = _random(first, number), _random(second, 99), f"{scales} {first} {second}"
            answers = {
                "ADD": model.add(x, y, of),
                "SUB": model.add(x, y, of, -1),
                "MUL": model.multiply(x, y, of),
            }
            for name, z in answers.items():
                given = [(x, of[0]), (y, of[1])]
                yield integer_case(name, given, (z, of[2]), options[name](), label=label)
            for name, z in (("MAXIMUM", np.maximum(x, y)), ("MINIMUM", np.minimum(x, y))):
                given = [(x, of[0]), (y, of[0])]
                chosen = schema.MaximumMinimumOptionsT()
                yield integer_case(name, given, (z, of[0]), chosen, label=label)


def averaging() -> Iterator[Case]:
    """MEAN of int8 and int16 over the axes that converters write, and others."""
    for bits in (8, 16):
        zero_points = (-5, 17) if bits == 8 else (0, 0)
        for scale, to_scale in ((1e-2, 1e-2), (1e-2, 3e-3), (1e-2, 1e-1)):
            source, target = (
                Format(scale, zero_points[0], bits),
                Format(to_scale, zero_points[1], bits),
            )
            for shape, axes in (
                ((1, 5, 7, 3), (1, 2)),
                ((2, 5, 7, 3), (2, 1)),
                ((1, 5, 7, 3), (1,)),
                ((1, 5, 7, 3), (-1,)),
                ((1, 5, 7, 3), (0, 1, 2, 3)),
                ((1, 16, 8), (1,)),
                ((16, 8), (1,)),
            ):
                x = _random(shape, bits, bits)
                norm = tuple(axis % len(shape) for axis in axes)
                kept = model.mean(x, norm, source, target)
                for keep in (True, False):
                    y = kept if keep else kept.squeeze(norm)
                    options = schema.ReducerOptionsT()
                    options.keepDims = keep
                    constants = (constant(axes, "int32"),)
                    label = f"{bits} {shape} {axes} {keep} {scale}->{to_scale}"
                    yield integer_case(
                        "MEAN", [(x, source)], (y, target), options, constants, label
                    )


def moving() -> Iterator[Case]:
    """PAD, PADV2 and CONCATENATION."""
    form, x = Format(1e-3), _random((1, 6, 7, 3), 1)
    amounts = np.array([[0, 0], [1, 2], [3, 0], [0, 1]])
    by = constant(amounts, "int32")
    yield integer_case("PAD", [(x, form)], (np.pad(x, amounts), form), schema.PadOptionsT(), (by,))
    fill = constant([77], "int16", (1e-3,))
    y = np.pad(x, amounts, constant_values=77)
    yield integer_case("PADV2", [(x, form)], (y, form), schema.PadV2OptionsT(), (by, fill))
    for axis in (0, 1, 2, -1):
        options = schema.ConcatenationOptionsT()
        options.axis = axis
        other = _random((1, 6, 7, 3), 2)
        y = np.concatenate([x, other], axis)
        given = [(x, form), (other, form)]
        yield integer_case("CONCATENATION", given, (y, form), options, label=f"axis {axis}")


def _tensor(shape: tuple[int, ...], form: Format) -> Tensor:
    return activation(shape, f"int{form.bits}", form.scale, form.zero_point)


def _random(shape: tuple[int, ...], seed: int, bits: int = 16) -> Integers:
    return np.random.default_rng(seed).integers(-(2 ** (bits - 1)), 2 ** (bits - 1), shape)


def _pool_options(pool: Pool, fused: int) -> Any:
    options = schema.Pool2DOptionsT()
    options.filterHeight, options.filterWidth = pool.size
    options.strideH, options.strideW = pool.stride
    options.padding, options.fusedActivationFunction = pool.padding, fused
    return options
