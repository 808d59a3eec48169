"""Which source tree of TensorFlow Lite Micro each kernel set is built with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.bench.artifacts import TflmTree
from harness.errors import HarnessError
from harness.firmware.tflm_source import CRATE, CRATE_CHECKSUM, CRATE_VERSION
from harness.kernel_sets import REFERENCE, KernelSet, find_kernel_set
from harness.model_file.operator_table import load_operator_table


@dataclass(frozen=True)
class Runtime:
    """A source tree, its API and its identity as rows name them; `tree` None is the crate's."""

    tree: TflmTree | None
    api: str
    identity: str


CRATE_RUNTIME = Runtime(None, "tflm2020", f"{CRATE} {CRATE_VERSION} {CRATE_CHECKSUM[:12]}")


def runtimes_of(kernels: Iterable[str], given: TflmTree | None) -> Mapping[str, Runtime]:
    """Return the runtime of each kernel set: the user's tree where it has the set, or the crate.

    Raises:
        HarnessError: A kernel set is unknown, neither tree has it, or the user's tree serves none.
    """
    found = {name: _runtime_of(find_kernel_set(name), given) for name in kernels}
    if given is not None and all(runtime.tree is None for runtime in found.values()):
        raise HarnessError(
            f"--tflm-dir: none of the kernel sets {', '.join(found)} is built with this tree; add "
            f"--kernels {given.kernels}"
        )
    return found


def _runtime_of(kernels: KernelSet, given: TflmTree | None) -> Runtime:
    if given is not None and kernels.of_tree == given.kernels:
        adapted = load_operator_table(given.api).kernel_sets
        if kernels.falls_back_to is None or kernels.name in adapted:
            return Runtime(given, given.api, given.identity)
    if kernels.of_tree != REFERENCE:
        raise HarnessError(
            f"--kernels {kernels.name}: comes with a TFLM tree that was made with it; give one "
            "with --tflm-dir"
        )
    return CRATE_RUNTIME
