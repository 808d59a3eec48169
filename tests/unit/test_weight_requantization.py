"""A converted model is given 4-bit or clustered weights, with scales and biases that belong."""

from dataclasses import replace

import numpy as np
import pytest
from model_factory import Spec, T, fully_connected

from harness.errors import HarnessError
from harness.model_file.packing import unpack_int4
from harness.model_file.rewriting import load_objects, tensor_data
from harness.schemes.weight_requantization import (
    Layer,
    clustered_weights,
    int4_weights,
    with_clustered_weights,
    with_int4_weights,
)

WEIGHTS = np.array([[0.875, -0.4375, 0.25], [0.75, -0.875, 0.1875]])
BIAS = np.array([1.0, -3.0])
INPUT_SCALE = 0.5


def pair(weights=WEIGHTS, bias=BIAS) -> tuple[bytes, bytes]:
    """A fully connected layer in float32, and quantized to int8 as a converter does."""
    exact = fully_connected().with_tensor(1, data=weights.astype("<f4").tobytes())
    scale = float(np.float32(np.abs(weights).max() / 127))
    rounded = np.rint(weights / scale).astype(np.int8).tobytes()
    limits = np.iinfo(np.int32)
    steps = np.rint(bias / (INPUT_SCALE * scale)).clip(limits.min, limits.max)
    steps = steps.astype("<i4").tobytes()
    integer = fully_connected(integer=True).with_tensor(1, data=rounded, scales=(scale,))
    integer = integer.with_tensor(2, data=steps, scales=(INPUT_SCALE * scale,))
    return exact.with_tensor(2, data=bias.astype("<f4").tobytes()).write(), integer.write()


def layer(operator: str, weights, axis: int = 0, least: float = 0.0) -> Layer:
    weights = np.asarray(weights, np.float64)
    channels = weights.shape[axis]
    return Layer(operator, weights, np.zeros(channels), axis, np.full(channels, least))


def stored(content: bytes):
    """The weights of the only layer, their scales, its bias and the bias's scales."""
    objects = load_objects(content, "m")
    weights, bias = (objects.subgraphs[0].tensors[index] for index in (1, 2))
    data = objects.buffers[weights.buffer].data.tobytes()
    values = unpack_int4(data, 6) if len(data) == 3 else np.frombuffer(data, np.int8)
    steps = tensor_data(objects, bias, "<i4")
    return values.reshape(2, 3), weights.quantization.scale, steps, bias.quantization.scale


def test_a_model_is_given_4_bit_weights_and_biases_in_their_steps():
    values, scales, bias, bias_scales = stored(with_int4_weights(*pair()))
    # 7 steps to the largest weight of all, 0.875: 0.4375 is 3.5 steps, which rounds to the even 4.
    assert values.tolist() == [[7, -4, 2], [6, -7, 2]]
    assert scales == pytest.approx([1 / 8])
    assert bias.tolist() == [16, -48]
    assert bias_scales == pytest.approx([INPUT_SCALE / 8])


def test_each_channel_of_a_convolution_has_its_own_scale():
    weights = np.array([[0.7, -0.1], [14.0, 4.0], [0.0, 0.0]]).reshape(3, 1, 1, 2)
    new = int4_weights(layer("CONV_2D", weights))
    assert new.values.reshape(3, 2).tolist() == [[7, -1], [7, 2], [0, 0]]
    assert new.scales == pytest.approx([0.1, 2.0, 1.0])
    last = np.moveaxis(weights.reshape(3, 1, 2), 0, -1)[np.newaxis]
    new = int4_weights(layer("DEPTHWISE_CONV_2D", last, axis=3))
    assert new.values.tolist() == [[[[7, 7, 0], [-1, 2, 0]]]]


def test_a_scale_leaves_the_bias_room():
    bias = np.array([1.0, 2.0**31])
    values, scales, steps, _ = stored(with_int4_weights(*pair(WEIGHTS * 2, bias)))
    assert steps[1] == 2**30
    assert scales == pytest.approx([4.0])
    assert not values.any()


def test_the_same_models_give_the_same_bytes():
    assert with_int4_weights(*pair()) == with_int4_weights(*pair())


def test_a_float_model_of_another_network_is_refused():
    _, integer = pair()
    other, _ = pair(WEIGHTS + 0.1)
    with pytest.raises(HarnessError, match="w: the float model has no layer with these weights"):
        with_int4_weights(other, integer)


def test_weights_that_two_layers_share_stay_int8():
    spec = fully_connected(integer=True)
    both = Spec(
        (*spec.tensors, T("z", (1, 2), "int8", None, (0.5,), (3,))),
        (spec.operators[0], replace(spec.operators[0], outputs=(4,))),
        (0,),
        (3, 4),
    )
    content = with_int4_weights(pair()[0], both.write())
    assert load_objects(content, "m").subgraphs[0].tensors[1].type == 9


CENTROIDS = np.array([-0.9, -0.4, 0.0, 0.3, 0.8])


def folded(kernel, factors):
    """What batch normalization makes of a Keras convolution kernel, in TFLite's layout."""
    return np.moveaxis(kernel * factors, -1, 0)


def test_clustered_weights_keep_one_value_a_cluster_and_a_scale_a_channel():
    kernel = np.random.default_rng(3).choice(CENTROIDS, (3, 3, 4, 6))
    kernel[0, 0, 0] = CENTROIDS[0]
    factors = np.array([0.1, 2.0, 0.5, 1.0, 7.0, 0.03])
    weights = folded(kernel, factors)
    new = clustered_weights(layer("CONV_2D", weights), [np.zeros((3, 3, 4, 6)), kernel])
    assert new is not None
    assert set(np.unique(new.values)) == {-127, -56, 0, 42, 113}
    assert new.scales == pytest.approx(factors * 0.9 / 127)
    error = new.values * new.scales.reshape(-1, 1, 1, 1).astype(float) - weights
    assert (np.abs(error) <= 0.51 * new.scales.reshape(-1, 1, 1, 1)).all()


def test_a_channel_that_folding_negates_is_stored_negated():
    kernel = np.array([[[[0.5, 0.5], [-0.25, -0.25]]]])
    new = clustered_weights(layer("CONV_2D", folded(kernel, np.array([2.0, -4.0]))), [kernel])
    assert new is not None
    assert new.values.reshape(2, 2).tolist() == [[127, -64], [-127, 64]]
    assert new.scales == pytest.approx([2 * 0.5 / 127, 4 * 0.5 / 127])


def test_a_channel_that_folding_turns_to_zero_is_zero():
    kernel = np.array([[[[0.5, 0.5], [-0.25, -0.25]]]])
    new = clustered_weights(layer("CONV_2D", folded(kernel, np.array([2.0, 0.0]))), [kernel])
    assert new is not None
    assert new.values[1].tolist() == [[[0, 0]]]
    assert (new.scales > 0).all()


def test_depthwise_and_dense_kernels_are_found_in_their_layouts():
    generator = np.random.default_rng(4)
    kernel = generator.choice(CENTROIDS, (3, 3, 2, 2))
    weights = kernel.reshape(1, 3, 3, 4) * np.array([1.0, 2.0, 3.0, 4.0])
    new = clustered_weights(layer("DEPTHWISE_CONV_2D", weights, axis=3), [kernel])
    assert new is not None
    assert new.values.shape == (1, 3, 3, 4)
    assert len(new.scales) == 4
    dense = generator.choice(CENTROIDS, (12, 5))
    new = clustered_weights(layer("FULLY_CONNECTED", dense.T), [kernel, dense])
    assert new is not None
    assert new.values.shape == (5, 12)
    assert len(new.scales) == 1


def test_layers_that_are_not_clustered_stay_as_they_are():
    generator = np.random.default_rng(5)
    clustered = generator.choice(CENTROIDS, (2, 2, 3, 4))
    plain = generator.normal(size=(2, 2, 3, 4))
    of_plain = layer("CONV_2D", folded(plain, np.ones(4)))
    assert clustered_weights(of_plain, [clustered]) is None
    assert clustered_weights(of_plain, [plain]) is None
    # 9 values and their negatives, without 0: more than a table holds.
    nine = (np.arange(36) % 9 + 1).reshape(1, 1, 9, 4) / 9
    both = layer("CONV_2D", folded(nine, np.array([1.0, -1.0, 1.0, 1.0])))
    assert clustered_weights(both, [nine]) is None
    assert clustered_weights(layer("CONV_2D", folded(nine, np.ones(4))), [nine]) is not None


def test_a_clustered_scale_that_leaves_the_bias_no_room_keeps_the_layer():
    kernel = np.array([[[[0.5, 0.5], [-0.25, -0.25]]]])
    tight = layer("CONV_2D", folded(kernel, np.ones(2)), least=1.0)
    assert clustered_weights(tight, [kernel]) is None


def test_a_model_is_given_clustered_weights():
    dense = np.array([[0.75, -0.5, 0.75], [-0.5, 0.75, -0.5]])
    content = with_clustered_weights(*pair(dense), [dense.T])
    values, scales, bias, bias_scales = stored(content)
    assert values.tolist() == [[127, -85, 127], [-85, 127, -85]]
    assert scales == pytest.approx([0.75 / 127])
    assert bias == pytest.approx(np.rint(BIAS / bias_scales))
