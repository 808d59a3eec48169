"""Carry out one cell's steps for a keyword: the same plan and the same graph as `harness bench`."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dask.delayed import Delayed

from harness.bench.assemble import Evidence, make_row
from harness.bench.choice import Choice
from harness.bench.cluster import HERE
from harness.bench.context import Context, default_cache
from harness.bench.graph import build_graph, build_host_graph, build_image_graph
from harness.bench.jobs import default_jobs
from harness.bench.plan import Plan, make_plan
from harness.bench.report import Results, Written
from harness.bench.run import Finished, run_graph
from harness.bench.spec import AS_IS, FeaturePlace, SampleCount
from harness.errors import HarnessError, Stop
from harness.files import check_folder
from harness.profile.cells import chosen_cell
from harness.results.row import Row
from harness.robot.progress import LogProgress


@dataclass(frozen=True)
class Settings:
    """What holds for every keyword of an imported library; None is the default of the commands."""

    simulator: str | None = None
    store: str | None = None
    jobs: int | None = None
    tflm_dir: Path | None = None

    @property
    def context(self) -> Context:
        """The store and the jobs of `harness bench`, from the same environment variables."""
        store = self.store or os.environ.get("HARNESS_STORE") or str(default_cache() / "store")
        return Context(store, self.jobs or default_jobs())

    @property
    def tree(self) -> Path | None:
        """The user's TensorFlow Lite Micro tree."""
        named = os.environ.get("HARNESS_TFLM_DIR")
        return self.tflm_dir or (Path(named) if named else None)


def choice_of(  # noqa: PLR0913 - one argument an axis
    settings: Settings,
    model: str,
    scheme: str,
    board: str | None,
    *,
    kernels: str | None = None,
    optimize: str | None = None,
    data: Path | None = None,
    samples: SampleCount | None = None,
    features: FeaturePlace = "host",
) -> Choice:
    """Return the choice of one cell, as the options of `harness bench` would make it.

    Raises:
        HarnessError: A .tflite file is to be quantized, or another model not to be; or there are
            to be no samples.
    """
    if isinstance(samples, int) and samples < 1:
        raise HarnessError(f"samples {samples}: give a number from 1, or all")
    is_tflite = model.lower().endswith(".tflite")
    if is_tflite and scheme != AS_IS:
        raise HarnessError(f"scheme {scheme}: {model} is taken as it comes; give scheme {AS_IS}")
    if not is_tflite and scheme == AS_IS:
        raise HarnessError(f"scheme {AS_IS}: is for .tflite files; give {model} a scheme like int8")
    general = Choice(
        simulator=settings.simulator,
        samples=samples,
        with_features=features == "device",
        data=data,
        tflm_dir=settings.tree,
    )
    chosen = chosen_cell(general, model, scheme, board or "", kernels, optimize)
    return chosen if board is not None else replace(chosen, boards=())


def quantize(settings: Settings, choice: Choice) -> tuple[Evidence, bytes]:
    """Return what the host knows of a model under a scheme, and the .tflite file.

    Raises:
        HarnessError: The request cannot be understood, or the model not be converted.
    """
    ctx = settings.context
    plan = make_plan(ctx, None, choice)
    # A model's file is the same for every board: any cell of it will do.
    one = replace(plan, cells=plan.cells[:1])
    (evidence,) = _run(ctx, one, build_host_graph(ctx, one.cells))
    if evidence.converted is None:
        raise _ended(one, evidence)
    return evidence, ctx.store.get(evidence.converted.tflite)


def build(settings: Settings, choice: Choice) -> tuple[Row, str, bytes]:
    """Return what is known of a cell when its image is linked: its row, and the ELF with its hash.

    Raises:
        HarnessError: The request cannot be understood, or the image not be built.
    """
    ctx = settings.context
    plan = _plan_one(ctx, choice)
    graph = build_image_graph(ctx, plan.cells, plan.provenance.runtimes)
    (evidence,) = _run(ctx, plan, graph)
    if evidence.image is None:
        raise _ended(plan, evidence)
    elf = evidence.image.elf
    return make_row(plan.cells[0], evidence, plan.provenance), elf, ctx.store.get(elf)


def measure(settings: Settings, choice: Choice, folder: Path) -> tuple[Finished, Written]:
    """Measure a cell and write its table and manifest to `folder`, as `harness bench --out` does.

    Raises:
        HarnessError: The request cannot be understood or carried out. A cell that failed is a row.
    """
    ctx = settings.context
    plan = _plan_one(ctx, choice)
    check_folder(folder)
    (evidence,) = _run(ctx, plan, build_graph(ctx, plan.cells, plan.provenance.runtimes))
    (cell,) = plan.cells
    finished = Finished(cell, make_row(cell, evidence, plan.provenance), evidence)
    results = Results(1, ctx.store)
    results.take(0, finished)
    return finished, results.write(plan.spec, plan.tool_versions, folder, plan.name)


def _plan_one(ctx: Context, choice: Choice) -> Plan:
    plan = make_plan(ctx, None, choice)
    if len(plan.cells) != 1:
        raise HarnessError(
            f"optimize: {len(plan.cells)} cells fit the request; name one optimization level"
        )
    return plan


def _run(ctx: Context, plan: Plan, graph: Sequence[Delayed]) -> tuple[Evidence, ...]:
    progress = LogProgress()
    try:
        return run_graph(
            ctx, plan.cells, graph, provenance=plan.provenance, placement=HERE, progress=progress
        )
    finally:
        progress.write()


def _ended(plan: Plan, evidence: Evidence) -> HarnessError:
    """Return the error for a cell that ended early, to be raised."""
    stop = evidence.stop or Stop("failed", "it ended without a reason")
    return HarnessError(f"{plan.cells[0].label}: {stop.status}: {stop.reason}")
