"""Find the models that ship with the harness or with other packages: one folder each."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.names import unknown_name
from harness.plugins import announced_folders
from harness.toml_file import read_toml

MODELS_VARIABLE = "HARNESS_MODELS"
"""Environment variable: further folders of model folders, separated as in PATH."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataCard(_Section):
    """Where the samples come from, how they are split, and under which licence they are."""

    source: str
    """Where the samples come from."""
    split: str
    """How they are split into training and test."""
    licence: str
    """Under which licence they are."""


class DistillationCard(_Section):
    """How a student learns from a larger model of the same task, its teacher.

    The loss is `alpha` x cross-entropy with the labels + (1 - `alpha`) x `temperature`^2 x
    divergence from the teacher's probabilities, both softened by `temperature` (G. Hinton,
    O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", 2015).
    `float_without_teacher` is the quality of the same network trained on the labels alone.
    """

    teacher: str
    """The model that is learned from, by name."""
    temperature: float = Field(gt=0)
    """What both outputs are softened by."""
    alpha: float = Field(ge=0, le=1)
    """The weight of the labels."""
    float_without_teacher: float = Field(ge=0, le=1)
    """The quality by the labels alone."""


class TransferCard(_Section):
    """How a backbone learned on some classes is kept while the last layers learn all of them.

    The whole network is trained for `source_epochs` on samples of `source_classes`; then the
    layers of `trained_layers` start anew and learn all classes, and every other layer is frozen.
    """

    source_classes: tuple[int, ...] = Field(min_length=2)
    """The classes that the backbone learns."""
    source_epochs: int = Field(gt=0)
    """Epochs on these."""
    trained_layers: tuple[str, ...] = Field(min_length=1)
    """The layers that then learn all classes."""


class TrainingCard(_Section):
    """What, beside architecture and data, decides the weights that training gives."""

    seed: int = Field(ge=0)
    """Of the random generators."""
    epochs: int = Field(gt=0)
    """Times that the training split is seen."""
    batch_size: int = Field(gt=0)
    """Samples a step."""
    learning_rate: float = Field(gt=0)
    """Adam's, at the start."""
    distillation: DistillationCard | None = None
    transfer: TransferCard | None = None


class FineTuningCard(_Section):
    """How the recipes of `harness.training` train on from the checkpoint.

    An epoch takes `samples` of the training split (stratified), or all where there are fewer.
    """

    epochs: int = Field(default=10, gt=0)
    """Times that the samples are seen."""
    samples: int = Field(default=1500, gt=0)
    """Samples of an epoch, at most."""
    learning_rate: float = Field(default=0.001, gt=0)
    """Adam's, at the start."""


class QualityCard(_Section):
    """The float network's figure on the test split, by the task's metric (0 to 1).

    `reproduces_within` says how near training again comes to it.
    """

    float_: float = Field(alias="float", ge=0, le=1)
    """The float32 network's figure by the task's metric."""
    reproduces_within: float = Field(ge=0, le=1)
    """How near training again comes."""
    meaning: str
    """What the figure is a share of, and how it was chosen."""
    limits: str
    """What it does not say."""


class LicenceCard(_Section):
    """Under what the trained weights may be used."""

    weights: str
    """Of the trained weights."""


class Card(_Section):
    """What a model's `card.toml` says."""

    title: str
    """What it is, in a few words."""
    task: str
    """The task that it is for, by name."""
    summary: str
    """The network in one line."""
    data: DataCard
    training: TrainingCard
    fine_tuning: FineTuningCard = FineTuningCard()
    quality: QualityCard
    licence: LicenceCard


@dataclass(frozen=True)
class ZooModel:
    """A model folder: `model.py` with `build()`, the weights `checkpoint.npz` and `card.toml`."""

    name: str
    folder: Path
    card: Card
    origin: str = ""
    """The package or the folder that it comes from; empty for one of ours."""

    @property
    def task(self) -> str:
        """The name of the task that the model is for."""
        return self.card.task

    @property
    def architecture(self) -> Path:
        """The Python file whose `build()` returns the untrained network."""
        return self.folder / "model.py"

    @property
    def checkpoint(self) -> Path:
        """The trained weights, one array a variable."""
        return self.folder / "checkpoint.npz"

    def fine_tuned(self, recipe: str) -> Path:
        """The weights that the recipe of that name made of the checkpoint; may be missing."""
        return self.folder / "fine_tuned" / f"{recipe}.npz"


def load_models() -> Mapping[str, ZooModel]:
    """Return all models by name, which is their folder's.

    Ours come first, then the folders in HARNESS_MODELS, then entry points "harness.models", each
    of which names a package that is a model folder.

    Raises:
        HarnessError: A card is wrong, a file is missing, or two models have one name.
    """
    models: dict[str, ZooModel] = {}
    for folder, where, origin in _folders():
        model = replace(read_model_folder(folder), origin=origin)
        if model.name in models:
            named = f"{where}: " if where else ""
            raise HarnessError(
                f"{named}{folder}: the name {model.name!r} is taken by "
                f"{models[model.name].folder}; rename the folder"
            )
        models[model.name] = model
    return MappingProxyType(models)


def find_model(name: str) -> ZooModel:
    """Return the model called `name`.

    Raises:
        HarnessError: There is none; the message suggests the nearest and lists all.
    """
    models = load_models()
    if name not in models:
        raise unknown_name("model", name, models)
    return models[name]


def read_model_folder(folder: Path) -> ZooModel:
    """Return the model in `folder`.

    Raises:
        HarnessError: Its card is missing or wrong, or it has no `model.py`.
    """
    model = ZooModel(folder.name, folder, read_toml(folder / "card.toml", Card))
    if not model.architecture.is_file():
        raise HarnessError(f"{model.architecture}: missing; write build() there")
    return model


def _folders() -> Iterator[tuple[Path, str, str]]:
    """Give each model's folder, the entry point that names it, if any, and where it comes from."""
    named = [root for root in os.environ.get(MODELS_VARIABLE, "").split(os.pathsep) if root]
    for root, origin in [(asset_path("models"), ""), *((Path(root), root) for root in named)]:
        if not root.is_dir():
            raise HarnessError(f"{root}: no such folder of models; correct {MODELS_VARIABLE}")
        for card in sorted(root.glob("*/card.toml")):
            yield card.parent, "", origin
    for folder in announced_folders("harness.models"):
        yield folder.path, folder.where, folder.origin
