"""The kernel sets that firmware can be built with: the folders in `firmware/kernels`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.names import unknown_name
from harness.toml_file import read_toml


class KernelSet(BaseModel):
    """One kernel set, as its `kernels.toml` declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    summary: Annotated[str, Field(min_length=1)]
    """What its kernels are, in one line."""


def load_kernel_sets() -> tuple[KernelSet, ...]:
    """Return every kernel set, sorted by name.

    Raises:
        HarnessError: A `kernels.toml` is wrong, its name is not its folder's, or the folder has
            no `kernels.cmake` that says what it builds.
    """
    found = []
    for path in sorted(asset_path("firmware").glob("kernels/*/kernels.toml")):
        kernels = read_toml(path, KernelSet)
        if kernels.name != path.parent.name:
            raise HarnessError(
                f"{path}: name: {kernels.name!r} is not the folder's; rename one of them"
            )
        if not path.with_name("kernels.cmake").is_file():
            raise HarnessError(f"{path.parent}: has no kernels.cmake; add what the set builds")
        found.append(kernels)
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
