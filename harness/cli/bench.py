"""The command `bench`: quantize, build, emulate, measure, and write the table."""

from pathlib import Path

import typer

from harness.cli import bench_options as options
from harness.cli.dataset_option import Datasets, parse_datasets


def bench(  # noqa: PLR0913, PLR0917 - one parameter an option
    spec: options.Spec = None,
    model: options.Models = None,
    scheme: options.Schemes = None,
    board: options.Boards = None,
    kernels: options.KernelSets = None,
    optimize: options.Optimizations = None,
    simulator: options.SimulatorName = None,
    data: options.Data = None,
    dataset: Datasets = None,
    samples: options.Samples = None,
    everything: options.Everything = False,
    with_features: options.WithFeatures = False,
    out: options.Out = Path("results"),
    jobs: options.Jobs = None,
    workers: options.Workers = 0,
    scheduler: options.Scheduler = None,
    store: options.Store = None,
    tflm_dir: options.TflmDir = None,
    fresh: options.Fresh = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure every model, scheme and board of a sweep and write the table.

    Exits with 0 if every cell was measured (whether it fits is the gate's question), 1 if one
    failed, timed out or disagrees with the host, 2 if the request could not be carried out.
    A second run reuses everything that has not changed.

    For example:

      harness bench

      harness bench --model digits --scheme int8 --board nano33ble

      harness bench --model my_model.tflite --board nucleo-l4r5zi

      harness bench --model my_model.keras --data samples.npz --board bluepill

      harness bench --model image --dataset image=cifar-10-batches-py --samples all

      harness bench --model keyword --with-features

      harness bench --workers 4

      harness bench --scheduler tcp://head:8786 --store s3://bucket/harness
    """
    from harness.bench.choice import Choice
    from harness.bench.context import Context, default_cache
    from harness.bench.jobs import default_jobs
    from harness.bench.sweep import sweep
    from harness.cli.tables import print_rows

    placement = options.parse_placement(scheduler, workers)
    ctx = Context(
        store_url=options.parse_store(store) or str(default_cache() / "store"),
        jobs=jobs or (1 if workers else default_jobs()),
        fresh=fresh,
    )
    choice = Choice(
        models=tuple(model or ()),
        schemes=tuple(scheme or ()),
        boards=tuple(board or ()),
        kernels=tuple(kernels or ()),
        optimize=tuple(optimize or ()),
        simulator=simulator,
        samples=options.parse_samples(samples),
        everything=everything,
        with_features=with_features,
        data=data,
        datasets=parse_datasets(dataset),
        tflm_dir=tflm_dir,
    )
    rows, written = sweep(ctx, spec, choice, out, placement=placement, quiet=quiet)
    print_rows(rows)
    typer.echo(f"{len(rows)} rows in {written.csv}, everything else in {written.manifest}")
    if any(row.status.is_bad for row in rows):
        typer.echo("Some cells failed; their logs are in the manifest.", err=True)
        raise typer.Exit(1)
