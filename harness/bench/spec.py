"""What to sweep: the axes of `bench.toml`, and how options of the command line change them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.errors import HarnessError
from harness.firmware.toolchain import OPTIMIZATIONS
from harness.kernel_sets import find_kernel_set
from harness.names import unknown_name
from harness.toml_file import read_toml

Names = Annotated[tuple[str, ...], Field(min_length=1)]

AS_IS = "as-is"
"""The scheme of a .tflite file that is measured as it is."""


class BenchSpec(BaseModel):
    """A sweep: the cells are every combination of the axes, in the order given here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: Names
    """Names of models in `models/`, or paths of .tflite, .keras or .h5 files."""
    schemes: Names
    boards: Names
    kernels: Names = ("reference",)
    optimize: Names = ("O2",)
    simulator: Literal["qemu"] = "qemu"
    samples: Annotated[int, Field(gt=0)] | Literal["all"] = 100
    """Test samples that accuracy is measured over: a fixed stratified subset, or all."""


def read_spec(path: Path) -> BenchSpec:
    """Return the sweep that a TOML file describes.

    Raises:
        HarnessError: The file is missing, is no TOML, or has a wrong type or an unknown key.
    """
    return read_toml(path, BenchSpec)


def check_axes(spec: BenchSpec) -> None:
    """Check the axes that name neither models, schemes nor boards.

    Raises:
        HarnessError: A kernel set or optimization level is unknown, or an axis repeats a value.
    """
    for kernels in spec.kernels:
        find_kernel_set(kernels)
    for level in spec.optimize:
        if level not in OPTIMIZATIONS:
            raise unknown_name("optimization", level, OPTIMIZATIONS)
    for axis in ("models", "schemes", "boards", "kernels", "optimize"):
        values = getattr(spec, axis)
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise HarnessError(f"{axis}: {twice} is given twice; remove one")
