"""The models have MLPerf Tiny's inputs and layers, so that published figures can stand beside."""

import pytest

from harness.model_file.reader import read_model
from harness.models import find_model
from harness.schemes.process import convert
from harness.schemes.source import source_of_model

MLPERF_TINY = {
    "keyword": ((1, 49, 10, 1), 2_656_768),
    "person": ((1, 96, 96, 3), 7_489_664),
    "image": ((1, 32, 32, 3), 12_501_632),
    "anomaly": ((1, 640), 264_192),
}
"""Input shape and multiply-accumulates of an inference, of its version 1.x reference models."""


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", MLPERF_TINY)
def test_a_model_has_the_published_input_and_work(name):
    shape, macs = MLPERF_TINY[name]
    model = read_model(convert(source_of_model(find_model(name)), "float32"), name)
    assert model.input_tensors[0].shape == shape
    assert model.macs == macs
