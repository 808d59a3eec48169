"""PlottedResults with rows and a manifest, small enough to be checked by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from row_factory import make_row

from harness.cycles.cost import CAUSES
from harness.report.plotted_results import PlottedResults
from harness.results.csv_file import csv_text
from harness.results.images import ImageSizes, ImageTable, Symbol
from harness.results.manifest import CellRecord, Manifest, RegionMapping, write_manifest
from harness.results.row import Row

HOSTILE = "</script><script>alert(1)</script>\"'`|${alert(2)}<!-- &amp; {{ 7 * 7 }}"
"""A name that breaks HTML, scripts in HTML, Markdown tables and templates alike."""

FLASH = {
    "model": 20_000,
    "kernels": 15_000,
    "runtime": 30_000,
    "libc": 5_000,
    "app": 2_500,
    "features": 0,
    "vectors": 64,
}
SYMBOLS = (
    Symbol(
        name="harness::kernels::simd::Convolve(int)",
        bytes=9_000,
        category="kernels",
        section=".kernels",
        source="firmware/kernels/simd/convolve.cc",
    ),
    Symbol(name="tflite::Interpret()", bytes=20_000, category="runtime", section=".runtime"),
    Symbol(name="small", bytes=60, category="runtime", section=".runtime"),
    Symbol(name="smaller", bytes=40, category="runtime", section=".runtime"),
    Symbol(name="table", bytes=100, category="kernels", section=".data.kernels"),
    Symbol(name="buffer", bytes=500, category="ram", section=".bss"),
)
IMAGE = ImageSizes(flash=FLASH, static_bytes=800, symbols=SYMBOLS)


def timed_row(**changes: object) -> Row:
    """Return a row that was measured and timed, its sizes those of IMAGE."""
    figures: dict[str, object] = {f"flash_{part}_bytes": size for part, size in FLASH.items()}
    figures |= {
        "flash_bytes": sum(FLASH.values()),
        "ram_bytes": 14_000,
        "ram_arena_bytes": 12_600,
        "ram_arena_persistent_bytes": 11_000,
        "ram_arena_nonpersistent_bytes": 1_500,
        "ram_static_bytes": 800,
        "ram_stack_bytes": 600,
        "kernels": "simd",
        "quality_drop_points": 0.28,
        "quality_drop_low": -1.1,
        "quality_drop_high": 1.7,
        "instructions": 300_000,
        "cycles": 500_000,
        "cycles_low": 400_000,
        "cycles_high": 900_000,
        "latency_ms": 7.5,
        "energy_uj": 80.0,
        "energy_low_uj": 60.0,
        "energy_high_uj": 140.0,
        "model_sha256": "a" * 64,
    }
    return make_row(**(figures | changes))


def details(classes: tuple[str, ...] = ("one", "two")) -> dict[str, Any]:
    """Return what a manifest says of a cell: two operators, a confusion matrix, a ROC curve."""
    causes = {cause: {"low": 10.0, "typical": 20.0, "high": 40.0} for cause in CAUSES}
    cycles = {"low": 60.0, "typical": 120.0, "high": 240.0}
    curve = [[0.0, 0.0, None], [0.1, 0.8, 0.6], [1.0, 1.0, 0.0]]
    point = {"threshold": 0.6, "false_accepts": 1, "negatives": 10}
    point |= {"false_rejects": 4, "positives": 20}
    return {
        "data": "digits, as shipped",
        "classes": list(classes),
        "regions": {"invoke_warm": 300_000},
        "operators": [
            {"index": -1, "name": "interpreter", "instructions": 1_000},
            {"index": 0, "name": "CONV_2D", "instructions": 299_000},
        ],
        "timing": {
            "model": "cortex-m4 1",
            "operators": [{"index": i, "cycles": cycles, "causes": causes} for i in (-1, 0)],
        },
        "confusion": [[8, 2], [1, 9]],
        "detection": {"roc": curve, "operating_point": point},
        "detection_float": {"roc": curve, "operating_point": point},
    }


def make_results(*rows: Row, found: dict[str, Any] | None = None) -> PlottedResults:
    """Return results of `rows` with a manifest, each cell with IMAGE and the details `found`."""
    given = details() if found is None else found
    manifest = Manifest(
        created=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        harness="0.1.0",
        spec={},
        tools={"compiler": "gcc 12", "python": "3.11.7"},
        machines=(
            RegionMapping(board="nano33ble", machine="mps2-an386", regions={"code": ("flash",)}),
        ),
        cells=tuple(
            CellRecord(
                key="image" if row.flash_bytes else "",
                cell=row.cell,
                status=row.status,
                reason=row.reason,
                details=given if row.flash_bytes else {},
            )
            for row in rows
        ),
        images=ImageTable.of({"image": IMAGE}),
    )
    return PlottedResults(tuple(rows), manifest, "bench.csv")


def write_results(folder: Path, results: PlottedResults) -> Path:
    """Write table and manifest into `folder`; return the table."""
    path = folder / "bench.csv"
    path.write_text(csv_text(results.rows))
    if results.manifest is not None:
        write_manifest(results.manifest, path.with_suffix(".json"))
    return path
