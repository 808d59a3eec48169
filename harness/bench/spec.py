"""What to sweep: the axes of `bench.toml`, for all models and for each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.errors import HarnessError
from harness.firmware.toolchain import OPTIMIZATIONS
from harness.kernel_sets import find_kernel_set
from harness.names import nearest_name, unknown_name
from harness.schemes.registry import find_scheme
from harness.simulators.registry import find_simulator
from harness.simulators.simulator import DEFAULT_SIMULATOR
from harness.toml_file import read_toml

Names = Annotated[tuple[str, ...], Field(min_length=1)]

SampleCount = Annotated[int, Field(gt=0)] | Literal["all"]
"""Test samples that accuracy is measured over: a fixed stratified subset, or all."""

FeaturePlace = Literal["host", "device"]
"""Who turns the sensor's data into a model's inputs."""

AS_IS = "as-is"
"""The scheme of a .tflite file that is measured as it is."""


class ModelSettings(BaseModel):
    """What a spec says of one model; None leaves what it says of all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schemes: Names | None = None
    """Schemes of this model."""
    boards: Names | None = None
    """Boards of this model."""
    samples: SampleCount | None = None
    """Test samples of this model, or all."""


class KernelSettings(BaseModel):
    """What a spec says of one kernel set; None leaves what it says of all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schemes: Names | None = None
    """The only schemes of the sweep that are measured with it."""


class BenchSpec(BaseModel):
    """A sweep: for each model the cells are every combination of the axes, in the order given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: Names
    """Names of models in `models/`, or paths of .tflite, .keras or .h5 files."""
    schemes: Names
    """Quantization schemes; `harness schemes` lists them."""
    boards: Names
    """Names of boards, or paths of their TOML files."""
    kernels: Names = ("simd", "reference")
    """Kernel sets; `harness kernels` lists them."""
    optimize: Names = ("O2",)
    """The compiler's optimization levels."""
    simulator: Annotated[str, Field(min_length=1)] = DEFAULT_SIMULATOR
    """What runs the firmware; `harness simulators` lists them."""
    samples: SampleCount = 100
    """Test samples that accuracy is measured over, or all."""
    features: FeaturePlace = "host"
    """Where features are computed; models without a feature stage in the firmware: on the host."""
    model: Mapping[str, ModelSettings] = {}
    """Tables `[model.NAME]`: other schemes, boards or samples for the model of that name."""
    kernel_set: Mapping[str, KernelSettings] = {}
    """Tables `[kernel_set.NAME]`: fewer schemes with the kernel set of that name."""

    @model_validator(mode="after")
    def _settings_are_of_swept_models(self) -> "BenchSpec":
        stray = next((name for name in self.model if name not in self.models), None)
        if stray is not None:
            nearest = nearest_name(stray, self.models)
            hint = f"did you mean {nearest!r}?" if nearest else "add it there, or remove the table"
            raise ValueError(f"model.{stray}: models does not name it; {hint}")
        return self

    def with_kernels(self, name: str) -> "BenchSpec":
        """Return the sweep with another kernel set, unless it has that."""
        if name in self.kernels:
            return self
        return self.model_copy(update={"kernels": (*self.kernels, name)})

    def measures(self, scheme: str, kernels: str) -> bool:
        """Return whether a scheme is measured with a kernel set."""
        settings = self.kernel_set.get(kernels, KernelSettings())
        return scheme == AS_IS or settings.schemes is None or scheme in settings.schemes

    def of(self, model: str) -> "BenchSpec":
        """Return the sweep of one of the models alone, with its own settings in force."""
        settings = self.model.get(model, ModelSettings()).model_dump(exclude_none=True)
        return self.model_copy(update={"models": (model,), **settings, "model": {}})


def read_spec(path: Path) -> BenchSpec:
    """Return the sweep that a TOML file describes.

    Raises:
        HarnessError: The file is missing, is no TOML, or has a wrong type or an unknown key.
    """
    return read_toml(path, BenchSpec)


def check_axes(spec: BenchSpec) -> None:
    """Check the axes that name neither models, schemes nor boards.

    Raises:
        HarnessError: A simulator, kernel set, optimization level or a kernel set's scheme is
            unknown, a table is of a kernel set that is not swept, or an axis repeats a value.
    """
    find_simulator(spec.simulator)
    for kernels in spec.kernels:
        find_kernel_set(kernels)
    for level in spec.optimize:
        if level not in OPTIMIZATIONS:
            raise unknown_name("optimization", level, OPTIMIZATIONS)
    for axis in ("models", "schemes", "boards", "kernels", "optimize"):
        _check_once(axis, getattr(spec, axis))
    for name, settings in spec.model.items():
        _check_once(f"model.{name}.schemes", settings.schemes or ())
        _check_once(f"model.{name}.boards", settings.boards or ())
    for name, limited in spec.kernel_set.items():
        if name not in spec.kernels:
            raise unknown_name("kernel set of a table [kernel_set.NAME]", name, spec.kernels)
        _check_once(f"kernel_set.{name}.schemes", limited.schemes or ())
        for scheme in limited.schemes or ():
            find_scheme(scheme)


def _check_once(axis: str, values: tuple[str, ...]) -> None:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise HarnessError(f"{axis}: {twice} is given twice; remove one")
