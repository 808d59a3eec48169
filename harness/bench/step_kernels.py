"""The step that adds the kernels of another package to a runtime library."""

from harness.bench.artifacts import Library
from harness.bench.context import Context
from harness.bench.step_build import library_identity, library_request
from harness.bench.tools import code
from harness.errors import HarnessError, Stop
from harness.firmware.package_kernels import ARCHIVE, build_kernels
from harness.firmware.target import Target
from harness.firmware.toolchain import BuildError
from harness.kernel_sets import find_kernel_folder
from harness.store import digest_of
from harness.store.workspace import pack


def add_kernels(
    ctx: Context,
    target: Target,
    optimize: str,
    kernels: str,
    digest: str,
    library: Library | Stop,
) -> Library | Stop:
    """Return the runtime library with the kernels of another package's set, compiled at first use.

    `digest` is the hash of the sources where the sweep was planned.
    """
    if isinstance(library, Stop):
        return library
    request = library_request(target, optimize, library.tree)

    def compute() -> Library | Stop:
        sources = find_kernel_folder(kernels).sources()
        if digest_of(sources) != digest:
            raise HarnessError(
                f"kernel set {kernels}: this worker has it in another version; install the same"
            )
        files = ctx.workspace.unpacked(ctx.store, ctx.store.put(sources))
        tree = ctx.workspace.unpacked(ctx.store, library.tree.archive)
        with ctx.workspace.scratch() as folder:
            try:
                built = build_kernels(request, kernels, files, tree, folder, ctx.jobs)
            except BuildError as error:
                return Stop("failed", f"kernel set {kernels} does not compile: {error}", error.log)
        archives = ctx.workspace.unpacked(ctx.store, library.archive)
        content = {path.name: path.read_bytes() for path in archives.iterdir()}
        archive = pack({**content, ARCHIVE: built})
        return Library(archive=ctx.store.put(archive), tree=library.tree)

    label = f"{target.name} {optimize}: compiling kernel set {kernels}"
    inputs = {
        **library_identity(request),
        "code": code("firmware"),
        "kernels": [kernels, digest],
        "library": library.archive,
    }
    return ctx.step("kernels", label, inputs, Library, compute)
