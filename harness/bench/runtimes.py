"""Which source tree of TensorFlow Lite Micro each kernel set is built with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from harness.bench.artifacts import TflmTree
from harness.errors import HarnessError
from harness.firmware.tflm_source import CRATE, CRATE_CHECKSUM, CRATE_VERSION, runtime_apis
from harness.kernel_sets import (
    REFERENCE,
    KernelFolder,
    KernelSet,
    find_kernel_folder,
    set_operators,
    sources_digest,
)


@dataclass(frozen=True)
class Runtime:
    """A source tree, its API and its identity as rows name them; `tree` None is the crate's.

    `kernel_sources` is the hash of what another package's kernel set is compiled from, `package`
    that package; both are empty for kernels of ours and of the tree.
    """

    tree: TflmTree | None
    api: str
    identity: str
    kernel_sources: str = ""
    package: str = ""


CRATE_RUNTIME = Runtime(None, "tflm2020", f"{CRATE} {CRATE_VERSION} {CRATE_CHECKSUM[:12]}")


def runtimes_of(kernels: Iterable[str], given: TflmTree | None) -> Mapping[str, Runtime]:
    """Return the runtime of each kernel set: the user's tree where it has the set, or the crate.

    Raises:
        HarnessError: A kernel set is unknown, neither tree has it, or the user's tree serves none.
    """
    found = {name: _runtime_of(find_kernel_folder(name), given) for name in kernels}
    if given is not None and all(runtime.tree is None for runtime in found.values()):
        raise HarnessError(
            f"--tflm-dir: none of the kernel sets {', '.join(found)} is built with this tree; add "
            f"--kernels {given.kernels}"
        )
    return found


def _runtime_of(folder: KernelFolder, given: TflmTree | None) -> Runtime:
    kernels = folder.declared
    runtime = _tree_of(kernels, given)
    if not folder.brings_code:
        return runtime
    if (
        runtime.api not in kernels.operators
        or not runtime_apis()[runtime.api].registration.declaration
    ):
        raise HarnessError(
            f"--kernels {kernels.name}: has no kernels for the API {runtime.api}; choose another "
            "set, or add them to its kernels.toml"
        )
    return replace(runtime, kernel_sources=sources_digest(folder), package=folder.origin)


def _tree_of(kernels: KernelSet, given: TflmTree | None) -> Runtime:
    if given is not None and kernels.of_tree == given.kernels:
        adapted = set_operators(kernels.name, given.api)
        if kernels.falls_back_to is None or adapted:
            return Runtime(given, given.api, given.identity)
    if kernels.of_tree != REFERENCE:
        raise HarnessError(
            f"--kernels {kernels.name}: comes with a TFLM tree that was made with it; give one "
            "with --tflm-dir"
        )
    return CRATE_RUNTIME
