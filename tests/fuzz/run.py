"""Fuzz every reader and print what came of it: `python tests/fuzz/run.py --inputs 1000000`.

Each reader runs in a process of its own, with the budgets of a guest. With atheris installed (the
extra `fuzz`) inputs are guided by the code that they reach, otherwise they are mutations of sound
ones, the same for the same seed. The exit status is 1 where an input did not end as it must; such
inputs are in the folder that is named.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_HERE = Path(__file__).parent
for _place in (_HERE, _HERE.parent / "unit", _HERE.parents[1]):
    sys.path.insert(0, str(_place))

from readers import READERS, Reader  # noqa: E402

from harness.process import Budget, run  # noqa: E402

_BUDGET = Budget(output_bytes=256 << 20, memory_bytes=4 << 30, file_bytes=256 << 20)
_COVERAGE = re.compile(r"cov: (\d+)")
_COLUMNS = "| {:<16} | {:>9} | {:>8} | {:>9} | {:>9} | {:>9} | {:>8} | {:>7} |"


def main() -> int:
    """Run the campaigns that the command line asks for; return the exit status."""
    options = _options()
    folder = options.out or Path(tempfile.mkdtemp(prefix="harness-fuzz-"))
    chosen = [one for one in READERS if not options.readers or one.name in options.readers]
    whole = sum(reader.share for reader in chosen)
    print(f"failures, if any, and summaries: {folder}")
    head = ("reader", "inputs", "a second", "accepted", "refused", "slowest s", "failures", "edges")
    print(_COLUMNS.format(*head))
    print("|---|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    with ThreadPoolExecutor(max_workers=options.jobs) as pool:
        counts = [max(1, round(options.inputs * one.share / whole)) for one in chosen]
        arguments = zip(chosen, counts, strict=True)
        asked = [pool.submit(_campaign, one, n, options.seed, folder) for one, n in arguments]
        found = [future.result() for future in asked]
    total = sum(inputs for inputs, _ in found)
    failures = sum(failed for _, failed in found)
    print(f"{total:,} inputs, {failures} failures, seed {options.seed}")
    return 1 if failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[0])
    parser.add_argument("readers", nargs="*", help="readers to fuzz; all by default")
    parser.add_argument("--inputs", type=int, default=100_000, help="inputs in all")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--out", type=Path, help="folder for summaries and failing inputs")
    return parser.parse_args()


def _campaign(reader: Reader, inputs: int, seed: int, folder: Path) -> tuple[int, int]:
    """Fuzz one reader, print its line, and return its inputs and failures."""
    place = folder / reader.name
    place.mkdir(parents=True, exist_ok=True)
    done = run(
        [sys.executable, _HERE / "campaign.py", reader.name, str(inputs), str(seed), place],
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        budget=_BUDGET,
    )
    (place / "log").write_text(done.output)
    edges = (_COVERAGE.findall(done.stderr) or ["-"])[-1]
    try:
        summary = json.loads((place / "summary.json").read_text())
    except FileNotFoundError:
        last = (done.output.splitlines() or ["no output"])[-1]
        print(f"| {reader.name} | its process ended: {done.exceeded or last} |", flush=True)
        return 0, 1
    rate = summary["inputs"] / max(summary["seconds"], 1e-9)
    line = _COLUMNS.format(
        reader.name,
        *(f"{summary['inputs']:,}", f"{rate:,.0f}"),
        *(f"{summary['accepted']:,}", f"{summary['refused']:,}", f"{summary['slowest_s']:.2f}"),
        *(len(summary["failures"]), edges),
    )
    print(line, flush=True)
    return summary["inputs"], len(summary["failures"])


if __name__ == "__main__":
    sys.exit(main())
