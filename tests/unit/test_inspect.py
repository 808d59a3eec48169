"""`harness inspect` shows what one needs to know of a model file."""

import pytest
import typer
from model_factory import convolution, fully_connected
from typer.testing import CliRunner

from harness.cli.inspect import inspect
from harness.errors import HarnessError


def shown(tmp_path, data: bytes) -> str:
    path = tmp_path / "net.tflite"
    path.write_bytes(data)
    app = typer.Typer()
    app.command()(inspect)
    result = CliRunner().invoke(app, [str(path)], env={"COLUMNS": "100"}, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_it_shows_size_hash_tensors_operators_and_macs(tmp_path):
    data = convolution().write()
    text = shown(tmp_path, data)
    assert f"{len(data):,} bytes, 1 operators" in text
    assert "image: int8 1x4x4x2, 32 bytes, scale 0.5, zero point 0" in text
    assert "int8 3x3x3x2 3 scales" in text
    assert "CONV_2D" in text
    assert "864" in text


def test_it_says_for_each_runtime_whether_it_can_run_the_model(tmp_path):
    text = shown(tmp_path, convolution().write())
    assert text.count("can run it") == 2
    text = shown(tmp_path, fully_connected("int8").write())
    assert text.count("cannot run it: FULLY_CONNECTED (operator 0): hybrid") == 2


def test_names_in_the_file_cannot_style_the_output(tmp_path):
    spec = fully_connected().with_tensor(0, name="[red]x[/red]\x1b[31m")
    text = shown(tmp_path, spec.write())
    assert "[red]x[/red]?[31m: float32" in text


def test_files_that_are_missing_or_no_models_give_one_line(tmp_path):
    with pytest.raises(HarnessError, match=r"none\.tflite: cannot be read"):
        inspect(tmp_path / "none.tflite")
    junk = tmp_path / "junk.tflite"
    junk.write_bytes(b"junk")
    with pytest.raises(HarnessError, match="not a TensorFlow Lite model"):
        inspect(junk)
