"""What each runtime is said to run, and the reasons it gives for refusing."""

import os
from pathlib import Path

import numpy as np
import pytest
from model_factory import Op, Spec, T, convolution, fully_connected, unary

from harness.errors import HarnessError
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
    tensors = (
        T("x", shape, element_type),
        T("axes", (len(axes),), "int32", np.array(axes, "<i4").tobytes()),
        T("y", (1, 2), element_type),
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


REFUSED_IN_2020 = {
    "per-channel fully connected": (two_scales(fully_connected(integer=True)), "2 scales"),
    "float16 dequantize": (
        unary("DEQUANTIZE", T("a", (4,), "float16"), T("b", (4,))),
        "DEQUANTIZE (operator 0): float16->float32 is not supported",
    ),
    "int16 activations": (
        unary(
            "LOGISTIC", quantized("a", element_type="int16"), quantized("b", element_type="int16")
        ),
        "int16 is not supported",
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
        convolution().with_tensor(0, shape=(1, 4, 4, 6)),
        "grouped: weights for 2 of 6 input channels",
    ),
    "dilated depthwise": (convolution(depthwise=True, dilation=2), 'dilated with "same" padding'),
    "rescaling relu": (
        unary("RELU", quantized("a"), quantized("b", scale=0.25, zero=-128)),
        "does not rescale",
    ),
    "mean of int8": (mean("int8", [1, 2]), "MEAN (operator 0): int8 is not supported"),
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


@pytest.mark.parametrize(
    "name",
    ["per-channel fully connected", "grouped convolution", "dilated depthwise", "rescaling relu"],
)
def test_what_newer_kernels_compute_is_not_refused_there(name):
    assert reason(REFUSED_IN_2020[name][0], "tflm_today") is None


def test_a_custom_operator_is_refused_by_its_own_name():
    spec = unary("CUSTOM", T("a", (4,)), T("b", (4,))).with_operator(0, custom="MyOwn")
    assert reason(spec).startswith("MyOwn (operator 0): custom operators")


def test_the_first_operator_in_the_way_is_named():
    first = fully_connected(integer=True)
    tensors = (*first.tensors, quantized("z", (1, 2)))
    spec = Spec(tensors, (*first.operators, Op("GELU", (3,), (4,))), (0,), (4,))
    assert reason(spec).startswith("GELU (operator 1)")


def test_every_shipped_table_is_valid_and_registers_as_its_api_does():
    assert runtime_names() == ("tflm2020", "tflm_today")
    old, new = (load_operator_table(api).operators.items() for api in runtime_names())
    assert all(
        entry.registration.removeprefix("harness::") == f"Register_{name}" for name, entry in old
    )
    assert all(
        entry.registration.lower() == f"add{name.replace('_', '').lower()}" for name, entry in new
    )
    assert len(old) == 52
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
