"""Promises about the row: its columns, and what it refuses to publish."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from row_factory import make_row

from harness.results.columns import column_reference_markdown
from harness.results.row import COLUMNS, Row, Status

PUBLIC = """
model scheme board core kernels optimize runtime simulator features status reason
metric quality_float quality_host quality_device
quality_drop_points quality_drop_low quality_drop_high
auc pauc eer far frr threshold false_accepts_per_hour
samples outputs_checked outputs_differing fallback_operators
flash_bytes flash_model_bytes flash_kernels_bytes flash_runtime_bytes flash_libc_bytes
flash_app_bytes flash_features_bytes flash_vectors_bytes flash_limit_bytes
weights_bytes weights_entropy_bytes model_deflate_bytes
ram_bytes ram_arena_bytes ram_arena_persistent_bytes ram_arena_nonpersistent_bytes
ram_static_bytes ram_stack_bytes ram_limit_bytes
macs instructions features_instructions pipeline_instructions
timing cycles cycles_low cycles_high latency_ms pipeline_latency_ms
energy_uj energy_low_uj energy_high_uj
stride_ms duty_cycle_low duty_cycle headroom realtime
compiler emulator tflm model_sha256
"""

SHARES = ("quality_float", "quality_host", "quality_device", "auc", "pauc", "eer", "far", "frr")
AMOUNTS = (
    *("latency_ms", "pipeline_latency_ms", "stride_ms", "false_accepts_per_hour"),
    *("energy_uj", "energy_low_uj", "energy_high_uj", "duty_cycle_low", "duty_cycle"),
)


def test_the_columns_are_the_public_interface_in_their_order() -> None:
    assert list(COLUMNS) == PUBLIC.split()


def test_every_column_is_described() -> None:
    assert all(field.description for field in Row.model_fields.values())


def test_the_reference_in_the_documentation_is_current() -> None:
    path = Path(__file__).parents[2] / "docs" / "columns.md"
    assert path.read_text() == column_reference_markdown()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((column, -1e-9) for column in SHARES + AMOUNTS),
        *((column, 1.0001) for column in SHARES),
        *((column, 2**53 + 2) for column in AMOUNTS),
    ],
)
def test_a_figure_that_cannot_be_is_refused(column: str, value: float) -> None:
    with pytest.raises(ValidationError, match=column):
        make_row(**{column: value})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((column, value) for column in SHARES for value in (0, 1)),
        *((column, value) for column in AMOUNTS for value in (0, 7.5)),
        *((column, -7.5) for column in ("headroom", "quality_drop_points", "threshold")),
    ],
)
def test_a_figure_that_can_be_is_taken(column: str, value: float) -> None:
    assert getattr(make_row(**{column: value}), column) == value


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OK])
def test_a_row_that_is_not_ok_must_say_why(status: Status) -> None:
    with pytest.raises(ValidationError, match="must say why"):
        make_row(status=status, quality_device=None)


@pytest.mark.parametrize("status", ["mismatch", "failed", "timeout"])
@pytest.mark.parametrize(
    "column",
    [
        *("quality_device", "quality_drop_points", "quality_drop_low", "quality_drop_high"),
        *("auc", "pauc", "eer", "far", "frr", "threshold", "false_accepts_per_hour"),
        *("instructions", "features_instructions", "pipeline_instructions"),
        *("cycles", "latency_ms", "energy_uj"),
        *("duty_cycle_low", "duty_cycle", "headroom", "realtime"),
    ],
)
def test_a_bad_row_carries_neither_quality_nor_time(status: str, column: str) -> None:
    figures = {"quality_device": None, "instructions": None}
    figures[column] = "no" if column == "realtime" else 1
    with pytest.raises(ValidationError, match=f"{column}: must be empty"):
        make_row(status=status, reason="because", **figures)


@pytest.mark.parametrize("changes", [{"flash_bytes": -1}, {"quality_host": float("nan")}])
def test_figures_that_cannot_be_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        make_row(**changes)


def test_a_reason_of_several_lines_becomes_one() -> None:
    reason = " a\n\tb\x1b[31m "
    row = make_row(status="failed", quality_device=None, instructions=None, reason=reason)
    assert row.reason == "a b\N{REPLACEMENT CHARACTER}[31m"
