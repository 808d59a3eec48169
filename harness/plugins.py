"""Find extension modules: those of a package of ours, and those that other packages announce."""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Protocol, TypeVar

from harness.errors import HarnessError


class Named(Protocol):
    """An extension: what a user calls it by."""

    @property
    def name(self) -> str:
        """The name."""


T = TypeVar("T", bound=Named)


def load_plugins(package: str, group: str, attribute: str, kind: type[T]) -> Mapping[str, T]:
    """Return every `attribute` of type `kind` in the modules of `package`, by its `name`.

    A third party's entry point in `group` names a module of the same form. Ours come first, in
    the order of their module names.

    Raises:
        HarnessError: Two have one name, or an entry point cannot be loaded.
    """
    found: dict[str, T] = {}
    path = importlib.import_module(package).__path__
    modules = [
        importlib.import_module(f"{package}.{module.name}") for module in pkgutil.iter_modules(path)
    ]
    candidates = [(module.__name__, getattr(module, attribute, None)) for module in modules]
    ours = [(origin, value) for origin, value in candidates if value is not None]
    for origin, value in [*ours, *_announced(group, attribute)]:
        if not isinstance(value, kind):
            raise HarnessError(
                f"{origin}: {attribute} is a {type(value).__name__}, not a {kind.__name__}; "
                "correct it or uninstall the package"
            )
        key = value.name
        if key in found:
            raise HarnessError(
                f"{origin}: {group}: the name {key!r} is taken; rename one or uninstall the package"
            )
        found[key] = value
    return MappingProxyType(found)


@cache
def _installed(
    find: Callable[..., Iterable[EntryPoint]],
    group: str,
    path: tuple[str, ...],  # noqa: ARG001 -- other places have other packages
) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group, sorted; looking through all packages takes 10 ms."""
    return tuple(sorted(find(group=group), key=lambda point: (point.name, point.value)))


def _announced(group: str, attribute: str) -> list[tuple[str, object]]:
    values = []
    for point in _installed(entry_points, group, tuple(sys.path)):
        try:
            values.append((point.value, getattr(point.load(), attribute)))
        except (ImportError, AttributeError) as error:
            raise HarnessError(
                f"{point.value}: {group}: cannot be loaded ({error}); "
                "correct it or uninstall the package"
            ) from error
    return values
