"""Layers with weights give the bytes of tflite-micro, wherever that runs the operator."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_model_weights import SAME, VALID, Window
from kernel_library import shared_kernel_folder
from one_operator import tflite_micro_answer
from weights_library import WeightsLibrary
from weights_models import MadeUp, Sort, answer_of_kernel, make_up

pytestmark = pytest.mark.emulator  # the library is compiled

CLAMPS = st.sampled_from([None, "RELU", "RELU6", "RELU_N1_TO_1"])
SCALES = st.sampled_from([1, 2])
SMALL = st.integers(1, 3)
PAIRS = st.tuples(SMALL, SMALL)
IMAGES = st.tuples(st.integers(7, 9), st.integers(7, 9), st.sampled_from([1, 2, 4]))
# Activations, weights and bias: what tflite-micro has, and rounds as the specification says.
WEIGHT_TYPES = [
    ("int8", "int8", "int32"),
    ("int8", "int4", "int32"),
    ("int16", "int8", "int64"),
]
BIASES = [("int8", "int8", None), ("int16", "int8", None), ("int16", "int8", "int32")]


@pytest.fixture(scope="module")
def kernels(shared_cache) -> WeightsLibrary:
    return WeightsLibrary(shared_kernel_folder(shared_cache) / "libharness_kernels.so")


@st.composite
def windows(draw) -> Window:
    return Window(draw(PAIRS), draw(PAIRS), draw(st.sampled_from([SAME, VALID])))


@st.composite
def layers(draw, operator: str, types: tuple[str, str, str | None]) -> MadeUp:
    # tflite-micro reads int4 weights of FULLY_CONNECTED with one scale only.
    per_channel = st.just(1) if (operator, types[1]) == ("FULLY_CONNECTED", "int4") else SCALES
    groups, image = 1, draw(IMAGES)
    if operator == "CONV_2D" and types == WEIGHT_TYPES[0]:
        groups = draw(
            st.sampled_from([divisor for divisor in (1, 2, 4) if image[2] % divisor == 0])
        )
    sort = Sort(
        operator,
        *types,
        scales=draw(per_channel),
        window=draw(windows()),
        taps=draw(PAIRS),
        groups=groups,
        multiplier=draw(SMALL),
        clamp=draw(CLAMPS),
        image=image,
        channels=4,
    )
    return make_up(sort, draw(st.integers(0, 2**32 - 1)))


def check(kernels: WeightsLibrary, made: MadeUp) -> None:
    (expected,) = tflite_micro_answer(made.model(), made.layer.x)
    np.testing.assert_array_equal(answer_of_kernel(kernels, made), expected)


@pytest.mark.parametrize("types", WEIGHT_TYPES + BIASES, ids=str)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_convolution(kernels, types, data):
    check(kernels, data.draw(layers("CONV_2D", types)))


# Without a bias tflite-micro ends the process, and it reads one of 32 bits as one of 64.
@pytest.mark.parametrize("types", WEIGHT_TYPES, ids=str)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_depthwise_convolution(kernels, types, data):
    check(kernels, data.draw(layers("DEPTHWISE_CONV_2D", types)))


@pytest.mark.parametrize("types", WEIGHT_TYPES + BIASES, ids=str)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_fully_connected(kernels, types, data):
    check(kernels, data.draw(layers("FULLY_CONNECTED", types)))
