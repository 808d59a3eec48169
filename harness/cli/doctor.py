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
    installed first (root or sudo is needed); when nothing is missing it says just that. Renode is
    optional and not installed: it is no Debian package. The commands for it are shown.

    Example: harness doctor --install
    """
    from harness.cli.tables import make_console
    from harness.doctor import checks, checks_for_tests, examine, missing_packages, optional_checks
    from harness.doctor import install as install_packages

    console = make_console()
    wanted = (*checks(), *(checks_for_tests() if tests else ()), *optional_checks())
    findings = examine(wanted)
    if install and missing_packages(findings):
        with console.status("") as status:

            def progress(step: str) -> None:
                console.print(step, highlight=False)
                status.update(f"{step} ...")

            install_packages(findings, progress)
        findings = examine(wanted)
    elif install and not any(finding.is_missing for finding in findings):
        console.print("Nothing to install: everything is there.")
        return
    console.print(_table(findings))
    missing = [finding.check.name for finding in findings if finding.is_missing]
    if missing:
        command = "harness doctor --install" + (" --tests" if tests else "")
        advice = "see the commands above" if install else f"run '{command}'"
        raise HarnessError(f"doctor: missing: {', '.join(missing)}; {advice}")
    for line in (*_by_hand(findings), *_plugins()):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    all_found = not any(finding.problem for finding in findings)
    console.print("Everything is there." if all_found else "Everything else is there.")


def _by_hand(findings: "Sequence[Finding]") -> list[str]:
    """Return how to install what is optional and not there."""
    lines = []
    for finding in findings:
        check = finding.check
        if finding.problem and check.by_hand:
            lines.append(f"{check.name} is optional ({check.needed_by}). To install it by hand:")
            lines += [f"  {command}" for command in check.by_hand]
    return lines


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
        style = "bold red" if finding.is_missing else "yellow" if finding.problem else "green"
        found = Text(finding.found or finding.problem, style)
        cells = [Text(finding.check.name), found, Text(finding.check.needed_by), Text(mend)]
        table.add_row(*cells[: len(table.columns)])
    return table
