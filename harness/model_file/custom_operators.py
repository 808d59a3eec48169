"""The custom operators under which packed weights are stored, and their options in the file."""

import struct
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from types import MappingProxyType

PREFIX = "HARNESS_"

CUSTOM_NAMES: Mapping[str, str] = MappingProxyType(
    {name: PREFIX + name for name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")}
)
"""Each builtin operator that reads packed weights, and the custom operator that replaces it."""

BUILTIN_NAMES: Mapping[str, str] = MappingProxyType(
    {custom: builtin for builtin, custom in CUSTOM_NAMES.items()}
)

VERSION = 1
_LAYOUT = struct.Struct("<13i")
OPTIONS_BYTES = _LAYOUT.size


@dataclass(frozen=True)
class PackedOptions:
    """The options of a custom operator: how its weights are stored, and the builtin's own options.

    In the file they are 13 little-endian int32: the version, then these in their order. Padding is
    0 for "same" and 1 for "valid"; the activation is the schema's number. The weights' logical
    shape is output channels x height x width x input channels for a convolution, 1 x height x
    width x channels for a depthwise one, units x 1 x 1 x inputs for a fully connected layer. What
    does not apply is 1, padding 1 and depth multiplier 0.
    """

    encoding: int
    stride_h: int
    stride_w: int
    dilation_h_factor: int
    dilation_w_factor: int
    padding: int
    activation: int
    depth_multiplier: int
    d0: int
    d1: int
    d2: int
    d3: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The weights' logical shape."""
        return self.d0, self.d1, self.d2, self.d3

    def pack(self) -> bytes:
        """Return the options as the file holds them."""
        return _LAYOUT.pack(VERSION, *astuple(self))


def unpack_options(data: bytes) -> PackedOptions:
    """Return the options in `data`.

    Raises:
        ValueError: They are not of this version or length.
    """
    if len(data) != OPTIONS_BYTES:
        raise ValueError(f"{len(data)} bytes of custom options, not {OPTIONS_BYTES}")
    version, *values = _LAYOUT.unpack(data)
    if version != VERSION:
        raise ValueError(f"custom options of version {version}, not {VERSION}")
    return PackedOptions(*values)
