"""Scheme int8-clustered-16: int8, 16 weights a kernel, stored as 4-bit indices and a table."""

from harness.schemes.combination import combine
from harness.schemes.int8 import SCHEME as INT8

SCHEME = combine(INT8, "clustered-16")
