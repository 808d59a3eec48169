"""The options of `harness bench` say in one line what they cannot mean."""

from pathlib import Path

import pytest

from harness.bench.clients import Placement
from harness.cli.bench_options import parse_placement, parse_store
from harness.errors import HarnessError


@pytest.mark.parametrize(
    ("scheduler", "workers", "placement"),
    [
        (None, 0, Placement()),
        (None, 2, Placement(workers=2)),
        ("tcp://head:8786", 0, Placement("tcp://head:8786")),
    ],
)
def test_steps_run_in_threads_in_processes_or_at_an_address(scheduler, workers, placement):
    assert parse_placement(scheduler, workers) == placement
    assert placement.is_here == (placement == Placement())


def test_workers_of_this_machine_and_a_scheduler_exclude_each_other():
    with pytest.raises(HarnessError, match=r"^--workers: not with --scheduler, .* give one$"):
        parse_placement("tcp://head:8786", 2)


def test_a_folder_is_named_so_that_other_processes_find_it():
    assert parse_store(None) is None
    assert parse_store("s3://bucket/prefix") == "s3://bucket/prefix"
    assert parse_store("here") == str(Path.cwd() / "here")
