"""The command `schemes`: list the quantization schemes and what each does."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from harness.schemes.scheme import Scheme


def schemes(
    name: Annotated[str | None, typer.Argument(help="The only scheme to show.")] = None,
) -> None:
    """List the quantization schemes: what each does to a network and whether TFLM runs the result.

    Example: harness schemes int8
    """
    from harness.cli.tables import make_console
    from harness.schemes.registry import find_scheme, load_schemes

    listed = list(load_schemes().values()) if name is None else [find_scheme(name)]
    console = make_console()
    console.print(_overview(listed))
    for scheme in listed:
        if scheme.device_reason:
            console.print(f"{scheme.name}, on the host only: {scheme.device_reason}")


def _overview(listed: "Sequence[Scheme]") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("scheme", no_wrap=True)
    for header in ("weights", "activations", "needs", "saves", "runs on"):
        table.add_column(header)
    for scheme in listed:
        table.add_row(
            scheme.name,
            scheme.weights,
            scheme.activations,
            ", ".join(sorted(scheme.needs)) or "nothing",
            scheme.saves,
            "host only" if scheme.device_reason else "TFLM",
        )
    return table
