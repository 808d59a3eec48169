"""Training gives the same bytes from the same seed, and `harness train` keeps to the card."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from harness.assets import asset_path
from harness.cli.train import train
from harness.models import find_model, read_model_folder
from harness.schemes import training
from harness.schemes.training import Trained, train_model


def _train(monkeypatch: pytest.MonkeyPatch, quality: float, out: Path) -> Result:
    """Run `harness train digits --out OUT` with a training that ends at `quality`."""
    trained = Trained(b"weights", quality, 360)
    monkeypatch.setattr(training, "train_model", lambda _model, _progress: trained)
    app = typer.Typer()
    app.command()(train)
    return CliRunner().invoke(app, ["digits", "--out", str(out)])


def test_a_reproduced_accuracy_is_written(monkeypatch, tmp_path):
    done = _train(monkeypatch, find_model("digits").card.accuracy.float_ - 0.009, tmp_path)
    assert done.exit_code == 0
    assert (tmp_path / "checkpoint.npz").read_bytes() == b"weights"
    assert "other bytes than the shipped checkpoint" in done.output


@pytest.mark.parametrize("difference", [-0.02, 0.015])
def test_another_accuracy_exits_1_and_keeps_what_was_there(monkeypatch, tmp_path, difference):
    (tmp_path / "checkpoint.npz").write_bytes(b"before")
    done = _train(monkeypatch, find_model("digits").card.accuracy.float_ + difference, tmp_path)
    assert done.exit_code == 1
    assert "not reproduced; nothing written" in done.output
    assert (tmp_path / "checkpoint.npz").read_bytes() == b"before"


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
