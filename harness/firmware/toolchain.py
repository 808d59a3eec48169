"""The cross compiler: found, identified, and driven through CMake and Ninja."""

import hashlib
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.files import read_bytes
from harness.process import run

OPTIMIZATIONS = ("Os", "O1", "O2", "O3")

# A user's own flags and include folders would change what is measured without a trace in the row.
_UNSET = dict.fromkeys(
    ("CFLAGS", "CXXFLAGS", "ASMFLAGS", "LDFLAGS", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"),
    "",
)

# GCC's temporary files have a new name each time.
_PASSING_NAME = re.compile(r"\bcc\w{6}\.s\b")
_FOLDERS = re.compile(r"(?:/[^\s/:'\"`]+)+/")
_PROGRAMS = ("arm-none-eabi-gcc", "arm-none-eabi-g++", "arm-none-eabi-ld", "cmake", "ninja")
_LIBRARIES = ("libc_nano.a", "libm.a", "libgcc.a", "libstdc++_nano.a")
_REMEDY = "run 'harness doctor --install' to install what is missing"


@dataclass(frozen=True)
class Toolchain:
    """What builds firmware: compiler and linker by the versions that they state.

    `compiler` is what the row gives.
    """

    compiler: str
    linker: str

    def identity(self) -> dict[str, str]:
        """Return what decides the bytes that it builds, but for the libraries that it links."""
        return {"compiler": self.compiler, "linker": self.linker}


def find_toolchain() -> Toolchain:
    """Return the installed tool chain.

    Raises:
        HarnessError: The compiler, CMake or Ninja is missing.
    """
    for tool in _PROGRAMS:
        if shutil.which(tool) is None:
            raise HarnessError(f"{tool}: not found; {_REMEDY}")
    compiler = _first_line("arm-none-eabi-gcc", "--version")
    return Toolchain(compiler, linker=_first_line("arm-none-eabi-ld", "--version"))


def _first_line(*command: str) -> str:
    answer = run(command)
    first = answer.stdout.splitlines()[0] if answer.stdout else ""
    if answer.returncode != 0 or not first:
        raise HarnessError(f"{' '.join(command)}: gives no answer; {_REMEDY}")
    return first


def libraries_digest(core_flags: str) -> str:
    """Return a hash of the C, C++ and compiler libraries that are linked for these core flags.

    Raises:
        HarnessError: One of them is missing.
    """
    digest = hashlib.sha256()
    for name in _LIBRARIES:
        flags = [*core_flags.split(), "-mthumb", f"-print-file-name={name}"]
        path = Path(_first_line("arm-none-eabi-gcc", *flags))
        if not path.is_absolute():  # what GCC answers where it finds none
            raise HarnessError(f"{name}: the cross compiler has none for {core_flags}; {_REMEDY}")
        digest.update(read_bytes(path))
    return digest.hexdigest()


class BuildError(Exception):
    """CMake or Ninja failed; `log` is what they printed."""

    def __init__(self, summary: str, log: str) -> None:
        super().__init__(summary)
        self.log = log


def cmake_build(project: Path, build: Path, variables: Mapping[str, str], jobs: int) -> None:
    """Configure and build one of the firmware's CMake projects in the folder `build`.

    Raises:
        BuildError: The compiler or linker refused; the message is its first error line.
        HarnessError: CMake or Ninja is missing.
    """
    toolchain_file = asset_path("firmware") / "cmake" / "arm-none-eabi.cmake"
    configure: list[str | Path] = ["cmake", "-G", "Ninja", "-S", project, "-B", build]
    configure += [f"-DCMAKE_TOOLCHAIN_FILE={toolchain_file}"]
    configure += [f"-D{name}={value}" for name, value in sorted(variables.items())]
    build_all: list[str | Path] = ["cmake", "--build", build, "--parallel", str(jobs)]
    for command in (configure, build_all):
        done = run(command, env=_UNSET)
        if done.returncode != 0:
            raise BuildError(_first_error(done.output), done.output)


def _first_error(log: str) -> str:
    """The line that says why, without folders: they are this machine's, and differ by run."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for mark in ("undefined reference", "error:", "Error:", "Error at", "FAILED"):
        for number, line in enumerate(lines):
            if mark in line:
                # CMake's own message stands on the line after its place.
                said = " ".join(lines[number : number + 2]) if mark == "Error at" else line
                return _PASSING_NAME.sub("assembly", _FOLDERS.sub("", said))
    return _FOLDERS.sub("", lines[-1]) if lines else "no message"
