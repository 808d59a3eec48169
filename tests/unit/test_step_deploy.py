"""The deploy step hands on what is flashed, with its figures, or says why nothing can be."""

import numpy as np
import pytest
from model_factory import fully_connected
from test_deploy import four_bit, wide, with_weights

from harness.bench.artifacts import Converted, Deployed
from harness.bench.context import Context
from harness.bench.step_deploy import deploy_model
from harness.errors import Stop
from harness.model_file.reader import read_model

FEW_VALUES = with_weights(wide(), np.arange(320) % 4)


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=1)


def converted(ctx: Context, content: bytes, **changes) -> Converted:
    return Converted(tflite=ctx.store.put(content), interpreter="tflite-micro", **changes)


@pytest.mark.parametrize("api", ["tflm2020", "tflm_today"])
def test_what_the_runtime_reads_is_the_converted_file_itself(ctx, api):
    model = converted(ctx, FEW_VALUES.write())
    found = deploy_model(ctx, "net", model, api)
    assert isinstance(found, Deployed)
    assert found.tflite == model.tflite
    assert (found.weights_bytes, found.weights_entropy_bytes) == (320, 80)


def test_weights_are_packed_as_the_scheme_asks(ctx):
    found = deploy_model(
        ctx, "net", converted(ctx, FEW_VALUES.write(), storage="table"), "tflm2020"
    )
    assert isinstance(found, Deployed)
    assert (found.weights_bytes, found.weights_entropy_bytes) == (176, 80)
    (operator,) = read_model(ctx.store.get(found.tflite), "flashed").operators
    assert operator.custom_name == "HARNESS_FULLY_CONNECTED"


def test_4_bit_weights_are_packed_only_where_the_runtime_cannot_read_them(ctx):
    model = converted(ctx, four_bit(wide()).write())
    packed = deploy_model(ctx, "net", model, "tflm2020")
    assert isinstance(packed, Deployed)
    assert packed.tflite != model.tflite
    read = deploy_model(ctx, "net", model, "tflm_today")
    assert isinstance(read, Deployed)
    assert read.tflite == model.tflite
    assert packed.weights_bytes == read.weights_bytes == 160


def test_a_runtime_without_our_kernels_refuses_their_storage(ctx):
    model = converted(ctx, FEW_VALUES.write(), storage="table")
    found = deploy_model(ctx, "net", model, "tflm_today")
    assert isinstance(found, Stop)
    assert found.status == "unsupported"
    assert (
        "custom operators of this harness, which are built for the default runtime" in found.reason
    )


def test_what_cannot_be_packed_or_run_says_why(ctx):
    shared = four_bit(wide()).with_tensor(1, zero_points=(1,))
    found = deploy_model(ctx, "net", converted(ctx, shared.write()), "tflm2020")
    assert found == Stop(
        "unsupported", "tensor 1 (int4) has a zero point; packed weights have none"
    )
    hybrid = converted(ctx, fully_connected("int8").write())
    found = deploy_model(ctx, "net", hybrid, "tflm2020")
    assert isinstance(found, Stop)
    assert found.reason.startswith("FULLY_CONNECTED (operator 0): hybrid")
