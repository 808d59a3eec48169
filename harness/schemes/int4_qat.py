"""Scheme int4-qat: as int4, of a network that was trained on under 4-bit rounding of weights."""

from dataclasses import replace

from harness.schemes.int4 import SCHEME as INT4

SCHEME = replace(
    INT4,
    name="int4-qat",
    summary="int4 of a network trained on with its weights rounded to 4 bits",
    saves="as int4; loses less accuracy",
    needs=INT4.needs | {"training"},
    recipe="qat4",
)
