"""Load Keras networks from a request's files, without running code from them (worker side)."""

import importlib.util
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.schemes.keras_safety import check_keras_file

KerasModel = Any
"""A model of either Keras; neither has types."""

_SHOWN = 160
_UNREADABLE = (
    *(OSError, ValueError, TypeError, EOFError, KeyError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


def one_line(text: object) -> str:
    """Return the first line of `text` that says something, shortened for a message."""
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    line = " ".join((lines or [type(text).__name__])[0].split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."


def build_network(architecture: Path, name: str) -> KerasModel:
    """Return the untrained network that `build()` of the Python file `architecture` makes.

    Raises:
        HarnessError: The file cannot be run or has no `build`.
    """
    spec = importlib.util.spec_from_file_location("network_architecture", architecture)
    if spec is None or spec.loader is None:
        raise HarnessError(f"{name}: model.py: cannot be loaded; it must be a Python file")
    module = ModuleType("network_architecture")
    try:
        import tf_keras

        # Layers without a name are numbered through a process; checkpoints have a first build's.
        tf_keras.backend.clear_session()
        spec.loader.exec_module(module)
        return module.build()
    except Exception as error:
        raise HarnessError(f"{name}: model.py: build() failed ({one_line(error)})") from error


def weight_names(network: KerasModel) -> list[str]:
    """Return the checkpoint's key for each variable, in the network's order."""
    return [str(variable.name).removesuffix(":0").replace("/", ".") for variable in network.weights]


def read_checkpoint(
    checkpoint: Path, name: str, recipe: str | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the .npz file `checkpoint`, by the names of the variables.

    Messages call it the checkpoint of the model `name`, or the one that `recipe` made of that.

    Raises:
        HarnessError: The file is missing or damaged.
    """
    try:
        with np.load(checkpoint, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except _UNREADABLE as error:
        # What numpy says of a damaged file is advice to programmers, not to users.
        reason = getattr(error, "strerror", None) or "damaged, or not an .npz file"
        raise HarnessError(
            f"{name}: {_file(recipe)}: cannot be read ({reason}); {_remedy(name, recipe)}"
        ) from error


def set_weights(
    network: KerasModel,
    weights: Mapping[str, npt.NDArray[Any]],
    name: str,
    recipe: str | None = None,
) -> None:
    """Set the variables of `network`, each from the array of its name.

    Messages call the origin of the weights as those of `read_checkpoint` do.

    Raises:
        HarnessError: An array is missing, left over or of another shape.
    """
    names = weight_names(network)
    for key, variable in zip(names, network.weights, strict=True):
        if key not in weights or weights[key].shape != tuple(variable.shape):
            raise HarnessError(
                f"{name}: {_file(recipe)}: {key}: does not fit model.py; {_remedy(name, recipe)}"
            )
    if len(weights) != len(names):
        raise HarnessError(
            f"{name}: {_file(recipe)}: has weights that model.py lacks; {_remedy(name, recipe)}"
        )
    network.set_weights([weights[key] for key in names])


def _file(recipe: str | None) -> str:
    return f"fine_tuned/{recipe}.npz" if recipe else "checkpoint.npz"


def _remedy(name: str, recipe: str | None) -> str:
    return f"train it again with 'harness train {name}{f' --recipe {recipe}' if recipe else ''}'"


def load_keras_file(path: Path, keras_major: int, name: str) -> KerasModel:
    """Return the model that Keras `keras_major` (2 is tf-keras) wrote to `path`.

    Raises:
        HarnessError: It holds code or asks for more than a network needs (`keras_safety.py`), has
            a layer that Keras does not know, or is damaged.
    """
    try:
        # As Keras does, by the name: bytes can be an archive and HDF5 at once.
        check_keras_file(read_bytes(path), "h5" if path.suffix == ".h5" else "keras")
    except HarnessError as error:
        raise HarnessError(f"{name}: {error}") from error
    try:
        if keras_major == 3:  # noqa: PLR2004
            import keras

            return keras.saving.load_model(path, compile=False, safe_mode=True)
        import tf_keras

        return tf_keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        package = "Keras 3" if keras_major == 3 else "Keras 2 (tf-keras)"  # noqa: PLR2004
        raise HarnessError(
            f"{name}: {package} cannot load it ({one_line(error)}); "
            "save a model of Keras's own layers with model.save"
        ) from error
