"""The committed example page shows the committed table, whole and by itself."""

import json
import re
from pathlib import Path

from PIL import Image

from harness.results.csv_file import read_rows

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
PAGE = (EXAMPLE / "report.html").read_text(encoding="utf-8")


def test_the_page_shows_the_rows_of_the_committed_table() -> None:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', PAGE, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    rows = read_rows(EXAMPLE / "bench.csv")
    assert [tuple(entry["cell"]) for entry in data["rows"]] == [row.cell for row in rows]
    for entry, row in zip(data["rows"], rows, strict=True):
        assert entry["flash"] == [row.flash_bytes, row.flash_limit_bytes]
        assert entry["quality"] == row.quality_device
        assert entry["costs"].get("latency") == row.latency_ms
        assert ("operators" in entry) == (row.instructions is not None)


def test_the_page_needs_no_network_and_names_no_folder() -> None:
    addresses = set(re.findall(r"https?://[^/\"']*", PAGE))
    assert addresses == {"http://www.w3.org"}  # namespaces of SVG
    assert "/home/" not in PAGE
    assert len(PAGE.encode()) < 2_500_000


def test_the_picture_is_small_enough_for_the_readme() -> None:
    path = EXAMPLE / "report.png"
    with Image.open(path) as picture:
        assert picture.width == 1400
    assert path.stat().st_size < 300_000
