"""Options change a sweep for all of its models, and its results get a name of their own."""

from pathlib import Path

import pytest

from harness.bench.choice import Choice, chosen_spec, result_name
from harness.bench.spec import BenchSpec, KernelSettings, ModelSettings
from harness.boards import board_names
from harness.errors import HarnessError
from harness.models import load_models
from harness.schemes.registry import load_schemes

OWN = ModelSettings(schemes=("int8",), boards=("bluepill",), samples=7)
SPEC = BenchSpec(
    models=("digits", "motion"),
    schemes=("int8", "float32"),
    boards=("pico",),
    samples=50,
    model={"motion": OWN},
)


def test_no_option_leaves_the_spec_as_it_is():
    assert chosen_spec(SPEC, Choice()) == SPEC


def test_an_option_comes_before_a_models_own_table_and_leaves_its_other_settings():
    motion = chosen_spec(SPEC, Choice(schemes=("float16",))).of("motion")
    assert (motion.schemes, motion.boards, motion.samples) == (("float16",), ("bluepill",), 7)
    motion = chosen_spec(SPEC, Choice(boards=("nano33ble",), samples="all")).of("motion")
    assert (motion.schemes, motion.boards, motion.samples) == (("int8",), ("nano33ble",), "all")


def test_a_model_chosen_alone_keeps_its_table_and_others_go():
    assert chosen_spec(SPEC, Choice(models=("motion",))).model == {"motion": OWN}
    assert chosen_spec(SPEC, Choice(models=("digits",))).model == {}


def test_everything_is_every_model_scheme_and_board_with_the_specs_samples():
    spec = chosen_spec(SPEC, Choice(everything=True))
    assert spec.models[:2] == SPEC.models
    assert set(spec.models) == set(load_models())
    assert spec.schemes[:2] == SPEC.schemes
    assert set(spec.schemes) == set(load_schemes())
    motion = spec.of("motion")
    assert set(motion.boards) == set(board_names())
    assert (motion.schemes, motion.samples) == (spec.schemes, 7)


def test_everything_can_be_narrowed():
    spec = chosen_spec(SPEC, Choice(everything=True, models=("digits",), boards=("pico",)))
    assert (spec.models, spec.boards) == (("digits",), ("pico",))
    assert set(spec.schemes) == set(load_schemes())


@pytest.mark.parametrize("named", [{"schemes": ("int4",)}, {"kernels": ("reference",)}])
def test_who_names_schemes_or_kernels_gets_every_combination_of_them(named):
    fewer = {"reference": KernelSettings(schemes=("int8",))}
    spec = SPEC.model_copy(update={"kernel_set": fewer})
    assert chosen_spec(spec, Choice(boards=("pico",))).kernel_set == fewer
    assert chosen_spec(spec, Choice(**named)).kernel_set == {}
    assert chosen_spec(spec, Choice(everything=True)).kernel_set == {}


def test_data_belongs_to_exactly_one_model():
    with pytest.raises(HarnessError, match="--data: belongs to one model"):
        chosen_spec(SPEC, Choice(models=("a.tflite", "b.tflite"), data=Path("x.npz")))


@pytest.mark.parametrize(
    ("spec", "choice", "name"),
    [
        (None, Choice(), "bench"),
        ("small.toml", Choice(), "small"),
        ("other/bench.toml", Choice(), "other-bench"),
        ("small.toml", Choice(boards=("pico",)), "small-pico"),
        (None, Choice(models=("digits",), samples="all"), "digits-samples-all"),
        (None, Choice(everything=True), "all"),
        (None, Choice(models=("keyword",), with_features=True), "keyword-with-features"),
        (None, Choice(datasets={"image": Path("data/cifar-10")}), "image-cifar-10"),
        (None, Choice(boards=("../../evil board",)), "evil_board"),
    ],
)
def test_only_the_whole_default_sweep_is_called_bench(spec, choice, name):
    assert result_name(None if spec is None else Path(spec), choice) == name


def test_a_long_choice_gets_a_name_that_a_file_can_have():
    assert len(result_name(None, Choice(boards=("b" * 60,) * 9))) <= 80
