"""The sweep as a graph of steps, which Dask runs: one node a step, shared between cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from dask.base import tokenize
from dask.delayed import Delayed, delayed

from harness.bench.artifacts import (
    Converted,
    Image,
    Library,
    Reference,
    SampleSet,
    Subject,
    TflmTree,
)
from harness.bench.assemble import Evidence
from harness.bench.cells import Cell
from harness.bench.context import Context
from harness.bench.step_build import fetch_tflm, library_request, make_image, make_library
from harness.bench.step_data import answer_on_host, choose_samples, convert_model
from harness.bench.step_device import DeviceJob, check_outputs, measure_image
from harness.errors import Stop
from harness.firmware.runtime_library import LibraryRequest
from harness.firmware.target import Target
from harness.model_file.operator_table import load_operator_table
from harness.model_file.reader import read_model
from harness.model_file.support import unsupported_reason


@dataclass(frozen=True)
class Work:
    """The device's share of a cell; boards that share a target share it."""

    label: str
    target: Target
    kernels: str
    optimize: str


def build_graph(
    ctx: Context,
    cells: Sequence[Cell],
    count: int | Literal["all"],
    tflm: TflmTree | None,
) -> list[Delayed]:
    """Return one delayed `Evidence` for each cell, in their order."""
    nodes: dict[str, Delayed] = {}

    def node(name: str, function: Any, *inputs: Any) -> Delayed:  # noqa: ANN401 - any step
        if name not in nodes:
            # A scheduler may serve other clients too: one key must mean one content.
            key = f"{name}-{tokenize(ctx, *inputs)}"
            nodes[name] = delayed(function, pure=False)(ctx, *inputs, dask_key_name=key)
        return nodes[name]

    tree = node("tflm", fetch_tflm, tflm)
    return [_cell_nodes(cell, cells, count, tree, node) for cell in cells]


def _cell_nodes(
    cell: Cell,
    cells: Sequence[Cell],
    count: int | Literal["all"],
    tree: Delayed,
    node: Any,  # noqa: ANN401 - the closure of build_graph
) -> Delayed:
    subject, model = cell.subject, cell.subject.name
    schemes = _schemes_of(subject, cells)
    samples = node(f"samples {model}", choose_samples, subject, count)
    batch = node(f"convert {model}", convert_model, subject, samples, schemes)
    host = node(f"host {model} {cell.scheme}", host_evidence, model, cell.scheme, samples, batch)
    target, unit = cell.target, f"{cell.kernels} {cell.optimize}"
    library = node(
        f"library {target.name} {unit}", make_library, target, cell.kernels, cell.optimize, tree
    )
    work = Work(f"{model} {cell.scheme} {target.name}", target, cell.kernels, cell.optimize)
    return node(f"device {work.label} {unit}", device_evidence, work, host, library)


def _schemes_of(subject: Subject, cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.scheme for c in cells if c.subject == subject))


def host_evidence(
    ctx: Context,
    model: str,
    scheme: str,
    samples: SampleSet | Stop,
    batch: Mapping[str, Converted | Stop],
) -> Evidence:
    """Return what the host knows of a model under a scheme: the file, and its own answer."""
    converted = batch[scheme]
    evidence = Evidence(samples=None if isinstance(samples, Stop) else samples)
    if isinstance(converted, Stop):
        return replace(evidence, stop=converted)
    label = f"{model} {scheme}"
    evidence = replace(
        evidence, converted=converted, model=read_model(ctx.store.get(converted.tflite), label)
    )
    reference = answer_on_host(ctx, label, samples, converted)
    if isinstance(reference, Stop):
        return replace(evidence, stop=reference)
    return replace(evidence, reference=reference)


def device_evidence(
    ctx: Context, work: Work, evidence: Evidence, library: Library | Stop
) -> Evidence:
    """Return the evidence with what the emulated device adds to it."""
    if evidence.stop is not None:
        return evidence
    stop = library if isinstance(library, Stop) else _refusal(evidence, library.tree.api)
    if isinstance(library, Stop) or stop is not None:
        return replace(evidence, stop=stop)
    converted, reference, _ = _known(evidence)
    request = library_request(work.target, work.kernels, work.optimize, library.tree)
    image = make_image(ctx, work.label, request, library, converted, reference)
    if isinstance(image, Stop):
        return replace(evidence, stop=image)
    evidence = replace(evidence, image=image)
    if image.arena_bytes is None:
        return evidence
    return _emulated(ctx, work, evidence, request, image)


def _emulated(
    ctx: Context, work: Work, evidence: Evidence, request: LibraryRequest, image: Image
) -> Evidence:
    converted, reference, samples = _known(evidence)
    job = DeviceJob(work.label, request, image, converted, reference)
    measured = measure_image(ctx, job)
    if isinstance(measured, Stop):
        return replace(evidence, stop=measured)
    evidence = replace(evidence, measurement=measured)
    device = check_outputs(ctx, job, samples, measured)
    if isinstance(device, Stop):
        return replace(evidence, stop=device)
    return replace(evidence, device=device)


def _refusal(evidence: Evidence, api: str) -> Stop | None:
    """Why the device is not even tried: the scheme says so, or the operator table does."""
    if evidence.converted is not None and evidence.converted.device_reason is not None:
        return Stop("unsupported", evidence.converted.device_reason)
    if evidence.model is None:
        return None
    reason = unsupported_reason(evidence.model, load_operator_table(api))
    return Stop("unsupported", reason) if reason else None


def _known(evidence: Evidence) -> tuple[Converted, Reference, SampleSet]:
    if evidence.converted is None or evidence.reference is None or evidence.samples is None:
        raise ValueError("the host's steps ended without a stop and without a result")
    return evidence.converted, evidence.reference, evidence.samples
