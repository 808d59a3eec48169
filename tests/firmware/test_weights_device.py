"""Layers with weights on emulated cores, by the whole path from the file to the output bytes."""

from dataclasses import replace

import numpy as np
import pytest
from firmware_lab import Lab, open_lab
from integer_model_weights import SAME, VALID, Window
from one_operator import tflite_micro_answer
from weights_library import INT4, SPARSE, TABLE
from weights_models import MadeUp, Part, Sort, make_up, side_by_side

from harness.errors import Stop
from harness.firmware.target import make_target
from harness.simulators.session import run_samples, search_arena

pytestmark = pytest.mark.emulator

ARENA_BYTES = 64 * 1024
STRIDED = Window((2, 1), (1, 1), SAME)
DILATED = Window((1, 1), (2, 2), SAME)

BUILTINS = [
    Sort("FULLY_CONNECTED", scales=2),
    Sort("FULLY_CONNECTED", "int16", bias="int64", scales=2, clamp="RELU"),
    Sort("FULLY_CONNECTED", "int16", bias="int32"),
    Sort("CONV_2D", scales=2, groups=2, window=STRIDED),
    Sort("CONV_2D", "int16", bias="int64", scales=2, window=STRIDED, clamp="RELU6"),
    Sort("CONV_2D", "int16", bias=None, window=Window(padding=VALID)),
    Sort("DEPTHWISE_CONV_2D", scales=2, multiplier=2, window=DILATED),
    Sort("DEPTHWISE_CONV_2D", "int16", bias="int64", scales=2, window=STRIDED),
]
# One scale or none of TFLM's weaknesses: the adapters hand these on to its kernels.
OF_TFLM = [Sort("FULLY_CONNECTED"), Sort("CONV_2D", scales=2), Sort("DEPTHWISE_CONV_2D", scales=2)]
MIXED = [*OF_TFLM, *BUILTINS[:4], Sort("DEPTHWISE_CONV_2D", "int16", bias="int64", multiplier=2)]

FEW = Sort("", weights="int4", scales=2, clamp="RELU")
SPARSELY = Sort("", scales=2, density=0.2)
PACKED = [
    (replace(FEW, operator="CONV_2D", window=STRIDED), INT4),
    (replace(FEW, operator="CONV_2D", window=DILATED), TABLE),
    (replace(SPARSELY, operator="CONV_2D", window=STRIDED), SPARSE),
    (replace(SPARSELY, operator="CONV_2D", taps=(1, 1)), SPARSE),
    (replace(FEW, operator="DEPTHWISE_CONV_2D", window=STRIDED), INT4),
    (replace(FEW, operator="DEPTHWISE_CONV_2D", multiplier=2), TABLE),
    (replace(FEW, operator="FULLY_CONNECTED"), INT4),
    (replace(SPARSELY, operator="FULLY_CONNECTED"), SPARSE),
]
ONE_SCALE = [
    (replace(FEW, operator="CONV_2D", scales=1), INT4),
    (replace(FEW, operator="DEPTHWISE_CONV_2D", scales=1, multiplier=2), INT4),
    (replace(FEW, operator="FULLY_CONNECTED", scales=1), TABLE),
    (replace(SPARSELY, operator="CONV_2D", scales=1), SPARSE),
]
PACKED_16, ONE_SCALE_16 = (
    [(replace(sort, activations="int16", bias="int64"), encoding) for sort, encoding in one]
    for one in (PACKED, ONE_SCALE)
)


@pytest.fixture(scope="module", params=["cortex-m3", "cortex-m4f"])
def core(request, shared_cache) -> Lab:
    if request.param == "cortex-m4f":
        return request.getfixturevalue("lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE", str(shared_cache))
        return open_lab(shared_cache, make_target("cortex-m3", "none", "mps2-an385"))


def answer(lab: Lab, parts: list[Part], layers: list[MadeUp], folder) -> list[np.ndarray]:
    """Return what the device answers to each layer of the model of all parts."""
    elf = lab.link(side_by_side(parts), ARENA_BYTES, folder / "build")
    sample = b"".join(made.layer.x.tobytes() for made in layers)
    outputs = run_samples(lab.guest(elf, folder), [sample])
    assert not isinstance(outputs, Stop), outputs
    data, found = outputs[0], []
    for made in layers:
        count = int(np.prod(made.output_shape))
        size = count * made.layer.x.itemsize
        found.append(np.frombuffer(data[:size], made.layer.x.dtype).reshape(made.output_shape))
        data = data[size:]
    assert data == b""
    return found


def check(lab: Lab, parts: list[Part], layers: list[MadeUp], folder) -> None:
    for made, found in zip(layers, answer(lab, parts, layers, folder), strict=True):
        (expected,) = tflite_micro_answer(made.with_int8_weights().model(), made.layer.x)
        np.testing.assert_array_equal(found, expected, str(made.sort))


@pytest.mark.parametrize("sorts", [BUILTINS, MIXED], ids=["ours", "mixed"])
def test_builtin_layers_give_the_bytes_of_tflite_micro(core, sorts, tmp_path):
    layers = [make_up(sort, seed) for seed, sort in enumerate(sorts)]
    check(core, [made.part() for made in layers], layers, tmp_path)


@pytest.mark.parametrize(
    "sorts", [PACKED, PACKED_16, ONE_SCALE + ONE_SCALE_16], ids=["int8", "int16", "one scale"]
)
def test_packed_layers_give_the_bytes_of_the_layer_that_was_packed(core, sorts, tmp_path):
    layers = [make_up(sort, seed) for seed, (sort, _) in enumerate(sorts)]
    parts = [made.packed_part(encoding) for made, (_, encoding) in zip(layers, sorts, strict=True)]
    check(core, parts, layers, tmp_path)


@pytest.mark.parametrize("activations, bias", [("int8", "int32"), ("int16", "int64")])
def test_channels_that_share_a_scale_take_no_memory_each(lab, tmp_path, activations, bias):
    few = Sort("FULLY_CONNECTED", activations, "int4", bias)
    sorts = [few, replace(few, operator="CONV_2D"), replace(few, operator="DEPTHWISE_CONV_2D")]
    persistent = []
    for factor in (1, 8):
        layers = [make_up(replace(one, channels=6 * factor, multiplier=factor), 1) for one in sorts]
        model = side_by_side([made.packed_part(INT4) for made in layers])
        elf = lab.link(model, ARENA_BYTES, tmp_path / f"build{factor}")
        sample = b"".join(made.layer.x.tobytes() for made in layers)
        found = search_arena(lab.guest(elf, tmp_path), sample, ARENA_BYTES)
        assert not isinstance(found, Stop), found
        persistent.append(found.persistent_bytes)
    assert persistent[0] is not None
    assert persistent[0] == persistent[1]


def altered(part: Part, word: int, value: int) -> Part:
    """Return the custom operator with another number among its options."""
    tensors, operator = part
    words = np.frombuffer(operator.custom_options, "<i4").copy()
    words[word] = value
    return tensors, replace(operator, custom_options=words.tobytes())


def test_damage_that_only_the_firmware_can_see_is_named(lab, tmp_path):
    made = make_up(replace(SPARSELY, operator="CONV_2D"), 1)
    tensors, operator = made.packed_part(SPARSE)
    weights = tensors[1]
    short = replace(weights, data=weights.data[:-1], shape=(len(weights.data) - 1,))
    elf = lab.link(
        side_by_side([([tensors[0], short, *tensors[2:]], operator)]), ARENA_BYTES, tmp_path
    )
    failed = run_samples(lab.guest(elf, tmp_path), [made.layer.x.tobytes()])
    assert isinstance(failed, Stop)
    assert "packed operator: encoding unknown or damaged" in failed.reason + failed.log
