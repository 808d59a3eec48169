"""The command `report`: the results as a page, as Markdown, and as plots."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

_DEFAULT_BUDGETS = Path("budgets.toml")


class PlotFormat(StrEnum):
    """What files plots are written as."""

    SVG = "svg"
    PNG = "png"


_Names = list[str] | None


def report(  # noqa: PLR0913, PLR0917 -- one parameter an option
    results: Annotated[
        Path, typer.Option(help="CSV file that 'harness bench' wrote.", metavar="CSV")
    ] = Path("results/bench.csv"),
    budgets: Annotated[
        Path | None,
        typer.Option(
            help="TOML file whose limits are marked; budgets.toml here, if there is one.",
            metavar="TOML",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The page; by default report.html beside the table.", metavar="HTML"),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write the tables as Markdown too.", metavar="FILE")
    ] = None,
    plots: Annotated[
        Path | None, typer.Option(help="Write every plot as a file into it.", metavar="DIR")
    ] = None,
    plot_format: Annotated[
        PlotFormat, typer.Option("--format", help="Format of the plots.")
    ] = PlotFormat.SVG,
    model: Annotated[_Names, typer.Option(help="Only this model. Repeatable.")] = None,
    scheme: Annotated[_Names, typer.Option(help="Only this scheme. Repeatable.")] = None,
    board: Annotated[_Names, typer.Option(help="Only this board. Repeatable.")] = None,
    kernels: Annotated[_Names, typer.Option(help="Only this kernel set. Repeatable.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Show the results: one page that needs no network, Markdown, plots.

    The page has the scheme of choice for each board, quality against cost with its Pareto front, a
    card for each model, memory maps down to symbols, operators, ROC curves and confusion matrices,
    and what could not run. Maps, operators and curves come from the manifest, the .json file
    beside the table.

    Example: harness report --results results/bench.csv --open
    """
    from rich.console import Console

    from harness.bench.context import default_cache
    from harness.files import check_outputs, write_atomically
    from harness.report.selection import read_limits, selected
    from harness.results.results import Results

    page = out or results.with_name("report.html")
    named = budgets or (_DEFAULT_BUDGETS if _DEFAULT_BUDGETS.is_file() else None)
    inputs = [results, results.with_suffix(".json"), *([] if named is None else [named])]
    check_outputs([page, markdown], inputs)
    chosen = {"model": model, "scheme": scheme, "board": board, "kernels": kernels}
    progress = Console(stderr=True)
    table = selected(
        Results.read(results), {axis: names for axis, names in chosen.items() if names}
    )
    limits = () if named is None else read_limits(named)
    if table.manifest is None:
        progress.print(
            f"{results.with_suffix('.json')} is missing: no memory maps down to symbols, no "
            "operators, no curves",
            style="yellow",
            highlight=False,
            markup=False,
        )
    with progress.status("page ...") as status:
        from harness.report.bundle import vega_script
        from harness.report.page import page_html

        html = page_html(
            table, limits, "" if named is None else named.name, vega_script(default_cache())
        )
        write_atomically(page, html)
        written = [f"{page} ({len(table.rows)} cells, {len(html.encode()) / 1e6:.1f} MB)"]
        if markdown is not None:
            from harness.report.markdown import markdown_report

            write_atomically(markdown, markdown_report(table, limits))
            written.append(str(markdown))
        if plots is not None:
            from harness.report.plots import write_plots

            files = write_plots(
                table, plots, plot_format.value, limits, lambda name: status.update(f"{name} ...")
            )
            written.append(f"{plots} ({len(files)} plots)")
    for line in written:
        typer.echo(f"wrote {line}")
    if show:
        typer.launch(page.absolute().as_uri())
