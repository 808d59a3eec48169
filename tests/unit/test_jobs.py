"""A sweep takes every processor, as far as memory holds."""

import pytest

from harness.bench.jobs import default_jobs

GB = 1 << 30


@pytest.mark.parametrize(
    ("processors", "free", "jobs"),
    [(2, 23 * GB, 2), (16, 64 * GB, 16), (16, 9 * GB, 4), (4, GB, 1), (1, 4 * GB, 1)],
)
def test_there_is_a_job_a_processor_but_no_more_than_memory_holds(processors, free, jobs):
    assert default_jobs(processors, free) == jobs


def test_this_machine_does_at_least_one():
    assert default_jobs() >= 1
