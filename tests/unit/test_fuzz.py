"""Every reader of untrusted bytes gives a value or its own error: a short, seeded campaign.

tests/fuzz/run.py is the long one; inputs that once failed are in tests/fuzz/corpus.
"""

import random
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[1] / "fuzz"
sys.path.insert(0, str(FUZZ))

from campaign import Campaign, run_plain  # noqa: E402
from mutation import mutated  # noqa: E402
from readers import READERS  # noqa: E402

NAMES = [reader.name for reader in READERS]
KNOWN = sorted(path for path in (FUZZ / "corpus").glob("*/*"))
INPUTS = 150


@pytest.mark.parametrize("reader", READERS, ids=NAMES)
def test_mutated_inputs_end_in_a_value_or_the_documented_error(reader, tmp_path):
    campaign = Campaign(reader, tmp_path, tmp_path)
    run_plain(campaign, reader, INPUTS, seed=8)
    failures = {what for what in campaign.summary.failures if not what.startswith("took")}
    assert not failures
    assert campaign.summary.inputs == INPUTS


@pytest.mark.parametrize("reader", READERS, ids=NAMES)
def test_sound_inputs_are_accepted(reader, tmp_path):
    for data in reader.seeds()[:2]:
        reader.read(data, tmp_path)


@pytest.mark.parametrize("path", KNOWN, ids=[f"{path.parent.name}-{path.name}" for path in KNOWN])
def test_inputs_that_once_failed_do_no_more(path, tmp_path):
    reader = READERS[NAMES.index(path.parent.name)]
    campaign = Campaign(reader, tmp_path, tmp_path)
    campaign.try_input(path.read_bytes())
    assert not campaign.summary.failures


def test_a_reader_that_fails_is_found_out(tmp_path):
    def fragile(data, _folder):
        if b"\xff" in data:
            raise KeyError("unexpected")

    broken = type(READERS[0])("broken", lambda: [bytes(8)], fragile)
    campaign = Campaign(broken, tmp_path, tmp_path)
    run_plain(campaign, broken, 500, seed=1)
    assert len(campaign.summary.failures) == 1
    assert b"\xff" in (tmp_path / "failure-0").read_bytes()


def test_the_same_seed_gives_the_same_inputs():
    def some(seed):
        rng = random.Random(seed)  # noqa: S311 - inputs for tests
        return [mutated(bytes(64), rng, (b"x",), [bytes(9)]) for _ in range(20)]

    assert some(3) == some(3)
    assert some(3) != some(4)
