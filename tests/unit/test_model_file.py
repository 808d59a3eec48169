"""What reading a .tflite file promises: the right content, or one clear line."""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_factory import Op, Spec, T, convolution, fully_connected, unary

from harness.errors import HarnessError
from harness.model_file.reader import read_model

EXTERNAL = os.environ.get("HARNESS_EXTERNAL_MODELS")
SOUND = [
    fully_connected().write(),
    fully_connected(integer=True).write(),
    convolution().write(),
    convolution(depthwise=True).write(),
]


def test_content_is_read_as_written():
    data = convolution().write()
    model = read_model(data, "conv.tflite")
    assert model.size_bytes == len(data)
    assert model.operator_names == ("CONV_2D",)
    assert model.inputs == (0,)
    assert model.outputs == (3,)
    weights = model.tensors[1]
    assert (weights.name, weights.shape, weights.type) == ("w", (3, 3, 3, 2), "int8")
    assert weights.scales == (0.25,) * 3
    assert weights.zero_points == (0, 0, 0)
    assert weights.buffer_bytes == weights.bytes == 54
    assert model.input_tensors[0].buffer_bytes == 0
    assert (model.input_bytes, model.output_bytes) == (32, 48)
    assert model.operators[0].option("stride_w") == 1
    assert model.operators[0].option("padding") == 0


def test_the_hash_is_that_of_the_bytes():
    model = read_model(SOUND[0], "m")
    assert model.sha256 != read_model(SOUND[1], "m").sha256
    assert model == read_model(SOUND[0], "m")


def test_operators_beyond_code_127_are_named():
    model = unary("GELU", T("a", (1, 2)), T("b", (1, 2))).write()
    assert read_model(model, "m").operator_names == ("GELU",)


def test_small_int32_constants_are_kept():
    axes = T("axes", (2,), "int32", np.array([1, -1], "<i4").tobytes())
    spec = Spec((T("a", (1, 2)), axes, T("b", (1,))), (Op("MEAN", (0, 1), (2,)),), (0,), (2,))
    model = read_model(spec.write(), "m")
    assert model.tensors[1].values == (1, -1)
    assert model.tensors[0].values is None


def test_an_optional_input_may_be_left_out():
    spec = fully_connected().with_operator(0, inputs=(0, 1, -1))
    assert read_model(spec.write(), "m").operators[0].inputs == (0, 1, -1)


def test_names_are_made_printable_and_short():
    spec = fully_connected().with_tensor(0, name="a\nb\x1b[31m" + "c" * 500)
    name = read_model(spec.write(), "m").tensors[0].name
    assert name.startswith("a?b?[31mc")
    assert len(name) == 100


def test_four_bit_weights_take_half_a_byte_each():
    spec = fully_connected("int4").with_tensor(1, data=bytes(3))
    assert read_model(spec.write(), "m").tensors[1].bytes == 3


BROKEN = {
    "identifier": (replace(fully_connected(), identifier=b"TFL9"), "identifier TFL3"),
    "version": (replace(fully_connected(), version=4), "schema version 4"),
    "no subgraph": (replace(fully_connected(), subgraphs=0), "no subgraph"),
    "two subgraphs": (replace(fully_connected(), subgraphs=2), "2 subgraphs"),
    "no operators": (replace(fully_connected(), operators=()), "no operators"),
    "no inputs": (replace(fully_connected(), inputs=()), "no inputs"),
    "no outputs": (replace(fully_connected(), outputs=()), "no outputs"),
    "input index": (replace(fully_connected(), inputs=(9,)), "tensor that does not exist"),
    "negative output": (replace(fully_connected(), outputs=(-1,)), "tensor that does not exist"),
    "constant input": (replace(fully_connected(), inputs=(1,)), "an input is a constant"),
    "operator index": (
        fully_connected().with_operator(0, inputs=(0, 1, 7)),
        "operator 0 (FULLY_CONNECTED) names an input",
    ),
    "output left out": (fully_connected().with_operator(0, outputs=(-1,)), "names an output"),
    "cycle": (fully_connected().with_operator(0, inputs=(3, 1, 2)), "before it is written"),
    "writes an input": (fully_connected().with_operator(0, outputs=(0,)), "already written"),
    "dynamic shape": (fully_connected().with_tensor(0, shape=(-1, 3)), "dynamic shape [-1, 3]"),
    "empty shape": (fully_connected().with_tensor(0, shape=(0, 3)), "dynamic shape"),
    "huge shape": (fully_connected().with_tensor(0, shape=(1 << 20, 1 << 20)), "takes"),
    "many dimensions": (fully_connected().with_tensor(0, shape=(1,) * 9), "9 dimensions"),
    "short constant": (fully_connected().with_tensor(1, shape=(20, 3)), "24 of its 240 bytes"),
    "buffer index": (replace(fully_connected(), skip_buffer=True), "names buffer 1 of 1"),
    "zero points": (
        fully_connected(integer=True).with_tensor(1, zero_points=()),
        "1 scales, 0 zero points",
    ),
    "scales": (
        fully_connected(integer=True).with_tensor(1, scales=(1.0,) * 5, zero_points=(0,) * 5),
        "5 scales along dimension 0",
    ),
    "NaN scale": (
        fully_connected(integer=True).with_tensor(1, scales=(float("nan"),)),
        "no positive number",
    ),
    "zero point": (
        fully_connected(integer=True).with_tensor(1, zero_points=(1 << 40,)),
        "outside 32 bits",
    ),
    "fully connected width": (fully_connected().with_tensor(0, shape=(1, 4)), "4 inputs for"),
    "fully connected units": (
        fully_connected().with_tensor(3, shape=(1, 3)),
        "output elements: 3, where 2",
    ),
    "bias": (fully_connected().with_tensor(2, shape=(1,)), "bias elements: 1, where 2"),
    "image rank": (convolution().with_tensor(0, shape=(32,)), "input of shape [32]"),
    "channels": (convolution().with_tensor(0, shape=(1, 4, 4, 3)), "3 channels for weights"),
    "output height": (
        convolution().with_tensor(3, shape=(1, 5, 4, 3)),
        "output height: 5, where 4",
    ),
    "depthwise channels": (
        convolution(depthwise=True).with_tensor(0, shape=(1, 4, 4, 3)),
        "channels made: 3, where 2",
    ),
    "no stride": (convolution(stride=0), "stride 0"),
    "elementwise": (unary("RELU", T("a", (3,)), T("b", (4,))), "output elements: 4, where 3"),
    "missing options": (convolution().with_operator(0, options=None), "lacks its options"),
}


@pytest.mark.parametrize(("spec", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_each_fault_is_named_in_one_line(spec, expected):
    with pytest.raises(HarnessError) as caught:
        read_model(spec.write(), "some.tflite")
    message = str(caught.value)
    assert message.startswith("some.tflite: ")
    assert expected in message
    assert "\n" not in message


@pytest.mark.parametrize("data", [b"", b"TFL3", b"\x00" * 100, b"PK\x03\x04" * 50])
def test_other_files_are_no_models(data):
    with pytest.raises(HarnessError, match=r"^f: not a TensorFlow Lite model \("):
        read_model(data, "f")


@pytest.mark.parametrize("data", SOUND)
def test_no_truncated_model_is_accepted_or_crashes(data):
    for length in range(0, len(data), 3):
        with pytest.raises(HarnessError):
            read_model(data[:length], "cut")


@pytest.mark.parametrize(
    ("same", "stride", "dilation", "size"),
    [(True, 1, 1, 4), (True, 3, 1, 2), (False, 1, 1, 2), (False, 2, 1, 1)],
)
def test_windows_give_outputs_of_the_size_that_padding_and_stride_imply(
    same, stride, dilation, size
):
    spec = convolution(same=same, stride=stride, dilation=dilation)
    spec = spec.with_tensor(3, shape=(1, size, size, 3))
    assert read_model(spec.write(), "m").output_tensors[0].shape == (1, size, size, 3)


def read_or_refuse(data: bytes) -> None:
    try:
        model = read_model(data, "fuzzed")
    except HarnessError as error:
        assert "\n" not in str(error)
        assert str(error).startswith("fuzzed: ")
    else:
        assert model.inputs
        assert all(size > 0 for tensor in model.tensors for size in tensor.shape)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_random_bytes_never_crash_the_reader(data):
    read_or_refuse(data)
    read_or_refuse(data[:4] + b"TFL3" + data[8:])


@given(
    st.sampled_from(SOUND),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 7)), min_size=1, max_size=6),
)
@settings(max_examples=600, deadline=None)
def test_flipped_bits_never_crash_the_reader(data, flips):
    damaged = bytearray(data)
    for place, bit in flips:
        damaged[place % len(damaged)] ^= 1 << bit
    read_or_refuse(bytes(damaged))


@given(
    st.sampled_from(SOUND),
    st.integers(0, 10_000),
    st.sampled_from([0, 1, 3, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0, 65_535, 1 << 20]),
)
@settings(max_examples=600, deadline=None)
def test_hostile_lengths_and_offsets_never_crash_the_reader(data, place, word):
    at = place % (len(data) - 4)
    read_or_refuse(data[:at] + word.to_bytes(4, "little") + data[at + 4 :])


def test_tables_that_share_storage_cannot_make_reading_slow():
    channels = 20_000
    wide = fully_connected().with_tensor(
        0, shape=(channels,), scales=(1.0,) * channels, zero_points=(0,) * channels
    )
    data = replace(wide, shared_entries=30_000).write()
    began = time.monotonic()
    with pytest.raises(HarnessError, match="share storage"):
        read_model(data, "hostile")
    assert time.monotonic() - began < 2


@pytest.mark.skipif(EXTERNAL is None, reason="HARNESS_EXTERNAL_MODELS is not set")
@pytest.mark.parametrize(
    ("name", "macs", "operators"),
    [
        ("kws_ref_model.tflite", 2_656_768, 13),
        ("kws_ref_model_float32.tflite", 2_656_768, 13),
        ("ad01_int8.tflite", 264_192, 10),
        ("ad01_fp32.tflite", 264_192, 10),
    ],
)
def test_published_models_are_read(name, macs, operators):
    model = read_model((Path(EXTERNAL) / name).read_bytes(), name)
    assert model.macs == macs
    assert len(model.operators) == operators


@pytest.mark.skipif(EXTERNAL is None, reason="HARNESS_EXTERNAL_MODELS is not set")
def test_damaged_published_models_never_crash_the_reader():
    data = (Path(EXTERNAL) / "kws_ref_model.tflite").read_bytes()
    generator = np.random.default_rng(1)
    for _ in range(300):
        damaged = bytearray(data)
        # The tables lie at the end of a converter's file, the weights before them.
        for place in generator.integers(len(data) - 8_000, len(data), 3):
            damaged[place] ^= 1 << int(generator.integers(8))
        read_or_refuse(bytes(damaged))
    for length in generator.integers(0, len(data), 50):
        with pytest.raises(HarnessError):
            read_model(data[:length], "cut")
