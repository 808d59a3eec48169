"""Promises about the manifest: it survives a round trip and refuses what it does not know."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.results.manifest import (
    CellRecord,
    Manifest,
    RegionMapping,
    read_manifest,
    write_manifest,
)

MANIFEST = Manifest(
    created=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    harness="0.1.0",
    spec={"models": ["digits"], "all": False},
    tools={"compiler": "arm-none-eabi-gcc 12.2.1"},
    machines=(RegionMapping(board="pico", machine="mps2-an385", regions={"code": ("flash",)}),),
    cells=(
        CellRecord(
            key="abc",
            cell=("digits", "int8", "pico", "reference", "O2", "tflm2020", "qemu"),
            status="ok",
            seconds=1.5,
            details={"operators": [{"name": "CONV_2D", "instructions": 12}], "tolerance": None},
        ),
    ),
)


def test_a_manifest_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write_manifest(MANIFEST, path)
    assert read_manifest(path) == MANIFEST


@pytest.mark.parametrize("version", [1, 3, "2", None])
def test_another_schema_version_is_refused_with_the_remedy(tmp_path: Path, version: object) -> None:
    path = tmp_path / "bench.json"
    content = json.loads(MANIFEST.model_dump_json())
    path.write_text(json.dumps({**content, "schema_version": version}))
    with pytest.raises(HarnessError, match=r"schema_version: this harness reads 2, not .*; run"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ('{"schema_version": 2', "not JSON"),
        ("[]", "schema_version: this harness reads 2"),
        ('{"schema_version": 2}', "created: missing; add it"),
        ('{"schema_version": 2, "cell": []}', "cell: unknown key; did you mean 'cells'?"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bench.json"
    path.write_text(text)
    with pytest.raises(HarnessError) as caught:
        read_manifest(path)
    assert message in str(caught.value)
