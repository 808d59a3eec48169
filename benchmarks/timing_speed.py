"""Measure what a cell's time costs: the run through the board's memories, and its estimate.

Run from the checkout: `python benchmarks/timing_speed.py [--model keyword] [--scheme int8]
[--board nucleo-l4r5zi] [--kernels simd]`. The cell is measured first, so that runtime library and
image are there; then each of the two steps is carried out anew. Ends with 1 where an aim is missed.
"""

import argparse
import sys
import time

from harness.bench.choice import Choice
from harness.bench.context import Context, default_cache
from harness.bench.jobs import default_jobs
from harness.bench.profiling import job_of, profile_cell
from harness.bench.step_timing import read_events, record_events
from harness.cycles.core_table import load_core_table
from harness.cycles.estimation import estimate_trace
from harness.cycles.memory_layout import memory_layout
from harness.errors import Stop

DETAILED_S, ESTIMATE_S = 5.0, 1.0


def main() -> int:
    """Print the seconds of both steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    for axis, default in (
        *(("model", "keyword"), ("scheme", "int8"), ("board", "nucleo-l4r5zi")),
        *(("kernels", "simd"), ("optimize", "O2")),
    ):
        parser.add_argument(f"--{axis}", default=default)
    words = {axis: (word,) for axis, word in vars(parser.parse_args()).items()}
    store = str(default_cache() / "store")
    choice = Choice(
        words["model"], words["scheme"], words["board"], words["kernels"], words["optimize"]
    )
    profiled = profile_cell(Context(store, default_jobs()), choice, quiet=True)
    board, machine = profiled.cell.board, profiled.cell.target.machine
    layout = memory_layout(board, machine)
    fresh = Context(store, default_jobs(), fresh=True)
    job, measurement = job_of(Context(store, default_jobs()), profiled)

    began = time.perf_counter()
    events = record_events(fresh, job, measurement, layout.system)
    detailed_s = time.perf_counter() - began
    if isinstance(events, Stop):
        raise SystemExit(events.reason)
    trace = read_events(fresh, events)
    began = time.perf_counter()
    table = load_core_table(board.core)
    estimate = estimate_trace(trace, profiled.elf, table, layout, regions=("invoke_warm",))
    estimate_s = time.perf_counter() - began
    print(f"{profiled.cell.label}: {trace.total / 1e6:.1f} M instructions in the detailed run")
    print(f"detailed run  {detailed_s:6.2f} s  (aim for keyword: {DETAILED_S})")
    print(f"estimate      {estimate_s:6.2f} s  (aim: {ESTIMATE_S})")
    print(f"cycles        {estimate.cycles('invoke_warm').typical / 1e6:.3f} M")
    return 0 if detailed_s < DETAILED_S and estimate_s < ESTIMATE_S else 1


if __name__ == "__main__":
    sys.exit(main())
