"""Find schemes by name, ours and other packages', and say what their results depend on."""

import hashlib
import inspect
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from harness.errors import HarnessError
from harness.names import unknown_name
from harness.plugins import load_plugins, plugin_origins
from harness.schemes.combination import PARTS, combine
from harness.schemes.scheme import Scheme

_CONVERTERS = ("tensorflow", "tf-keras", "keras", "numpy", "ai-edge-litert", "flatbuffers")
_SHARED_SOURCES = (
    "worker.py",
    "../tensorflow_worker.py",
    "keras_files.py",
    "network.py",
    "full_integer.py",
    "combination.py",
    "weight_requantization.py",
    "../model_file/packing.py",
    "../model_file/rewriting.py",
)
_TRAINING = Path(__file__).parents[1] / "training"


def load_schemes() -> Mapping[str, Scheme]:
    """Return all schemes by name: modules of this package, then entry points "harness.schemes".

    Raises:
        HarnessError: Two schemes have one name, or a third party's cannot be loaded.
    """
    return load_plugins("harness.schemes", "harness.schemes", "SCHEME", Scheme)


def scheme_origins() -> Mapping[str, str]:
    """Return the package of each scheme that is not ours, by name.

    Raises:
        HarnessError: As `load_schemes`.
    """
    return plugin_origins("harness.schemes", "harness.schemes", "SCHEME", Scheme)


def find_scheme(name: str) -> Scheme:
    """Return the scheme called `name`, which may also be BASE-RECIPE (`combination.PARTS`).

    Raises:
        HarnessError: There is none, and the message suggests the nearest and lists all; or the two
            parts do not go together, and it says why.
    """
    schemes = load_schemes()
    if name in schemes:
        return schemes[name]
    for part in PARTS:
        base = schemes.get(name.removesuffix(f"-{part}"))
        if base is not None and base.recipe is not None:
            raise HarnessError(
                f"scheme {name}: {base.name} is of recipe {base.recipe} already; a checkpoint is "
                "fine-tuned by one recipe"
            )
        if base is not None:
            return combine(base, part)
    raise unknown_name("scheme", name, schemes)


def conversion_identity(name: str) -> str:
    """Return what the bytes from scheme `name` depend on beside model and data, for cache keys.

    That is the versions of the packages that convert, and the source of the scheme's module and
    of the worker, and of the recipes where one was used. TensorFlow is not imported.

    Raises:
        HarnessError: There is no such scheme.
    """
    scheme = find_scheme(name)
    digest = hashlib.sha256()
    own = inspect.getsourcefile(scheme.quantize)
    shared = [Path(__file__).parent / source for source in _SHARED_SOURCES]
    training = sorted(_TRAINING.glob("*.py")) if scheme.recipe else []
    for path in [*shared, *([Path(own)] if own else []), *training]:
        digest.update(path.read_bytes())
    packages = [*_CONVERTERS, *(["tensorflow-model-optimization"] if scheme.recipe else [])]
    versions = " ".join(f"{package} {version(package)}" for package in packages)
    return f"{scheme.name} {digest.hexdigest()[:16]} {versions}"
