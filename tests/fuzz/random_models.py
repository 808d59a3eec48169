"""Models that are sound flatbuffers and hostile in everything else: operators, shapes, options."""

import random
from functools import partial

import flatbuffers
from model_factory import TYPES, Op, Spec, T

from harness.model_file.layout import ENUMERATIONS, UNIONS
from harness.model_file.operator_table import load_operator_table

_SIZES = (1, 1, 1, 2, 2, 3, 4, 8, 16)
_ODD_SIZES = (0, -1, 255, 65_536, 1 << 30, 0x7FFF_FFFF)
_NUMBERS = (0, 0, 1, 1, 1, 2, 3, -1, 4, 7, 255, 65_535, 0x7FFF_FFFF, -0x8000_0000)
_SCALES = (*(0.5,) * 20, *(0.1,) * 10, 1.0, 0.0, 1e-38, 1e38, 255.0)
_NAMES = ("x", "", "../../x", "a;b", "${HOME}", "</script>", "=1+1", "\x1b[31m", "n" * 300)


def random_model(rng: random.Random) -> bytes:
    """Return a .tflite file of one to three operators, of which most fit their surroundings."""
    names = [*load_operator_table("tflm2020").operators, "CUSTOM", "GELU", "LSTM", "TRANSPOSE"]
    tensors: list[T] = []
    operators: list[Op] = []
    shape = _shape(rng)
    kind = rng.choice(("float32", "int8", "int8", "int16", "uint8", "int32"))
    tensors.append(_activation(rng, shape, kind))
    for _ in range(rng.choice((1, 1, 2, 3))):
        name = rng.choice(names)
        inputs = [len(tensors) - 1]
        for _ in range(rng.choice((0, 0, 1, 1, 2, 2, 4))):
            inputs.append(len(tensors))
            tensors.append(_other_input(rng, tensors[0]))
        output = tensors[0].shape if rng.random() < 0.7 else _shape(rng)
        tensors.append(_activation(rng, output, kind))
        custom = rng.choice(_NAMES) if name == "CUSTOM" else None
        options = _options(rng, name)
        operators.append(Op(name, tuple(inputs), (len(tensors) - 1,), options, custom))
    return Spec(tuple(tensors), tuple(operators), (0,), (len(tensors) - 1,)).write()


def _shape(rng: random.Random) -> tuple[int, ...]:
    rank = rng.choice((0, 1, 2, 2, 3, 4, 4, 4, 5))
    odd = rng.random() < 0.03
    return tuple(rng.choice(_ODD_SIZES if odd else _SIZES) for _ in range(rank))


def _activation(rng: random.Random, shape: tuple[int, ...], kind: str) -> T:
    if rng.random() < 0.05:
        kind = rng.choice(list(TYPES))
    scales = (rng.choice(_SCALES),) if kind in ("int8", "int16", "uint8") else ()
    zero = (rng.choice((0, 0, -128, 127, 3)),) * len(scales)
    return T(rng.choice(_NAMES), shape, kind, None, scales, zero)


def _other_input(rng: random.Random, data: T) -> T:
    """A second input: small integers, a constant like the data, weights, or an activation."""
    choice = rng.randrange(4)
    if choice == 0:
        values = [rng.choice(_NUMBERS) for _ in range(rng.choice((1, 1, 2, 4, 8)))]
        content = b"".join(value.to_bytes(4, "little", signed=True) for value in values)
        return T("axes", (len(values),), "int32", content)
    shape = data.shape if choice == 1 else _shape(rng)
    kind = rng.choice((data.type, "int8", "float32", "int32", "int4"))
    count = 1
    for size in shape:
        count *= max(size, 0)
    content = rng.randbytes(min(8 * count, 1 << 14)) or b"\0"
    channels = shape[0] if shape and rng.random() < 0.5 and 0 < shape[0] < 64 else 1
    scales = tuple(rng.choice(_SCALES) for _ in range(channels))
    return T("w", shape, kind, content, scales, (0,) * channels, rng.choice((0, 0, 0, 3)))


def _options(rng: random.Random, name: str):
    """Options of the operator's own kind, each field with some number."""
    camel = "".join(part.capitalize() for part in name.split("_")) + "Options"
    names = list(UNIONS["BuiltinOptions"])
    by_lower = {known.lower(): known for known in names}
    table = by_lower.get(camel.lower(), rng.choice(names) if rng.random() < 0.3 else None)
    if name.endswith("POOL_2D"):
        table = "Pool2DOptions"
    if table is None:
        return None
    layout = UNIONS["BuiltinOptions"][table].split()
    values = [rng.choice(_NUMBERS[:8] if rng.random() < 0.9 else _NUMBERS) for _ in layout]
    return partial(_write_options, layout, values, names.index(table) + 1)


def _write_options(
    layout: list[str], values: list[int], tag: int, builder: flatbuffers.Builder
) -> tuple[int, int]:
    builder.StartObject(len(layout))
    for slot, (word, value) in enumerate(zip(layout, values, strict=True)):
        if word in ENUMERATIONS:
            builder.PrependUint8Slot(slot, value % (ENUMERATIONS[word] + 1), 255)
        elif word == "4":
            builder.PrependInt32Slot(slot, value, -99)
        elif word == "1":
            builder.PrependUint8Slot(slot, value & 1, 255)
    return tag, builder.EndObject()
