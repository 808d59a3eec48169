"""The smallest arena is found by trying, and it is the smallest."""

import os
from pathlib import Path

import pytest

from harness.errors import Stop
from harness.model_file.reader import read_model
from harness.reference.samples import generated_inputs
from harness.simulators.session import ArenaFound, measure, search_arena

pytestmark = pytest.mark.emulator


def found_and_tried(lab, model: bytes, folder: Path) -> ArenaFound:
    """Search, then link with what was found and with a step less: one runs, one does not."""
    sample = generated_inputs(read_model(model, "model"), 1)[0]
    whole = lab.link(model, lab.target.largest_arena_bytes, folder / "whole")
    found = search_arena(lab.guest(whole, folder), sample, lab.target.largest_arena_bytes)
    assert isinstance(found, ArenaFound), found
    fits = lab.link(model, found.arena_bytes, folder / "fits")
    assert not isinstance(measure(lab.guest(fits, folder), sample), Stop)
    small = lab.link(model, found.arena_bytes - 16, folder / "small")
    assert isinstance(measure(lab.guest(small, folder), sample), Stop)
    return found


def test_the_arena_found_runs_and_16_bytes_less_do_not(lab, small_model, tmp_path):
    found = found_and_tried(lab, small_model, tmp_path)
    assert found.arena_bytes % 16 == 0
    assert 0 < found.persistent_bytes < found.arena_bytes


@pytest.mark.skipif("HARNESS_EXTERNAL_MODELS" not in os.environ, reason="no external models")
def test_the_autoencoder_needs_more_than_its_interpreter_reports(lab, tmp_path):
    model = (Path(os.environ["HARNESS_EXTERNAL_MODELS"]) / "ad01_int8.tflite").read_bytes()
    assert found_and_tried(lab, model, tmp_path).arena_bytes == 4656
