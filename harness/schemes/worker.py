"""Convert one network with TensorFlow, in a process of its own: `python -m harness.schemes.worker`.

The only argument is a folder. In it lie `request.json`, the network (`model.py`, `checkpoint.npz`
and `fine_tuned/RECIPE.npz`, or `model.keras` or `model.h5` with `x_train.npy` and `y_train.npy`
where it is to be trained on), `calibration.npy` and `x.npy`. Left there are one `N.tflite` for the
Nth scheme of the request, `outputs.npy`, and `response.json`.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.schemes.fine_tuned import load_fine_tuned, load_keras
from harness.schemes.keras_files import KerasModel, one_line
from harness.schemes.network import Network, check_samples, trace
from harness.schemes.registry import find_scheme
from harness.tensorflow_worker import serve
from harness.training.fitting import fix_threads
from harness.training.recipe import UnsupportedNetworkError


def traced(keras: KerasModel, name: str) -> Network:
    """Return `keras`, which messages call `name`, as a network.

    Raises:
        HarnessError: It is not of a kind that can be measured.
    """
    try:
        return trace(keras, name)
    except HarnessError:
        raise
    except Exception as error:
        raise HarnessError(
            f"{name}: cannot be traced for one sample ({one_line(error)}); "
            "save a model whose shapes are fixed"
        ) from error


def answer(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out `request` and return the response; a scheme that fails does not stop others.

    Raises:
        HarnessError: The network cannot be loaded, or `x.npy` does not fit it.
    """
    fix_threads()
    name = str(request["name"])
    network = traced(load_keras(folder, request), name)
    if request["outputs"]:
        _write_outputs(network, folder, name)

    @cache
    def of(recipe: str | None) -> Network:
        if recipe is None:
            return network
        return traced(load_fine_tuned(folder, request, recipe), name)

    calibration = np.load(folder / "calibration.npy", allow_pickle=False)
    failures, unsupported = {}, {}
    for index, scheme in enumerate(request["schemes"]):
        try:
            content = _convert(scheme, of, calibration)
        except UnsupportedNetworkError as error:
            unsupported[scheme] = f"{name}: {error}"
        except HarnessError as error:
            failures[scheme] = str(error) if str(error).startswith(name) else f"{name}: {error}"
        except Exception as error:
            failures[scheme] = f"{name}: {scheme}: cannot be converted ({one_line(error)})"
        else:
            (folder / f"{index}.tflite").write_bytes(content)
    return {"error": None, "failures": failures, "unsupported": unsupported}


def _convert(
    name: str, network_of: Callable[[str | None], Network], calibration: np.ndarray
) -> bytes:
    scheme = find_scheme(name)
    return scheme.quantize(network_of(scheme.recipe), calibration)


def _write_outputs(network: Network, folder: Path, name: str) -> None:
    x = np.load(folder / "x.npy", allow_pickle=False)
    try:
        check_samples(network, x, "x")
    except HarnessError as error:
        raise HarnessError(f"{name}: {error}") from error
    np.save(folder / "outputs.npy", network.outputs(x), allow_pickle=False)


if __name__ == "__main__":
    serve(answer)
