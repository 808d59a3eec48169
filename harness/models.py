"""Find the models that ship with the harness or with other packages: one folder each."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.names import unknown_name
from harness.toml_file import read_toml

MODELS_VARIABLE = "HARNESS_MODELS"
"""Environment variable: further folders of model folders, separated as in PATH."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataCard(_Section):
    """Where the samples come from, how they are split, and under which licence they are."""

    source: str
    split: str
    licence: str


class DistillationCard(_Section):
    """How a student learns from a larger model of the same task, its teacher.

    The loss is `alpha` x cross-entropy with the labels + (1 - `alpha`) x `temperature`^2 x
    divergence from the teacher's probabilities, both softened by `temperature` (G. Hinton,
    O. Vinyals, J. Dean, "Distilling the Knowledge in a Neural Network", 2015).
    `float_without_teacher` is the quality of the same network trained on the labels alone.
    """

    teacher: str
    temperature: float = Field(gt=0)
    alpha: float = Field(ge=0, le=1)
    float_without_teacher: float = Field(ge=0, le=1)


class TransferCard(_Section):
    """How a backbone learned on some classes is kept while the last layers learn all of them.

    The whole network is trained for `source_epochs` on samples of `source_classes`; then the
    layers of `trained_layers` start anew and learn all classes, and every other layer is frozen.
    """

    source_classes: tuple[int, ...] = Field(min_length=2)
    source_epochs: int = Field(gt=0)
    trained_layers: tuple[str, ...] = Field(min_length=1)


class TrainingCard(_Section):
    """What, beside architecture and data, decides the weights that training gives."""

    seed: int = Field(ge=0)
    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    distillation: DistillationCard | None = None
    transfer: TransferCard | None = None


class FineTuningCard(_Section):
    """How the recipes of `harness.training` train on from the checkpoint.

    An epoch takes `samples` of the training split (stratified), or all where there are fewer.
    """

    epochs: int = Field(default=10, gt=0)
    samples: int = Field(default=1500, gt=0)
    learning_rate: float = Field(default=0.001, gt=0)


class QualityCard(_Section):
    """The float network's figure on the test split, by the task's metric (0 to 1).

    `reproduces_within` says how near training again comes to it.
    """

    float_: float = Field(alias="float", ge=0, le=1)
    reproduces_within: float = Field(ge=0, le=1)
    meaning: str
    limits: str


class LicenceCard(_Section):
    """Under what the trained weights may be used."""

    weights: str


class Card(_Section):
    """What a model's `card.toml` says."""

    title: str
    task: str
    summary: str
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
    for folder in _folders():
        model = read_model_folder(folder)
        if model.name in models:
            raise HarnessError(
                f"{folder}: the name {model.name!r} is taken by {models[model.name].folder}; "
                "rename the folder"
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


def _folders() -> Iterator[Path]:
    roots = [asset_path("models")]
    roots += [Path(root) for root in os.environ.get(MODELS_VARIABLE, "").split(os.pathsep) if root]
    for root in roots:
        if not root.is_dir():
            raise HarnessError(f"{root}: no such folder of models; correct {MODELS_VARIABLE}")
        yield from sorted(card.parent for card in root.glob("*/card.toml"))
    for point in sorted(entry_points(group="harness.models"), key=lambda point: point.value):
        try:
            yield Path(point.load().__path__[0])
        except (ImportError, AttributeError) as error:
            raise HarnessError(
                f"{point.value}: harness.models: cannot be loaded ({error}); "
                "correct it or uninstall the package"
            ) from error
