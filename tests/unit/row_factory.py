"""Rows for tests: a measured cell, of which a test changes what it is about."""

from harness.results.row import Row

MEASURED = {
    "model": "digits",
    "scheme": "int8",
    "board": "nano33ble",
    "core": "cortex-m4",
    "kernels": "reference",
    "optimize": "O2",
    "runtime": "tflm2020",
    "simulator": "qemu",
    "status": "ok",
    "metric": "accuracy",
    "quality_float": 0.9861,
    "quality_host": 0.9833,
    "quality_device": 0.9833,
    "samples": 360,
    "outputs_checked": 360,
    "outputs_differing": 0,
    "flash_bytes": 100_000,
    "flash_limit_bytes": 1_048_576,
    "ram_bytes": 30_000,
    "ram_limit_bytes": 262_144,
    "macs": 123_456,
    "instructions": 1_234_567,
    "compiler": "gcc 12.2",
    "tflm": "tfmicro 0.1.0",
}


def make_row(**changes: object) -> Row:
    """Return a measured row with `changes` made to it."""
    return Row.model_validate({**MEASURED, **changes})
