"""Find Renode, say which version it is, and how to install the one that this was written for."""

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from harness.errors import HarnessError
from harness.process import Budget, run

VERSION = (1, 16, 1)
VERSION_TEXT = ".".join(str(part) for part in VERSION)
ARCHIVE = f"renode-{VERSION_TEXT}.linux-portable-dotnet.tar.gz"
"""The portable package for x86-64 that brings its own runtime."""
URL = f"https://github.com/renode/renode/releases/download/v{VERSION_TEXT}/{ARCHIVE}"
SHA256 = "00e113cdbd0f5354cf2f64bbe3f5a070d8958409542fca66e45ac97d982938c0"
"""Of the archive, as several projects that download it state."""

INSTALL_COMMANDS = (
    f"curl -LO {URL}",
    f'echo "{SHA256}  {ARCHIVE}" | sha256sum -c',
    f"mkdir -p ~/renode && tar -xf {ARCHIVE} -C ~/renode --strip-components=1",
)
"""How a person installs it where the harness finds it. The harness itself downloads none of it."""

_PROGRAM = "renode"
_ANSWER_S = 60.0
# "Renode v1.16.1.17033" (renode/renode, src/Renode/Program.cs), and "1.17.0 (...)" since.
_VERSION_LINE = re.compile(r"(?:Renode,? +)?(?:version +)?v?(\d+)\.(\d+)\.(\d+)(?:[.\s(+-]|$)")


def install_hint() -> str:
    """Return in half a sentence what to do where Renode is missing or too old."""
    return (
        f"install Renode {VERSION_TEXT} by hand ({URL}, unpacked into ~/renode; docs/renode.md), "
        "or name its program in RENODE_PATH"
    )


def find_renode() -> Path:
    """Return Renode's program.

    It is looked for where RENODE_PATH says (the program, or its folder), on the PATH, and in the
    folders that the portable package is usually unpacked into: `renode` and `renode_*portable` in
    the home folder, in ~/.local, ~/opt and /opt.

    Raises:
        HarnessError: It is not there, or RENODE_PATH names something else.
    """
    named = os.environ.get("RENODE_PATH")
    if named:
        place = Path(named)
        program = place / _PROGRAM if place.is_dir() else place
        if not _is_program(program):
            raise HarnessError(
                f"RENODE_PATH: {named!r} is neither Renode's program nor its folder; "
                "correct the variable or unset it"
            )
        return program.absolute()
    found = shutil.which(_PROGRAM)
    if found is not None:
        return Path(found).absolute()
    for folder in _usual_folders():
        if _is_program(folder / _PROGRAM):
            return (folder / _PROGRAM).absolute()
    raise HarnessError(f"renode: not found; {install_hint()}")


def renode_version(renode: Path) -> str:
    """Return the version of `renode`, such as "1.16.1".

    Raises:
        HarnessError: It cannot be run, does not say its version, or is older than the oldest that
            has what the harness uses.
    """
    version = _version_of(renode, _changed(renode))
    if version < VERSION:
        older = ".".join(str(part) for part in version)
        raise HarnessError(f"{renode}: is Renode {older}, too old; {install_hint()}")
    return ".".join(str(part) for part in version)


def version() -> str:
    """Return name and version of the Renode at hand, such as "Renode 1.16.1".

    Raises:
        HarnessError: As `find_renode` and `renode_version`.
    """
    return f"Renode {renode_version(find_renode())}"


def _usual_folders() -> Iterator[Path]:
    home = os.environ.get("HOME", "/")
    for base in (Path(home), Path(home, ".local"), Path(home, "opt"), Path("/opt")):
        yield base / "renode"
        yield from sorted(base.glob("renode_*portable"), reverse=True)


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _changed(program: Path) -> int:
    """Return when a program was last changed, so that another in its place is asked again."""
    try:
        return program.stat().st_mtime_ns
    except OSError as error:
        raise HarnessError(f"{program}: cannot be read ({error.strerror})") from error


@cache
def _version_of(renode: Path, changed: int) -> tuple[int, ...]:  # noqa: ARG001 - part of the key
    budget = Budget(output_bytes=1 << 20)
    answer = run([renode, "--version"], timeout_s=_ANSWER_S, budget=budget)
    for line in [] if answer.exceeded else answer.stdout.splitlines():
        match = _VERSION_LINE.match(line.strip())
        if match is not None:
            return tuple(int(part) for part in match.groups())
    raise HarnessError(f"{renode}: does not say which Renode it is; {install_hint()}")
