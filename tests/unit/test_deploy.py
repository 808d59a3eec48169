"""A model is flashed as it was converted, or with packed weights under custom operators."""

import struct

import numpy as np
import pytest
from model_factory import Op, Spec, T, convolution, fully_connected

from harness.errors import HarnessError
from harness.model_file.deploy import CannotDeployError, deploy
from harness.model_file.packing import (
    Encoding,
    pack_int4,
    pack_sparse,
    pack_table16,
    unpack,
)
from harness.model_file.reader import read_model
from harness.model_file.rewriting import load_objects, write_objects


def with_weights(spec: Spec, values, kind: str = "int8") -> Spec:
    """The model with other weights; each of its operators has them as input 1."""
    values = np.asarray(values, np.int8)
    return spec.with_tensor(
        1, type=kind, data=pack_int4(values) if kind == "int4" else values.tobytes()
    )


def wide(units: int = 8, inputs: int = 40) -> Spec:
    """A fully connected layer that is large enough for packing to pay."""
    spec = fully_connected(integer=True)
    spec = spec.with_tensor(0, shape=(1, inputs)).with_tensor(1, shape=(units, inputs))
    spec = spec.with_tensor(2, shape=(units,), data=bytes(4 * units))
    return spec.with_tensor(3, shape=(1, units))


def four_bit(spec: Spec) -> Spec:
    shape = spec.tensors[1].shape
    return with_weights(spec, np.arange(np.prod(shape)) % 16 - 8, "int4")


def int16(spec: Spec, bias: str) -> Spec:
    """The layer with int16 activations and a bias of another type, all of it zero."""
    units = spec.tensors[2].shape[0]
    spec = spec.with_tensor(2, type=bias, data=bytes(units * (8 if bias == "int64" else 4)))
    spec = spec.with_tensor(0, type="int16", zero_points=(0,))
    return spec.with_tensor(3, type="int16", zero_points=(0,))


def weights_of(content: bytes, operator: int = 0):
    """The weights that an operator of ours reads, unpacked by its own options."""
    model, objects = read_model(content, "flashed"), load_objects(content, "flashed")
    at = model.operators[operator]
    tensor = objects.subgraphs[0].tensors[at.inputs[1]]
    shape = tuple(at.option(f"d{axis}") for axis in range(4))
    data = objects.buffers[tensor.buffer].data.tobytes()
    return unpack(Encoding(at.option("encoding")), data, shape)


@pytest.mark.parametrize("storage", ["as-converted", "table", "sparse"])
@pytest.mark.parametrize(
    "spec",
    [fully_connected(), fully_connected("int8"), with_weights(wide(), np.arange(320) % 100 + 1)],
)
def test_what_needs_no_packing_keeps_its_very_bytes(spec, storage):
    content = spec.write()
    assert deploy(content, storage) == content


def test_a_4_bit_layer_becomes_a_custom_operator_and_all_else_stays():
    content = four_bit(wide()).write()
    before, after = read_model(content, "m"), read_model(deploy(content, "as-converted"), "m")
    (operator,) = after.operators
    assert (operator.name, operator.custom_name) == ("CUSTOM", "HARNESS_FULLY_CONNECTED")
    assert (operator.inputs, operator.outputs) == ((0, 1, 2), (3,))
    assert (after.tensors[1].type, after.tensors[1].shape) == ("int8", (160,))
    for index in (0, 2, 3):
        assert after.tensors[index] == before.tensors[index]
    kept = ("name", "scales", "zero_points", "quantized_dimension")
    assert all(getattr(after.tensors[1], at) == getattr(before.tensors[1], at) for at in kept)
    assert (after.inputs, after.outputs, after.macs) == (before.inputs, before.outputs, 320)


@pytest.mark.parametrize("storage", ["as-converted", "table", "sparse"])
def test_4_bit_weights_are_packed_whatever_is_asked(storage):
    flashed = deploy(four_bit(wide()).write(), storage)
    expected = (np.arange(320) % 16 - 8).reshape(8, 1, 1, 40)
    assert np.array_equal(weights_of(flashed), expected)


def test_int16_activations_have_packed_weights_only_beside_a_bias_of_64_bits():
    flashed = deploy(int16(four_bit(wide()), "int64").write(), "as-converted")
    assert read_model(flashed, "m").operators[0].custom_name == "HARNESS_FULLY_CONNECTED"
    zeros = with_weights(wide(), np.zeros(320))
    assert len(deploy(int16(zeros, "int64").write(), "sparse")) < len(zeros.write())
    narrow = int16(zeros, "int32").write()
    assert deploy(narrow, "sparse") == deploy(narrow, "table") == narrow


def test_options_are_13_little_endian_words_in_the_order_of_the_contract():
    spec = four_bit(convolution(depthwise=True, stride=1, dilation=2))
    table = load_objects(deploy(spec.write(), "as-converted"), "m").subgraphs[0].operators[0]
    # version, encoding, strides, dilations, "same", no activation, multiplier, shape
    expected = (1, 1, 1, 1, 2, 2, 0, 0, 1, 1, 3, 3, 2)
    assert struct.unpack("<13i", table.customOptions.tobytes()) == expected
    spec = four_bit(convolution(stride=2, same=True)).with_tensor(3, shape=(1, 2, 2, 3))
    table = load_objects(deploy(spec.write(), "as-converted"), "m").subgraphs[0].operators[0]
    expected = (1, 1, 2, 2, 1, 1, 0, 0, 0, 3, 3, 3, 2)
    assert struct.unpack("<13i", table.customOptions.tobytes()) == expected


def test_few_distinct_values_go_into_a_table_only_where_that_is_asked_and_smaller():
    values = np.arange(320) % 16 * 5 - 40
    content = with_weights(wide(), values).write()
    assert deploy(content, "as-converted") == deploy(content, "sparse") == content
    flashed = deploy(content, "table")
    assert len(pack_table16(values.astype(np.int8))) == read_model(flashed, "m").tensors[1].bytes
    assert np.array_equal(weights_of(flashed).reshape(-1), values)
    small = with_weights(wide(2, 20), values[:40]).write()
    assert deploy(small, "table") == small


def test_zeros_are_left_out_only_where_that_is_asked_and_smaller():
    values = np.where(np.arange(320) % 5 == 0, np.arange(320) % 100 + 1, 0)
    content = with_weights(wide(), values).write()
    assert deploy(content, "as-converted") == deploy(content, "table") == content
    flashed = deploy(content, "sparse")
    rows = values.astype(np.int8).reshape(8, 40)
    assert len(pack_sparse(rows)) == read_model(flashed, "m").tensors[1].bytes
    assert np.array_equal(weights_of(flashed).reshape(8, 40), rows)


def test_grouped_convolutions_are_never_stored_sparse():
    values = np.arange(3 * 3 * 3 * 32) % 5 == 0
    whole = with_weights(convolution().with_tensor(1, shape=(3, 3, 3, 32)), values)
    whole = whole.with_tensor(0, shape=(1, 4, 4, 32))
    grouped = whole.with_tensor(0, shape=(1, 4, 4, 96)).write()
    assert deploy(whole.write(), "sparse") != whole.write()
    assert deploy(grouped, "sparse") == grouped


def test_depthwise_layers_are_never_stored_sparse():
    content = with_weights(convolution(depthwise=True), np.zeros(18)).write()
    assert deploy(content, "sparse") == content


def test_the_old_weights_leave_the_file_and_constants_are_aligned():
    values = np.arange(320) % 16 * 5 - 40
    bias = bytes(range(1, 33))
    content = with_weights(wide(), values).with_tensor(2, data=bias).write()
    flashed = deploy(content, "table")
    assert values.astype(np.int8).tobytes() in content
    assert values.astype(np.int8).tobytes() not in flashed
    assert flashed.index(bias) % 16 == 0
    assert len(flashed) < len(content)
    assert flashed == deploy(content, "table")


def second_layer(spec: Spec, name: str, inputs: tuple[int, ...]) -> Spec:
    """The model with one more operator, which reads the same weights."""
    options = spec.operators[0].options if name == spec.operators[0].name else None
    output = T("z", spec.tensors[3].shape, "int8", None, (0.5,), (3,))
    operator = Op(name, inputs, (4,), options)
    return Spec((*spec.tensors, output), (*spec.operators, operator), (0,), (3, 4))


def test_weights_that_two_layers_read_stay_as_they_are():
    content = second_layer(
        with_weights(wide(), np.zeros(320)), "FULLY_CONNECTED", (0, 1, 2)
    ).write()
    assert deploy(content, "sparse") == content


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (second_layer(four_bit(wide()), "FULLY_CONNECTED", (0, 1, 2)), "is read by 2 operators"),
        (
            second_layer(four_bit(wide()), "SHAPE", (1,)),
            r"SHAPE \(operator 1\): reads tensor 1 \(int4\)",
        ),
        (four_bit(wide()).with_tensor(1, zero_points=(1,)), "has a zero point"),
        (four_bit(wide()).with_tensor(0, type="float32"), "int8 or int16 activations"),
        (
            int16(four_bit(wide()), "int32"),
            r"FULLY_CONNECTED \(operator 0\): int32 bias with int16 .*convert .* bias of int64",
        ),
        (
            with_weights(wide(), np.zeros(320)).with_tensor(0, type="int4"),
            r"tensor 0 \(int4\) is no constant",
        ),
    ],
    ids=[
        *("shared", "another operator", "zero point", "float activations", "narrow bias"),
        "4-bit activations",
    ],
)
def test_4_bit_tensors_without_a_kernel_are_refused_with_the_reason(spec, reason):
    with pytest.raises(CannotDeployError, match=reason):
        deploy(spec.write(), "as-converted")


@pytest.mark.parametrize(
    ("word", "value", "fault"),
    [
        (0, 2, "custom options of version 2, not 1"),
        (1, 4, "weight encoding 4"),
        (7, 9, "its activation"),
        (9, 0, "weights of shape"),
        (12, 41, "bytes of weights, not 164"),
        (10, 2, "weights of shape"),
    ],
)
def test_custom_options_that_do_not_fit_the_weights_are_no_model(word, value, fault):
    objects = load_objects(deploy(four_bit(wide()).write(), "as-converted"), "m")
    options = objects.subgraphs[0].operators[0].customOptions.copy().view("<i4")
    options[word] = value
    objects.subgraphs[0].operators[0].customOptions = options.view(np.uint8)
    with pytest.raises(HarnessError, match=fault):
        read_model(write_objects(objects), "m")


def test_a_file_that_is_cut_off_is_one_line():
    content = four_bit(wide()).write()
    with pytest.raises(HarnessError, match="net: damaged"):
        load_objects(content[: len(content) // 2], "net")
