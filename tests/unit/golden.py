"""Compare an output with the stored one, or store it when HARNESS_UPDATE_GOLDEN is set."""

import os
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


def assert_golden(name: str, text: str) -> None:
    """Fail unless `text` is, to the byte, the file `tests/data/NAME`."""
    path = DATA / name
    if os.environ.get("HARNESS_UPDATE_GOLDEN"):
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()
