"""The command `schemes`: list the quantization schemes and what each does."""

from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.completion import complete_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from harness.schemes.scheme import Scheme


def schemes(
    name: Annotated[
        str | None,
        typer.Argument(
            help="The only scheme to show; combinations have names too.",
            autocompletion=complete_scheme,
        ),
    ] = None,
) -> None:
    """List the quantization schemes: what each does to a network and whether TFLM runs the result.

    For example:

      harness schemes

      harness schemes int16x8-pruned-80
    """
    from harness.cli.tables import make_console
    from harness.schemes.registry import find_scheme, load_schemes, scheme_origins

    listed = list(load_schemes().values()) if name is None else [find_scheme(name)]
    console = make_console()
    theirs = scheme_origins()
    origins = {one.name: theirs[one.name] for one in listed if one.name in theirs}
    console.print(_overview(listed, origins))
    for scheme in listed:
        if scheme.device_reason:
            console.print(f"{scheme.name}, on the host only: {scheme.device_reason}")
    if name is None:
        console.print(_combinations())
    else:
        console.print(f"{listed[0].name}: {listed[0].summary}")


def _overview(listed: "Sequence[Scheme]", origins: "Mapping[str, str]") -> "Table":
    from harness.cli.listing import listing

    columns = ("scheme", "weights", "activations", "needs", "saves", "runs on")
    table = listing(columns, origins, narrow=("needs", "runs on"))
    for scheme in listed:
        table.add_row(
            scheme.name,
            scheme.weights,
            scheme.activations,
            ",\n".join(sorted(scheme.needs)) or "nothing",
            scheme.saves,
            _runs_on(scheme),
        )
    return table.renderable


def _runs_on(scheme: "Scheme") -> str:
    if scheme.device_reason:
        return "host only"
    # Tables and bitmaps are read by our kernels, which are built for this API.
    return "TFLM" if scheme.deploy == "as-converted" else "TFLM 2020"


def _combinations() -> str:
    from harness.schemes.combination import PARTS

    lines = ["", "Combinations are named BASE-RECIPE, such as int16x8-pruned-80:"]
    lines += [f"  {part}: after {', '.join(PARTS[part].on)}" for part in PARTS]
    return "\n".join(lines)
