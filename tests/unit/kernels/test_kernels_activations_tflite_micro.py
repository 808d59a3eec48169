"""The whole-number model that our kernels equal gives the bytes of tflite-micro."""

import numpy as np
import pytest
from activations_models import Case, cases
from activations_strategies import OPERATORS
from hypothesis import given, settings
from hypothesis import strategies as st
from one_operator import tflite_micro_answer

CASES = {case.name: case for case in cases()}


def check(case: Case) -> None:
    (found,) = tflite_micro_answer(case.tflite, *case.inputs)
    np.testing.assert_array_equal(found, case.expected)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_model_answers_as_tflite_micro_does(case: Case):
    check(case)


@pytest.mark.parametrize("name", OPERATORS)
@settings(deadline=None, max_examples=25, derandomize=True)
@given(data=st.data())
def test_so_it_does_for_any_shape_scale_and_value(name, data):
    check(data.draw(OPERATORS[name]))
