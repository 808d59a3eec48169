"""The kernel sets that firmware can be built with: the folders in `firmware/kernels`."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.names import unknown_name
from harness.toml_file import read_toml

REFERENCE = "reference"
"""The kernels that every tree of TensorFlow Lite Micro has, unless others took their place."""


class KernelSet(BaseModel):
    """One kernel set, as its `kernels.toml` declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    summary: Annotated[str, Field(min_length=1)]
    """What its kernels are, in one line."""
    falls_back_to: str | None = None
    """The set of the tree's own kernels that runs what this one lacks; None: it is such a set."""
    brought_by: tuple[str, ...] = ()
    """Files of a tree, relative to it, by which its kernels are known to be this set's."""

    @property
    def of_tree(self) -> str:
        """The set that a tree must have for this one to be built with it."""
        return self.falls_back_to or self.name


def load_kernel_sets() -> tuple[KernelSet, ...]:
    """Return every kernel set, sorted by name.

    Raises:
        HarnessError: A `kernels.toml` is wrong, its name is not its folder's, or it falls back to a
            set that there is not.
    """
    found = []
    for path in sorted(asset_path("firmware").glob("kernels/*/kernels.toml")):
        kernels = read_toml(path, KernelSet)
        if kernels.name != path.parent.name:
            raise HarnessError(
                f"{path}: name: {kernels.name!r} is not the folder's; rename one of them"
            )
        found.append(kernels)
    names = {kernels.name for kernels in found}
    for kernels in found:
        if kernels.of_tree not in names:
            raise unknown_name(
                f"kernel set that {kernels.name} falls back to", kernels.of_tree, names
            )
    return tuple(found)


def find_kernel_set(name: str) -> KernelSet:
    """Return the kernel set called `name`.

    Raises:
        HarnessError: There is none of that name; the nearest is suggested.
    """
    sets = {kernels.name: kernels for kernels in load_kernel_sets()}
    if name not in sets:
        raise unknown_name("kernel set", name, sets)
    return sets[name]


def kernels_of_tree(tree: Path) -> str:
    """Return the name of the kernel set that the files of a TFLM tree are."""
    for kernels in load_kernel_sets():
        if kernels.brought_by and all((tree / path).exists() for path in kernels.brought_by):
            return kernels.name
    return REFERENCE
