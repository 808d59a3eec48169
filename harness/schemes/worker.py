"""Convert one network with TensorFlow, in a process of its own: `python -m harness.schemes.worker`.

The only argument is a folder. In it lie `request.json`, the network (`model.py` and
`checkpoint.npz`, or `model.keras` or `model.h5`), `calibration.npy` and `x.npy`. Left there are
one `N.tflite` for the Nth scheme of the request, `outputs.npy`, and `response.json`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import HarnessError
from harness.schemes.keras_files import (
    build_network,
    load_keras_file,
    one_line,
    read_checkpoint,
    set_weights,
)
from harness.schemes.network import Network, check_samples, trace
from harness.schemes.registry import find_scheme


def load_network(folder: Path, request: dict[str, Any]) -> Network:
    """Return the network whose files lie in `folder`, as `request` describes it.

    Raises:
        HarnessError: It cannot be loaded, or is not of a kind that can be measured.
    """
    name = str(request["name"])
    if request["format"] == "zoo":
        weights = read_checkpoint(folder / "checkpoint.npz", name)
        keras = build_network(folder / "model.py", name)
        set_weights(keras, weights, name)
    else:
        path = folder / f"model.{request['format']}"
        keras = load_keras_file(path, int(request["keras_major"]), name)
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
    network = load_network(folder, request)
    calibration = np.load(folder / "calibration.npy", allow_pickle=False)
    failures = {}
    for index, name in enumerate(request["schemes"]):
        try:
            content = find_scheme(name).quantize(network, calibration)
        except HarnessError as error:
            failures[name] = f"{request['name']}: {error}"
        except Exception as error:
            failures[name] = f"{request['name']}: {name}: cannot be converted ({one_line(error)})"
        else:
            (folder / f"{index}.tflite").write_bytes(content)
    if request["outputs"]:
        x = np.load(folder / "x.npy", allow_pickle=False)
        try:
            check_samples(network, x, "x")
        except HarnessError as error:
            raise HarnessError(f"{request['name']}: {error}") from error
        np.save(folder / "outputs.npy", network.outputs(x), allow_pickle=False)
    return {"error": None, "failures": failures}


def main(folder: Path) -> None:
    """Answer the request in `folder`; an error of the user's goes into the response."""
    request = json.loads((folder / "request.json").read_text())
    try:
        response = answer(folder, request)
    except HarnessError as error:
        response = {"error": str(error), "failures": {}}
    (folder / "response.json").write_text(json.dumps(response))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
