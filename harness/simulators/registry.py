"""Find simulators by name, ours and other packages', and say what their counts depend on."""

import hashlib
import inspect
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.names import unknown_name
from harness.plugins import Plugin, find_plugins
from harness.simulators.simulator import Simulator


def load_simulators() -> Mapping[str, Plugin[Simulator]]:
    """Return all simulators by name: modules of this package, then entry points.

    Raises:
        HarnessError: Two simulators have one name, or a third party's cannot be loaded.
    """
    return find_plugins("harness.simulators", "harness.simulators", "SIMULATOR", Simulator)


def simulator_origins() -> Mapping[str, str]:
    """Return the package of each simulator that is not ours, by name.

    Raises:
        HarnessError: As `load_simulators`.
    """
    return {name: plugin.origin for name, plugin in load_simulators().items() if plugin.origin}


def find_simulator(name: str) -> Simulator:
    """Return the simulator called `name`.

    Raises:
        HarnessError: There is none; the message suggests the nearest and lists all.
    """
    simulators = load_simulators()
    if name not in simulators:
        raise unknown_name("simulator", name, simulators)
    return simulators[name].value


def simulator_version(name: str) -> str:
    """Return a simulator's emulator and version as the row gives it, such as `QEMU 7.2.22`.

    It ends with "(experimental)" where not all of the simulator was tried.

    Raises:
        HarnessError: There is no such simulator, something that it needs is missing, or a third
            party's fails in another way.
    """
    simulator = find_simulator(name)
    try:
        version = simulator.version()
    except HarnessError:
        raise
    except Exception as error:
        raise HarnessError(
            f"simulator {name}: does not say its version ({type(error).__name__}: {error}); "
            "correct it or uninstall its package"
        ) from error
    return f"{version} (experimental)" if simulator.experimental else version


def content_identity(name: str) -> dict[str, str]:
    """Return what the counts of a simulator depend on, for cache keys.

    That is its name, its version, its own module and its sources.

    Raises:
        HarnessError: There is no such simulator, or something that it needs is missing.
    """
    simulator = find_simulator(name)
    own = _source_of(simulator.emulate)
    digest = hashlib.sha256()
    for path in [*([Path(own)] if own else []), *simulator.sources]:
        content = read_bytes(path)
        digest.update(f"{path.name} {len(content)}\0".encode() + content)
    return {"name": name, "version": simulator_version(name), "sources": digest.hexdigest()}


def _source_of(emulate: object) -> str | None:
    """Return the file of a function, or of the class of a callable object."""
    while isinstance(emulate, partial):
        emulate = emulate.func
    function = emulate if inspect.isroutine(emulate) else type(emulate)
    return inspect.getsourcefile(inspect.unwrap(function))
