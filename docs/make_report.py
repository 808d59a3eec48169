"""Make the example report: python docs/make_report.py [results/bench.csv].

The manifest must be beside the table. The picture needs chromium.
"""

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from harness.bench.context import default_cache
from harness.errors import HarnessError
from harness.report.bundle import vega_script
from harness.report.page import page_html
from harness.report.selection import read_limits
from harness.results.results import Results

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "results" / "bench.csv"
PAGE = ROOT / "docs" / "example" / "report.html"
PICTURE = ROOT / "docs" / "example" / "report.png"
WIDTH, HEIGHT = 1400, 1560
_COLOURS = 256
_LIMIT_S = 120


def page(table: Path) -> str:
    """Return the page for a table, with the repository's budgets marked."""
    read = Results.read(table)
    if read.manifest is None:
        raise HarnessError(f"{table.with_suffix('.json')}: missing; run 'harness bench'")
    results = Results(read.rows, read.manifest, "docs/example/bench.csv")
    limits = read_limits(ROOT / "budgets.toml")
    return page_html(results, limits, "budgets.toml", vega_script(default_cache()))


def picture(path: Path) -> bytes:
    """Return what the upper end of the page at `path` looks like, as a PNG file."""
    program = shutil.which("chromium")
    if program is None:
        raise HarnessError("chromium: not found; run 'harness doctor --install --tests'")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        subprocess.run(
            [
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--virtual-time-budget=10000",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--user-data-dir={folder}/profile",
                f"--screenshot={shot}",
                path.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=_LIMIT_S,
        )
        with Image.open(shot) as image:
            few = image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    few.save(stream, format="png", optimize=True)
    return stream.getvalue()


def main(arguments: list[str]) -> None:
    """Write the page of a table, and its picture."""
    PAGE.write_text(page(Path(arguments[0]) if arguments else TABLE), encoding="utf-8")
    PICTURE.write_bytes(picture(PAGE))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HarnessError as error:
        sys.exit(str(error))
