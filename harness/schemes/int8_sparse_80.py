"""Scheme int8-sparse-80: int8-pruned-80 stored as a bitmap and the weights that are not zero."""

from harness.schemes.combination import combine
from harness.schemes.int8 import SCHEME as INT8

SCHEME = combine(INT8, "sparse-80")
