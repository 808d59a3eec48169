"""The command `kernels`: list the kernel sets."""


def kernels() -> None:
    """List the kernel sets that firmware can be built with.

    Example: harness bench --model digits --kernels reference
    """
    from rich import box
    from rich.table import Table

    from harness.cli.tables import make_console
    from harness.kernel_sets import load_kernel_sets

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("kernels", no_wrap=True)
    table.add_column("what they are")
    for kernel_set in load_kernel_sets():
        table.add_row(kernel_set.name, kernel_set.summary)
    make_console().print(table)
