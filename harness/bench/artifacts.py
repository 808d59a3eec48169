"""What the steps of a sweep hand on: small frozen values that name their objects by digest."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

Digest = Annotated[str, "digest of an object in the artifact store"]


class Artifact(BaseModel):
    """A step's result. It is stored as JSON and must not hold a path of this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def objects(self) -> list[Digest]:
        """Return the digests of the stored objects that the result needs."""
        return []


class SampleSet(Artifact):
    """Test samples (`x`, `y` as .npy objects), and calibration samples of the training split.

    Without `x`, inputs are generated from the model file.
    """

    count: int
    metric: str | None = None
    classes: tuple[str, ...] = ()
    x: Digest | None = None
    y: Digest | None = None
    calibration: Digest | None = None

    def objects(self) -> list[Digest]:  # noqa: D102
        return [digest for digest in (self.x, self.y, self.calibration) if digest]


class Subject(Artifact):
    """A model to be measured: one of `models/`, or a user's file that is already in the store.

    `title` is what messages call it. `samples` are the user's data, already chosen; None for a
    model of `models/`, whose task has them.
    """

    name: str
    kind: Literal["zoo", "keras", "tflite"]
    title: str = ""
    file: Digest | None = None
    keras_format: Literal["keras", "h5"] | None = None
    keras_major: int | None = None
    samples: SampleSet | None = None


class Converted(Artifact):
    """A .tflite file and who can run it on the host."""

    tflite: Digest
    interpreter: Literal["tflite-micro", "litert"]
    device_reason: str | None = None
    """Why no TensorFlow Lite Micro runs what this scheme makes; None where it may."""
    quality_float: float | None = None

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.tflite]


class Reference(Artifact):
    """The host's answer: raw input and output bytes, one sample after the other."""

    inputs: Digest
    outputs: Digest
    count: int
    sample_bytes: int
    output_bytes: int
    quality: float | None
    confusion: tuple[tuple[int, ...], ...] | None = None

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.inputs, self.outputs]


class TflmTree(Artifact):
    """A packed source tree of TensorFlow Lite Micro."""

    api: str
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


class SymbolEntry(Artifact):
    """A symbol of the image: size in bytes, owner, and the file it was compiled from."""

    name: str
    bytes: int
    category: str
    source: str


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
    symbols: tuple[SymbolEntry, ...]
    arena_bytes: int | None = None
    persistent_bytes: int | None = None
    not_run: str | None = None
    arena_exceeds_bytes: int | None = None
    """What the smallest arena is known to be larger than, where the machine had no more."""

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.elf]


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

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.trace]


class DeviceOutputs(Artifact):
    """The device's outputs, one sample after the other, and what they are worth."""

    outputs: Digest
    checked: int
    differing: int
    largest_error: float
    quality: float | None
    confusion: tuple[tuple[int, ...], ...] | None = None

    def objects(self) -> list[Digest]:  # noqa: D102
        return [self.outputs]
