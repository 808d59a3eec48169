"""Build the runtime library of one target: everything of the firmware but the model."""

from dataclasses import dataclass
from pathlib import Path

from harness.assets import asset_path
from harness.firmware.target import Target
from harness.firmware.toolchain import Toolchain, cmake_build
from harness.store.artifact_store import Json
from harness.store.workspace import pack

FIRMWARE_SUFFIXES = (".h", ".cc", ".c", ".S", ".cmake", ".in", ".txt", ".toml")


@dataclass(frozen=True)
class LibraryRequest:
    """What decides the bytes of a runtime library."""

    target: Target
    optimize: str
    tflm_api: str
    tflm_digest: str

    def identity(self, toolchain: Toolchain, libraries: str, firmware: str) -> dict[str, Json]:
        """Return the inputs of the content key.

        `libraries` is a hash of what the tool chain links, `firmware` of the firmware's sources.
        """
        return {
            "target": self.target.identity(),
            "optimize": self.optimize,
            "tflm": self.tflm_digest,
            "toolchain": toolchain.identity(),
            "libraries": libraries,
            "firmware": firmware,
        }


def build_variables(target: Target, optimize: str, api: str, tflm_tree: Path) -> dict[str, str]:
    """Return the CMake variables that the runtime library and the image share."""
    return {
        "HARNESS_TFLM_DIR": str(tflm_tree),
        "HARNESS_RUNTIME_API": api,
        "HARNESS_CORE_FLAGS": target.core_flags,
        "HARNESS_OPTIMIZE": optimize,
    }


def build_library(request: LibraryRequest, tflm_tree: Path, build: Path, jobs: int) -> bytes:
    """Compile the library in the empty folder `build` and return its archives, packed.

    Raises:
        BuildError: The compiler refused a file.
    """
    variables = build_variables(request.target, request.optimize, request.tflm_api, tflm_tree)
    machine = request.target.machine
    variables |= {
        "HARNESS_CONSOLE": machine.console,
        "HARNESS_UART_BASE": f"0x{machine.uart_base:08X}",
    }
    cmake_build(asset_path("firmware"), build, variables, jobs)
    return pack({path.name: path.read_bytes() for path in build.rglob("lib*.a")})
