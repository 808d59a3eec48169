"""What a task is: the data a model is trained, calibrated and judged on, and how it is judged."""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Model inputs, float32: samples x the model's input shape without its batch dimension."""

Labels = npt.NDArray[np.int64]
"""The class of each sample, an index into the task's `classes`."""


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
class Task:
    """A problem with data and a metric; `models/` and third parties refer to it by `name`.

    `read` returns the whole data set, the same on every call and every machine. `packages` are
    the distributions that the data comes from, whose versions identify it.
    """

    name: str
    title: str
    metric: str
    classes: tuple[str, ...]
    packages: tuple[str, ...]
    read: Callable[[], TaskData] = field(repr=False)

    def load(self) -> TaskData:
        """Return the task's data; reads files, so call it once and hand the value on."""
        return self.read()

    def identity(self) -> str:
        """Return what the data depends on, for cache keys, without reading any of it.

        That is this task's module, the code beside it that splits, and the packages' versions.
        """
        digest = hashlib.sha256()
        module = inspect.getsourcefile(self.read)
        for source in (module, str(Path(__file__).with_name("sampling.py"))):
            digest.update(Path(source).read_bytes() if source else self.name.encode())
        versions = " ".join(f"{package} {version(package)}" for package in self.packages)
        return f"{self.name} {digest.hexdigest()[:16]} {versions}"
