"""Which tree each kernel set is built with, when the user gives one and when not."""

import pytest

from harness.bench.artifacts import TflmTree
from harness.bench.runtimes import CRATE_RUNTIME, Runtime, runtimes_of
from harness.errors import HarnessError

DIGEST = "0" * 64


def tree(api: str, kernels: str) -> TflmTree:
    return TflmTree(api=api, kernels=kernels, identity="git 1234", archive=DIGEST)


def given(one: TflmTree) -> Runtime:
    return Runtime(one, one.api, one.identity)


def test_without_a_tree_the_crate_serves_every_set_that_builds_on_its_kernels():
    found = runtimes_of(("simd", "reference"), None)
    assert found == {"simd": CRATE_RUNTIME, "reference": CRATE_RUNTIME}
    assert CRATE_RUNTIME.identity == "tfmicro 0.1.0 b2da8beabd85"


def test_a_tree_of_the_same_api_replaces_the_crate_for_both():
    mine = tree("tflm2020", "reference")
    found = runtimes_of(("simd", "reference"), mine)
    assert found == {"simd": given(mine), "reference": given(mine)}


def test_kernels_that_are_not_adapted_to_the_tree_stay_with_the_crate():
    mine = tree("tflm_today", "reference")
    found = runtimes_of(("simd", "reference"), mine)
    assert found == {"simd": CRATE_RUNTIME, "reference": given(mine)}


def test_a_tree_that_no_chosen_set_is_built_with_is_refused():
    mine = tree("tflm_today", "cmsis-nn")
    with pytest.raises(HarnessError, match=r"--tflm-dir: none of .* simd .*--kernels cmsis-nn"):
        runtimes_of(("simd",), mine)


def test_cmsis_nn_comes_from_the_tree_and_is_measured_beside_the_crates_kernels():
    mine = tree("tflm_today", "cmsis-nn")
    found = runtimes_of(("simd", "reference", "cmsis-nn"), mine)
    assert found == {"simd": CRATE_RUNTIME, "reference": CRATE_RUNTIME, "cmsis-nn": given(mine)}


@pytest.mark.parametrize("mine", [None, tree("tflm_today", "reference")])
def test_cmsis_nn_without_a_tree_that_brings_it_is_refused(mine):
    with pytest.raises(HarnessError, match=r"--kernels cmsis-nn: .* give one with --tflm-dir"):
        runtimes_of(("cmsis-nn",), mine)
