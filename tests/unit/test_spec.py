"""The sweep's specification: strict, and every wrong name answered with the nearest."""

from pathlib import Path

import pytest

from harness.assets import asset_path
from harness.bench.spec import BenchSpec, KernelSettings, ModelSettings, check_axes, read_spec
from harness.errors import HarnessError
from harness.models import load_models

SPEC = 'models = ["digits"]\nschemes = ["int8"]\nboards = ["pico"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "sweep.toml"
    path.write_text(text)
    return path


def test_what_a_spec_leaves_out_has_its_default(tmp_path):
    spec = read_spec(written(tmp_path, SPEC))
    assert (spec.kernels, spec.optimize, spec.samples) == (("simd", "reference"), ("O2",), 100)
    check_axes(spec)


def test_the_shipped_default_sweep_is_sound():
    spec = read_spec(asset_path("bench.toml"))
    check_axes(spec)
    assert set(load_models()) == set(spec.models)


def test_all_samples_may_be_asked_for(tmp_path):
    assert read_spec(written(tmp_path, SPEC + 'samples = "all"')).samples == "all"


def test_a_models_table_comes_before_what_is_said_of_all(tmp_path):
    text = SPEC.replace('["digits"]', '["digits", "motion"]')
    spec = read_spec(written(tmp_path, text + '[model.motion]\nsamples = 7\nboards = ["bluepill"]'))
    own, other = spec.of("motion"), spec.of("digits")
    assert (own.models, own.schemes, own.boards, own.samples) == (
        ("motion",),
        ("int8",),
        ("bluepill",),
        7,
    )
    assert (other.models, other.boards, other.samples) == (("digits",), ("pico",), 100)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SPEC.replace('["pico"]', '"pico"'), "boards: should be a valid tuple|boards: .*array"),
        (SPEC + "samples = 0", "samples"),
        (SPEC + 'samples = "5"', "samples"),
        (SPEC + "scheme = []", "scheme: unknown key; did you mean 'schemes'"),
        (SPEC.replace("models", "modles"), "modles: unknown key; did you mean 'models'"),
        (SPEC + "[model.digit]\nsamples = 5", "model.digit: models does not name it; did you mean"),
        (SPEC + "[model.motion]\nsamples = 5", "model.motion: models does not name it; add it"),
        (SPEC + "[model.digits]\nsample = 5", "model.*sample: unknown key; did you mean 'samples'"),
        (SPEC + "[model.digits]\nsamples = 0", "samples"),
        (SPEC + "[model.digits]\nboards = []", "boards: is empty; give at least one"),
        ('models = ["a"]', "schemes: missing; add it"),
        (SPEC.replace('"digits"', ""), "models: "),
        ("models = [", "not valid TOML"),
        (SPEC + 'simulator = ""', "simulator"),
    ],
)
def test_a_wrong_spec_is_refused_in_one_line_naming_file_and_field(tmp_path, text, message):
    with pytest.raises(HarnessError, match=message) as caught:
        read_spec(written(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path / "sweep.toml: ".strip()))
    assert "\n" not in str(caught.value)


def spec_of(**changes) -> BenchSpec:
    axes = {"models": ("digits",), "schemes": ("int8",), "boards": ("pico",)}
    return BenchSpec(**{**axes, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kernels": ("referense",)}, "unknown kernel set 'referense'; did you mean 'reference'"),
        (
            {"kernel_set": {"simt": KernelSettings()}},
            r"unknown kernel set of a table .* 'simt'; did you mean 'simd'",
        ),
        (
            {"kernel_set": {"simd": KernelSettings(schemes=("in8",))}},
            "unknown scheme 'in8'; did you mean 'int8'",
        ),
        ({"simulator": "real"}, "unknown simulator 'real'; .*known: qemu"),
        ({"optimize": ("o2",)}, "unknown optimization 'o2'; did you mean 'O2'"),
        ({"boards": ("pico", "pico")}, "boards: pico is given twice; remove one"),
        ({"optimize": ("O2", "Os", "O2")}, "optimize: O2 is given twice"),
        (
            {"model": {"digits": ModelSettings(schemes=("int8", "int8"))}},
            "model.digits.schemes: int8 is given twice",
        ),
    ],
)
def test_wrong_axes_are_refused(changes, message):
    with pytest.raises(HarnessError, match=message):
        check_axes(spec_of(**changes))
