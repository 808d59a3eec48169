"""Operators without weights on an emulated Cortex-M3: the bytes of tflite-micro, by our kernels."""

from typing import Any

import pytest
from ai_edge_litert import schema_py_generated as schema
from harness_runs import bench
from one_operator import Operator, Tensor, activation, constant, write_model

pytestmark = pytest.mark.emulator

IMAGE = (1, 6, 6, 4)
PROBABILITY = 2.0**-15


def int16(shape: tuple[int, ...], scale: float = 1e-3) -> Tensor:
    return activation(shape, "int16", scale)


def options(table: str, **fields: int | float | bool) -> Any:
    found = getattr(schema, f"{table}OptionsT")()
    for name, value in fields.items():
        setattr(found, name, value)
    return found


def pool() -> Any:
    window = {"filterHeight": 3, "filterWidth": 2, "strideH": 2, "strideW": 2}
    return options("Pool2D", **window, padding=schema.Padding.SAME)


def of_one_input() -> bytes:
    """Eight operators on the same int16 image."""
    around = constant([[0, 0], [1, 2], [0, 1], [0, 0]], "int32")
    tensors = [int16(IMAGE), constant([1, 2], "int32"), around]
    tensors += [int16((1, 3, 3, 4)), int16((1, 3, 3, 4)), int16((1, 4), 5e-4), int16((1, 9, 7, 4))]
    tensors += [int16(IMAGE, PROBABILITY)] * 3 + [int16(IMAGE, 7e-4)]
    operators = [
        Operator("AVERAGE_POOL_2D", (0,), (3,), pool()),
        Operator("MAX_POOL_2D", (0,), (4,), pool()),
        Operator("MEAN", (0, 1), (5,), options("Reducer")),
        Operator("PAD", (0, 2), (6,), options("Pad")),
        Operator("LOGISTIC", (0,), (7,)),
        Operator("TANH", (0,), (8,)),
        Operator("SOFTMAX", (0,), (9,), options("Softmax", beta=1.0)),
        Operator("RELU", (0,), (10,)),
    ]
    return write_model(tensors, operators)


def of_two_inputs() -> bytes:
    """Eight operators on an int16 image and another operand, two of them broadcast."""
    tensors = [int16(IMAGE), int16((4,), 2e-3), int16(IMAGE)]
    tensors += [int16(IMAGE, 3e-3), int16(IMAGE, 3e-3), int16(IMAGE, 5e-5)]
    tensors += [int16(IMAGE), int16(IMAGE), int16((1, 6, 6, 8)), int16(IMAGE), int16(IMAGE)]
    operators = [
        Operator("ADD", (0, 1), (3,), options("Add", fusedActivationFunction=1)),
        Operator("SUB", (0, 1), (4,), options("Sub")),
        Operator("MUL", (0, 1), (5,), options("Mul", fusedActivationFunction=3)),
        Operator("MAXIMUM", (0, 2), (6,), options("MaximumMinimum")),
        Operator("MINIMUM", (0, 2), (7,), options("MaximumMinimum")),
        Operator("CONCATENATION", (0, 2), (8,), options("Concatenation", axis=-1)),
        Operator("LEAKY_RELU", (0,), (9,), options("LeakyRelu", alpha=0.1)),
        Operator("RELU6", (0,), (10,)),
    ]
    return write_model(tensors, operators)


def of_other_types() -> bytes:
    """Operators on int8, and from one type to another."""
    first, second = activation(IMAGE, "int8", 0.05, -7), int16(IMAGE)
    around = constant([[0, 0], [1, 0], [0, 1], [0, 0]], "int32")
    tensors = [first, second, constant([-1], "int32"), around, constant([77], "int16", (1e-3,))]
    tensors += [
        activation((1, 6, 6, 1), "int8", 0.03, 9),
        activation(IMAGE, "int8", 0.03, 4),
        activation(IMAGE, "int8", 0.03, 4),
        int16(IMAGE),
        activation(IMAGE, "int8", 0.2, 4),
        int16(IMAGE, 3e-3),
        int16((1, 7, 7, 4)),
    ]
    operators = [
        Operator("MEAN", (0, 2), (5,), options("Reducer", keepDims=True)),
        Operator("RELU", (0,), (6,)),
        Operator("LEAKY_RELU", (0,), (7,), options("LeakyRelu", alpha=0.3)),
        Operator("QUANTIZE", (0,), (8,), options("Quantize")),
        Operator("QUANTIZE", (1,), (9,), options("Quantize")),
        Operator("QUANTIZE", (1,), (10,), options("Quantize")),
        Operator("PADV2", (1, 3, 4), (11,), options("PadV2")),
    ]
    return write_model(tensors, operators)


def through_int16() -> bytes:
    """float32 to int16, which TFLM refuses, and back by TFLM's kernel."""
    tensors = [Tensor(IMAGE, "float32"), int16(IMAGE), Tensor(IMAGE, "float32")]
    operators = [
        Operator("QUANTIZE", (0,), (1,), options("Quantize")),
        Operator("DEQUANTIZE", (1,), (2,), options("Dequantize")),
    ]
    return write_model(tensors, operators)


MODELS = {
    "one input": (of_one_input, {"AveragePool", "MaxPool", "Logistic", "Tanh", "TakeSoftmax"}),
    "two inputs": (of_two_inputs, {"Add", "Subtract", "Multiply", "Maximum", "Minimum"}),
    "other types": (of_other_types, {"TakeMean", "Requantize", "TakeLeakyRelu", "Pad"}),
    "float32": (through_int16, set()),
}


@pytest.mark.parametrize(("make", "functions"), MODELS.values(), ids=MODELS.keys())
def test_a_core_without_fpu_gives_the_bytes_of_tflite_micro(tmp_path, make, functions):
    model = tmp_path / "operators.tflite"
    model.write_bytes(make())
    options = ("--board", "bluepill", "--kernels", "reference")
    run = bench(tmp_path / "out", "--model", model, *options)
    (row,) = run.rows
    # The M3's board is small; the emulated machine runs what the board would not hold.
    assert row["status"] in ("ok", "does-not-fit"), (row["reason"], run.output)
    assert int(row["outputs_checked"]) > 0
    assert row["outputs_differing"] == "0"
    kernels = [one.name for one in run.symbols(0) if "harness::kernels::" in one.name]
    for function in functions:
        assert any(f"::{function}" in name for name in kernels), function
