"""What each runtime is said to run, and the reasons it gives for refusing."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from model_factory import Op, Spec, T, convolution, fully_connected, unary

from harness.errors import HarnessError
from harness.model_file.kernel_choice import choose_kernels
from harness.model_file.operator_table import (
    load_operator_table,
    read_operator_table,
    runtime_names,
)
from harness.model_file.reader import read_model
from harness.model_file.support import unsupported_reason

EXTERNAL = os.environ.get("HARNESS_EXTERNAL_MODELS")


def reason(spec: Spec, api: str = "tflm2020") -> str | None:
    return unsupported_reason(read_model(spec.write(), "m"), load_operator_table(api))


def quantized(name: str, shape=(1, 4), scale=0.5, zero=0, element_type="int8") -> T:
    return T(name, shape, element_type, None, (scale,), (zero,))


def two_scales(spec: Spec) -> Spec:
    return spec.with_tensor(1, scales=(0.25, 0.5), zero_points=(0, 0))


def mean(element_type: str, axes: list[int], shape=(1, 4, 4, 2)) -> Spec:
    kept = tuple(
        size
        for place, size in enumerate(shape)
        if place not in [axis % len(shape) for axis in axes]
    )
    tensors = (
        T("x", shape, element_type),
        T("axes", (len(axes),), "int32", np.array(axes, "<i4").tobytes()),
        T("y", kept, element_type),
    )
    return Spec(tensors, (Op("MEAN", (0, 1), (2,)),), (0,), (2,))


@pytest.mark.parametrize("api", ["tflm2020", "tflm_today"])
@pytest.mark.parametrize(
    "spec",
    [
        fully_connected(),
        fully_connected(integer=True),
        convolution(),
        convolution(depthwise=True),
        unary("RESHAPE", T("a", (1, 4), "int64"), T("b", (4,), "int64")),
        unary("QUANTIZE", T("a", (1, 4)), quantized("b")),
        unary("QUANTIZE", quantized("a"), quantized("b", scale=0.25)),
        unary("DEQUANTIZE", quantized("a"), T("b", (1, 4))),
        unary("RELU", quantized("a"), quantized("b")),
        mean("float32", [1, 2]),
        mean("float32", [-3, -2]),
    ],
)
def test_what_the_kernels_compute_is_supported(api, spec):
    assert reason(spec, api) is None


@pytest.mark.parametrize("api", ["tflm2020", "tflm_today"])
def test_hybrid_weights_are_refused_by_every_runtime(api):
    text = reason(fully_connected("int8"), api)
    assert text.startswith("FULLY_CONNECTED (operator 0): hybrid (dynamic range)")


def with_types(spec: Spec, element_type: str, bias: str = "int32") -> Spec:
    """Return a layer with other activations; the weights have int16's or the activations' type."""
    weights = "int8" if element_type == "int16" else element_type
    size = {"int32": 4, "int64": 8}[bias] * spec.tensors[2].shape[0]
    zeros = {"zero_points": (0,)} if element_type == "int16" else {}
    changed = spec.with_tensor(0, type=element_type, **zeros).with_tensor(1, type=weights)
    changed = changed.with_tensor(2, type=bias, data=bytes(size))
    return changed.with_tensor(3, type=element_type, **zeros)


OF_OURS = {
    "per-channel fully connected": two_scales(fully_connected(integer=True)),
    "grouped convolution": convolution()
    .with_tensor(0, shape=(1, 4, 4, 6))
    .with_tensor(1, shape=(3, 3, 3, 2)),
    "dilated depthwise": convolution(depthwise=True, dilation=2),
    "depthwise with a relu that cuts": convolution(depthwise=True, activation=1),
    "depthwise with a relu6 that cuts": convolution(depthwise=True, activation=3).with_tensor(
        3, zero_points=(-128,)
    ),
    "int16 fully connected": with_types(fully_connected(integer=True), "int16", "int64"),
    "int16 convolution": with_types(convolution(), "int16"),
    "int16 depthwise": with_types(convolution(depthwise=True), "int16", "int64"),
}


@pytest.mark.parametrize("spec", OF_OURS.values(), ids=OF_OURS.keys())
def test_what_kernels_of_ours_compute_is_supported_and_registers_them(spec):
    table = load_operator_table("tflm2020")
    model = read_model(spec.write(), "m")
    (name,) = model.operator_names
    assert unsupported_reason(model, table) is None
    assert choose_kernels(model, table).registrations == {name: f"harness::own::Register_{name}"}


@pytest.mark.parametrize(
    "spec",
    [
        fully_connected(integer=True),
        convolution(),
        convolution(activation=1),
        convolution(depthwise=True),
        convolution(depthwise=True, activation=1).with_tensor(3, zero_points=(-128,)),
        convolution(depthwise=True, activation=3).with_tensor(
            3, scales=(6 / 255,), zero_points=(-128,)
        ),
    ],
)
def test_models_that_need_no_kernel_of_ours_register_none(spec):
    table = load_operator_table("tflm2020")
    model = read_model(spec.write(), "m")
    (name,) = model.operator_names
    assert choose_kernels(model, table).registrations == {name: f"Register_{name}"}


def test_one_layer_that_needs_a_kernel_of_ours_is_enough_to_register_it():
    first = convolution(depthwise=True)
    tensors = (*first.tensors, first.tensors[3])
    (depthwise,) = first.operators
    dilated = convolution(depthwise=True, dilation=2).operators[0]
    operators = (replace(dilated, outputs=(4,)), depthwise)
    model = read_model(Spec(tensors, operators, (0,), (3, 4)).write(), "m")
    found = choose_kernels(model, load_operator_table("tflm2020")).registrations
    assert found == {"DEPTHWISE_CONV_2D": "harness::own::Register_DEPTHWISE_CONV_2D"}


REFUSED_IN_2020 = {
    "per-channel fully connected": (
        two_scales(with_types(fully_connected(integer=True), "uint8")),
        "2 scales",
    ),
    "float16 dequantize": (
        unary("DEQUANTIZE", T("a", (4,), "float16"), T("b", (4,))),
        "DEQUANTIZE (operator 0): float16->float32 is not supported",
    ),
    "int16 activations": (
        unary(
            "L2_NORMALIZATION",
            quantized("a", element_type="int16"),
            quantized("b", element_type="int16"),
        ),
        "int16 is not supported",
    ),
    "int16 with a zero point": (
        unary(
            "LOGISTIC",
            quantized("a", element_type="int16", zero=1),
            quantized("b", element_type="int16"),
        ),
        "tensor 0 is int16 with a zero point",
    ),
    "int4 weights": (
        fully_connected(integer=True).with_tensor(1, type="int4", data=bytes(3)),
        "tensor 1 is int4",
    ),
    "int16 weights": (
        fully_connected(integer=True).with_tensor(1, type="int16", data=bytes(12)),
        "int16 weights with int8 activations",
    ),
    "int64 bias": (
        fully_connected(integer=True).with_tensor(2, type="int64", data=bytes(16)),
        "int64 bias with int8 activations",
    ),
    "unquantized int8": (
        fully_connected(integer=True).with_tensor(3, scales=(), zero_points=()),
        "tensor 3 (int8) has no scale",
    ),
    "grouped convolution": (
        with_types(OF_OURS["grouped convolution"], "uint8"),
        "grouped: weights for 2 of 6 input channels",
    ),
    "dilated depthwise": (
        with_types(convolution(depthwise=True, dilation=2), "uint8"),
        'dilated with "same" padding',
    ),
    "rescaling relu": (
        unary("RELU6", quantized("a"), quantized("b", scale=0.25, zero=-128)),
        "does not rescale",
    ),
    "mean of uint8": (mean("uint8", [1, 2]), "MEAN (operator 0): uint8 is not supported"),
    "mean over channels": (mean("float32", [3]), "axes [3]; only [[1, 2], [2, 1]]"),
    "mean of three dimensions": (mean("float32", [1, 2], (4, 4, 2)), "3 dimensions; only 4"),
    "unknown operator": (unary("GELU", T("a", (4,)), T("b", (4,))), "has no such operator"),
    "missing weights": (
        fully_connected().with_operator(0, inputs=(0, -1, 2)),
        "its weights are missing",
    ),
}


@pytest.mark.parametrize(("spec", "expected"), REFUSED_IN_2020.values(), ids=REFUSED_IN_2020.keys())
def test_what_the_2020_kernels_get_wrong_is_refused(spec, expected):
    text = reason(spec)
    assert text is not None
    assert expected in text
    assert "\n" not in text


def test_a_rescaling_relu6_is_refused_there_too_because_no_kernel_rescales_it():
    spec = REFUSED_IN_2020["rescaling relu"][0]
    assert "does not rescale" in reason(spec, "tflm_today")


def test_two_kernels_of_one_operator_in_one_model_are_refused():
    tensors = (
        quantized("a", element_type="int16"),
        quantized("b", element_type="int16"),
        T("c", (1, 4)),
        T("d", (1, 4)),
    )
    operators = (Op("LOGISTIC", (0,), (1,)), Op("LOGISTIC", (2,), (3,)))
    text = reason(Spec(tensors, operators, (0, 2), (1, 3)))
    assert text.startswith("LOGISTIC (operator 0): the model has it with int16 and with other")


@pytest.mark.parametrize(
    "spec",
    [
        unary("RELU", quantized("a"), quantized("b", scale=0.25, zero=-128)),
        mean("int8", [3]),
        mean("int16", [1], (1, 4, 2)),
        unary(
            "LOGISTIC", quantized("a", element_type="int16"), quantized("b", element_type="int16")
        ),
    ],
)
def test_kernels_of_ours_beside_the_runtimes_lift_its_limits(spec):
    table = load_operator_table("tflm2020")
    model = read_model(spec.write(), "m")
    (name,) = model.operator_names
    assert unsupported_reason(model, table) is None
    assert choose_kernels(model, table).registrations == {name: f"harness::own::Register_{name}"}


@pytest.mark.parametrize(
    "spec",
    [*OF_OURS.values(), unary("RELU", quantized("a"), quantized("b", scale=0.25, zero=-128))],
)
def test_what_newer_kernels_compute_is_not_refused_there(spec):
    assert reason(spec, "tflm_today") is None


def test_a_custom_operator_is_refused_by_its_own_name():
    spec = unary("CUSTOM", T("a", (4,)), T("b", (4,))).with_operator(0, custom="MyOwn")
    assert reason(spec).startswith("custom MyOwn (operator 0): custom operators")


def test_the_first_operator_in_the_way_is_named():
    first = fully_connected(integer=True)
    tensors = (*first.tensors, quantized("z", (1, 2)))
    spec = Spec(tensors, (*first.operators, Op("GELU", (3,), (4,))), (0,), (4,))
    assert reason(spec).startswith("GELU (operator 1)")


def test_every_shipped_table_is_valid_and_registers_as_its_api_does():
    assert runtime_names() == ("tflm2020", "tflm_today")
    old, new = (load_operator_table(api).operators.items() for api in runtime_names())
    assert all(
        entry.registration.removeprefix("harness::").removeprefix("own::") == f"Register_{name}"
        for name, entry in old
    )
    assert all(
        entry.registration.lower() == f"add{name.replace('_', '').lower()}" for name, entry in new
    )
    assert len(old) == 53
    assert len(new) > 60


def test_operator_names_are_those_of_the_schema():
    import tflite

    for api in runtime_names():
        unknown = [
            name
            for name in load_operator_table(api).operators
            if not hasattr(tflite.BuiltinOperator, name)
        ]
        assert unknown == []


def test_an_unknown_runtime_lists_the_known_ones():
    with pytest.raises(HarnessError, match=r"unknown runtime 'tflm2021'.*'tflm2020'"):
        load_operator_table("tflm2021")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("hybrid = false", "hybird = false", "limits.hybird"),
        ("hybrid = false", 'hybrid = "no"', "limits.hybrid"),
        ('types = ["float32"] }', 'types = ["float32=>int8"] }', "operators.ABS.types"),
    ],
)
def test_a_mistake_in_a_table_is_named_by_file_and_field(tmp_path, old, new, field):
    from harness.assets import asset_path

    shipped = asset_path("firmware") / "runtime" / "tflm2020" / "operators.toml"
    path = tmp_path / "operators.toml"
    path.write_text(shipped.read_text().replace(old, new, 1))
    with pytest.raises(HarnessError) as caught:
        read_operator_table(path)
    assert str(path) in str(caught.value)
    assert field in str(caught.value)


@pytest.mark.skipif(EXTERNAL is None, reason="HARNESS_EXTERNAL_MODELS is not set")
@pytest.mark.parametrize("api", ["tflm2020", "tflm_today"])
@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("kws_ref_model.tflite", True),
        ("kws_ref_model_float32.tflite", False),
        ("ad01_int8.tflite", True),
        ("ad01_fp32.tflite", True),
    ],
)
def test_published_models(api, name, runs):
    model = read_model((Path(EXTERNAL) / name).read_bytes(), name)
    text = unsupported_reason(model, load_operator_table(api))
    assert (text is None) == runs
    assert runs or "hybrid" in text
