"""Promises about kernel sets."""

import pytest

from harness.errors import HarnessError
from harness.kernel_sets import find_kernel_set, load_kernel_sets


def test_the_reference_kernels_are_listed() -> None:
    assert "reference" in [kernels.name for kernels in load_kernel_sets()]


def test_an_unknown_kernel_set_suggests_the_nearest() -> None:
    with pytest.raises(HarnessError, match="unknown kernel set 'referense'; did you mean"):
        find_kernel_set("referense")
