"""Every shipped model folder is whole, and a wrong one is named in one line."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.metrics import METRICS
from harness.models import find_model, load_models, read_model_folder
from harness.tasks import find_task

SHIPPED = sorted(folder.name for folder in asset_path("models").iterdir() if folder.is_dir())


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_model_has_a_task_and_a_small_checkpoint_of_plain_finite_numbers(name):
    model = find_model(name)
    assert find_task(model.task).metric in METRICS
    assert model.checkpoint.stat().st_size < 1_500_000
    with np.load(model.checkpoint, allow_pickle=False) as weights:
        assert all(np.isfinite(weights[key]).all() for key in weights.files)
        assert weights.files


def test_unknown_model_suggests_the_nearest():
    with pytest.raises(HarnessError, match=r"unknown model 'motoin'; did you mean 'motion'"):
        find_model("motoin")


def test_a_folder_of_ones_own_adds_models(tmp_path, monkeypatch):
    shutil.copytree(asset_path("models") / "digits", tmp_path / "mine")
    monkeypatch.setenv("HARNESS_MODELS", str(tmp_path))
    assert load_models()["mine"].folder == tmp_path / "mine"


def test_a_second_model_of_one_name_is_refused(tmp_path, monkeypatch):
    shutil.copytree(asset_path("models") / "digits", tmp_path / "digits")
    monkeypatch.setenv("HARNESS_MODELS", str(tmp_path))
    with pytest.raises(HarnessError, match="'digits' is taken"):
        load_models()


def test_a_missing_folder_of_models_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("HARNESS_MODELS", str(tmp_path / "none"))
    with pytest.raises(HarnessError, match="no such folder of models; correct HARNESS_MODELS"):
        load_models()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 1", "seed = '1'", r"training\.seed"),
        ("seed = 1", "sead = 1", r"training\.sead: unknown key; did you mean 'seed'"),
        ("float = 0.9806", "float = 98", r"quality\.float"),
        ('task = "digits"', "", "task: missing"),
        ("[data]", "[data", "TOML"),
    ],
)
def test_a_wrong_card_is_named_with_its_field(tmp_path: Path, old: str, new: str, message: str):
    folder = tmp_path / "mine"
    shutil.copytree(asset_path("models") / "digits", folder)
    card = folder / "card.toml"
    text = card.read_text()
    assert old in text
    card.write_text(text.replace(old, new, 1))
    with pytest.raises(HarnessError, match=message) as caught:
        read_model_folder(folder)
    assert str(caught.value).startswith(str(card))
    assert "\n" not in str(caught.value)


def test_a_folder_without_an_architecture_is_refused(tmp_path):
    shutil.copy(asset_path("models") / "digits" / "card.toml", tmp_path)
    with pytest.raises(HarnessError, match=r"model\.py: missing"):
        read_model_folder(tmp_path)
