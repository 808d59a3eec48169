"""The command `kernels`: list the kernel sets, or what one of them covers."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table


def _names() -> list[str]:
    from harness.kernel_sets import load_kernel_sets

    return [kernels.name for kernels in load_kernel_sets()]


def kernels(
    name: Annotated[
        str | None,
        typer.Argument(help="A kernel set, to see which operators it has.", autocompletion=_names),
    ] = None,
) -> None:
    """List the kernel sets that firmware can be built with, or the operators of one.

    Example: harness kernels simd

    Example: harness bench --model digits --kernels reference
    """
    from harness.cli.tables import make_console
    from harness.kernel_sets import find_kernel_set, load_kernel_sets

    console = make_console()
    if name is None:
        table = _table("kernels", "what they are")
        for kernel_set in load_kernel_sets():
            table.add_row(kernel_set.name, kernel_set.summary)
        console.print(table)
        return
    console.print(find_kernel_set(name).summary, highlight=False)
    console.print(_operators(name), highlight=False)


def _operators(name: str) -> "Table | str":
    """Return the operators that a set adds to the runtimes that it is adapted to."""
    from harness.model_file.operator_table import load_operator_table, runtime_names

    table = _table("operator", "data (+ weights)", "needs", "runtime")
    for api in runtime_names():
        for operator, entry in load_operator_table(api).kernel_sets.get(name, {}).items():
            kinds, needs = ", ".join(entry.registrations), ", ".join(entry.needs)
            table.add_row(operator, kinds, needs.replace("_", " ") or "-", api)
    return table if table.row_count else "Its operators are those of the runtime's own tree."


def _table(*columns: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column)
    return table
