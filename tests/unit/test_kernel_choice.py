"""Which kernel of a set runs each operator of a model, and which operators fall back."""

import re
from dataclasses import replace

import pytest
import tflite
from model_factory import Op, Spec, T, convolution, fully_connected, unary
from test_operator_support import with_types

from harness.assets import asset_path
from harness.model_file.deploy import deploy
from harness.model_file.kernel_choice import choose_kernels
from harness.model_file.operator_table import load_operator_table, runtime_names
from harness.model_file.reader import read_model

TABLE = load_operator_table("tflm2020")
Q = {"scales": (0.5,), "zero_points": (0,)}


def chosen(content: bytes, kernels: str = "simd"):
    return choose_kernels(read_model(content, "m"), TABLE, kernels)


LAYERS = {
    "CONV_2D": convolution(),
    "DEPTHWISE_CONV_2D": convolution(depthwise=True),
    "FULLY_CONNECTED": fully_connected(integer=True),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(("kind", "bias"), [("int8", "int32"), ("int16", "int64")])
def test_a_layer_is_registered_by_the_type_of_its_data(name, kind, bias):
    found = chosen(with_types(LAYERS[name], kind, bias).write())
    assert found.registrations == {name: f"harness::simd::Register_{name}_{kind.upper()}"}
    assert found.fallbacks == ()


def test_what_the_set_lacks_falls_back_and_is_named():
    lacking = chosen(unary("FLOOR", T("x", (1, 3)), T("y", (1, 3))).write())
    assert lacking.registrations == {"FLOOR": "Register_FLOOR"}
    assert lacking.fallbacks == ("FLOOR",)


def test_a_short_bias_of_int16_layers_falls_back_to_the_kernel_that_reads_it():
    found = chosen(with_types(convolution(), "int16", "int32").write())
    assert found.registrations == {"CONV_2D": "harness::own::Register_CONV_2D"}
    assert found.fallbacks == ("CONV_2D",)


def test_layers_of_one_name_and_two_types_fall_back_together():
    first, second = fully_connected(), fully_connected(integer=True)
    moved = len(first.tensors)
    (layer,) = second.operators
    shifted = replace(
        layer,
        inputs=tuple(index + moved for index in layer.inputs),
        outputs=tuple(index + moved for index in layer.outputs),
    )
    both = Spec(
        (*first.tensors, *second.tensors),
        (*first.operators, shifted),
        (*first.inputs, *(index + moved for index in second.inputs)),
        (*first.outputs, *(index + moved for index in second.outputs)),
    )
    found = chosen(both.write())
    assert found.registrations == {"FULLY_CONNECTED": "Register_FULLY_CONNECTED"}
    assert found.fallbacks == ("FULLY_CONNECTED",)


def test_packed_weights_are_registered_by_their_encoding():
    layer = fully_connected(integer=True).with_tensor(1, type="int4", data=b"\x21\xc3\x65")
    found = chosen(deploy(layer.write(), "as-converted", "m"))
    name = "HARNESS_FULLY_CONNECTED"
    assert found.registrations == {name: f"harness::simd::Register_{name}_INT8_INT4"}


def test_an_addition_that_broadcasts_falls_back():
    y = T("y", (1, 4), "int8", **Q)
    for shape, fallbacks in (((1, 4), ()), ((1, 1), ("ADD",))):
        tensors = (T("a", (1, 4), "int8", **Q), T("b", shape, "int8", **Q), y)
        spec = Spec(tensors, (Op("ADD", (0, 1), (2,)),), (0, 1), (2,))
        assert chosen(spec.write()).fallbacks == fallbacks


@pytest.mark.parametrize(("size", "fallbacks"), [(511, ()), (512, ("SOFTMAX",))])
def test_a_softmax_over_rows_too_long_for_the_set_falls_back(size, fallbacks):
    x, y = (T(name, (1, size), "int8", **Q) for name in "xy")
    assert chosen(unary("SOFTMAX", x, y).write()).fallbacks == fallbacks


UNUSUAL = {
    "weights with a zero point": fully_connected(integer=True).with_tensor(1, zero_points=(3,)),
    "data of two scales": convolution().with_tensor(
        0, scales=(0.5, 0.5), zero_points=(0, 0), dimension=3
    ),
    "a filter of many taps": convolution(depthwise=True)
    .with_tensor(0, shape=(1, 32, 32, 2))
    .with_tensor(1, shape=(1, 32, 16, 2), data=bytes(1024))
    .with_tensor(3, shape=(1, 32, 32, 2)),
}


def pool_options(height: int, width: int):
    def write(builder):
        tflite.Pool2DOptionsStart(builder)
        tflite.Pool2DOptionsAddStrideW(builder, 1)
        tflite.Pool2DOptionsAddStrideH(builder, 1)
        tflite.Pool2DOptionsAddFilterWidth(builder, width)
        tflite.Pool2DOptionsAddFilterHeight(builder, height)
        return tflite.BuiltinOptions.Pool2DOptions, tflite.Pool2DOptionsEnd(builder)

    return write


@pytest.mark.parametrize(("width", "fallbacks"), [(255, ()), (256, ("MAX_POOL_2D",))])
def test_a_pool_over_more_than_the_set_counts_falls_back(width, fallbacks):
    x, y = (T(name, (1, 4, 4, 2), "int8", **Q) for name in "xy")
    pool = unary("MAX_POOL_2D", x, y).with_operator(0, options=pool_options(257, width))
    assert chosen(pool.write()).fallbacks == fallbacks


@pytest.mark.parametrize("name", UNUSUAL)
def test_layers_that_the_set_does_not_cover_fall_back(name):
    content = UNUSUAL[name].write()
    (operator,) = read_model(content, "m").operator_names
    assert chosen(content).fallbacks == (operator,)


@pytest.mark.parametrize("api", runtime_names())
def test_every_set_of_a_table_covers_operators_that_the_runtime_has(api):
    table = load_operator_table(api)
    for entries in table.kernel_sets.values():
        for name, entry in entries.items():
            base = table.operators.get(name) or table.custom[name]
            kinds = {kind.split("+")[0] for kind in entry.registrations}
            assert kinds <= set(base.types or kinds), name


def test_the_reference_set_has_no_fallbacks():
    assert chosen(convolution().write(), "reference").fallbacks == ()


def test_every_registration_of_the_set_is_declared():
    header = asset_path("firmware") / "runtime" / "tflm2020" / "simd" / "operators.h"
    declared = set(re.findall(r"\*? ?(Register_\w+)\(\);", header.read_text()))
    named = {
        name
        for entry in TABLE.kernel_sets["simd"].values()
        for name in entry.registrations.values()
        if name.startswith("harness::simd::")
    }
    assert {name.rpartition("::")[2] for name in named} == declared
