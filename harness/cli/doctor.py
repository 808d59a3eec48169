"""The command `doctor`: say what is installed, what is missing, and mend it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from harness.errors import HarnessError

if TYPE_CHECKING:
    from rich.table import Table

    from harness.doctor import Finding


def doctor(
    install: Annotated[
        bool, typer.Option("--install", help="Install what is missing, with apt-get.")
    ] = False,
    tests: Annotated[
        bool, typer.Option("--tests", help="Also what the project's own tests need.")
    ] = False,
) -> None:
    """Say which programs are there, which are missing, and the command that mends it.

    Exits with status 2 if something is missing. With --install, missing system packages are
    installed first (root or sudo is needed); when nothing is missing it says just that.

    Example: harness doctor --install
    """
    from harness.cli.tables import make_console
    from harness.doctor import checks, checks_for_tests, examine, missing_packages
    from harness.doctor import install as install_packages

    console = make_console()
    wanted = (*checks(), *(checks_for_tests() if tests else ()))
    findings = examine(wanted)
    if install and missing_packages(findings):
        with console.status("") as status:

            def progress(step: str) -> None:
                console.print(step, highlight=False)
                status.update(f"{step} ...")

            install_packages(findings, progress)
        findings = examine(wanted)
    elif install and not any(finding.problem for finding in findings):
        console.print("Nothing to install: everything is there.")
        return
    console.print(_table(findings))
    missing = [finding.check.name for finding in findings if finding.problem]
    if missing:
        command = "harness doctor --install" + (" --tests" if tests else "")
        advice = "see the commands above" if install else f"run '{command}'"
        raise HarnessError(f"doctor: missing: {', '.join(missing)}; {advice}")
    for line in _plugins():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.print("Everything is there.")


def _plugins() -> list[str]:
    """Return a line for each package or folder that adds something, with what that is."""
    from harness.extensions import extensions

    added: dict[str, list[str]] = {}
    for one in extensions():
        added.setdefault(one.origin, []).append(f"{one.kind} {one.name}")
    return [f"From {origin}: {', '.join(what)}." for origin, what in added.items()]


def _table(findings: Sequence["Finding"]) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from harness.doctor import remedy

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    mends = [remedy(finding) for finding in findings]
    for header in ("what", "found", "needed by"):
        table.add_column(header, overflow="fold")
    if any(mends):
        table.add_column("mended by", overflow="fold")
    for finding, mend in zip(findings, mends, strict=True):
        found = Text(finding.found or finding.problem, "bold red" if finding.problem else "green")
        cells = [Text(finding.check.name), found, Text(finding.check.needed_by), Text(mend)]
        table.add_row(*cells[: len(table.columns)])
    return table
