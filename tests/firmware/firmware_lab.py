"""Build and run images of one target in tests: a Cortex-M4F with the runtime library shared."""

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.bench.artifacts import Library
from harness.bench.context import Context
from harness.bench.step_build import fetch_tflm, guest_of, library_request, make_library
from harness.errors import Stop
from harness.firmware.image import ImageRequest, build_image
from harness.firmware.registrations import registration_statements
from harness.firmware.runtime_library import LibraryRequest
from harness.firmware.target import Target, make_target
from harness.model_file.kernel_choice import choose_kernels
from harness.model_file.operator_table import load_operator_table
from harness.model_file.reader import read_model
from harness.process import run
from harness.simulators.qemu import emulate
from harness.simulators.session import Guest
from harness.simulators.simulator import Emulation, Limits
from harness.store import Workspace

TARGET = make_target("cortex-m4", "fpv4-sp-d16", "mps2-an386")
LIMITS = Limits(50_000_000, 60.0, 1 << 20)


@dataclass(frozen=True)
class Lab:
    """The runtime library of one target, and what links and runs against it."""

    ctx: Context
    library: Library
    request: LibraryRequest
    archives: Path
    tree: Path
    kernels: str = "reference"

    @property
    def target(self) -> Target:
        """The target."""
        return self.request.target

    def link(self, model: bytes, arena_bytes: int, build: Path) -> bytes:
        """Return the ELF of `model` with an arena of so many bytes."""
        build.mkdir(parents=True, exist_ok=True)
        image = ImageRequest(self.request, self.registrations(model), arena_bytes)
        return build_image(image, model, self.archives, self.tree, build)

    def registrations(self, model: bytes) -> Sequence[str]:
        """Return the statements that register a model's operators in the lab's kernel set."""
        api = self.request.tflm_api
        chosen = choose_kernels(read_model(model, "model"), load_operator_table(api), self.kernels)
        return registration_statements(api, chosen.registrations)

    def guest(self, elf: bytes, folder: Path) -> Guest:
        """Return the image as something to emulate."""
        return guest_of(self.ctx, elf, self.request, folder)

    def application(self, source: str, folder: Path, script: str) -> Path:
        """Link a C++ `main` of a test against the port and the protocol, and return the ELF.

        `script` is the linker script of an image that was linked before.
        """
        firmware = Path(__file__).parents[2] / "firmware"
        (folder / "operators.cc").write_text(source)
        (folder / "link.ld").write_text(script)
        (folder / "model.S").write_text('.section .model, "a"\n.word 0\n')
        flags = [*self.target.core_flags.split(), "-mthumb", "-O1", "-ffunction-sections"]
        flags += ["-fno-exceptions", "-fno-rtti", "-fno-asynchronous-unwind-tables"]
        flags += ["-I", str(firmware), "--specs=nano.specs", "-nostartfiles", "-Wl,--gc-sections"]
        flags += ["-Wl,--no-warn-rwx-segments", "-Wl,--build-id=none", "-T", "link.ld"]
        libraries = [self.archives / f"lib{name}.a" for name in ("harness_port", "harness_app")]
        compiled = run(
            ["arm-none-eabi-g++", *flags, "-c", "operators.cc", "-o", "operators.cc.obj"],
            cwd=folder,
        )
        assert compiled.returncode == 0, compiled.output
        linked = run(
            ["arm-none-eabi-g++", *flags, "operators.cc.obj", "model.S", "-Wl,--start-group",
             *libraries, "-Wl,--end-group", "-o", "application.elf"],
            cwd=folder,
        )  # fmt: skip
        assert linked.returncode == 0, linked.output
        return folder / "application.elf"

    def emulate(self, elf: Path, window: bytes = b"", limits: Limits = LIMITS) -> Emulation:
        """Run an ELF without regions and detail."""
        return emulate(
            elf=elf,
            machine=self.target.machine,
            window_origin=self.target.machine.window_origin,
            window=window,
            markers=(),
            dispatches=(),
            region_names={},
            detail=False,
            limits=limits,
            cache=self.ctx.workspace.folder,
        )


def open_lab(cache: Path, target: Target = TARGET) -> Lab:
    """Return the lab whose library is in `cache`; the first test process compiles it."""
    ctx = Context(str(cache / "store"), jobs=2)
    with _one_at_a_time(cache / "lab.lock"):
        tree = _good(fetch_tflm(ctx, None))
        library = _good(make_library(ctx, target, "O2", tree))
    workspace = Workspace(cache)
    return Lab(
        ctx,
        library,
        library_request(target, "O2", tree),
        workspace.unpacked(ctx.store, library.archive),
        workspace.unpacked(ctx.store, tree.archive),
    )


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _good(outcome):
    assert not isinstance(outcome, Stop), outcome
    return outcome


def sizes_of(listing: str, columns: Sequence[int]) -> Mapping[str, int]:
    """Return name and size of each line of a binutils listing that has them."""
    name, size = columns
    found = {}
    for line in listing.splitlines():
        words = line.split()
        if len(words) > max(columns) and words[size].isdigit():
            found[words[name]] = int(words[size])
    return found
