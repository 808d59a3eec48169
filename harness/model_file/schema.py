"""Names and field numbers of the TensorFlow Lite schema, version 3, as far as the harness reads it.

The names come from the package `tflite`, which is generated from the schema. The slot numbers are
those of the schema's tables.
"""

import math
from dataclasses import dataclass
from functools import cache

VERSION = 3
IDENTIFIER = b"TFL3"

# Element types newer than the `tflite` package.
_NEWER_TYPES = {19: "int2", 20: "uint4", 21: "float8_e4m3fn", 22: "float8_e5m2"}


@dataclass(frozen=True)
class OptionField:
    """A scalar of a builtin option table: its name, slot, struct layout and default."""

    name: str
    slot: int
    layout: str
    default: int


_PADDING = OptionField("padding", 0, "b", 0)
_STRIDES = (OptionField("stride_w", 1, "i", 0), OptionField("stride_h", 2, "i", 0))

_POOL = (
    5,
    (
        _PADDING,
        *_STRIDES,
        OptionField("filter_width", 3, "i", 0),
        OptionField("filter_height", 4, "i", 0),
    ),
)

# For each operator whose options the harness uses: the union's tag, and the fields.
OPTIONS: dict[str, tuple[int, tuple[OptionField, ...]]] = {
    "CONV_2D": (
        1,
        (
            _PADDING,
            *_STRIDES,
            OptionField("dilation_w_factor", 4, "i", 1),
            OptionField("dilation_h_factor", 5, "i", 1),
        ),
    ),
    "DEPTHWISE_CONV_2D": (
        2,
        (
            _PADDING,
            *_STRIDES,
            OptionField("depth_multiplier", 3, "i", 0),
            OptionField("fused_activation_function", 4, "b", 0),
            OptionField("dilation_w_factor", 5, "i", 1),
            OptionField("dilation_h_factor", 6, "i", 1),
        ),
    ),
    "AVERAGE_POOL_2D": _POOL,
    "MAX_POOL_2D": _POOL,
    "CONCATENATION": (10, (OptionField("axis", 0, "i", 0),)),
    "PACK": (59, (OptionField("values_count", 0, "i", 0), OptionField("axis", 1, "i", 0))),
    "SPLIT": (35, (OptionField("num_splits", 0, "i", 0),)),
    "STRIDED_SLICE": (
        32,
        (
            OptionField("begin_mask", 0, "i", 0),
            OptionField("end_mask", 1, "i", 0),
            OptionField("ellipsis_mask", 2, "i", 0),
            OptionField("new_axis_mask", 3, "i", 0),
            OptionField("shrink_axis_mask", 4, "i", 0),
        ),
    ),
    "SVDF": (6, (OptionField("rank", 0, "i", 0),)),
    "UNPACK": (64, (OptionField("num", 0, "i", 0), OptionField("axis", 1, "i", 0))),
    "TRANSPOSE_CONV": (49, (_PADDING, *_STRIDES)),
    "BATCH_MATMUL": (101, (OptionField("adj_x", 0, "?", 0), OptionField("adj_y", 1, "?", 0))),
}

PADDING_SAME = 0
ACTIVATION_BOUNDS: dict[int, tuple[float, float]] = {
    1: (0.0, math.inf),
    2: (-1.0, 1.0),
    3: (0.0, 6.0),
}
"""What fused activations let through, by number: RELU, RELU_N1_TO_1, RELU6."""

CUSTOM = "CUSTOM"


@cache
def _names(enumeration: str) -> dict[int, str]:
    import tflite

    members = vars(getattr(tflite, enumeration)).items()
    return {code: name for name, code in members if isinstance(code, int)}


def operator_name(code: int) -> str:
    """Return the builtin operator's name, or "BUILTIN_<code>" for one newer than the schema."""
    return _names("BuiltinOperator").get(code, f"BUILTIN_{code}")


def type_name(code: int) -> str:
    """Return the element type's name in lower case, or "type<code>" for an unknown one."""
    name = _names("TensorType").get(code)
    return name.lower() if name else _NEWER_TYPES.get(code, f"type{code}")
