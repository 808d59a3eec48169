"""The files with which a person carries cells out by hand, for simulators that read scripts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.bench.arrays import get_records
from harness.bench.assemble import Evidence
from harness.bench.cells import Cell
from harness.bench.cluster import Placement, compute
from harness.bench.context import Context
from harness.bench.device_input import device_input
from harness.bench.graph import build_unsized_graph
from harness.bench.plan import Plan
from harness.bench.progress import Progress
from harness.errors import Stop
from harness.files import write_atomically
from harness.firmware.memory_map import symbol_addresses
from harness.simulators.protocol import RunMode, build_request
from harness.simulators.session import INSTRUCTION_BUDGET, RUN_END, limits_of, markers_of
from harness.simulators.simulator import Scripts, Simulator
from harness.store import digest_of

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_NAME = 160


@dataclass(frozen=True)
class Unrun:
    """What was written for a sweep of which nothing could be run.

    `folders` has the folder of each cell with scripts, `left` why the others have none, both by
    the cell's words.
    """

    folder: Path
    folders: Mapping[str, Path]
    left: Mapping[str, str]

    def message(self, missing: str) -> str:
        """Return the line that says so, given what the simulator lacks."""
        text = f"{missing}. Nothing was run."
        if self.folders:
            cells = "1 cell" if len(self.folders) == 1 else f"{len(self.folders)} cells"
            text += f" The firmware of {cells}, with scripts to run it by hand, is in {self.folder}"
        if self.left:
            cell, reason = next(iter(self.left.items()))
            cells = "1 cell has" if len(self.left) == 1 else f"{len(self.left)} cells have"
            text += f". {cells} none, such as {cell}: {reason}"
        return text


_MEASURED_INVOKES = 2


def write_scripts(
    ctx: Context, cell: Cell, evidence: Evidence, simulator: Simulator, folder: Path
) -> Path | None:
    """Write how the measured run of a cell is carried out by hand; return the cell's own folder.

    That is a folder below `folder`, whose name is made of the cell's. None where the cell has no
    image, or the simulator reads no scripts.

    Raises:
        HarnessError: The folder cannot be written.
    """
    if simulator.scripts is None or evidence.image is None:
        return None
    files = _files(ctx, cell, evidence, simulator.scripts)
    place = folder / folder_name(_words(cell))
    for name, content in files.items():
        write_atomically(place / name, content)
    return place


def write_unrun_scripts(
    ctx: Context,
    plan: Plan,
    simulator: Simulator,
    folder: Path,
    *,
    placement: Placement,
    progress: Progress,
) -> Unrun:
    """Build the firmware of every cell without running it, and write its scripts.

    The arena is all RAM that the machine has, since its smallest size is found by running.

    Raises:
        HarnessError: The scheduler cannot be reached, or the folder cannot be written.
    """
    written: dict[str, Path] = {}
    left: dict[str, str] = {}

    def take(index: int, evidence: Evidence) -> None:
        cell = plan.cells[index]
        name = " ".join(_words(cell))
        place = write_scripts(ctx, cell, evidence, simulator, folder)
        if place is None:
            stop = evidence.stop or Stop("failed", "it has no image")
            left[name] = stop.reason
            progress.cell_done(cell.label, stop.status)
        else:
            written[name] = place
            progress.cell_done(cell.label, "built, not run")

    graph = build_unsized_graph(ctx, plan.cells, plan.provenance.runtimes)
    compute(ctx, graph, placement, progress, take)
    return Unrun(folder, written, left)


def folder_name(words: Sequence[str]) -> str:
    """Return the name of a cell's folder: letters, digits, dots, hyphens and underscores.

    Different words have different names: those that would not stay whole are told apart by a hash.
    """
    plain = [_UNSAFE.sub("_", word) for word in words]
    name = "__".join(plain).strip(".")
    whole = all("_" not in word for word in plain) and len(name) <= _LONGEST_NAME
    if whole and name == "__".join(words):
        return name
    digest = digest_of("\0".join(words).encode(errors="surrogatepass"))[:8]
    return f"{name[:_LONGEST_NAME]}-{digest}"


def _words(cell: Cell) -> tuple[str, ...]:
    """Return what tells the cell from the others of its sweep."""
    features = ("with-features",) if cell.features == "device" else ()
    subject, board = cell.subject.name, cell.board.name
    return (subject, cell.scheme, board, cell.kernels, cell.optimize, *features)


def _files(ctx: Context, cell: Cell, evidence: Evidence, scripts: Scripts) -> Mapping[str, bytes]:
    image, reference, samples = evidence.image, evidence.reference, evidence.samples
    if image is None or reference is None or samples is None:
        raise ValueError("an image without the steps before it")
    given = device_input(cell.features, samples, reference)
    elf = ctx.store.get(image.elf)
    symbols = symbol_addresses(elf)
    machine = cell.target.machine
    return scripts(
        title=" ".join(_words(cell)),
        elf=elf,
        machine=machine,
        window_origin=machine.window_origin,
        window=build_request(RunMode.MEASURE, given.samples(ctx.store)[:1]),
        markers=markers_of(symbols),
        end=symbols[RUN_END][0],
        limits=limits_of(INSTRUCTION_BUDGET),
        outputs=_expected(ctx, evidence, cell),
    )


def _expected(ctx: Context, evidence: Evidence, cell: Cell) -> Sequence[bytes]:
    """The host's outputs of sample 0 for both Invokes, where the device must give these bytes."""
    model, reference = evidence.model, evidence.reference
    if model is None or reference is None or cell.features == "device":
        return ()
    exact = all(not tensor.type.startswith("float") for tensor in model.output_tensors)
    if not exact or any(tensor.is_variable for tensor in model.tensors):
        return ()
    first = get_records(ctx.store, reference.outputs, reference.output_bytes)[0]
    return (first,) * _MEASURED_INVOKES
