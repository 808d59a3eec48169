"""The two ways in which work can end without a result."""

import dataclasses

import pytest

from harness.errors import HarnessError, Stop


def test_a_stop_is_a_value_that_cannot_be_changed_and_has_no_log_unless_given():
    stop = Stop("failed", "it broke")
    assert stop == Stop("failed", "it broke", log="")
    assert not isinstance(stop, BaseException)
    with pytest.raises(dataclasses.FrozenInstanceError):
        stop.status = "ok"


def test_an_error_prints_as_its_one_line():
    assert str(HarnessError("board.toml: flash: missing; add it")) == (
        "board.toml: flash: missing; add it"
    )
