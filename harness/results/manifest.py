"""The manifest: what a run did, with everything that is not the same on every run."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from harness.errors import HarnessError
from harness.files import read_bytes, write_atomically
from harness.results.images import ImageTable
from harness.results.row import Row, Status
from harness.toml_file import describe_problem

SCHEMA_VERSION = 2
"""Raised whenever a reader of the earlier form would misread the later one."""


class RegionMapping(BaseModel):
    """Which region of the board each region of the emulated machine stood for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    board: str
    machine: str
    regions: dict[str, tuple[str, ...]]
    """Region of the machine: the board's regions, by name."""


class CellRecord(BaseModel):
    """What one cell left besides its row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """Key of the image in the manifest's `images`; empty where none was built."""
    cell: tuple[str, ...]
    """The row's axes: model, scheme, board, kernels, optimize, runtime, simulator, features."""
    status: Status
    reason: str | None = None
    log: str = ""
    """What the failing tool or guest printed."""
    seconds: float | None = None
    """Wall time of the cell's own steps; None when all came from the store."""
    details: dict[str, JsonValue] = {}
    """Operator profile, confusion matrix, tolerance and the like, by name."""


class Manifest(BaseModel):
    """One run of a sweep; written beside the CSV file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = SCHEMA_VERSION
    created: datetime
    harness: str
    """Version of this package."""
    spec: dict[str, JsonValue]
    """What was swept, as the user's spec and options came out."""
    tools: dict[str, str]
    """Version or identity of each tool: compiler, emulator, tflm, python, tensorflow."""
    machines: tuple[RegionMapping, ...]
    cells: tuple[CellRecord, ...]
    images: ImageTable = ImageTable()
    """What is in the images, symbol by symbol."""


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write `manifest` as JSON to `path`.

    Raises:
        HarnessError: The file cannot be written; an earlier one is then unchanged.
    """
    records = (record.model_dump_json() for record in manifest.cells)
    write_atomically(path, manifest_text(manifest, records))


def manifest_text(manifest: Manifest, records: Iterable[str]) -> str:
    """Return `manifest` as JSON, with `records` (each the JSON of a CellRecord) for its cells.

    A cell, a symbol and an image is a line each, so that a file of a thousand is quickly searched.
    """
    head = manifest.model_dump_json(indent=1, exclude={"cells", "images"}).removesuffix("\n}")
    symbols = (symbol.model_dump_json() for symbol in manifest.images.symbols)
    images = (
        f"{json.dumps(key)}: {entry.model_dump_json()}"
        for key, entry in manifest.images.images.items()
    )
    return (
        f'{head},\n "cells": [{_lines(records)}],\n "images": {{\n  "symbols": [{_lines(symbols)}],'
        f'\n  "images": {{{_lines(images)}}}\n }}\n}}\n'
    )


def _lines(parts: Iterable[str]) -> str:
    return "\n" + ",\n".join(parts) + "\n"


def read_manifest(path: Path) -> Manifest:
    """Return the manifest at `path`.

    Raises:
        HarnessError: The file cannot be read, is no manifest, or has another schema version.
    """
    try:
        content = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise HarnessError(
            f"{path}: not JSON ({error}); run 'harness bench' to write it anew"
        ) from None
    version = content.get("schema_version") if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise HarnessError(
            f"{path}: schema_version: this harness reads {SCHEMA_VERSION}, not {version}; "
            "run 'harness bench' to write it anew, or use the harness that wrote it"
        )
    try:
        return Manifest.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        raise HarnessError(f"{path}: {describe_problem(error, Manifest)}") from None


def manifest_problem(rows: Sequence[Row], manifest: Manifest) -> str:
    """Return why `manifest` is not that of the table `rows`; "" where it is."""
    recorded = {record.cell: record for record in manifest.cells}
    if len(recorded) != len(manifest.cells) or recorded.keys() != {row.cell for row in rows}:
        return "it is of a table with other cells"
    images = {key: manifest.images.image(key) for key in manifest.images.images}
    for row in rows:
        record = recorded[row.cell]
        image = images.get(record.key)
        sizes = (sum(image.flash.values()), image.static_bytes) if image else (None, None)
        other = image is not None and sizes != (row.flash_bytes, row.ram_static_bytes)
        counted = _counted_instructions(record)
        other |= None not in {counted, row.instructions} and counted != row.instructions
        if record.status != row.status or other:
            return f"it is of another run: of {' '.join(row.cell[:3])} it says something else"
    return ""


def _counted_instructions(record: CellRecord) -> JsonValue:
    regions = record.details.get("regions")
    return regions.get("invoke_warm") if isinstance(regions, dict) else None
