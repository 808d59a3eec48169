"""The command `bench`: quantize, build, emulate, measure, and write the table."""

import os
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import HarnessError


def bench(  # noqa: PLR0913, PLR0917 - one parameter an option
    spec: Annotated[
        Path | None,
        typer.Argument(help="Sweep to run; bench.toml if left out.", metavar="[SPEC.toml]"),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", "-m", help="Model of models/, or a .tflite, .keras or .h5 file. Repeatable."
        ),
    ] = None,
    scheme: Annotated[
        list[str] | None, typer.Option("--scheme", "-s", help="Quantization scheme. Repeatable.")
    ] = None,
    board: Annotated[
        list[str] | None,
        typer.Option("--board", "-b", help="Board, by name or TOML file. Repeatable."),
    ] = None,
    kernels: Annotated[list[str] | None, typer.Option(help="Kernel set. Repeatable.")] = None,
    optimize: Annotated[
        list[str] | None, typer.Option(help="Os, O1, O2 or O3. Repeatable.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Your samples: .npz with x, and y for accuracy.", metavar="FILE.npz"),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Test samples for accuracy, stratified by class.")
    ] = None,
    all_samples: Annotated[
        bool, typer.Option("--all", help="Use every test sample for accuracy.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder of the results.", metavar="DIR")] = Path(
        "results"
    ),
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Steps at a time; one a processor if left out.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler to run on.", metavar="ADDRESS")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help="Artifact store: a folder or an fsspec URL.", envvar="HARNESS_STORE"),
    ] = None,
    tflm_dir: Annotated[
        Path | None,
        typer.Option(
            help="Your own TensorFlow Lite Micro tree (experimental).", envvar="HARNESS_TFLM_DIR"
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh/--resume", help="Do every step anew, or reuse what is stored.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
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
    """
    from harness.bench.context import Context, default_cache
    from harness.bench.plan import Choice, make_plan
    from harness.bench.progress import show_progress
    from harness.bench.report import write_results
    from harness.bench.run import run_sweep
    from harness.cli.tables import print_rows
    from harness.files import check_folder

    if samples is not None and all_samples:
        raise HarnessError("--samples and --all: give one of the two")
    ctx = Context(
        store_url=store or str(default_cache() / "store"),
        jobs=jobs or os.cpu_count() or 1,
        fresh=fresh,
    )
    choice = Choice(
        models=tuple(model or ()),
        schemes=tuple(scheme or ()),
        boards=tuple(board or ()),
        kernels=tuple(kernels or ()),
        optimize=tuple(optimize or ()),
        samples="all" if all_samples else samples,
        data=data,
        tflm_dir=tflm_dir,
    )
    plan = make_plan(ctx, spec, choice)
    check_folder(out)
    with show_progress(len(plan.cells), quiet=quiet) as progress:
        finished = run_sweep(
            ctx,
            plan.cells,
            count=plan.spec.samples,
            tflm=plan.tflm,
            provenance=plan.provenance,
            scheduler=scheduler,
            progress=progress,
        )
    written = write_results(finished, plan.spec, plan.tool_versions, out, plan.name)
    rows = [one.row for one in finished]
    print_rows(rows)
    typer.echo(f"{len(rows)} rows in {written.csv}, everything else in {written.manifest}")
    if any(row.status.is_bad for row in rows):
        typer.echo("Some cells failed; their logs are in the manifest.", err=True)
        raise typer.Exit(1)
