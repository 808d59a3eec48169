"""The host's answers: what they are, and what happens when there are none."""

import os
import struct
from pathlib import Path

import pytest
from model_factory import T, fully_connected, unary

from harness.errors import HarnessError
from harness.model_file.reader import read_model
from harness.process import Budget
from harness.reference.interpreter import identity, reference_outputs
from harness.reference.samples import generated_inputs

EXTERNAL = os.environ.get("HARNESS_EXTERNAL_MODELS")


def fnv1a(data: bytes) -> str:
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{value:08x}"


@pytest.mark.parametrize("interpreter", ["tflite-micro", "litert"])
def test_float_outputs_are_those_of_the_layer(interpreter):
    samples = [struct.pack("<3f", 1, 2, 3), struct.pack("<3f", -1, 0, 0.5)]
    outputs = reference_outputs(fully_connected().write(), samples, interpreter)
    # Weights 0 1 2 / 3 4 5, bias 1 -1.
    assert [struct.unpack("<2f", output) for output in outputs] == [(9, 25), (2, -1.5)]


def test_integer_outputs_follow_the_quantization_specification():
    sample = struct.pack("3b", 3, 1, -1)
    outputs = reference_outputs(fully_connected(integer=True).write(), [sample], "tflite-micro")
    # (x+1) = 4 2 0; sums 4*1+2*2+0+8 = 16 and 4*4+2*5+0-8 = 18; times 0.5*0.25/0.5, plus 3.
    assert outputs == [struct.pack("2b", 16 // 4 + 3, 8)]


def test_no_samples_give_no_outputs():
    assert reference_outputs(fully_connected().write(), [], "tflite-micro") == []


def test_a_sample_of_the_wrong_length_is_refused():
    with pytest.raises(HarnessError, match=r"^net: sample 1 has 3 bytes, not 12"):
        reference_outputs(
            fully_connected().write(), [bytes(12), bytes(3)], "tflite-micro", name="net"
        )


def test_the_interpreters_own_reason_is_passed_on():
    model = unary("GELU", T("a", (4,)), T("b", (4,))).write()
    with pytest.raises(HarnessError, match=r"tflite-micro cannot run it: .*'GELU'") as caught:
        reference_outputs(model, [bytes(16)], "tflite-micro", name="net")
    assert "\n" not in str(caught.value)


def test_hybrid_models_run_only_on_litert():
    model = fully_connected("int8").write()
    sample = [struct.pack("<3f", 1, 2, 3)]
    with pytest.raises(HarnessError, match="cannot run it"):
        reference_outputs(model, sample, "tflite-micro")
    (output,) = reference_outputs(model, sample, "litert")
    # Weights 0 1 2 / 3 4 5 times 0.5, bias 1 -1; activations are rounded to 8 bits on the way.
    assert struct.unpack("<2f", output) == pytest.approx((5, 12), abs=0.1)


def test_a_model_that_crashes_the_interpreter_gives_one_line():
    model = unary("WHILE", T("a", (4,)), T("b", (4,))).write()
    with pytest.raises(HarnessError, match=r"ended by signal \d+\)$") as caught:
        reference_outputs(model, [bytes(16)], "tflite-micro", name="evil")
    assert "\n" not in str(caught.value)


def test_too_small_an_arena_is_an_error():
    with pytest.raises(HarnessError, match="cannot run it"):
        reference_outputs(fully_connected().write(), [bytes(12)], "tflite-micro", arena_bytes=64)


def test_a_temporary_folder_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(HarnessError, match="gone: temporary files cannot be written"):
        reference_outputs(fully_connected().write(), [bytes(12)], "tflite-micro")


def test_identity_names_package_and_version():
    assert identity("tflite-micro").startswith("tflite-micro 0.")
    assert identity("litert").startswith("ai-edge-litert 2.")


@pytest.mark.skipif(EXTERNAL is None, reason="HARNESS_EXTERNAL_MODELS is not set")
@pytest.mark.parametrize(
    ("name", "expected"),
    [("kws_ref_model.tflite", "7d3b926b"), ("ad01_int8.tflite", "ad2827a4")],
)
def test_published_models_answer_the_ramp_as_two_other_builds_did(name, expected):
    data = (Path(EXTERNAL) / name).read_bytes()
    samples = generated_inputs(read_model(data, name), 1)
    assert samples[0][:4] == bytes([0, 37, 74, 111])
    assert fnv1a(reference_outputs(data, samples, "tflite-micro")[0]) == expected


def test_modules_in_the_folder_of_a_model_are_not_imported(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    assert reference_outputs(fully_connected().write(), [bytes(12)], "tflite-micro")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("interpreter", ["tflite-micro", "litert"])
def test_an_interpreter_that_wants_too_much_memory_is_one_line(interpreter, monkeypatch):
    small = Budget(memory_bytes=30 << 20)
    monkeypatch.setattr("harness.reference.interpreter._BUDGET", small)
    with pytest.raises(HarnessError, match="cannot run it") as caught:
        reference_outputs(fully_connected().write(), [bytes(12)], interpreter, name="big")
    assert "\n" not in str(caught.value)
