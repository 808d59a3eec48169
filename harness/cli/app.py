"""Put the commands together."""

from typing import Annotated

import typer

from harness.cli.baseline import make_baseline_app
from harness.cli.bench import bench
from harness.cli.boards import boards
from harness.cli.calibrate import calibrate
from harness.cli.compare import compare
from harness.cli.doctor import doctor
from harness.cli.gate import gate
from harness.cli.inspect import inspect
from harness.cli.kernels import kernels
from harness.cli.models import models
from harness.cli.profile import profile
from harness.cli.report import report
from harness.cli.schema import schema
from harness.cli.schemes import schemes
from harness.cli.simulators import simulators
from harness.cli.train import train

COMMANDS = (
    bench,
    gate,
    compare,
    report,
    profile,
    train,
    calibrate,
    inspect,
    boards,
    models,
    schemes,
    kernels,
    simulators,
    schema,
    doctor,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from harness import __version__

        typer.echo(f"harness {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Which quantization of a model fits a microcontroller, how accurate is it there, how fast?

    Start with: harness bench
    """


def make_app() -> typer.Typer:
    """Return the command line application."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_root)
    for command in COMMANDS:
        app.command()(command)
    app.add_typer(make_baseline_app(), name="baseline")
    return app
