"""No change makes a kernel slower or larger without saying so: counts are those committed."""

import os

import pytest
from test_kernel_counts import COUNTS, SCRIPT

from harness.bench.choice import Choice

pytestmark = pytest.mark.emulator

OTHER_BOARDS = ("pico", "bluepill", "nrf5340dk", "nucleo-f746zg", "corstone300")
SOME = {
    "every model on the M4": Choice(
        schemes=("float32", "int8", "int16x8", "int4", "int8-clustered-16"),
        boards=("nano33ble",),
        kernels=("simd",),
    ),
    "every core": Choice(
        models=("keyword",),
        schemes=("float32", "int8", "int4"),
        boards=OTHER_BOARDS,
        kernels=("simd",),
    ),
    "the reference": Choice(
        models=("motion",), schemes=("int8",), boards=("nano33ble",), kernels=("reference",)
    ),
}
ALL = {"everything": Choice()}
"""With HARNESS_ALL_COUNTS set: the whole table, which takes a quarter of an hour."""


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ALL if os.environ.get("HARNESS_ALL_COUNTS") else SOME)
def test_instructions_and_sizes_are_those_committed(name, tmp_path):
    rows = SCRIPT.measure({**SOME, **ALL}[name], tmp_path, quiet=True)
    found = SCRIPT.counts_of(rows)
    if found[0].compiler not in {count.compiler for count in COUNTS.values()}:
        pytest.skip(f"nothing was counted with {found[0].compiler}")
    assert SCRIPT.missing(rows, COUNTS) == []
    assert SCRIPT.differences(found, COUNTS) == []
    # Only float files have the same bytes whatever the processor that converted them.
    floats = [count for count in found if count.scheme == "float32"]
    assert SCRIPT.incomparable(floats, COUNTS) == []
