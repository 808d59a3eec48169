"""A request is checked whole before anything slow starts, and its results have a name."""

import pytest

from harness.bench import plan as planning
from harness.bench import tools
from harness.bench.context import Context
from harness.bench.plan import Choice, make_plan
from harness.errors import HarnessError
from harness.firmware.toolchain import Toolchain

SPEC = 'models = ["digits"]\nschemes = ["int8", "float32"]\nboards = ["pico"]\nsamples = 50\n'


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=1)


@pytest.fixture(autouse=True)
def _tools(monkeypatch) -> None:
    """Tools as if all were installed."""
    monkeypatch.setattr(tools, "toolchain", lambda: Toolchain("gcc 12", "ld 2.40"))
    monkeypatch.setattr(tools, "emulator", lambda: "QEMU 7.2")
    monkeypatch.setattr(planning, "find_compiler", lambda: None)


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SPEC)
    return path


def test_options_replace_the_axes_of_the_spec_and_leave_the_others(ctx, spec):
    plan = make_plan(ctx, spec, Choice(schemes=("int8",), boards=("bluepill", "nano33ble")))
    assert [cell.label for cell in plan.cells] == ["digits int8 bluepill", "digits int8 nano33ble"]
    assert plan.spec.samples == 50
    assert plan.tool_versions["compiler"] == "gcc 12"
    assert plan.tool_versions["tflm"].startswith("tfmicro 0.1.0 ")


def test_the_spec_in_the_current_folder_comes_before_the_shipped_one(ctx, tmp_path, monkeypatch):
    (tmp_path / "bench.toml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    assert make_plan(ctx, None, Choice()).spec.samples == 50
    (tmp_path / "bench.toml").unlink()
    assert make_plan(ctx, None, Choice()).spec.samples == 100


@pytest.mark.parametrize(
    ("own_spec", "choice", "name"),
    [
        (False, Choice(), "bench"),
        (True, Choice(), "small"),
        (True, Choice(boards=("pico",)), "small-pico"),
        (False, Choice(models=("digits",), samples="all"), "digits-samples-all"),
        (False, Choice(boards=("../../evil board",)), "evil_board"),
    ],
)
def test_only_the_whole_default_sweep_is_called_bench(spec, own_spec, choice, name):
    assert planning._result_name(spec if own_spec else None, choice) == name


def test_a_long_choice_gets_a_name_that_a_file_can_have():
    assert len(planning._result_name(None, Choice(boards=("b" * 60,) * 9))) <= 80


def test_data_belongs_to_exactly_one_model(ctx, spec, tmp_path):
    with pytest.raises(HarnessError, match="--data: belongs to one model"):
        make_plan(ctx, spec, Choice(data=tmp_path / "x.npz"))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(models=("digit",)), "unknown model 'digit'; did you mean 'digits'"),
        (Choice(schemes=("int88",)), "unknown scheme 'int88'; did you mean 'int8'"),
        (Choice(boards=("picoo",)), "unknown board 'picoo'; did you mean 'pico'"),
        (Choice(optimize=("O9",)), "unknown optimization 'O9'"),
        (Choice(kernels=("cmsis",)), "unknown kernel set 'cmsis'"),
    ],
)
def test_unknown_names_are_refused_before_anything_starts(ctx, spec, choice, message):
    with pytest.raises(HarnessError, match=message):
        make_plan(ctx, spec, choice)


def test_a_missing_tool_is_told_before_anything_starts(ctx, spec, monkeypatch):
    def missing() -> Toolchain:
        raise HarnessError("cmake: not found")

    monkeypatch.setattr(tools, "toolchain", missing)
    with pytest.raises(HarnessError, match=r"^cmake: not found$"):
        make_plan(ctx, spec, Choice())
