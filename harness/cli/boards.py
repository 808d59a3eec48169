"""The command `boards`: list the boards, or show one whole."""

from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.completion import complete_board

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from harness.boards import Board


def boards(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A board to show whole: its name, or the path of its TOML file.",
            autocompletion=complete_board,
        ),
    ] = None,
) -> None:
    """List the boards, or show one with every figure and where it was read.

    Boards of your own: TOML files in a folder that HARNESS_BOARDS names, or in a package
    (docs/plugins.md).

    Example: harness boards nano33ble
    """
    from harness.boards import board_origins, load_board, load_boards
    from harness.cli.tables import make_console

    console = make_console()
    if name is None:
        console.print(_overview(load_boards(), board_origins()))
    else:
        _show(console, load_board(name))


def _overview(listed: "tuple[Board, ...]", origins: "Mapping[str, str]") -> "Table":
    from harness.cli.listing import listing

    figures = ("MHz", "flash KiB", "RAM KiB")
    columns = ("board", "core", *figures, "machine", "what it is")
    table = listing(columns, origins, right=figures, narrow=("core", "machine"))
    for board in listed:
        values = (
            board.clock_hz / 1e6,
            board.flash_limit_bytes / 1024,
            board.ram_limit_bytes / 1024,
        )
        texts = [f"{value:g}" for value in values]
        table.add_row(board.name, board.core, *texts, board.emulation.qemu, board.title)
    return table.renderable


def _show(console: "Console", board: "Board") -> None:
    from rich.text import Text

    from harness.results.units import bytes_text

    console.print(Text(f"{board.name}: {board.title}", "bold"))
    console.print(
        f"flash {bytes_text(board.flash_limit_bytes)}, RAM {bytes_text(board.ram_limit_bytes)}",
        highlight=False,
    )
    for line in _lines(board.model_dump(exclude_unset=True, exclude={"name", "title"})):
        console.print(Text(line), soft_wrap=True)


def _lines(table: dict[str, object], indent: str = "") -> list[str]:
    unverified = table.get("unverified", ())
    lines = []
    for key, value in sorted(table.items(), key=lambda item: item[0] == "source"):
        parts = value if isinstance(value, (tuple, list)) else [value]
        tables = [part for part in parts if isinstance(part, dict)]
        for part in tables:
            lines += [f"{indent}{key}", *_lines(part, f"{indent}  ")]
        if not tables and key != "unverified":
            note = "  (unverified)" if isinstance(unverified, tuple) and key in unverified else ""
            lines.append(f"{indent}{key}: {_value(key, parts)}{note}")
    return lines


def _value(key: str, parts: "tuple[object, ...] | list[object]") -> str:
    texts = [f"0x{part:08X}" if key == "origin" else str(part) for part in parts]
    return ", ".join(texts)
