"""How many steps of a sweep this machine does at a time."""

import os

import psutil

JOB_BYTES = 2 << 30
"""What a step may need. Converting the largest model of `models/` took 0.7 GB (November 2026)."""


def default_jobs(processors: int | None = None, available_bytes: int | None = None) -> int:
    """Return a job for each processor, but no more than free memory holds, and at least one.

    Without arguments, those of this machine.
    """
    if processors is None:
        processors = os.cpu_count() or 1
    if available_bytes is None:
        available_bytes = int(psutil.virtual_memory().available)
    return max(1, min(processors, available_bytes // JOB_BYTES))
