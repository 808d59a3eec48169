"""The cells of a sweep, and the units of work that they share."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from harness.bench.artifacts import Subject
from harness.bench.spec import AS_IS, BenchSpec, FeaturePlace
from harness.boards import Board, load_board
from harness.errors import HarnessError
from harness.firmware.target import Target, target_of
from harness.models import find_model
from harness.schemes.registry import find_scheme
from harness.simulators.registry import find_simulator
from harness.tasks import find_task, load_tasks


@dataclass(frozen=True)
class Cell:
    """One point of the sweep: what one row measures."""

    subject: Subject
    scheme: str
    board: Board
    kernels: str
    optimize: str
    simulator: str
    features: FeaturePlace = "host"

    @property
    def target(self) -> Target:
        """What the firmware is built for; boards may share it."""
        return target_of(self.board, find_simulator(self.simulator))

    @property
    def label(self) -> str:
        """The cell for messages."""
        return f"{self.subject.name} {self.scheme} {self.board.name} {self.kernels}"


def expand(spec: BenchSpec, subjects: Sequence[Subject]) -> tuple[Cell, ...]:
    """Return every cell of a sweep, in the order of the table: model, scheme, board, ...

    `subjects` are the spec's models, in its order. A .tflite file has the one scheme `as-is`.

    Raises:
        HarnessError: A scheme or board is unknown, two models have the same name, nothing is left
            to measure, or features are wanted on the device and no model has them there.
    """
    names = Counter(subject.name for subject in subjects)
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        raise HarnessError(f"model {twice}: two models have this name; rename one of the files")
    board = cache(load_board)
    cells = tuple(
        cell
        for model, subject in zip(spec.models, subjects, strict=True)
        for cell in _cells_of(spec.of(model), subject, board)
    )
    if not cells:
        raise HarnessError(
            "kernel_set: its tables leave no cell to measure; name more schemes or kernel sets"
        )
    if spec.features == "device" and all(cell.features == "host" for cell in cells):
        able = [task.name for task in load_tasks().values() if task.features is not None]
        raise HarnessError(
            "--with-features: no model of the sweep has its features in the firmware; add a model "
            f"of task {' or '.join(able)}"
        )
    return cells


def _cells_of(
    spec: BenchSpec, subject: Subject, board_of: Callable[[str], Board]
) -> Iterator[Cell]:
    schemes = [find_scheme(name).name for name in spec.schemes]
    boards = [board_of(name) for name in spec.boards]
    features = _feature_place(spec, subject)
    for scheme in [AS_IS] if subject.kind == "tflite" else schemes:
        for board in boards:
            for kernels in spec.kernels:
                if not spec.measures(scheme, kernels):
                    continue
                for optimize in spec.optimize:
                    yield Cell(subject, scheme, board, kernels, optimize, spec.simulator, features)


def _feature_place(spec: BenchSpec, subject: Subject) -> FeaturePlace:
    """Return where a model's features are computed: on the device only if it can."""
    if spec.features == "host" or subject.kind != "zoo":
        return "host"
    return "host" if find_task(find_model(subject.name).task).features is None else "device"
