"""Compile the kernels of another package, to be linked beside the runtime library."""

from pathlib import Path

from harness.assets import asset_path
from harness.firmware.runtime_library import LibraryRequest, build_variables
from harness.firmware.toolchain import cmake_build

ARCHIVE = "libharness_package.a"


def build_kernels(
    request: LibraryRequest, name: str, sources: Path, tflm_tree: Path, build: Path, jobs: int
) -> bytes:
    """Compile the kernel set `name` in the empty folder `build` and return its archive.

    `sources` is the folder of the package's files.

    Raises:
        BuildError: The compiler refused a file, or there is none to compile.
    """
    variables = build_variables(request.target, request.optimize, request.tflm_api, tflm_tree)
    variables |= {"HARNESS_KERNELS_DIR": str(sources), "HARNESS_KERNELS_NAME": name}
    cmake_build(asset_path("firmware") / "package_kernels", build, variables, jobs)
    return (build / ARCHIVE).read_bytes()
