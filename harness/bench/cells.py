"""The cells of a sweep, and the units of work that they share."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.bench.artifacts import Subject
from harness.bench.spec import AS_IS, BenchSpec
from harness.boards import Board, load_board
from harness.errors import HarnessError
from harness.firmware.target import Target, make_target
from harness.schemes.registry import find_scheme


@dataclass(frozen=True)
class Cell:
    """One point of the sweep: what one row measures."""

    subject: Subject
    scheme: str
    board: Board
    kernels: str
    optimize: str
    simulator: str

    @property
    def target(self) -> Target:
        """What the firmware is built for; boards may share it."""
        return make_target(self.board.core, self.board.fpu, self.board.emulation.qemu)

    @property
    def label(self) -> str:
        """The cell for messages."""
        return f"{self.subject.name} {self.scheme} {self.board.name}"


def expand(spec: BenchSpec, subjects: Sequence[Subject]) -> tuple[Cell, ...]:
    """Return every cell of a sweep, in the order of the table: model, scheme, board, ...

    A .tflite file has the one scheme `as-is`.

    Raises:
        HarnessError: A scheme or board is unknown, or two models have the same name.
    """
    schemes = [find_scheme(name).name for name in spec.schemes]
    boards = [load_board(name) for name in spec.boards]
    names = [subject.name for subject in subjects]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise HarnessError(f"model {twice}: two models have this name; rename one of the files")
    return tuple(
        Cell(subject, scheme, board, kernels, optimize, spec.simulator)
        for subject in subjects
        for scheme in ([AS_IS] if subject.kind == "tflite" else schemes)
        for board in boards
        for kernels in spec.kernels
        for optimize in spec.optimize
    )
