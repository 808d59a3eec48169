"""Generated inputs are the same everywhere and reach over the whole of their type."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from model_factory import Op, Spec, T

from harness.errors import HarnessError
from harness.model_file.reader import read_model
from harness.reference.samples import generated_inputs


def model_with_inputs(*tensors: T):
    outputs = tuple(
        T(f"y{index}", tensor.shape, tensor.type) for index, tensor in enumerate(tensors)
    )
    count = len(tensors)
    operators = tuple(Op("RESHAPE", (index,), (count + index,)) for index in range(count))
    spec = Spec((*tensors, *outputs), operators, tuple(range(count)), (count,))
    return read_model(spec.write(), "m")


def test_the_ramp_of_bytes_runs_on_through_all_inputs():
    model = model_with_inputs(T("a", (3,), "int8"), T("b", (300,), "uint8"))
    (sample,) = generated_inputs(model, 1)
    assert sample == bytes(k * 37 & 255 for k in range(303))


def test_the_ramp_of_floats_lies_between_minus_one_and_one():
    (sample,) = generated_inputs(model_with_inputs(T("a", (256,))), 1)
    values = np.frombuffer(sample, "<f4")
    assert values[:3].tolist() == [-1.0, (37 - 128) / 128, (74 - 128) / 128]
    assert (values.min(), values.max()) == (-1.0, 127 / 128)


def test_the_ramp_of_words_reaches_both_ends():
    (sample,) = generated_inputs(model_with_inputs(T("a", (256,), "int16")), 1)
    values = np.frombuffer(sample, "<i2")
    assert values[1] == 37 * 257 - 32768
    assert (values.min(), values.max()) == (-32768, 32767)


def test_further_samples_differ_and_do_not_depend_on_how_many_there_are():
    model = model_with_inputs(T("a", (64,), "int8"), T("b", (8,)))
    samples = generated_inputs(model, 4)
    assert len(set(samples)) == 4
    assert {len(sample) for sample in samples} == {64 + 32}
    assert generated_inputs(model, 2) == samples[:2]


def test_random_samples_are_the_same_on_every_machine():
    model = model_with_inputs(T("a", (64,), "int8"), T("b", (8,)))
    digest = hashlib.sha256(b"".join(generated_inputs(model, 3))).hexdigest()
    assert digest.startswith("561462e748c90728")


def test_random_floats_lie_between_minus_one_and_one():
    sample = generated_inputs(model_with_inputs(T("a", (1000,))), 2)[1]
    values = np.frombuffer(sample, "<f4")
    assert values.min() < -0.9
    assert 0.9 < values.max() < 1


def test_other_types_are_refused_by_name():
    model = replace(model_with_inputs(T("a", (4,), "int64")), name="net")
    with pytest.raises(HarnessError, match=r"^net: input 'a' is int64"):
        generated_inputs(model, 1)
