"""Worker processes are started again when they end, and none outlives the sweep."""

import psutil
import pytest
from cluster_lab import wait_until

from harness.bench.local_workers import LocalWorkers, local_workers
from harness.errors import MachineFault

NOBODY = "tcp://127.0.0.1:1"


def worker_processes() -> list[psutil.Process]:
    """The workers that this process started and that still run."""
    children = psutil.Process().children()
    return [
        one for one in children if one.status() != "zombie" and NOBODY in " ".join(one.cmdline())
    ]


def test_a_process_that_ends_is_started_again_and_none_is_left_at_the_end():
    with local_workers(NOBODY, 2, 1) as workers:
        first, other = worker_processes()
        first.kill()
        psutil.wait_procs([first], timeout=10)
        workers.tend()
        again = worker_processes()
        assert len(again) == 2
        assert other in again
        assert first not in again
        workers.tend()
        assert worker_processes() == again
    assert worker_processes() == []


def test_what_a_process_said_last_tells_why_there_is_none(tmp_path):
    workers = LocalWorkers("no address", 1, 1, tmp_path)
    assert workers.last_words() == ""
    workers.tend()
    try:
        wait_until(lambda: "failed to start" in workers.last_words(), "the worker's last words")
    finally:
        workers.end()


def test_a_machine_that_can_start_no_process_is_a_fault(tmp_path, monkeypatch):
    def refuse(*_words, **_options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)
    with pytest.raises(MachineFault, match=r"^--workers: no process can be started \(Resource"):
        LocalWorkers(NOBODY, 1, 1, tmp_path).tend()
