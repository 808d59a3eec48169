"""What the firmware's tables say is what the host computes with, to the last bit."""

import re

import numpy as np
import pytest
from model_factory import T, fully_connected, unary

from harness.errors import HarnessError
from harness.features.stages import find_stage
from harness.features.tables import tables_source
from harness.model_file.reader import read_model


def model_of(count: int, kind: str = "int8"):
    scales = {"scales": (0.05,), "zero_points": (-3,)} if kind != "float32" else {}
    source, target = T("x", (1, count), kind, **scales), T("y", (1, count), kind, **scales)
    return read_model(unary("RELU", source, target).write(), "m")


def array(source: str, name: str) -> list[str]:
    found = re.search(rf"{name}\[\d+\] = {{\n(.*?)}};", source, re.DOTALL)
    return re.findall(r"[-\d.e+]+", found[1].replace("f", ""))


@pytest.mark.parametrize("name", ["mfcc", "log_mel"])
def test_the_weights_give_back_the_filters(name):
    stage = find_stage(name)
    source = tables_source(stage, model_of(stage.count))
    weights = np.array(array(source, "kWeights"), np.float64).astype(np.float32)
    places = np.array(array(source, "kMel"), int).reshape(-1, 2)
    filters = np.zeros_like(stage.filters)
    taken = 0
    for row, (first, bins) in zip(filters, places, strict=True):
        row[first : first + bins] = weights[taken : taken + bins] / stage.fft_length**2
        taken += bins
    assert taken == len(weights)
    assert (filters == stage.filters).all()


def test_the_window_and_the_projection_are_the_stages():
    stage = find_stage("mfcc")
    source = tables_source(stage, model_of(stage.count))
    assert (np.array(array(source, "kWindow"), int) == stage.window).all()
    projection = np.array(array(source, "kProjection"), np.float64).astype(np.float32)
    assert (projection == stage.projection.ravel()).all()


@pytest.mark.parametrize(
    ("kind", "element"),
    [
        ("int8", "kInt8, 5.000000075e-02f, -3"),
        ("int16", "kInt16, 5.000000075e-02f, -3"),
        ("float32", "kFloat32, 1.000000000e+00f, 0"),
    ],
)
def test_the_input_tensor_is_the_models(kind, element):
    stage = find_stage("log_mel")
    assert f"ElementType::{element}" in tables_source(stage, model_of(stage.count, kind))


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (model_of(641), "not one tensor of the 640 features of log_mel"),
        (model_of(640, "uint8"), "fill int8, int16 and float32 inputs, not uint8"),
        (read_model(fully_connected().write(), "m"), "not one tensor of the 640 features"),
    ],
)
def test_a_model_whose_input_holds_no_features_is_refused(model, why):
    with pytest.raises(HarnessError, match=why):
        tables_source(find_stage("log_mel"), model)
