"""Throw inputs at one reader: `python tests/fuzz/campaign.py READER INPUTS SEED FOLDER`.

FOLDER gets `summary.json` and every input that did not end as it must. Where atheris is installed,
it watches which code each input reaches and goes on from those that reach new code.
"""

import json
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

for _place in ("fuzz", "unit"):
    sys.path.insert(0, str(Path(__file__).parents[1] / _place))
sys.path.insert(0, str(Path(__file__).parents[2]))

LONGEST_S = 1.0
"""No input, of at most 64 KiB, may take a reader longer."""


@dataclass
class Summary:
    """What became of the inputs; `failures` has each place that failed, once."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    failures: dict[str, str] = field(default_factory=dict)


class Campaign:
    """The inputs of one reader so far."""

    def __init__(self, reader, folder: Path, scratch: Path) -> None:
        self.summary = Summary()
        self._reader, self._folder, self._scratch = reader, folder, scratch
        self._began = time.monotonic()

    def try_input(self, data: bytes) -> None:
        """Give one input to the reader and note how that ended."""
        began = time.perf_counter()
        try:
            self._reader.read(data, self._scratch)
        except self._reader.errors as error:
            self.summary.refused += 1
            if "\n" in str(error):
                self._fail("a message of several lines", data)
        except Exception:
            self._fail(traceback.format_exc(), data)
        else:
            self.summary.accepted += 1
        took = time.perf_counter() - began
        self.summary.inputs += 1
        self.summary.slowest_s = max(self.summary.slowest_s, took)
        if took > LONGEST_S:
            self._fail(f"took {took:.1f} s", data)

    def finish(self) -> None:
        """Write the summary."""
        self.summary.seconds = time.monotonic() - self._began
        (self._folder / "summary.json").write_text(json.dumps(asdict(self.summary), indent=1))

    def _fail(self, what: str, data: bytes) -> None:
        lines = [line.strip() for line in what.splitlines() if line.strip()]
        places = [line for line in lines if line.startswith("File ")]
        key = " ".join([*places[-1:], lines[-1][:80] if places else lines[0][:20]])
        if key not in self.summary.failures:
            name = f"failure-{len(self.summary.failures)}"
            self.summary.failures[key] = name
            (self._folder / name).write_bytes(data)
            (self._folder / f"{name}.txt").write_text(what)


def run_plain(campaign: Campaign, reader, inputs: int, seed: int) -> None:
    """Mutate the reader's sound inputs at random: the same seed gives the same inputs."""
    from mutation import mutated

    rng = random.Random(seed)  # noqa: S311 - inputs for tests
    seeds = reader.seeds()
    for data in seeds[:inputs]:
        campaign.try_input(data)
    while campaign.summary.inputs < inputs:
        campaign.try_input(mutated(rng.choice(seeds), rng, reader.tokens, seeds))


def run_guided(campaign: Campaign, reader, inputs: int, seed: int, folder: Path) -> None:
    """Let atheris choose what to mutate; it ends the process by itself."""
    import atheris
    from mutation import mutated

    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    seeds = reader.seeds()
    for number, data in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(data)

    def one(data: bytes) -> None:
        campaign.try_input(data)
        if campaign.summary.inputs >= inputs:
            campaign.finish()
            sys.stderr.flush()
            os._exit(0)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)  # noqa: S311 - inputs for tests
        if rng.random() < 0.3:
            return bytes(atheris.Mutate(data, most))
        # From what reaches new code to what is sound: few changes of that are accepted often.
        base = data if rng.random() < 0.6 else rng.choice(seeds)
        return mutated(base, rng, reader.tokens, seeds)[:most]

    options = [f"-seed={seed}", "-runs=-1", "-max_len=65536", "-print_final_stats=0", "-timeout=60"]
    atheris.Setup(["fuzz", *options, str(corpus)], one, custom_mutator=mutate)
    atheris.Fuzz()


def main(arguments: Sequence[str]) -> None:
    """Run the campaign that the arguments name."""
    name, inputs, seed, folder = arguments[0], int(arguments[1]), int(arguments[2]), arguments[3]
    guided = True
    try:
        import atheris
    except ImportError:
        guided = False
    else:
        with atheris.instrument_imports(include=["harness"]):
            import readers
    import readers

    reader = next(one for one in readers.READERS if one.name == name)
    memory = Path("/dev/shm")  # noqa: S108 - where there is such a folder, files cost no disk
    where = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="harness-fuzz-", dir=where) as scratch:
        campaign = Campaign(reader, Path(folder), Path(scratch))
        if guided:
            run_guided(campaign, reader, inputs, seed, Path(folder))
        else:
            run_plain(campaign, reader, inputs, seed)
            campaign.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
