"""The sweep as a graph of steps, which Dask runs: one node a step, shared between cells."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import Any

from dask.base import tokenize
from dask.delayed import Delayed, delayed

from harness.bench.artifacts import Library
from harness.bench.assemble import Evidence
from harness.bench.cells import Cell
from harness.bench.context import Context
from harness.bench.evidence_nodes import (
    Work,
    deploy_evidence,
    device_evidence,
    host_evidence,
    image_evidence,
    timing_evidence,
    unsized_evidence,
)
from harness.bench.runtimes import Runtime
from harness.bench.step_build import fetch_tflm, make_library
from harness.bench.step_data import choose_samples, convert_model
from harness.bench.step_kernels import add_kernels
from harness.errors import Stop

Schemes = Mapping[str, tuple[str, ...]]
"""The schemes of each model of a sweep, by the model's name."""

Linked = Callable[[Context, Work, Evidence, Library | Stop], Evidence]
"""Adds the image to a cell's evidence: `image_evidence` or `unsized_evidence`."""


def build_graph(
    ctx: Context,
    cells: Sequence[Cell],
    runtimes: Mapping[str, Runtime],
) -> list[Delayed]:
    """Return one delayed `Evidence` for each cell, in their order.

    `runtimes` gives the source tree of each kernel set.
    """
    node, schemes = _nodes(ctx), _schemes(cells)
    return [_cell_nodes(cell, schemes, runtimes[cell.kernels], node) for cell in cells]


def build_host_graph(ctx: Context, cells: Sequence[Cell]) -> list[Delayed]:
    """As `build_graph`, but each `Evidence` ends with what the host knows: nothing is built."""
    node, schemes = _nodes(ctx), _schemes(cells)
    return [_host_nodes(cell, schemes, node) for cell in cells]


def build_image_graph(
    ctx: Context,
    cells: Sequence[Cell],
    runtimes: Mapping[str, Runtime],
) -> list[Delayed]:
    """As `build_graph`, but each `Evidence` ends with the linked image: nothing is measured."""
    node, schemes = _nodes(ctx), _schemes(cells)
    return [
        _image_nodes(cell, schemes, runtimes[cell.kernels], node, image_evidence)[1]
        for cell in cells
    ]


def build_unsized_graph(
    ctx: Context,
    cells: Sequence[Cell],
    runtimes: Mapping[str, Runtime],
) -> list[Delayed]:
    """As `build_image_graph`, but the arena is all RAM that the machine has: nothing is run."""
    node, schemes = _nodes(ctx), _schemes(cells)
    return [
        _image_nodes(cell, schemes, runtimes[cell.kernels], node, unsized_evidence)[1]
        for cell in cells
    ]


def _nodes(ctx: Context) -> Any:  # noqa: ANN401 - a function of any step and its inputs
    """Return what gives the node of a name, and makes it at its first mention."""
    nodes: dict[str, Delayed] = {}

    def node(name: str, function: Any, *inputs: Any) -> Delayed:  # noqa: ANN401 - any step
        if name not in nodes:
            # A scheduler may serve other clients too: one key must mean one content.
            key = f"{name}-{tokenize(ctx, *inputs)}"
            # Dask searches arguments, however large, for nodes; it leaves alone what is bound.
            values = list(takewhile(lambda one: not isinstance(one, Delayed), inputs))
            step = partial(function, ctx, *values)
            rest = inputs[len(values) :]
            nodes[name] = delayed(step, pure=False)(*rest, dask_key_name=key)
        return nodes[name]

    return node


def _cell_nodes(
    cell: Cell,
    schemes: Schemes,
    runtime: Runtime,
    node: Any,  # noqa: ANN401 - the closure of _nodes
) -> Delayed:
    work, image, library = _image_nodes(cell, schemes, runtime, node, image_evidence)
    device = node(f"device {work.label} {cell.optimize}", device_evidence, work, image, library)
    board = cell.board
    name = f"time {work.label} {cell.optimize} {board.name}"
    return node(name, timing_evidence, work, board, device, library)


def _image_nodes(
    cell: Cell,
    schemes: Schemes,
    runtime: Runtime,
    node: Any,  # noqa: ANN401 - the closure of _nodes
    linked: Linked,
) -> tuple[Work, Delayed, Delayed]:
    """Return the device's share of a cell, its evidence up to the image, and the library."""
    host = _host_nodes(cell, schemes, node)
    label = f"{cell.subject.name} {cell.scheme}"
    origin = f"{runtime.api} {runtime.identity}"
    tree = node(f"tflm {origin}", fetch_tflm, runtime.tree)
    deployed = node(f"deploy {label} {origin}", deploy_evidence, label, host, tree)
    target = cell.target
    library = node(
        f"library {target.name} {cell.optimize} {origin}",
        make_library,
        target,
        cell.optimize,
        tree,
    )
    if runtime.kernel_sources:
        library = node(
            f"kernels {cell.kernels} {target.name} {cell.optimize} {origin}",
            add_kernels,
            target,
            cell.optimize,
            cell.kernels,
            runtime.kernel_sources,
            library,
        )
    label = f"{label} {target.name} {cell.kernels}"
    if cell.features == "device":
        label += " with features"
    work = Work(label, target, cell.kernels, cell.optimize, cell.features)
    name = f"image {work.label} {cell.optimize}"
    image = node(name, linked, work, deployed, library)
    return work, image, library


def _host_nodes(
    cell: Cell,
    schemes: Schemes,
    node: Any,  # noqa: ANN401 - the closure of _nodes
) -> Delayed:
    subject, model = cell.subject, cell.subject.name
    samples = node(f"samples {model}", choose_samples, subject)
    batch = node(f"convert {model}", convert_model, subject, samples, schemes[model])
    return node(f"host {model} {cell.scheme}", host_evidence, model, cell.scheme, samples, batch)


def _schemes(cells: Sequence[Cell]) -> Schemes:
    """Return the schemes of each model by its name, which no two models of a sweep share."""
    found: dict[str, dict[str, None]] = {}
    for cell in cells:
        found.setdefault(cell.subject.name, {})[cell.scheme] = None
    return {model: tuple(schemes) for model, schemes in found.items()}
