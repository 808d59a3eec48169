"""What the shell offers to complete: names, whoever they come from."""

from collections.abc import Callable, Iterable


def _offer(names: Callable[[], Iterable[str]], typed: str) -> list[str]:
    """Return the names that begin with what was typed; a shell is no place for errors."""
    from harness.errors import HarnessError

    try:
        return [name for name in names() if name.startswith(typed)]
    except HarnessError:
        return []


def complete_model(incomplete: str) -> list[str]:
    """Return the models that `incomplete` may become."""
    from harness.models import load_models

    return _offer(load_models, incomplete)


def complete_scheme(incomplete: str) -> list[str]:
    """Return the schemes that `incomplete` may become."""
    from harness.schemes.registry import load_schemes

    return _offer(load_schemes, incomplete)


def complete_board(incomplete: str) -> list[str]:
    """Return the boards that `incomplete` may become."""
    from harness.boards import board_names

    return _offer(board_names, incomplete)


def complete_kernels(incomplete: str) -> list[str]:
    """Return the kernel sets that `incomplete` may become."""
    from harness.kernel_sets import load_kernel_folders

    return _offer(load_kernel_folders, incomplete)


def complete_optimization(incomplete: str) -> list[str]:
    """Return the optimization levels that `incomplete` may become."""
    from harness.firmware.toolchain import OPTIMIZATIONS

    return _offer(lambda: OPTIMIZATIONS, incomplete)


def complete_simulator(incomplete: str) -> list[str]:
    """Return the simulators that `incomplete` may become."""
    from harness.simulators.registry import load_simulators

    return _offer(load_simulators, incomplete)
