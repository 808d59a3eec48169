"""The versions of this machine's tools and sources, asked for once a process."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from harness import __version__
from harness.assets import asset_path
from harness.firmware.runtime_library import FIRMWARE_SUFFIXES
from harness.firmware.toolchain import Toolchain, find_toolchain, libraries_digest
from harness.models import load_models
from harness.plugins import announced, origin_of
from harness.simulators.registry import content_identity, simulator_version
from harness.store import digest_of
from harness.store.workspace import pack_tree


@cache
def toolchain() -> Toolchain:
    """Return the installed tool chain.

    Raises:
        HarnessError: The compiler, CMake or Ninja is missing.
    """
    return find_toolchain()


@cache
def libraries(core_flags: str) -> str:
    """Return a hash of the libraries that the tool chain links for a core.

    Raises:
        HarnessError: The tool chain lacks one.
    """
    return libraries_digest(core_flags)


@cache
def emulator(simulator: str) -> str:
    """Return a simulator's emulator and version as the row gives it, such as `QEMU 7.2.22`.

    Raises:
        HarnessError: There is no such simulator, or something that it needs is missing.
    """
    return simulator_version(simulator)


@cache
def simulator_identity(simulator: str) -> Mapping[str, str]:
    """Return what the counts of a simulator depend on, for the keys of stored results.

    Raises:
        HarnessError: As `emulator`.
    """
    return content_identity(simulator)


@cache
def firmware_sources() -> str:
    """Return a hash of the firmware's own sources."""
    return digest_of(pack_tree(asset_path("firmware"), FIRMWARE_SUFFIXES))


@cache
def sources() -> str:
    """Return a hash of what decides the results of steps: our code and tables, models, plug-ins.

    Boards travel with their cells; compilers and emulators are named in rows and content keys.

    Raises:
        HarnessError: A model cannot be read.
    """
    models = {
        name: digest_of(pack_tree(model.folder, (".py", ".toml", ".npz")))
        for name, model in load_models().items()
    }
    packages = {
        f"{point.group} {point.name}": origin_of(point)
        for group in entry_points().groups
        if group.startswith("harness.")
        for point in announced(group)
    }
    text = json.dumps(
        [__version__, code("."), firmware_sources(), models, packages], sort_keys=True
    )
    return digest_of(text.encode())


@cache
def code(*packages: str) -> str:
    """Return a hash of our own sources and tables in sub-packages such as "simulators".

    A step's key covers the code that carries it out, so that a corrected measurement is made anew.
    """
    package = Path(__file__).parents[1]
    return digest_of(pack_tree(package, (".py", ".toml"), packages))
