"""Find schemes by name, ours and other packages', and say what their results depend on."""

import hashlib
import inspect
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from harness.names import unknown_name
from harness.plugins import load_plugins
from harness.schemes.scheme import Scheme

_CONVERTERS = ("tensorflow", "tf-keras", "keras", "numpy")
_SHARED_SOURCES = ("worker.py", "keras_files.py", "network.py", "full_integer.py")


def load_schemes() -> Mapping[str, Scheme]:
    """Return all schemes by name: modules of this package, then entry points "harness.schemes".

    Raises:
        HarnessError: Two schemes have one name, or a third party's cannot be loaded.
    """
    return load_plugins("harness.schemes", "harness.schemes", "SCHEME", Scheme)


def find_scheme(name: str) -> Scheme:
    """Return the scheme called `name`.

    Raises:
        HarnessError: There is none; the message suggests the nearest and lists all.
    """
    schemes = load_schemes()
    if name not in schemes:
        raise unknown_name("scheme", name, schemes)
    return schemes[name]


def conversion_identity(name: str) -> str:
    """Return what the bytes from scheme `name` depend on beside model and data, for cache keys.

    That is the versions of the packages that convert, and the source of the scheme's module and
    of the worker. TensorFlow is not imported.

    Raises:
        HarnessError: There is no such scheme.
    """
    scheme = find_scheme(name)
    digest = hashlib.sha256()
    own = inspect.getsourcefile(scheme.quantize)
    shared = [Path(__file__).with_name(source) for source in _SHARED_SOURCES]
    for path in [*shared, *([Path(own)] if own else [])]:
        digest.update(path.read_bytes())
    versions = " ".join(f"{package} {version(package)}" for package in _CONVERTERS)
    return f"{scheme.name} {digest.hexdigest()[:16]} {versions}"
