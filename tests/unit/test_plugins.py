"""Extension modules are found by scan and by entry point, and none hides another."""

import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from harness import plugins
from harness.errors import HarnessError
from harness.tasks import Task, load_tasks
from harness.tasks.digits import read


def _announce(monkeypatch: pytest.MonkeyPatch, value: object) -> None:
    module = ModuleType("third_party_task")
    if value is not None:
        module.TASK = value  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    point = EntryPoint("theirs", module.__name__, "harness.tasks")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] if group else [])


def _task(name: str) -> Task:
    return Task(name, "a task", "accuracy", ("a", "b"), (), read)


def test_a_third_party_task_is_found(monkeypatch):
    _announce(monkeypatch, _task("theirs"))
    assert load_tasks()["theirs"].title == "a task"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_task("digits"), "third_party_task: .*'digits' is taken"),
        ("no task", "third_party_task: TASK is a str, not a Task"),
        (None, "third_party_task: .*cannot be loaded"),
    ],
)
def test_a_wrong_third_party_task_is_named(monkeypatch, value, message):
    _announce(monkeypatch, value)
    with pytest.raises(HarnessError, match=message):
        load_tasks()
