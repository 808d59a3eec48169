"""A sweep on a scheduler at an address gives what it gives in this process."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.emulator

WORKER_WITHOUT_THE_STORE = """
import sys
from distributed import Client, LocalCluster
from harness.bench.context import Context
from harness.bench.run import _check_workers
from harness.errors import HarnessError

if __name__ == "__main__":
    with (
        LocalCluster(n_workers=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        # A memory store belongs to one process.
        try:
            _check_workers(client, Context("memory://store", jobs=1))
        except HarnessError as error:
            sys.exit(str(error))
"""

SWEEP = """
import sys
from pathlib import Path
from distributed import LocalCluster
from harness.bench.context import Context, default_cache
from harness.bench.choice import Choice
from harness.bench.sweep import sweep

if __name__ == "__main__":
    out = Path(sys.argv[1])
    ctx = Context(str(default_cache() / "store"), jobs=2)
    choice = Choice(models=(sys.argv[2],), boards=("nano33ble", "nucleo-l4r5zi"))
    _, here = sweep(ctx, None, choice, out / "here", quiet=True)
    with LocalCluster(n_workers=2, processes=True, dashboard_address=None) as cluster:
        fresh = Context(ctx.store_url, jobs=1, fresh=True)
        address = cluster.scheduler_address
        _, there = sweep(fresh, None, choice, out / "there", scheduler=address, quiet=True)
    sys.exit(0 if here.csv.read_bytes() == there.csv.read_bytes() else "the tables differ")
"""


def run_script(folder, text, *arguments):
    script = folder / "script.py"
    script.write_text(text)
    return subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=False
    )


def test_a_cluster_writes_the_same_table_as_one_process(tmp_path, small_model):
    model = tmp_path / "small.tflite"
    model.write_bytes(small_model)
    done = run_script(tmp_path, SWEEP, tmp_path, model)
    assert done.returncode == 0, done.stderr


def test_a_store_that_a_worker_cannot_read_is_refused(tmp_path):
    done = run_script(tmp_path, WORKER_WITHOUT_THE_STORE)
    assert done.returncode == 1
    assert "cannot read it; give a store that all machines share" in done.stderr
