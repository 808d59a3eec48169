"""Scheme int8-pruned-80: int8 of a network of which 80 % of the weights are zero."""

from harness.schemes.combination import combine
from harness.schemes.int8 import SCHEME as INT8

SCHEME = combine(INT8, "pruned-80")
