"""int8 operators without weights by the kernel set simd on emulated cores: tflite-micro's bytes."""

import numpy as np
import pytest
from activation_emulation import ACTIVATIONS, run_calls
from ai_edge_litert import schema_py_generated as schema
from harness_runs import bench
from integer_model_activations import SAME, VALID, Format, Pool
from kernel_emulation import TARGETS, build_runner, target_of
from one_operator import Operator, Tensor, activation, constant, tflite_micro_answer, write_model
from simd_activations import (
    Problem,
    addition,
    averaging,
    clamping,
    padding,
    pooling,
    requantizing,
    softmax,
)

pytestmark = pytest.mark.emulator

FULL = np.arange(-128, 128)
IMAGE = (1, 6, 6, 4)


def some_form(chance: np.random.Generator, scale: float = 0.05) -> Format:
    return Format(scale * 2 ** chance.uniform(-3, 3), int(chance.integers(-128, 128)), 8)


def some_values(chance: np.random.Generator, shape: tuple[int, ...]):
    found = chance.integers(-128, 128, shape)
    return np.where(chance.random(shape) < 0.2, chance.choice([-128, 127], shape), found)


def some_image(chance: np.random.Generator, least: tuple[int, ...] = (1, 1)):
    channels = int(chance.choice([1, 3, 4, 7, 8, 13]))
    sizes = [side + int(chance.integers(0, 6)) for side in least]
    return some_values(chance, (int(chance.integers(1, 3)), *sizes, channels))


def some_pool(chance: np.random.Generator) -> Problem:
    size, stride = chance.integers(1, 5, (2, 2)).tolist()
    padding_kind = int(chance.choice([SAME, VALID]))
    x = some_image(chance, tuple(size))
    pool = Pool(tuple(size), tuple(stride), padding_kind)
    name = str(chance.choice(["average", "max"]))
    return pooling(name, x, some_form(chance), pool, int(chance.integers(0, 4)))


def some_problems(chance: np.random.Generator) -> list[Problem]:
    """Return one problem of each kernel; those with a table have enough elements now and then."""
    of = (some_form(chance), some_form(chance), some_form(chance))
    shape = (int(chance.choice([1, 7, 255, 256, 259, 700])),)
    x = some_image(chance)
    axes = [axis for axis in range(4) if chance.random() < 0.5] or [1, 2]
    row = some_values(chance, (2, int(chance.choice([1, 2, 12, 300])))) // chance.integers(1, 40)
    many = np.resize(FULL, int(chance.choice([1, 256, 401])))[None]
    amounts = chance.integers(0, 3, (4, 2)) * (chance.random((4, 1)) < 0.6)
    fill = None if chance.random() < 0.5 else int(chance.integers(-128, 128))
    return [
        addition(some_values(chance, shape), some_values(chance, shape), of, chance.integers(4)),
        some_pool(chance),
        averaging(x, axes, *of[:2]),
        softmax(row, of[0]),
        clamping(x, of[0]),
        requantizing(many, *of[:2], rectified=bool(chance.integers(2))),
        padding(x, of[0], amounts.tolist(), fill),
    ]


@pytest.mark.parametrize("core", TARGETS)
def test_every_core_gives_the_bytes_of_tflite_micro(core, shared_cache, tmp_path):
    chance = np.random.default_rng(5)
    problems = [one for _ in range(25) for one in some_problems(chance)]
    target = target_of(core)
    elf = build_runner(target, "O2", tmp_path, program=ACTIVATIONS)
    results = run_calls(target, elf, [one.call for one in problems], shared_cache)
    for problem, result in zip(problems, results, strict=True):
        (expected,) = tflite_micro_answer(problem.tflite, *problem.inputs)
        np.testing.assert_array_equal(result.output, expected.reshape(result.output.shape))
        assert result.kept


def options(table: str, **fields: int | float):
    found = getattr(schema, f"{table}OptionsT")()
    for name, value in fields.items():
        setattr(found, name, value)
    return found


FORM, OTHER = ("int8", 0.05, -7), ("int8", 0.03, 9)
LARGE = (1, 20, 20, 4)


def of_windows() -> bytes:
    """Pools, a mean and paddings of the same image."""
    pool = options("Pool2D", filterHeight=3, filterWidth=2, strideH=2, strideW=2, padding=SAME)
    around = constant([[0, 0], [1, 2], [0, 1], [0, 0]], "int32")
    value = Tensor((1,), "int8", (0.05,), (-7,), data=np.int8(77).tobytes())
    tensors = [activation(IMAGE, *FORM), constant([1, 2], "int32"), around, value]
    tensors += [activation((1, 3, 3, 4), *FORM)] * 2 + [activation((1, 4), *OTHER)]
    tensors += [activation((1, 9, 7, 4), *FORM)] * 2
    operators = [
        Operator("AVERAGE_POOL_2D", (0,), (4,), pool),
        Operator("MAX_POOL_2D", (0,), (5,), pool),
        Operator("MEAN", (0, 1), (6,), options("Reducer")),
        Operator("PAD", (0, 2), (7,), options("Pad")),
        Operator("PADV2", (0, 2, 3), (8,), options("PadV2")),
    ]
    return write_model(tensors, operators)


def of_elements() -> bytes:
    """What treats each element for itself, and a softmax."""
    tensors = [activation(LARGE, *FORM), activation(LARGE, *OTHER)]
    tensors += [activation(LARGE, *form) for form in (("int8", 0.07, -100), OTHER, FORM, FORM)]
    tensors += [activation(LARGE, "int8", 1 / 256, -128)]
    operators = [
        Operator("ADD", (1, 0), (2,), options("Add", fusedActivationFunction=1)),
        Operator("QUANTIZE", (0,), (3,), options("Quantize")),
        Operator("RELU", (1,), (4,)),
        Operator("RELU6", (0,), (5,)),
        Operator("SOFTMAX", (0,), (6,), options("Softmax", beta=1.0)),
    ]
    return write_model(tensors, operators)


MODELS = {
    "windows": (of_windows, "bluepill"),
    "elements": (of_elements, "nano33ble"),
}


@pytest.mark.parametrize(("make", "board"), MODELS.values(), ids=MODELS.keys())
def test_firmware_with_the_set_gives_the_bytes_of_tflite_micro(tmp_path, make, board):
    path = tmp_path / "operators.tflite"
    path.write_bytes(make())
    run = bench(tmp_path / "out", "--model", path, "--board", board, "--kernels", "simd")
    (row,) = run.rows
    # The M3's board is small; the emulated machine runs what the board would not hold.
    assert row["status"] in ("ok", "does-not-fit"), (row["reason"], run.output)
    assert int(row["outputs_checked"]) > 0
    assert row["outputs_differing"] == "0"
    assert row["fallback_operators"] == ""
