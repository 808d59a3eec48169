"""The command `kernels`: list the kernel sets, or what one of them covers."""

from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.completion import complete_kernels

if TYPE_CHECKING:
    from rich.table import Table


def kernels(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A kernel set, to see which operators it has.", autocompletion=complete_kernels
        ),
    ] = None,
) -> None:
    """List the kernel sets that firmware can be built with, or the operators of one.

    Example: harness kernels simd

    Example: harness bench --model digits --kernels reference
    """
    from harness.cli.listing import listing
    from harness.cli.tables import make_console
    from harness.kernel_sets import find_kernel_folder, load_kernel_folders

    console = make_console()
    if name is None:
        folders = load_kernel_folders()
        origins = {key: folder.origin for key, folder in folders.items() if folder.origin}
        table = listing(("kernels", "what they are"), origins)
        for key, folder in folders.items():
            table.add_row(key, folder.declared.summary)
        console.print(table.renderable)
        return
    found = find_kernel_folder(name)
    origin = f" (from {found.origin})" if found.origin else ""
    console.print(f"{found.declared.summary}{origin}", highlight=False, markup=False)
    console.print(_operators(name), highlight=False)


def _operators(name: str) -> "Table | str":
    """Return the operators that a set adds to the runtimes that it is adapted to."""
    from harness.cli.listing import listing
    from harness.kernel_sets import set_operators
    from harness.model_file.operator_table import runtime_names

    table = listing(("operator", "data (+ weights)", "needs", "runtime"), {})
    for api in runtime_names():
        for operator, entry in set_operators(name, api).items():
            kinds, needs = ", ".join(entry.registrations), ", ".join(entry.needs)
            table.add_row(operator, kinds, needs.replace("_", " ") or "-", api)
    if not table.renderable.row_count:
        return "Its operators are those of the runtime's own tree."
    return table.renderable
