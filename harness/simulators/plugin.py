"""Build the counting plugin for the QEMU at hand, once, and keep it in the cache folder."""

import hashlib
import re
import shutil
import tempfile
from pathlib import Path

from harness.errors import HarnessError
from harness.process import run

COMPILER_FLAGS = ("-std=gnu11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden")

_SOURCES = Path(__file__).with_name("qemu_plugin")
# What the plugin's `probe=on` ends QEMU with once QEMU has accepted the plugin.
_ACCEPTED = 42
_FIRST_QEMU_WITH_VERSION_2 = 9
_HIGHEST_VERSION = 8
_PROGRAM_TIMEOUT_S = 60.0


def c_sources() -> list[Path]:
    """Return the plugin's C files, which are compiled together, in the order of their names."""
    return sorted(_SOURCES.glob("*.c"))


def plugin_files() -> tuple[Path, ...]:
    """Return all of the plugin's sources, headers included."""
    return tuple(sorted([*c_sources(), *_SOURCES.glob("*.h")]))


def sources_digest() -> str:
    """Return the SHA-256, as hexadecimal, of the names and contents of the plugin's sources."""
    digest = hashlib.sha256()
    for path in plugin_files():
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\0".encode() + content)
    return digest.hexdigest()


def version_line(qemu: Path) -> str:
    """Return the line in which `qemu` states its version and the distributor's.

    Raises:
        HarnessError: It cannot be run, or is not QEMU.
    """
    completed = run([qemu, "--version"], timeout_s=_PROGRAM_TIMEOUT_S)
    line = completed.stdout.partition("\n")[0].strip()
    if completed.returncode != 0 or "QEMU" not in line:
        raise HarnessError(
            f"{qemu}: does not answer --version as QEMU does; set HARNESS_QEMU to a "
            "qemu-system-arm or run 'harness doctor --install'"
        )
    return line


def version_number(line: str) -> tuple[int, ...]:
    """Return the numbers of a `version_line`: (7, 2, 22) for "QEMU emulator version 7.2.22 ...".

    Raises:
        HarnessError: The line holds no version.
    """
    match = re.search(r"version (\d+(?:\.\d+)+)", line)
    if match is None:
        raise HarnessError(
            f"QEMU states no version number in {line!r}; set HARNESS_QEMU to another"
        )
    return tuple(int(part) for part in match[1].split("."))


def find_compiler() -> Path:
    """Return the C compiler for programs that run on this machine.

    Raises:
        HarnessError: There is none.
    """
    for name in ("cc", "gcc", "clang"):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise HarnessError(
        "no host C compiler (cc, gcc or clang) to build the QEMU plugin with; "
        "run 'harness doctor --install'"
    )


def build_plugin(qemu: Path, cache: Path) -> Path:
    """Return the plugin built for `qemu`, building it into the folder `cache` at first use.

    It is kept under a key of its sources, the compiler and QEMU's version, and put there whole, so
    processes may build it at the same time.

    Raises:
        HarnessError: There is no compiler, it fails, or QEMU accepts no version of the plugin.
    """
    compiler = find_compiler()
    line = version_line(qemu)
    compiler_version = run([compiler, "--version"], timeout_s=_PROGRAM_TIMEOUT_S).stdout
    key = hashlib.sha256()
    for part in (sources_digest(), " ".join(COMPILER_FLAGS), line, compiler_version):
        key.update(part.encode() + b"\0")
    plugin = cache / f"qemu-plugin-{key.hexdigest()[:16]}" / "region_counter.so"
    if plugin.exists():
        return plugin
    first = 2 if version_number(line)[0] >= _FIRST_QEMU_WITH_VERSION_2 else 1
    try:
        plugin.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=plugin.parent, prefix=".build-") as folder:
            _build_accepted(compiler, qemu, Path(folder), first).replace(plugin)
    except OSError as error:
        raise HarnessError(
            f"{plugin}: cannot be written ({error.strerror}); free space or choose another cache"
        ) from error
    return plugin


def _build_accepted(compiler: Path, qemu: Path, folder: Path, first: int) -> Path:
    """Build for rising versions of the plugin interface until QEMU loads the result."""
    command: list[str | Path] = [compiler, *COMPILER_FLAGS, *c_sources()]
    refusals: list[str] = []
    for version in range(first, _HIGHEST_VERSION + 1):
        plugin = folder / f"api{version}.so"
        built = run(
            [*command, f"-DPLUGIN_API_VERSION={version}", "-o", plugin],
            timeout_s=_PROGRAM_TIMEOUT_S,
        )
        if built.returncode != 0:
            last = (built.output.splitlines() or ["no message"])[-1]
            raise HarnessError(f"{_SOURCES}: {compiler} cannot build the QEMU plugin: {last}")
        loaded = run(
            [qemu, "-M", "none", "-display", "none", "-plugin", f"./{plugin.name},probe=on"],
            cwd=folder,
            timeout_s=_PROGRAM_TIMEOUT_S,
        )
        if loaded.returncode == _ACCEPTED:
            return plugin
        refusals += [text for text in loaded.stderr.splitlines() if "lugin" in text][-1:]
    reason = refusals[0] if refusals else "it gives no reason"
    raise HarnessError(
        f"{qemu}: does not load the counting plugin ({reason}); "
        "use a QEMU built with plugins, version 7.2 or later (HARNESS_QEMU)"
    )
