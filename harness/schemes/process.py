"""Convert and evaluate Keras networks from a process that never imports TensorFlow itself."""

import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.schemes.registry import find_scheme
from harness.schemes.source import KerasSource
from harness.tasks import LabelledSamples
from harness.tensorflow_worker import ask

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Converted:
    """What one worker made of one network.

    `tflite` has the file of every scheme that converted; for every other, `unsupported` has one
    line if it does not go with such a network, and `failures` if it went wrong.
    `outputs` are the float network's own, float32, samples x output shape, if they were asked for.
    """

    tflite: Mapping[str, bytes]
    failures: Mapping[str, str]
    outputs: Samples | None
    unsupported: Mapping[str, str] = field(default_factory=dict)


def convert(source: KerasSource, scheme: str, calibration: Samples | None = None) -> bytes:
    """Return the .tflite file that `scheme` makes of `source`.

    `calibration` is samples x input shape, for schemes that need it.

    Raises:
        HarnessError: The scheme is unknown, or the network cannot be loaded or converted.
    """
    made = convert_many(source, [scheme], calibration)
    for reasons in (made.failures, made.unsupported):
        if scheme in reasons:
            raise HarnessError(reasons[scheme])
    return made.tflite[scheme]


def keras_outputs(source: KerasSource, x: Samples) -> Samples:
    """Return the float32 outputs (samples x output shape) of `source` for `x`.

    Raises:
        HarnessError: The network cannot be loaded, or `x` is empty or of another shape.
    """
    made = convert_many(source, [], None, x)
    if made.outputs is None:
        raise HarnessError(f"{source.name}: the conversion worker returned no outputs")
    return made.outputs


def convert_many(
    source: KerasSource,
    schemes: Sequence[str],
    calibration: Samples | None = None,
    x: Samples | None = None,
    train: LabelledSamples | None = None,
) -> Converted:
    """Convert `source` with every scheme of `schemes`, and run it on `x` if that is given.

    `train` are the samples on which schemes with a recipe train a user's file.

    One worker process does it all, since importing TensorFlow costs more than a conversion; each
    file is the same as if it had been made alone.

    Raises:
        HarnessError: A scheme is unknown, the network cannot be loaded, `x` is empty or of another
            shape than its input, or the worker ended without an answer.
    """
    for scheme in schemes:
        find_scheme(scheme)
    if x is not None and not len(x):
        raise HarnessError("x: no samples; give at least one")
    with tempfile.TemporaryDirectory(prefix="harness-convert-") as temporary:
        folder = Path(temporary)
        _write_source(folder, source, {find_scheme(scheme).recipe for scheme in schemes})
        empty = np.zeros((0,), dtype=np.float32)
        arrays: dict[str, npt.NDArray[Any] | None] = {"x": x}
        arrays["calibration"] = empty if calibration is None else calibration
        if train is not None:
            arrays |= {"x_train": train.x, "y_train": train.y}
        _write_arrays(folder, arrays)
        request = {
            "name": source.name,
            "format": source.format,
            "keras_major": source.keras_major,
            "schemes": list(schemes),
            "outputs": x is not None,
        }
        legacy = source.keras_major < 3  # noqa: PLR2004 -- Keras 3 is the one that is not legacy
        response = ask("harness.schemes.worker", folder, request, source.name, legacy=legacy)
        failures, unsupported = (dict(response[key]) for key in ("failures", "unsupported"))
        tflite = {
            scheme: (folder / f"{index}.tflite").read_bytes()
            for index, scheme in enumerate(schemes)
            if scheme not in failures and scheme not in unsupported
        }
        outputs = np.load(folder / "outputs.npy", allow_pickle=False) if x is not None else None
    return Converted(
        MappingProxyType(tflite),
        MappingProxyType(failures),
        outputs,
        MappingProxyType(unsupported),
    )


def _write_arrays(folder: Path, arrays: Mapping[str, npt.NDArray[Any] | None]) -> None:
    for name, values in arrays.items():
        if values is not None:
            np.save(folder / f"{name}.npy", values, allow_pickle=False)


def _write_source(folder: Path, source: KerasSource, recipes: Set[str | None]) -> None:
    if source.format == "zoo":
        (folder / "model.py").write_bytes(source.architecture)
        (folder / "checkpoint.npz").write_bytes(source.content)
        (folder / "fine_tuned").mkdir()
        for recipe, content in source.fine_tuned:
            if recipe in recipes:
                (folder / "fine_tuned" / f"{recipe}.npz").write_bytes(content)
    else:
        (folder / f"model.{source.format}").write_bytes(source.content)
