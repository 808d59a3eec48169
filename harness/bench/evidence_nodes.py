"""What the nodes of a sweep's graph do: each adds to a cell's evidence, or says why it stops."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.bench.artifacts import (
    Converted,
    Image,
    Library,
    Measurement,
    Reference,
    SampleSet,
    TflmTree,
)
from harness.bench.assemble import Evidence
from harness.bench.context import Context
from harness.bench.device_input import device_input
from harness.bench.spec import FeaturePlace
from harness.bench.step_build import kernels_of, library_request, link_unsized, make_image
from harness.bench.step_data import answer_on_host
from harness.bench.step_deploy import deploy_model
from harness.bench.step_device import DeviceJob, check_outputs, measure_image
from harness.bench.step_judge import judge_outputs
from harness.bench.step_timing import timing_of
from harness.boards import Board
from harness.errors import Stop
from harness.firmware.runtime_library import LibraryRequest
from harness.firmware.target import Target
from harness.model_file.reader import read_model


@dataclass(frozen=True)
class Work:
    """The device's share of a cell; boards that share a target share it."""

    label: str
    target: Target
    kernels: str
    optimize: str
    features: FeaturePlace = "host"


def host_evidence(
    ctx: Context,
    model: str,
    scheme: str,
    samples: SampleSet | Stop,
    batch: Mapping[str, Converted | Stop],
) -> Evidence:
    """Return what the host knows of a model under a scheme: the file, and its own answer."""
    if isinstance(samples, Stop):
        return Evidence(stop=samples)
    converted, evidence = batch[scheme], Evidence(samples=samples)
    if isinstance(converted, Stop):
        return replace(evidence, stop=converted)
    label = f"{model} {scheme}"
    evidence = replace(
        evidence, converted=converted, model=read_model(ctx.store.get(converted.tflite), label)
    )
    reference = answer_on_host(ctx, label, samples, converted)
    if isinstance(reference, Stop):
        return replace(evidence, stop=reference)
    evidence = replace(evidence, reference=reference)
    judged = judge_outputs(
        ctx, label, samples, converted, reference.outputs, reference.output_bytes
    )
    if isinstance(judged, Stop):
        return replace(evidence, stop=judged)
    return replace(evidence, judged_host=judged)


def deploy_evidence(
    ctx: Context, label: str, evidence: Evidence, tree: TflmTree | Stop
) -> Evidence:
    """Return the evidence with the model as flashed, or with why the runtime cannot run it."""
    if evidence.stop is not None or evidence.converted is None:
        return evidence
    if evidence.converted.device_reason is not None:
        return replace(evidence, stop=Stop("unsupported", evidence.converted.device_reason))
    if isinstance(tree, Stop):
        return replace(evidence, stop=tree)
    deployed = deploy_model(ctx, label, evidence.converted, tree.api)
    if isinstance(deployed, Stop):
        return replace(evidence, stop=deployed)
    return replace(evidence, deployed=deployed)


def image_evidence(
    ctx: Context, work: Work, evidence: Evidence, library: Library | Stop
) -> Evidence:
    """Return the evidence with the image that the model is linked into."""
    return _linked(make_image, ctx, work, evidence, library)


def unsized_evidence(
    ctx: Context, work: Work, evidence: Evidence, library: Library | Stop
) -> Evidence:
    """As `image_evidence`, but the arena is all RAM of the machine, and nothing is run."""
    return _linked(link_unsized, ctx, work, evidence, library)


def _linked(
    link: Callable[..., Image | Stop],
    ctx: Context,
    work: Work,
    evidence: Evidence,
    library: Library | Stop,
) -> Evidence:
    if evidence.stop is not None:
        return evidence
    if isinstance(library, Stop):
        return replace(evidence, stop=library)
    _, reference, samples = _known(evidence)
    deployed = evidence.deployed
    if deployed is None:
        raise ValueError("the deploy step ended without a stop and without a result")
    request = library_request(work.target, work.optimize, library.tree)
    given = device_input(work.features, samples, reference)
    chosen = kernels_of(ctx, deployed, request.tflm_api, work.kernels)
    evidence = replace(evidence, fallbacks=chosen.fallbacks)
    image = link(ctx, work.label, request, library, deployed, chosen.registrations, given)
    if isinstance(image, Stop):
        return replace(evidence, stop=image)
    return replace(evidence, image=image)


def device_evidence(
    ctx: Context, work: Work, evidence: Evidence, library: Library | Stop
) -> Evidence:
    """Return the evidence with what the emulated device makes of the image."""
    image = evidence.image
    if image is None or image.arena_bytes is None or isinstance(library, Stop):
        return evidence  # a stop came first, or the machine cannot run the image
    converted, reference, samples = _known(evidence)
    request = library_request(work.target, work.optimize, library.tree)
    given = device_input(work.features, samples, reference)
    job = DeviceJob(work.label, request, image, converted, reference, given)
    measured = measure_image(ctx, job)
    if isinstance(measured, Stop):
        return replace(evidence, stop=measured)
    evidence = replace(evidence, measurement=measured)
    device = check_outputs(ctx, job, measured)
    if isinstance(device, Stop):
        return replace(evidence, stop=device)
    evidence = replace(evidence, device=device)
    if device.is_wrong:  # wrong outputs are worth nothing
        return evidence
    judged = judge_outputs(
        ctx, work.label, samples, converted, device.outputs, reference.output_bytes
    )
    if isinstance(judged, Stop):
        return replace(evidence, stop=judged)
    return replace(evidence, judged_device=judged)


def timing_evidence(
    ctx: Context, work: Work, board: Board, evidence: Evidence, library: Library | Stop
) -> Evidence:
    """Return the evidence with the cycles of the measured run on one board."""
    if evidence.stop is not None or evidence.measurement is None:
        return evidence
    if evidence.is_wrong or isinstance(library, Stop):
        return evidence
    request = library_request(work.target, work.optimize, library.tree)
    job, measurement = measured_job(work.label, request, work.features, evidence)
    timed = timing_of(ctx, job, measurement, board)
    if isinstance(timed, Stop):
        return replace(evidence, stop=timed)
    timing, events = timed
    return replace(evidence, timing=timing, events=events)


def measured_job(
    label: str, request: LibraryRequest, features: FeaturePlace, evidence: Evidence
) -> tuple[DeviceJob, Measurement]:
    """Return what a measured cell ran and counted, to run it again."""
    if evidence.image is None or evidence.measurement is None:
        raise ValueError("the cell was not measured")
    converted, reference, samples = _known(evidence)
    given = device_input(features, samples, reference)
    job = DeviceJob(label, request, evidence.image, converted, reference, given)
    return job, evidence.measurement


def _known(evidence: Evidence) -> tuple[Converted, Reference, SampleSet]:
    if evidence.converted is None or evidence.reference is None or evidence.samples is None:
        raise ValueError("the host's steps ended without a stop and without a result")
    return evidence.converted, evidence.reference, evidence.samples
