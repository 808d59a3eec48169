"""From a name or a file on the command line to a model that the sweep can measure."""

from pathlib import Path

import numpy as np

from harness.bench.arrays import get_array, put_array
from harness.bench.artifacts import SampleSet, Subject
from harness.bench.spec import SampleCount
from harness.errors import HarnessError
from harness.files import read_bytes
from harness.model_file.model import ModelFile
from harness.model_file.reader import read_model
from harness.models import find_model
from harness.reference.quantization import quantize_input
from harness.schemes.source import source_of_file
from harness.store import ArtifactStore
from harness.tasks.sampling import stratified_subset
from harness.tasks.user_data import load_user_data

GENERATED_SAMPLES = 8
"""How many inputs are made for a .tflite file that comes without data."""

_LONGEST_NAME = 100
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula, also in a CSV file."""

_KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")
_TFLITE_SUFFIX = ".tflite"


def is_file(text: str) -> bool:
    """Return whether a model is named by a file rather than by its name in `models/`."""
    return "/" in text or Path(text).suffix.lower() in (*_KERAS_SUFFIXES, _TFLITE_SUFFIX)


def resolve_subject(
    text: str, data: Path | None, count: SampleCount, store: ArtifactStore
) -> Subject:
    """Return the model called `text`; a user's file and samples are put into the store.

    `count` samples of the user's data are chosen as a task's are: stratified by label, or evenly
    spread where there are none.

    Raises:
        HarnessError: The name is unknown, the file is missing, corrupt or of another kind, the
            data does not fit it, or a Keras file comes without data.
    """
    if not is_file(text):
        if data is not None:
            raise HarnessError(f"--data: {text} has its own data; give --data with a model file")
        return Subject(name=find_model(text).name, kind="zoo", count=count)
    path = Path(text)
    _check_name(path)
    if path.suffix.lower() == _TFLITE_SUFFIX:
        return _tflite_subject(path, data, count, store)
    if path.suffix.lower() in _KERAS_SUFFIXES:
        return _keras_subject(path, data, count, store)
    raise HarnessError(f"{path}: not a model file; give a .tflite, .keras or .h5 file")


def _check_name(path: Path) -> None:
    """Refuse a file whose name, which names its rows, is more than a name to whoever reads them."""
    if not path.stem.isprintable() or len(path.stem) > _LONGEST_NAME:
        raise HarnessError(
            f"{ascii(str(path))[:_LONGEST_NAME]}: a model is called by its file's name; give it "
            f"one of at most {_LONGEST_NAME} printable characters"
        )
    if path.stem.startswith(_FORMULA):
        raise HarnessError(
            f"{path}: a spreadsheet would take the model's name for a formula; rename the file so "
            f"that it does not begin with {path.stem[0]!r}"
        )


def _tflite_subject(
    path: Path, data: Path | None, count: SampleCount, store: ArtifactStore
) -> Subject:
    content = read_bytes(path)
    model = read_model(content, str(path))
    samples = SampleSet(count=GENERATED_SAMPLES)
    if data is not None:
        samples = _user_samples(data, count, store, calibrate=False)
        # Samples that do not fit the model's input are refused now, not as failed rows.
        quantize_input(model, get_array(store, samples.x or "")[:1])
        if samples.y is not None:
            _check_labels(data, int(get_array(store, samples.y).max()), model)
    return Subject(
        name=path.stem, kind="tflite", title=path.name, file=store.put(content), samples=samples
    )


def _check_labels(data: Path, highest: int, model: ModelFile) -> None:
    scores = sum(tensor.elements for tensor in model.output_tensors)
    if highest >= scores:
        raise HarnessError(
            f"{data}: y: label {highest}, but the model gives {scores} scores; "
            f"number the classes from 0 to {scores - 1}"
        )


def _keras_subject(
    path: Path, data: Path | None, count: SampleCount, store: ArtifactStore
) -> Subject:
    source = source_of_file(path)
    if data is None or source.format == "zoo":
        raise HarnessError(
            f"{path}: a Keras file is quantized with your data; "
            "add --data inputs.npz with an array x (and y for accuracy)"
        )
    return Subject(
        name=path.stem,
        kind="keras",
        title=path.name,
        file=store.put(source.content),
        keras_format=source.format,
        keras_major=source.keras_major,
        samples=_user_samples(data, count, store, calibrate=True),
    )


def _user_samples(
    path: Path, count: SampleCount, store: ArtifactStore, *, calibrate: bool
) -> SampleSet:
    user = load_user_data(path, calibrate=calibrate)
    total = len(user.x_test)
    wanted = total if count == "all" else count
    groups = user.y_test if user.y_test is not None else np.zeros(total, dtype=np.int64)
    chosen = stratified_subset(groups, wanted)
    return SampleSet(
        count=len(chosen),
        data=path.name,
        metric=None if user.y_test is None else "accuracy",
        x=put_array(store, user.x_test[chosen]),
        y=None if user.y_test is None else put_array(store, user.y_test[chosen]),
        calibration=put_array(store, user.x_calibration) if calibrate else None,
        x_train=put_array(store, user.train.x) if user.train else None,
        y_train=put_array(store, user.train.y) if user.train else None,
    )
