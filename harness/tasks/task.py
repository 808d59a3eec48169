"""What a task is: the data a model is trained, calibrated and judged on, and how it is judged."""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.tasks.dataset_folder import folder_identity

Samples = npt.NDArray[np.float32]
"""Model inputs, float32: samples x the model's input shape without its batch dimension."""

Labels = npt.NDArray[np.int64]
"""The class of each sample, an index into the task's `classes`."""

Split = Literal["train", "calibration", "test"]
"""A part of the data; calibration samples are of the training part, never of the test part."""

Score = Literal["positive_class", "reconstruction_error"]
"""How a detector scores a sample: by its highest output among the classes that are no negatives,
or, for a network that reproduces its input, by the mean squared error."""


Features = Literal["mfcc", "log_mel"]
"""A feature stage that the firmware has too (`harness/features`)."""


@dataclass(frozen=True)
class LabelledSamples:
    """The samples of one split, in a fixed order.

    `groups` says which recording each sample was cut from, where a task judges recordings rather
    than samples. `raw` is what the sensor gave before feature extraction (int16: samples x values
    of one window), where the features can also be computed on the device.
    """

    x: Samples
    y: Labels
    groups: npt.NDArray[np.int64] | None = None
    raw: npt.NDArray[np.int16] | None = None


@dataclass(frozen=True)
class TaskData:
    """The data of one task, split so that no test sample trains or calibrates.

    `x_calibration` holds samples of the training split, in the same shape as `x_train`.
    """

    x_train: Samples
    y_train: Labels
    x_calibration: Samples
    x_test: Samples
    y_test: Labels


@dataclass(frozen=True)
class Detector:
    """How a model's outputs answer whether something is there.

    `negatives` are the labels under which nothing is there; to accept one is a false accept.
    """

    score: Score
    negatives: tuple[int, ...]


@dataclass(frozen=True)
class Stream:
    """How a model is used on a sensor's stream: one inference each `stride_ms`, over `window_ms`.

    Both are times in milliseconds.
    """

    window_ms: float
    stride_ms: float


@dataclass(frozen=True)
class Dataset:
    """A published data set that a user can have in a folder, and how it is read.

    `layout` says in one line what the folder must hold. `read` returns one split. `classes` are
    what its labels mean, where they are not the task's.
    """

    title: str
    layout: str
    read: Callable[[Path, Split], LabelledSamples] = field(repr=False)
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """A problem with data and a metric; `models/` and third parties refer to it by `name`.

    `read` returns one split of the data that comes with the harness, the same on every call and
    every machine. `packages` are the distributions, and `programs` the installed programs, that
    this data comes from; their versions identify it. `dataset` is the published data set that may
    stand in its place. `objective` is what networks are trained for: to name the class, or to
    reproduce the input. `detector` and `stream` are None where the task is not used so.
    """

    name: str
    title: str
    metric: str
    classes: tuple[str, ...]
    packages: tuple[str, ...]
    read: Callable[[Split], LabelledSamples] = field(repr=False)
    programs: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False)
    """Returns name and version of each program; raises HarnessError where one is missing."""
    objective: Literal["classes", "reconstruction"] = "classes"
    detector: Detector | None = None
    stream: Stream | None = None
    dataset: Dataset | None = None
    features: Features | None = None
    """The feature stage that turns `LabelledSamples.raw` into inputs, where firmware has it."""

    def split(self, name: Split, folder: Path | None = None) -> LabelledSamples:
        """Return one split, of the user's data set in `folder` where one is given.

        Raises:
            HarnessError: The task has no published data set, or the folder does not hold it.
        """
        if folder is None:
            return self.read(name)
        return self._published().read(folder, name)

    def classes_of(self, folder: Path | None = None) -> tuple[str, ...]:
        """Return what the labels mean, of the user's data set in `folder` where one is given.

        Raises:
            HarnessError: The task has no published data set.
        """
        published = self.classes if folder is None else self._published().classes
        return published or self.classes

    def data_of(self, folder: Path | None = None) -> str:
        """Return in a few words what the data is, for reports.

        Raises:
            HarnessError: The task has no published data set.
        """
        return f"{self.name}, as shipped" if folder is None else self._published().title

    def load(self, folder: Path | None = None) -> TaskData:
        """Return all splits; reads files, so call it once and hand the value on.

        Raises:
            HarnessError: As `split` does.
        """
        train, test = self.split("train", folder), self.split("test", folder)
        calibration = self.split("calibration", folder)
        return TaskData(train.x, train.y, calibration.x, test.x, test.y)

    def identity(self, folder: Path | None = None) -> str:
        """Return what the data depends on, for cache keys, without reading any of it.

        That is this task's module, the code beside it and that of features, the versions of
        packages and programs, and the names, sizes and times of the files of `folder`.

        Raises:
            HarnessError: A program is missing, or the folder cannot be listed.
        """
        digest = hashlib.sha256()
        module = inspect.getsourcefile(self.read)
        own = [Path(module)] if module else []
        features = Path(__file__).parents[1] / "features"
        for source in [
            *own,
            *sorted(Path(__file__).parent.rglob("*.py")),
            *sorted(features.rglob("*.py")),
        ]:
            digest.update(source.read_bytes())
        if folder is not None:
            return f"{self.name} {digest.hexdigest()[:16]} {folder_identity(folder)}"
        versions = " ".join(f"{package} {version(package)}" for package in self.packages)
        return " ".join([self.name, digest.hexdigest()[:16], versions, *self.programs()])

    def _published(self) -> Dataset:
        if self.dataset is None:
            raise HarnessError(f"--dataset: task {self.name} has no published data set to read")
        return self.dataset
