"""The kernel sets that firmware can be built with: ours in `firmware/kernels`, and packages'."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from harness.assets import asset_path
from harness.board_tables import Line, Name
from harness.errors import HarnessError
from harness.model_file.operator_table import (
    OperatorTable,
    SetEntry,
    load_operator_table,
    runtime_names,
)
from harness.names import unknown_name
from harness.plugins import announced_folders
from harness.store import digest_of
from harness.store.workspace import pack_tree
from harness.toml_file import read_toml

REFERENCE = "reference"
"""The kernels that every tree of TensorFlow Lite Micro has, unless others took their place."""

_SOURCE_SUFFIXES = (".h", ".hpp", ".inc", ".c", ".cc", ".cpp")
_COMPILED_SUFFIXES = (".c", ".cc", ".cpp")


class KernelSet(BaseModel):
    """One kernel set, as its `kernels.toml` declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    """What `--kernels` calls it."""
    summary: Line
    """What its kernels are, in one line."""
    falls_back_to: str | None = None
    """The set of the tree's own kernels that runs what this one lacks; left out: it is one."""
    brought_by: tuple[str, ...] = ()
    """Files of a tree, relative to it, by which its kernels are known to be this set's."""
    operators: dict[str, dict[str, SetEntry]] = {}
    """Of a package's set: for each API of TFLM (`tflm2020`) the operators that it has, by builtin
    name. Ours are in `firmware/runtime/<API>/operators.toml`."""

    @property
    def of_tree(self) -> str:
        """The set that a tree must have for this one to be built with it."""
        return self.falls_back_to or self.name


@dataclass(frozen=True)
class KernelFolder:
    """A kernel set and its folder; `origin` is the package that it is of, empty for ours."""

    declared: KernelSet
    path: Path
    origin: str = ""

    def sources(self) -> bytes:
        """Return its C and C++ files, packed; those of our sets are part of the firmware."""
        return pack_tree(self.path, _SOURCE_SUFFIXES)

    @property
    def brings_code(self) -> bool:
        """Whether it is compiled by itself and linked beside the runtime library."""
        return bool(self.declared.operators)


def load_kernel_folders() -> Mapping[str, KernelFolder]:
    """Return every kernel set by name: ours, sorted, then those of entry points "harness.kernels".

    An entry point names a package whose folder holds `kernels.toml` and C++ sources.

    Raises:
        HarnessError: A `kernels.toml` is wrong, its name is taken or not that of our folder, or it
            falls back to a set that there is not.
    """
    found: dict[str, KernelFolder] = {}
    for path in sorted(asset_path("firmware").glob("kernels/*/kernels.toml")):
        kernels = read_toml(path, KernelSet)
        if kernels.name != path.parent.name:
            raise HarnessError(
                f"{path}: name: {kernels.name!r} is not the folder's; rename one of them"
            )
        found[kernels.name] = KernelFolder(kernels, path.parent)
    for folder in announced_folders("harness.kernels"):
        path = folder.path / "kernels.toml"
        kernels = read_toml(path, KernelSet)
        if kernels.name in found:
            raise HarnessError(
                f"{folder.where}: the name {kernels.name!r} is taken by "
                f"{found[kernels.name].path}; rename one or uninstall the package"
            )
        _check_operators(path, kernels)
        found[kernels.name] = KernelFolder(kernels, folder.path, folder.origin)
    for one in found.values():
        if one.declared.of_tree not in found:
            others = [name for name in found if name != one.declared.name]
            what = f"kernel set that {one.declared.name} falls back to"
            raise HarnessError(
                f"{one.path / 'kernels.toml'}: {unknown_name(what, one.declared.of_tree, others)}"
            )
    return MappingProxyType(found)


def load_kernel_sets() -> tuple[KernelSet, ...]:
    """Return every kernel set, ours first.

    Raises:
        HarnessError: As `load_kernel_folders`.
    """
    return tuple(folder.declared for folder in load_kernel_folders().values())


def find_kernel_folder(name: str) -> KernelFolder:
    """Return the kernel set called `name`, with its folder.

    Raises:
        HarnessError: There is none of that name; the nearest is suggested.
    """
    folders = load_kernel_folders()
    if name not in folders:
        raise unknown_name("kernel set", name, folders)
    return folders[name]


def find_kernel_set(name: str) -> KernelSet:
    """Return the kernel set called `name`.

    Raises:
        HarnessError: There is none of that name; the nearest is suggested.
    """
    return find_kernel_folder(name).declared


def kernels_of_tree(tree: Path) -> str:
    """Return the name of the kernel set that the files of a TFLM tree are."""
    for kernels in load_kernel_sets():
        if kernels.brought_by and all((tree / path).exists() for path in kernels.brought_by):
            return kernels.name
    return REFERENCE


def set_operators(name: str, api: str) -> Mapping[str, SetEntry]:
    """Return the operators that a kernel set adds to a runtime's own; none where it adds none.

    Raises:
        HarnessError: There is no such kernel set or runtime.
    """
    declared = find_kernel_set(name).operators
    return declared.get(api) or load_operator_table(api).kernel_sets.get(name, {})


def operator_table_with(name: str, api: str) -> OperatorTable:
    """Return the operator table of a runtime with the operators of one kernel set.

    Raises:
        HarnessError: As `set_operators`.
    """
    sets = {name: dict(set_operators(name, api))}
    return load_operator_table(api).model_copy(update={"kernel_sets": sets})


def sources_digest(folder: KernelFolder) -> str:
    """Return a hash of what a kernel set is compiled from; empty where it brings no code."""
    return digest_of(folder.sources()) if folder.brings_code else ""


def _check_operators(path: Path, kernels: KernelSet) -> None:
    """Refuse what could only fail in the compiler.

    Raises:
        HarnessError: An API or an operator is unknown, a registration is no qualified C++ name, the
            folder holds no source to compile, or nothing would run what the set lacks.
    """
    for api, operators in kernels.operators.items():
        if api not in runtime_names():
            raise HarnessError(
                f"{path}: {unknown_name('runtime under operators', api, runtime_names())}"
            )
        table = load_operator_table(api)
        known = {*table.operators, *table.custom}
        for operator, entry in operators.items():
            if operator not in known:
                what = f"operator under operators.{api}"
                raise HarnessError(f"{path}: {unknown_name(what, operator, known)}")
            for function in entry.registrations.values():
                _check_function(f"{path}: operators.{api}.{operator}", function)
    if kernels.operators and kernels.falls_back_to is None:
        raise HarnessError(f'{path}: falls_back_to: missing; add falls_back_to = "{REFERENCE}"')
    if kernels.operators and not any(
        file.suffix in _COMPILED_SUFFIXES for file in path.parent.rglob("*")
    ):
        raise HarnessError(f"{path}: operators: no C++ source beside it; add the kernels (.cc)")


def _check_function(place: str, function: str) -> None:
    parts = function.split("::")
    if len(parts) == 1 or not all(part.isascii() and part.isidentifier() for part in parts):
        raise HarnessError(
            f"{place}: {function!r} is no C++ function in a namespace; "
            "write it as my_kernels::Register_ADD"
        )
