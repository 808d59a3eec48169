"""Tasks: the data and the metric that a model is trained for and judged by; one module each."""

from collections.abc import Mapping

from harness.names import unknown_name
from harness.plugins import load_plugins, plugin_origins
from harness.tasks.sampling import stratified_subset
from harness.tasks.task import (
    Dataset,
    Detector,
    LabelledSamples,
    Labels,
    Samples,
    Split,
    Stream,
    Task,
    TaskData,
)

__all__ = [
    "Dataset",
    "Detector",
    "LabelledSamples",
    "Labels",
    "Samples",
    "Split",
    "Stream",
    "Task",
    "TaskData",
    "find_task",
    "load_tasks",
    "stratified_subset",
    "task_origins",
]


def load_tasks() -> Mapping[str, Task]:
    """Return all tasks by name: modules of this package, then entry points "harness.tasks".

    Raises:
        HarnessError: Two tasks have one name, or a third party's cannot be loaded.
    """
    return load_plugins("harness.tasks", "harness.tasks", "TASK", Task)


def task_origins() -> Mapping[str, str]:
    """Return the package of each task that is not ours, by name.

    Raises:
        HarnessError: As `load_tasks`.
    """
    return plugin_origins("harness.tasks", "harness.tasks", "TASK", Task)


def find_task(name: str) -> Task:
    """Return the task called `name`.

    Raises:
        HarnessError: There is none; the message suggests the nearest and lists all.
    """
    tasks = load_tasks()
    if name not in tasks:
        raise unknown_name("task", name, tasks)
    return tasks[name]
