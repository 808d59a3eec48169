"""Link the firmware image of one model against a runtime library."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.assets import asset_path
from harness.firmware.runtime_library import LibraryRequest, build_variables
from harness.firmware.toolchain import cmake_build

# Wider than any machine: a link never fails because memory is small; sizes are compared afterwards.
_LINK_BYTES = 0x0800_0000


@dataclass(frozen=True)
class ImageRequest:
    """One image: the library it links, the model's operators, and the arena's size in bytes.

    `registrations` are the C++ statements that the operator table gives for the model's operators,
    `declarations` those that they need of other packages' kernels.
    `features` is the source of the feature stage, where the device computes its input
    (`harness/features/tables.py`).
    """

    library: LibraryRequest
    registrations: Sequence[str]
    arena_bytes: int
    features: str | None = None
    declarations: Sequence[str] = ()


def build_image(
    request: ImageRequest, model: bytes, library: Path, tflm_tree: Path, build: Path
) -> bytes:
    """Link the image in the folder `build` and return the ELF.

    A second link in the same folder, of the same model with another arena, compiles nothing.

    `library` holds the unpacked archives of the runtime library.

    Raises:
        BuildError: The compiler or linker refused.
    """
    target = request.library.target
    machine = target.machine
    _keep(build / "model.tflite", model)
    if request.features is not None:
        _keep(build / "features_tables.cc", request.features.encode())
    variables = build_variables(
        target, request.library.optimize, request.library.tflm_api, tflm_tree
    )
    variables |= {
        "HARNESS_LIBRARY_DIR": str(library),
        "HARNESS_MODEL_DIR": str(build),
        "HARNESS_OPERATOR_COUNT": str(len(request.registrations)),
        "HARNESS_OPERATOR_REGISTRATIONS": "\n".join(f"  {line}" for line in request.registrations),
        "HARNESS_OPERATOR_DECLARATIONS": "\n".join(request.declarations),
        "HARNESS_FEATURES": "ON" if request.features is not None else "OFF",
        "HARNESS_FLASH_ORIGIN": f"0x{machine.code_origin:08X}",
        "HARNESS_FLASH_BYTES": f"0x{machine.code_bytes:X}",
        "HARNESS_FLASH_LINK_BYTES": f"0x{_LINK_BYTES:X}",
        "HARNESS_RAM_ORIGIN": f"0x{machine.ram_origin:08X}",
        "HARNESS_RAM_LINK_BYTES": f"0x{_LINK_BYTES:X}",
        "HARNESS_WINDOW_ORIGIN": f"0x{machine.window_origin:08X}",
        "HARNESS_STACK_BYTES": str(target.stack_bytes),
        "HARNESS_ARENA_BYTES": str(request.arena_bytes),
    }
    output = build / "build"
    cmake_build(asset_path("firmware") / "image", output, variables, jobs=1)
    return (output / "firmware.elf").read_bytes()


def _keep(path: Path, content: bytes) -> None:
    """Write `content`, but leave a file alone that holds it: nothing is built twice."""
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)
