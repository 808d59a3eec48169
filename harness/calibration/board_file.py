"""Write a board's file anew with measured coefficients in it, its comments kept."""

from pathlib import Path

import tomlkit

from harness.board_tables import Calibration
from harness.boards import Board
from harness.errors import HarnessError
from harness.files import read_bytes, write_atomically
from harness.toml_file import parse_toml


def check_out(out: Path, board: Board) -> None:
    """Make sure that a board's file can be called `out`.

    Raises:
        HarnessError: The file would have another name than the board.
    """
    if out.name != f"{board.name}.toml":
        raise HarnessError(
            f"--out {out}: a board's file is called as the board; end it in {board.name}.toml"
        )


def write_board(original: Path, calibration: Calibration, out: Path) -> None:
    """Write the board's file `original` to `out` with its table `[calibration]` replaced.

    Raises:
        HarnessError: `original` cannot be read, or `out` cannot be written.
    """
    document = tomlkit.parse(read_bytes(original).decode())
    document.pop("calibration", None)
    table = tomlkit.table()
    for key, value in calibration.model_dump(exclude_defaults=True).items():
        table.add(key, value)
    document.append("calibration", table)
    content = tomlkit.dumps(document).encode()
    parse_toml(content, str(out), Board)
    write_atomically(out, content)
