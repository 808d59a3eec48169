"""Run a sweep on a Dask scheduler, here or elsewhere, and collect its rows."""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.bench.assemble import Evidence, Provenance, make_row
from harness.bench.cells import Cell
from harness.bench.context import TOPIC, Context
from harness.bench.graph import build_graph
from harness.bench.progress import Progress
from harness.errors import HarnessError, Stop
from harness.process import kill_running
from harness.results.row import Row


@dataclass(frozen=True)
class Finished:
    """One cell with its row and everything that its steps found."""

    cell: Cell
    row: Row
    evidence: Evidence


def run_sweep(
    ctx: Context,
    cells: Sequence[Cell],
    *,
    provenance: Provenance,
    scheduler: str | None,
    progress: Progress,
) -> tuple[Finished, ...]:
    """Measure every cell and return the rows in the cells' order.

    `scheduler` is the address of a Dask scheduler, or None for threads of this process. A step
    that breaks in a way that nobody foresaw gives a row with status `failed` and its traceback in
    the manifest; the other cells go on.

    Raises:
        HarnessError: The scheduler cannot be reached.
    """
    graph = build_graph(ctx, cells, provenance.runtimes)
    found = run_graph(
        ctx, cells, graph, provenance=provenance, scheduler=scheduler, progress=progress
    )
    return tuple(
        Finished(cell, make_row(cell, evidence, provenance), evidence)
        for cell, evidence in zip(cells, found, strict=True)
    )


def run_graph(
    ctx: Context,
    cells: Sequence[Cell],
    graph: Sequence[Any],
    *,
    provenance: Provenance,
    scheduler: str | None,
    progress: Progress,
) -> tuple[Evidence, ...]:
    """Compute the node of each cell, as `run_sweep`, and return what they give in this order.

    `graph` is what a function of `harness.bench.graph` makes of `cells`.

    Raises:
        HarnessError: The scheduler cannot be reached.
    """
    from distributed import as_completed

    found: dict[str, Evidence] = {}
    with _client(scheduler, ctx.jobs) as client:
        if scheduler is not None:
            _check_workers(client, ctx)
        client.subscribe_topic(TOPIC, lambda event: progress.event(event[1]))
        futures = client.compute(graph)
        keys = [future.key for future in futures]
        labels: dict[str, list[int]] = {}
        for index, key in enumerate(keys):
            labels.setdefault(key, []).append(index)
        distinct = {future.key: future for future in futures}.values()
        with _killed_unless_done():
            for future in as_completed(list(distinct)):
                found[future.key] = _evidence(future)
                for index in labels[future.key]:
                    row = make_row(cells[index], found[future.key], provenance)
                    progress.cell_done(cells[index].label, row.status)
    return tuple(found[key] for key in keys)


@contextmanager
def _killed_unless_done() -> Iterator[None]:
    """End the programs of running steps where nobody waits for them any more.

    Closing a client waits for its steps; a program that embeds the harness may have a timeout.
    """
    try:
        yield
    except BaseException:
        kill_running()
        raise


def _check_workers(client: Any, ctx: Context) -> None:  # noqa: ANN401 - see _evidence
    """Make sure that every worker of a cluster reads the store that this process writes."""
    digest = ctx.store.put(b"can every worker read this?")
    answers: dict[str, bool] = client.run(_reads, ctx, digest)
    if not answers:
        raise HarnessError("--scheduler: it has no workers; start some with 'dask worker ADDRESS'")
    blind = [address for address, reads in answers.items() if not reads]
    if blind:
        raise HarnessError(
            f"--store {ctx.store_url}: worker {blind[0]} cannot read it; give a store that all "
            "machines share, such as s3://bucket/prefix"
        )


def _reads(ctx: Context, digest: str) -> bool:
    try:
        return bool(ctx.store.get(digest))
    except HarnessError:
        return False


def _evidence(future: Any) -> Evidence:  # noqa: ANN401 - distributed has no types
    if future.status == "finished":
        evidence: Evidence = future.result()
        return evidence
    error = future.exception()
    if isinstance(error, HarnessError):
        return Evidence(stop=Stop("failed", str(error)))
    log = "".join(traceback.format_exception(type(error), error, future.traceback()))
    first = (str(error).splitlines() or [""])[0]
    return Evidence(stop=Stop("failed", f"internal error: {type(error).__name__}: {first}", log))


@contextmanager
def _client(scheduler: str | None, jobs: int) -> Iterator[Any]:
    """Give a client of the scheduler at an address, or of one in this process."""
    import dask
    from distributed import Client, LocalCluster

    settings = {
        "distributed.worker.daemon": True,
        "distributed.admin.tick.limit": "1h",
        "distributed.worker.memory.terminate": False,
        "distributed.comm.timeouts.connect": "10s",
    }
    with dask.config.set(settings):
        if scheduler is not None:
            try:
                client = Client(scheduler)
            except (OSError, ValueError) as error:
                raise HarnessError(
                    f"--scheduler {scheduler}: cannot be reached ({error}); "
                    "give the address that 'dask scheduler' prints, such as tcp://host:8786"
                ) from error
            with client:
                yield client
            return
        cluster = LocalCluster(
            n_workers=1,
            threads_per_worker=jobs,
            processes=False,
            # No dashboard, but Dask serves its metrics all the same: to this machine alone.
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            silence_logs=50,
        )
        with _closed_unless_interrupted(cluster), _closed_unless_interrupted(Client(cluster)) as it:
            yield it


@contextmanager
def _closed_unless_interrupted(resource: Any) -> Iterator[Any]:  # noqa: ANN401 - see _evidence
    """Close `resource` afterwards, but not after Ctrl-C: closing waits for the running steps."""
    try:
        yield resource
    except KeyboardInterrupt:
        raise
    except BaseException:
        resource.close()
        raise
    resource.close()
