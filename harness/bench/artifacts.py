"""What the steps of a sweep hand on: small frozen values that name their objects by digest."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from harness.metrics import Loss, Quality
from harness.model_file.deploy import Storage
from harness.tasks.task import Detector, Features, Stream

Digest = Annotated[str, "digest of an object in the artifact store"]


class Artifact(BaseModel):
    """A step's result. It is stored as JSON and must not hold a path of this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def objects(self) -> list[Digest]:
        """Return the digests of the stored objects that the result needs."""
        return []


class SampleSet(Artifact):
    """Test samples (`x`, `y`, `groups` as .npy objects) and calibration samples of the train split.

    Without `x`, inputs are generated from the model file. `groups`, `detector` and `stream` are
    the task's, and say how outputs are judged. `data` says whose samples they are.
    """

    count: int
    metric: str | None = None
    classes: tuple[str, ...] = ()
    x: Digest | None = None
    y: Digest | None = None
    calibration: Digest | None = None
    data: str = ""
    groups: Digest | None = None
    detector: Detector | None = None
    stream: Stream | None = None
    raw: Digest | None = None
    """What the sensor gave, as records of int16, where `features` can be computed from it."""
    features: Features | None = None
    x_train: Digest | None = None
    y_train: Digest | None = None
    """What schemes with training train a user's own network on."""

    def objects(self) -> list[Digest]:  # noqa: D102
        digests = (
            *(self.x, self.y, self.calibration, self.groups, self.raw),
            *(self.x_train, self.y_train),
        )
        return [digest for digest in digests if digest]


class Subject(Artifact):
    """A model to be measured: one of `models/`, or a user's file that is already in the store.

    `title` is what messages call it. `samples` are the user's data, already chosen; None where a
    task has them, of which `count` are to be chosen.
    """

    name: str
    kind: Literal["zoo", "keras", "tflite"]
    title: str = ""
    file: Digest | None = None
    keras_format: Literal["keras", "h5"] | None = None
    keras_major: int | None = None
    samples: SampleSet | None = None
    count: int | Literal["all"] = "all"


class Converted(Artifact):
    """A .tflite file and who can run it on the host."""

    tflite: Digest
    interpreter: Literal["tflite-micro", "litert"]
    device_reason: str | None = None
    """Why no TensorFlow Lite Micro runs what this scheme makes; None where it may."""
    storage: Storage = "as-converted"
    """How the scheme wants weights stored in flash."""
    float_outputs: Digest | None = None
    """What the float network answers to the test samples (.npy, float32); None where there is
    no such network, or there are no samples."""

    def objects(self) -> list[Digest]:  # noqa: D102
        return [digest for digest in (self.tflite, self.float_outputs) if digest]


class Reference(Artifact):
    """The host's answer: raw input and output bytes, one sample after the other."""

    inputs: Digest
    outputs: Digest
    count: int
    sample_bytes: int
    output_bytes: int

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.inputs, self.outputs]


class Deployed(Artifact):
    """The model as it is flashed: the converted file, or one with packed weights.

    `weights_bytes` are those of the weight tensors in it; `weights_entropy_bytes` is the Shannon
    bound of their values (None for weights that are no integers), `model_deflate_bytes` the size
    of the whole file under deflate.
    """

    tflite: Digest
    weights_bytes: int
    weights_entropy_bytes: int | None
    model_deflate_bytes: int

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.tflite]


class TflmTree(Artifact):
    """A packed source tree of TensorFlow Lite Micro; `kernels` is the kernel set that it has."""

    api: str
    kernels: str
    identity: str
    archive: Digest

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.archive]


class Library(Artifact):
    """A packed runtime library and what it was built from."""

    archive: Digest
    tree: TflmTree

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.archive, self.tree.archive]


class Image(Artifact):
    """A linked image: the ELF, its flash by category and its RAM, in bytes.

    `arena_bytes` is the smallest arena; it, and the persistent share, are None where the emulated
    machine could not run the image, and `not_run` says why.
    """

    elf: Digest
    compiler: str
    emulator: str
    """What built and sized the image, where that was done."""
    flash: Mapping[str, int]
    static_bytes: int
    symbols: Digest
    """What its bytes are, symbol by symbol (`image_symbols.py`)."""
    arena_bytes: int | None = None
    persistent_bytes: int | None = None
    not_run: str | None = None
    arena_exceeds_bytes: int | None = None
    """What the smallest arena is known to be larger than, where the machine had no more."""

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.elf, self.symbols]


class OperatorProfile(Artifact):
    """Instructions of one operator in one Invoke; `index` -1 is the interpreter itself."""

    index: int
    instructions: int


class Measurement(Artifact):
    """One measured run: instructions by region, the warm Invoke by operator, the stack's mark."""

    stack_bytes: int
    regions: Mapping[str, int]
    operators: tuple[OperatorProfile, ...]
    trace: Digest
    checked: int
    differing: int
    """How many of the run's outputs were held against the host's, and how many are not the same."""
    features_beyond: int = 0
    """How many of the run's feature vectors are further from the host's than the bound."""

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.trace]


class Events(Artifact):
    """The trace of a run that also went through the memories and caches of a board."""

    trace: Digest

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.trace]


class CycleBand(Artifact):
    """Clock cycles: the least, the typical and the most."""

    low: float
    typical: float
    high: float


class OperatorTime(Artifact):
    """The warm Invoke's cycles in one operator, by cause; `index` -1 is the interpreter itself."""

    index: int
    cycles: CycleBand
    causes: Mapping[str, CycleBand]


class Timing(Artifact):
    """The estimated cycles of a run on one board.

    `regions` and `operators` are empty where a figure of the board is missing; `unknown` then says
    which. `undecoded` counts executed instructions of the warm Invoke that could not be decoded.
    """

    model: str = ""
    regions: Mapping[str, CycleBand] = {}
    operators: tuple[OperatorTime, ...] = ()
    notes: tuple[str, ...] = ()
    undecoded: int = 0
    unknown: str | None = None


class DeviceOutputs(Artifact):
    """The device's outputs, one sample after the other, held against the host's."""

    outputs: Digest
    checked: int
    differing: int
    largest_error: float
    features_beyond: int = 0
    """Feature vectors of the device that are further from the host's than the stage's bound."""
    features_error: float | None = None
    """The largest distance of a feature, in quantization steps; of float inputs, in their unit."""

    @property
    def is_wrong(self) -> bool:
        """Whether anything is not as the host has it."""
        return self.differing > 0 or self.features_beyond > 0

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.outputs]


class Judgement(Artifact):
    """What outputs are worth, what the float network's are, and what was lost between them.

    All None without labels; `floats` and `lost` without a float network.
    """

    floats: Quality | None = None
    quality: Quality | None = None
    lost: Loss | None = None
