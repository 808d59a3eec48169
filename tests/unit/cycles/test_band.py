"""Bands: what the ends mean under addition and scaling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cycles.band import ZERO, Band, exactly, total

NUMBERS = st.floats(0, 1e12, allow_nan=False)
BANDS = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(sorted).map(lambda three: Band(*three))


def test_ends_are_summed_apart():
    assert Band(1, 2, 4) + Band(10, 20, 40) == Band(11, 22, 44)
    assert total([Band(1, 2, 4), exactly(3)]) == Band(4, 5, 7)
    assert total([]) == ZERO


@given(st.lists(BANDS), st.floats(0, 1e6))
def test_sums_and_multiples_still_rise(bands, factor):
    summed = total(bands).times(factor)
    assert 0 <= summed.low <= summed.typical <= summed.high


@pytest.mark.parametrize("ends", [(2, 1, 3), (1, 3, 2), (-1, 0, 1)])
def test_a_band_that_does_not_rise_from_zero_is_refused(ends):
    with pytest.raises(ValueError, match="not a rising band"):
        Band(*ends)
