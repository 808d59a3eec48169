"""Find extensions: modules of a package of ours, and what other packages announce."""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Generic, Protocol, TypeVar

from harness.errors import HarnessError

_REMEDY = "correct it or uninstall the package"


class Named(Protocol):
    """An extension: what a user calls it by."""

    @property
    def name(self) -> str:
        """The name."""


T = TypeVar("T", bound=Named)


@dataclass(frozen=True)
class Plugin(Generic[T]):
    """An extension and the package that it comes from; `origin` is empty for one of ours."""

    value: T
    origin: str


@dataclass(frozen=True)
class PluginFolder:
    """A folder of files that another package announces; `where` names the entry point."""

    path: Path
    origin: str
    where: str


def load_plugins(package: str, group: str, attribute: str, kind: type[T]) -> Mapping[str, T]:
    """Return the extensions that `find_plugins` finds, by name.

    Raises:
        HarnessError: As `find_plugins`.
    """
    found = find_plugins(package, group, attribute, kind)
    return MappingProxyType({name: plugin.value for name, plugin in found.items()})


def plugin_origins(package: str, group: str, attribute: str, kind: type[T]) -> Mapping[str, str]:
    """Return the package of each extension that `find_plugins` finds and that is not ours.

    Raises:
        HarnessError: As `find_plugins`.
    """
    found = find_plugins(package, group, attribute, kind)
    return {name: plugin.origin for name, plugin in found.items() if plugin.origin}


def find_plugins(
    package: str, group: str, attribute: str, kind: type[T]
) -> Mapping[str, Plugin[T]]:
    """Return every `attribute` of type `kind` in the modules of `package`, by its `name`.

    A third party's entry point in `group` names a module of the same form, or the object itself.
    Ours come first, in the order of their module names.

    Raises:
        HarnessError: Two have one name, or an entry point cannot be loaded or is of another type.
    """
    found: dict[str, Plugin[T]] = {}
    for where, origin, value in [*_ours(package, attribute), *_theirs(group, attribute)]:
        if not isinstance(value, kind):
            given = type(value).__name__
            raise HarnessError(
                f"{where}: {attribute} is a {given}, not a {kind.__name__}; {_REMEDY}"
            )
        if value.name in found:
            other = found[value.name].origin or "the harness"
            raise HarnessError(
                f"{where}: the name {value.name!r} is taken by {other}; "
                "rename one or uninstall the package"
            )
        found[value.name] = Plugin(value, origin)
    return MappingProxyType(found)


def announced_folders(group: str) -> tuple[PluginFolder, ...]:
    """Return the folders of the packages that entry points of `group` name.

    Raises:
        HarnessError: An entry point cannot be imported, or is no package.
    """
    folders = []
    for point in announced(group):
        module = _load(point)
        paths = list(getattr(module, "__path__", ()))
        if not paths:
            raise HarnessError(
                f"{entry_point_text(point)}: is no Python package, whose folder would be taken; "
                f"{_REMEDY}"
            )
        folders.append(PluginFolder(Path(paths[0]), origin_of(point), entry_point_text(point)))
    return tuple(folders)


def announced(group: str) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group such as "harness.tasks", sorted by name."""
    return _installed(entry_points, group, tuple(sys.path))


def origin_of(point: EntryPoint) -> str:
    """Return the package that announces an entry point, with its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def entry_point_text(point: EntryPoint) -> str:
    """Return an entry point as messages name it: group, name, value and package."""
    return f"{point.group}: {point.name} = {point.value!r} ({origin_of(point)})"


@cache
def _installed(
    find: Callable[..., Iterable[EntryPoint]],
    group: str,
    path: tuple[str, ...],  # noqa: ARG001 -- other places have other packages
) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group, sorted; looking through all packages takes 10 ms."""
    return tuple(sorted(find(group=group), key=lambda point: (point.name, point.value)))


def _ours(package: str, attribute: str) -> list[tuple[str, str, object]]:
    path = tuple(importlib.import_module(package).__path__)
    modules = [importlib.import_module(f"{package}.{name}") for name in _module_names(path)]
    found = [(module.__name__, "", getattr(module, attribute, None)) for module in modules]
    return [one for one in found if one[2] is not None]


@cache
def _module_names(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the modules in a package's folders; listing them takes 2 ms."""
    return tuple(one.name for one in pkgutil.iter_modules(path))


def _theirs(group: str, attribute: str) -> list[tuple[str, str, object]]:
    found = []
    for point in announced(group):
        value = _load(point)
        if isinstance(value, ModuleType):
            if not hasattr(value, attribute):
                raise HarnessError(
                    f"{entry_point_text(point)}: cannot be loaded (the module has no {attribute}); "
                    f"{_REMEDY}"
                )
            value = getattr(value, attribute)
        found.append((entry_point_text(point), origin_of(point), value))
    return found


def _load(point: EntryPoint) -> object:
    """Return what an entry point names; whatever its import raises is the package's fault."""
    try:
        return point.load()
    except (Exception, SystemExit) as error:
        raise HarnessError(
            f"{entry_point_text(point)}: cannot be loaded ({type(error).__name__}: {error}); "
            f"{_REMEDY}"
        ) from error
