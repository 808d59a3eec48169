"""Training gives the same bytes from the same seed, and `harness train` keeps to the card."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from harness.assets import asset_path
from harness.cli import train as command
from harness.cli.train import train
from harness.errors import HarnessError
from harness.models import MODELS_VARIABLE, find_model, read_model_folder
from harness.process import run
from harness.tensorflow_worker import ask
from harness.toml_file import read_toml
from harness.training import process as training
from harness.training.process import FineTunedCheckpoint, Trained, train_model
from harness.training.record import FineTunedRecord

WORKER = """
import logging
from harness.errors import HarnessError
from harness.tensorflow_worker import serve

def answer(folder, request):
    for _ in range(2):
        logging.getLogger("harness.tasks.audio").warning("resampled %d files", 3)
    logging.getLogger("tensorflow").warning("noise")
    if request["fail"]:
        raise HarnessError("no luck")
    return {"error": None}

serve(answer)
"""

ASK = """
import sys
from pathlib import Path
from harness.tensorflow_worker import ask
ask("a_worker", Path(sys.argv[1]), {"fail": False}, "mine")
"""


def _invoke(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(train)
    return CliRunner().invoke(app, list(arguments))


def _train(monkeypatch: pytest.MonkeyPatch, quality: float, out: Path) -> Result:
    """Run `harness train digits --out OUT` with a training that ends at `quality`."""
    trained = Trained(b"weights", quality, 360)
    monkeypatch.setattr(training, "train_model", lambda _model, _progress, _data: trained)
    return _invoke("digits", "--out", str(out))


def _record(recipe: str) -> FineTunedRecord:
    return read_toml(find_model("digits").fine_tuned(recipe).with_suffix(".toml"), FineTunedRecord)


def _fine_tune(
    monkeypatch: pytest.MonkeyPatch, differences: Mapping[str, float], *arguments: str
) -> Result:
    """Fine-tune digits with results that far from the shipped ones in quality, qat's bytes kept."""
    made = {}
    for name, difference in differences.items():
        record = _record(name)
        changed = record.model_copy(update={"quality": record.quality + difference})
        content = find_model("digits").fine_tuned(name).read_bytes() if name == "qat" else b"other"
        made[name] = FineTunedCheckpoint(content, changed)
    monkeypatch.setattr(training, "fine_tune_model", lambda *_: made)
    recipes = [word for name in differences for word in ("--recipe", name)]
    return _invoke("digits", *recipes, *arguments)


def test_a_reproduced_accuracy_is_written(monkeypatch, tmp_path):
    done = _train(monkeypatch, find_model("digits").card.quality.float_ - 0.009, tmp_path)
    assert done.exit_code == 0
    assert (tmp_path / "checkpoint.npz").read_bytes() == b"weights"
    assert "other bytes than the shipped checkpoint" in done.output


@pytest.mark.parametrize("difference", [-0.02, 0.015])
def test_another_accuracy_exits_1_and_keeps_what_was_there(monkeypatch, tmp_path, difference):
    (tmp_path / "checkpoint.npz").write_bytes(b"before")
    done = _train(monkeypatch, find_model("digits").card.quality.float_ + difference, tmp_path)
    assert done.exit_code == 1
    assert "not reproduced; nothing written" in done.output
    assert (tmp_path / "checkpoint.npz").read_bytes() == b"before"


def test_a_reproduced_fine_tuning_is_written_and_compared_with_the_shipped_one(
    monkeypatch, tmp_path
):
    differences = {"qat": 0.0, "pruned-50": -0.009}
    done = _fine_tune(monkeypatch, differences, "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert re.search(r"qat\.npz: [\d,]+ bytes, the same bytes as the shipped", done.output)
    assert re.search(r"pruned-50\.npz: 5 bytes, other bytes than the shipped", done.output)
    assert (tmp_path / "fine_tuned" / "pruned-50.npz").read_bytes() == b"other"
    assert (tmp_path / "fine_tuned" / "pruned-50.toml").is_file()


@pytest.mark.parametrize("difference", [-0.02, 0.015])
def test_a_fine_tuning_that_is_not_reproduced_is_kept_out_by_itself(
    monkeypatch, tmp_path, difference
):
    folder = tmp_path / "fine_tuned"
    folder.mkdir()
    (folder / "pruned-50.npz").write_bytes(b"before")
    differences = {"pruned-50": difference, "qat": 0.0}
    done = _fine_tune(monkeypatch, differences, "--out", str(tmp_path))
    assert done.exit_code == 1
    assert "digits pruned-50: not reproduced; not written" in done.output
    assert (folder / "pruned-50.npz").read_bytes() == b"before"
    assert sorted(path.name for path in folder.iterdir()) == [
        "pruned-50.npz",
        "qat.npz",
        "qat.toml",
    ]


def test_a_fine_tuning_without_a_shipped_record_is_written(monkeypatch, tmp_path):
    made = {"qat": FineTunedCheckpoint(b"new", _record("qat"))}
    folder = tmp_path / "mine"
    shutil.copytree(asset_path("models") / "digits", folder, ignore=_fine_tuned_only)
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    monkeypatch.setattr(training, "fine_tune_model", lambda *_: made)
    done = _invoke("mine", "--recipe", "qat", "--out", str(folder))
    assert done.exit_code == 0, done.output
    assert "shipped" not in done.output
    assert (folder / "fine_tuned" / "qat.npz").read_bytes() == b"new"


def _fine_tuned_only(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "fine_tuned"]


def test_a_data_set_of_the_users_is_not_held_against_the_record(monkeypatch, tmp_path):
    monkeypatch.setattr(command, "_check_dataset", lambda *_: None)
    arguments = ("--dataset", f"digits={tmp_path}", "--out", str(tmp_path))
    done = _fine_tune(monkeypatch, {"pruned-50": -0.3}, *arguments)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "fine_tuned" / "pruned-50.npz").read_bytes() == b"other"


def test_a_student_on_data_of_the_users_is_told_that_the_teacher_is_the_shipped_one(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(command, "_check_dataset", lambda *_: None)
    monkeypatch.setattr(training, "train_model", lambda *_: Trained(b"weights", 0.5, 360))
    dataset = ("--dataset", f"keyword={tmp_path}")
    done = _invoke("keyword-distilled", *dataset, "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert done.stderr.startswith("Warning: keyword-distilled learns from the teacher keyword as")
    assert f"the shipped one learned the task's own data, not {tmp_path}" in done.stderr
    assert "Warning" not in _invoke("keyword", *dataset, "--out", str(tmp_path)).stderr


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with the module `a_worker`, which workers can import; its request is there too."""
    (tmp_path / "a_worker.py").write_text(WORKER)
    path = filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    return tmp_path


def test_what_a_worker_warns_of_reaches_the_users_terminal_once(worker):
    done = run([sys.executable, "-c", ASK, worker])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "resampled 3 files\n")


def test_a_worker_that_refuses_has_warned_before(worker, caplog):
    with pytest.raises(HarnessError, match="no luck"):
        ask("a_worker", worker, {"fail": True}, "mine")
    assert caplog.messages == ["resampled 3 files"]


@pytest.mark.tensorflow
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    folder = tmp_path / "motion"
    shutil.copytree(asset_path("models") / "motion", folder)
    card = folder / "card.toml"
    card.write_text(card.read_text().replace("epochs = 40", "epochs = 2"))
    model = read_model_folder(folder)
    finished: list[int] = []
    first, second = (train_model(model, finished.append) for _ in range(2))
    assert first == second
    assert finished[-1] == 2
    other = model.card.training.model_copy(update={"seed": 2})
    reseeded = replace(model, card=model.card.model_copy(update={"training": other}))
    assert train_model(reseeded, finished.append).checkpoint != first.checkpoint
