"""Promises of the adapter to today's TFLM, compiled and run against declarations of our own."""

import shutil
from pathlib import Path

import pytest
from harness_runs import bench
from model_factory import Op, Spec, T

from harness.errors import HarnessError
from harness.firmware.tflm_source import detect_api, runtime_apis, source_from_folder
from harness.process import run

TREE = Path(__file__).with_name("tflm_today_api")
OPERATORS = 3  # of the stand-in's interpreter
TENSOR_BYTES = 16
PORTABLE = ("--kernels", "reference")

# A tree whose kernels are CMSIS-NN's is told by these.
CMSIS_NN = ("third_party/cmsis_nn/Source/", "third_party/cmsis_nn/Include/arm_nnfunctions.h")


def tree_in(folder: Path, *, micro_namespace: bool = False) -> Path:
    tree = folder / "tflm"
    shutil.copytree(TREE, tree)
    header = tree / "tensorflow/lite/c/common.h"
    text = header.read_text()
    switch = "#define TFLM_IN_MICRO_NAMESPACE "
    assert switch + "0" in text
    header.write_text(text.replace(switch + "0", switch + str(int(micro_namespace))))
    return tree


def copies() -> bytes:
    """A model that does what the stand-in's interpreter does: three times a copy."""
    tensors = tuple(
        T(f"t{k}", (1, TENSOR_BYTES), "int8", None, (0.5,), (0,)) for k in range(OPERATORS + 1)
    )
    operators = tuple(Op("RESHAPE", (k,), (k + 1,)) for k in range(OPERATORS))
    return Spec(tensors, operators, (0,), (OPERATORS,)).write()


@pytest.mark.parametrize("api", sorted(runtime_apis()))
def test_a_tree_is_known_by_what_it_contains(tmp_path, api):
    for name in runtime_apis()[api].detect.present:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert detect_api(tmp_path) == api


def test_the_stand_in_has_todays_api():
    assert detect_api(TREE) == "tflm_today"


def test_another_folder_is_refused_with_the_way_to_a_tree(tmp_path):
    with pytest.raises(HarnessError, match=r"not a TensorFlow Lite Micro tree.*create_tflm_tree"):
        detect_api(tmp_path)


def test_a_checkout_that_cannot_be_compiled_is_refused(tmp_path):
    tree = tree_in(tmp_path)
    shutil.rmtree(tree / "third_party")
    with pytest.raises(HarnessError, match=r"create_tflm_tree"):
        detect_api(tree)


def test_a_tree_without_git_is_named_by_its_content(tmp_path):
    tree = tree_in(tmp_path)
    first = source_from_folder(tree)
    (tree / "notes.txt").write_text("no source")
    assert source_from_folder(tree) == first
    assert first.identity.startswith("sha256 ")
    kernel = tree / "tensorflow/lite/micro/kernels/reshape.cc"
    kernel.write_text(kernel.read_text() + "\n")
    assert source_from_folder(tree).identity != first.identity


def test_a_tree_with_git_is_named_by_its_commit_and_by_its_changes(tmp_path):
    tree = tree_in(tmp_path)
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "tree"],
    ):
        assert run(["git", "-C", tree, *command]).returncode == 0
    commit = run(["git", "-C", tree, "rev-parse", "HEAD"]).stdout[:12]
    clean = source_from_folder(tree)
    assert clean.identity == f"git {commit}"
    kernel = tree / "tensorflow/lite/micro/kernels/reshape.cc"
    kernel.write_text(kernel.read_text() + "\n")
    changed = source_from_folder(tree)
    assert changed.identity.startswith(f"git {commit} changed, sha256 ")
    assert changed.digest != clean.digest


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("micro_namespace", "board"), [(False, "nano33ble"), (True, "nano33ble"), (True, "pico")]
)
def test_the_adapter_runs_a_model(tmp_path, micro_namespace, board):
    model = tmp_path / "copies.tflite"
    model.write_bytes(copies())
    tree = tree_in(tmp_path, micro_namespace=micro_namespace)
    done = bench(
        tmp_path / "out", "--model", model, "--board", board, "--tflm-dir", tree, *PORTABLE
    )
    (row,), (cell,) = done.rows, done.cells
    assert (done.status, row["status"], row["reason"]) == (0, "ok", ""), cell["log"]
    assert (row["runtime"], row["outputs_differing"]) == ("tflm_today", "0")
    assert row["tflm"] == source_from_folder(tree).identity
    assert int(row["outputs_checked"]) > 0
    assert int(row["ram_arena_bytes"]) == (OPERATORS + 1) * TENSOR_BYTES
    assert row["ram_arena_persistent_bytes"] == ""  # this API does not tell


@pytest.mark.emulator
@pytest.mark.parametrize("optimize", ["Os", "O3"])
def test_an_operator_is_told_from_the_virtual_calls_beside_it(tmp_path, optimize):
    model = tmp_path / "copies.tflite"
    model.write_bytes(copies())
    arguments = ("--model", model, "--board", "nano33ble", "--optimize", optimize)
    done = bench(tmp_path / "out", *arguments, "--tflm-dir", TREE, *PORTABLE)
    profile = {one["index"]: one for one in done.cells[0]["details"]["operators"]}
    assert sorted(profile) == [-1, 0, 1, 2]
    assert len({profile[index]["instructions"] for index in range(OPERATORS)}) == 1
    assert sum(one["instructions"] for one in profile.values()) == int(done.rows[0]["instructions"])


@pytest.mark.emulator
def test_a_model_that_wants_more_than_the_machine_has_does_not_fit(tmp_path):
    model = tmp_path / "copies.tflite"
    model.write_bytes(copies())
    tree = tree_in(tmp_path)
    interpreter = tree / "tensorflow/lite/micro/micro_interpreter.cc"
    text = interpreter.read_text()
    assert "kTensorBytes = 16" in text
    interpreter.write_text(text.replace("kTensorBytes = 16", "kTensorBytes = 64 * 1024 * 1024"))
    done = bench(
        tmp_path / "out", "--model", model, "--board", "nano33ble", "--tflm-dir", tree, *PORTABLE
    )
    assert done.rows[0]["status"] == "does-not-fit"
    assert "needs an arena of more than" in done.rows[0]["reason"]


@pytest.mark.emulator
def test_a_failing_operator_is_told_with_its_message(tmp_path):
    model = tmp_path / "copies.tflite"
    model.write_bytes(copies())
    tree = tree_in(tmp_path)
    kernel = tree / "tensorflow/lite/micro/kernels/reshape.cc"
    text = kernel.read_text()
    assert "return kTfLiteOk;" in text
    kernel.write_text(text.replace("return kTfLiteOk;", "return kTfLiteError;"))
    done = bench(
        tmp_path / "out", "--model", model, "--board", "nano33ble", "--tflm-dir", tree, *PORTABLE
    )
    assert done.status == 1
    assert done.rows[0]["status"] == "failed"
    assert done.rows[0]["reason"].endswith("(operator 0 failed)")


@pytest.mark.emulator
def test_kernels_that_a_tree_brings_are_measured_beside_ours(tmp_path):
    model = tmp_path / "copies.tflite"
    model.write_bytes(copies())
    tree = tree_in(tmp_path)
    for name in CMSIS_NN:
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.touch()
    done = bench(tmp_path / "out", "--model", model, "--board", "nano33ble", "--tflm-dir", tree)
    assert done.status == 0, done.output
    found = [(row["kernels"], row["runtime"], row["status"]) for row in done.rows]
    assert found == [
        ("simd", "tflm2020", "ok"),
        ("reference", "tflm2020", "ok"),
        ("cmsis-nn", "tflm_today", "ok"),
    ]
