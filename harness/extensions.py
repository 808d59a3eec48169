"""What other installed packages add to the harness: boards, models, tasks, schemes and so on."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.boards import board_origins, load_boards
from harness.kernel_sets import load_kernel_folders
from harness.models import load_models
from harness.schemes.registry import scheme_origins
from harness.simulators.registry import simulator_origins
from harness.tasks import task_origins
from harness.training.recipe import recipe_origins


@dataclass(frozen=True)
class Extension:
    """Something that is not ours: its kind, its name, and the package or folder it is from."""

    kind: str
    name: str
    origin: str


def extensions() -> tuple[Extension, ...]:
    """Return everything that is not ours, by kind.

    Raises:
        HarnessError: A package announces something that cannot be loaded, is of another type, or
            has a name that is taken; the message names the entry point.
    """
    load_boards()  # a wrong file is told here, not in the middle of a sweep
    models = {name: model.origin for name, model in load_models().items() if model.origin}
    kernels = {name: folder.origin for name, folder in load_kernel_folders().items()}
    found: Mapping[str, Mapping[str, str]] = {
        "board": board_origins(),
        "model": models,
        "task": task_origins(),
        "scheme": scheme_origins(),
        "recipe": recipe_origins(),
        "kernel set": {name: origin for name, origin in kernels.items() if origin},
        "simulator": simulator_origins(),
    }
    return tuple(
        Extension(kind, name, origin)
        for kind, origins in found.items()
        for name, origin in origins.items()
    )
