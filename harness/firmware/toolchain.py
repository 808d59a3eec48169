"""The cross compiler: found, identified, and driven through CMake and Ninja."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.process import run

OPTIMIZATIONS = ("Os", "O1", "O2", "O3")

# A user's own flags and include folders would change what is measured without a trace in the row.
_UNSET = dict.fromkeys(
    ("CFLAGS", "CXXFLAGS", "ASMFLAGS", "LDFLAGS", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"),
    "",
)

_REMEDY = "run 'harness doctor --install' to install what is missing"


@dataclass(frozen=True)
class Toolchain:
    """The programs that build firmware; `compiler` names the version as the row gives it."""

    compiler: str
    cmake: str
    ninja: str

    def identity(self) -> dict[str, str]:
        """Return what decides the bytes that it builds: the compiler."""
        return {"compiler": self.compiler}


def find_toolchain() -> Toolchain:
    """Return the installed tool chain.

    Raises:
        HarnessError: The compiler, CMake or Ninja is missing.
    """
    for tool in ("arm-none-eabi-gcc", "arm-none-eabi-g++", "cmake", "ninja"):
        if shutil.which(tool) is None:
            raise HarnessError(f"{tool}: not found; {_REMEDY}")
    answer = run(["arm-none-eabi-gcc", "--version"])
    first = answer.stdout.splitlines()[0] if answer.stdout else ""
    if answer.returncode != 0 or not first:
        raise HarnessError(f"arm-none-eabi-gcc: does not tell its version; {_REMEDY}")
    return Toolchain(compiler=first, cmake="cmake", ninja="ninja")


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
    lines = [line.strip() for line in log.splitlines()]
    for mark in ("undefined reference", "error:", "Error", "FAILED"):
        for line in lines:
            if mark in line:
                return line
    return lines[-1] if lines else "no message"
