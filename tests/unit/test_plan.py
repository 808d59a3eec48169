"""A request is checked whole before anything slow starts, and its results have a name."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.bench import tools
from harness.bench.arrays import get_array
from harness.bench.choice import Choice
from harness.bench.context import Context
from harness.bench.plan import make_plan
from harness.errors import HarnessError
from harness.firmware.toolchain import Toolchain
from harness.tasks import person

SPEC = 'models = ["digits"]\nschemes = ["int8", "float32"]\nboards = ["pico"]\nsamples = 50\n'


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=1)


@pytest.fixture(autouse=True)
def _tools(monkeypatch) -> None:
    """Tools as if all were installed."""
    monkeypatch.setattr(tools, "toolchain", lambda: Toolchain("gcc 12", "ld 2.40"))
    monkeypatch.setattr(tools, "emulator", lambda name: f"{name.upper()} 7.2")


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SPEC)
    return path


def test_options_replace_the_axes_of_the_spec_and_leave_the_others(ctx, spec):
    choice = Choice(("digits",), ("int8",), ("bluepill", "nano33ble"), ("reference",))
    plan = make_plan(ctx, spec, choice)
    assert [cell.label for cell in plan.cells] == [
        f"digits int8 {board} reference" for board in choice.boards
    ]
    assert plan.spec.samples == 50
    assert {cell.subject.count for cell in plan.cells} == {50}
    assert plan.tool_versions["compiler"] == "gcc 12"
    assert plan.tool_versions["tflm"].startswith("tfmicro 0.1.0 ")


def test_the_spec_in_the_current_folder_comes_before_the_shipped_one(ctx, tmp_path, monkeypatch):
    (tmp_path / "bench.toml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    assert make_plan(ctx, None, Choice()).spec.samples == 50
    (tmp_path / "bench.toml").unlink()
    assert make_plan(ctx, None, Choice()).spec.samples == 100


def test_data_belongs_to_exactly_one_model(ctx, spec, tmp_path):
    with pytest.raises(HarnessError, match="--data: belongs to one model"):
        make_plan(ctx, spec, Choice(data=tmp_path / "x.npz"))


def test_a_tree_with_kernels_of_its_own_adds_them_to_the_sweep(ctx, spec, tmp_path):
    stand_in = Path(__file__).parents[1] / "firmware" / "tflm_today_api"
    tree = tmp_path / "tree"
    shutil.copytree(stand_in, tree)
    (tree / "third_party/cmsis_nn/Source").mkdir(parents=True)
    (tree / "third_party/cmsis_nn/Include").mkdir()
    (tree / "third_party/cmsis_nn/Include/arm_nnfunctions.h").touch()
    plan = make_plan(ctx, spec, Choice(boards=("pico",), tflm_dir=tree))
    apis = {name: runtime.api for name, runtime in plan.provenance.runtimes.items()}
    assert apis == {"simd": "tflm2020", "reference": "tflm2020", "cmsis-nn": "tflm_today"}
    assert {cell.kernels for cell in plan.cells} == set(apis)
    chosen = make_plan(ctx, spec, Choice(kernels=("cmsis-nn",), tflm_dir=tree))
    assert {cell.kernels for cell in chosen.cells} == {"cmsis-nn"}


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


@pytest.fixture
def visual_wake_words(tmp_path):
    """Twenty pictures of each class, in sizes of their own."""
    rng = np.random.default_rng(7)
    for name in ("person", "non_person"):
        folder = tmp_path / "vww" / name
        folder.mkdir(parents=True)
        for index in range(20):
            picture = rng.integers(0, 256, (12 + index, 15, 3), dtype=np.uint8)
            Image.fromarray(picture).save(folder / f"{index:02}.png")
    return tmp_path / "vww"


def test_a_data_set_is_read_once_into_the_store_and_names_the_results(
    ctx, spec, visual_wake_words, monkeypatch
):
    choice = Choice(models=("person",), datasets={"person": visual_wake_words}, samples=2)
    plan = make_plan(ctx, spec, choice)
    samples = plan.cells[0].subject.samples
    assert plan.name == "small-person-person-vww-samples-2"
    assert (samples.count, samples.classes) == (2, ("non-person", "person"))
    assert samples.data == "Visual Wake Words (vw_coco2014_96)"
    assert get_array(ctx.store, samples.x).shape == (2, 96, 96, 3)
    assert get_array(ctx.store, samples.y).tolist() == [0, 1]
    assert len(get_array(ctx.store, samples.calibration)) == 36
    assert str(visual_wake_words) not in samples.model_dump_json()
    monkeypatch.setattr(person, "read_pictures", None)
    assert make_plan(ctx, spec, choice).cells == plan.cells


@pytest.mark.parametrize(
    ("datasets", "message"),
    [
        ({"persn": "vww"}, "unknown task 'persn'; did you mean 'person'"),
        ({"digits": "vww"}, "--dataset: task digits has no published data set"),
        ({"image": "vww"}, "--dataset image: no model of the sweep is of this task"),
        ({"person": "absent"}, "absent: no such folder"),
        (
            {"person": "vww/person"},
            "is not Visual Wake Words .*expected non_person/ with at least 10",
        ),
    ],
)
def test_a_wrong_data_set_is_refused(ctx, spec, visual_wake_words, datasets, message):
    folders = {task: visual_wake_words.parent / name for task, name in datasets.items()}
    with pytest.raises(HarnessError, match=message):
        make_plan(ctx, spec, Choice(models=("person",), datasets=folders))


def test_a_picture_that_cannot_be_read_is_named(ctx, spec, visual_wake_words):
    (visual_wake_words / "person" / "01.png").write_bytes(b"no picture")
    choice = Choice(models=("person",), datasets={"person": visual_wake_words})
    with pytest.raises(HarnessError, match=r"person/01\.png: cannot be read as a picture"):
        make_plan(ctx, spec, choice)
