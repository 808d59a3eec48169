"""Promises about the README's picture: every timed row of its board is in it, always alike."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from row_factory import make_row

from harness.errors import HarnessError
from harness.results.csv_file import csv_text
from harness.results.row import Row

SCRIPT = Path(__file__).parents[2] / "docs" / "make_picture.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_picture", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def timed(model: str, scheme: str, **changes: object) -> Row:
    figures = {"cycles": 1200, "cycles_low": 1000, "cycles_high": 1500, "latency_ms": 0.01}
    where = {"model": model, "scheme": scheme, "board": "nucleo-l4r5zi", "kernels": "simd"}
    return make_row(**(where | figures | changes))


def write(path: Path, rows: list[Row]) -> Path:
    path.write_text(csv_text(rows))
    return path


def test_every_timed_row_is_drawn_and_no_other(script: ModuleType, tmp_path: Path) -> None:
    rows = [
        timed("digits", "int8"),
        timed("digits", "float32", latency_ms=0.05),
        timed("keyword-distilled", "int8"),
        timed("anomaly", "int8", metric="auc"),
        timed("motion", "int8", board="bluepill", core="cortex-m3"),
        timed("person", "int8", kernels="reference"),
        timed("image", "int8", latency_ms=None),
    ]
    drawn = re.findall(r'<g id="([a-z0-9-]+)">', script.picture(write(tmp_path / "t.csv", rows)))
    points = [name for name in drawn if name.endswith(("-int8", "-float32"))]
    assert points == ["digits-int8", "digits-float32", "keyword-distilled-int8", "anomaly-int8"]


def test_one_table_gives_one_picture(script: ModuleType, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", [timed("digits", "int8"), timed("motion", "int16x8")])
    assert script.picture(table) == script.picture(table)


def test_the_picture_holds_no_date_and_no_address(script: ModuleType, tmp_path: Path) -> None:
    text = script.picture(write(tmp_path / "t.csv", [timed("digits", "int8")]))
    assert "<metadata>" not in text
    assert set(re.findall(r"https?://([^/]*)", text)) == {"www.w3.org"}


def test_a_table_without_latencies_is_refused(script: ModuleType, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", [timed("digits", "int8", latency_ms=None)])
    with pytest.raises(HarnessError, match="no latencies of nucleo-l4r5zi with simd"):
        script.picture(table)
