"""Extensions are found by scan and by entry point, and what is wrong with one is told in a line."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest
from installed_package import install

from harness import plugins
from harness.boards import board_origins, load_board, load_boards
from harness.errors import HarnessError
from harness.extensions import Extension, extensions
from harness.kernel_sets import load_kernel_sets
from harness.models import load_models
from harness.schemes.registry import load_schemes
from harness.simulators.registry import load_simulators
from harness.tasks import Task, load_tasks, task_origins
from harness.tasks.digits import read
from harness.training.recipe import load_recipes

BOARD = """
name = "theirs"
title = "A board of the test"
core = "cortex-m4"
fpu = "none"
clock_hz = 64_000_000
source = "made up"
memory = [
    { name = "flash", kind = "flash", origin = 0, bytes = 4096, source = "made up" },
    { name = "ram", kind = "ram", origin = 0x2000_0000, bytes = 4096, source = "made up" },
]
placement = { code = ["flash"], data = ["ram"] }
emulation = { qemu = "mps2-an386" }
"""


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
    assert task_origins() == {"theirs": "third_party_task"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_task("digits"), "the name 'digits' is taken by the harness; rename"),
        ("no task", "TASK is a str, not a Task; correct it or uninstall"),
        (None, "cannot be loaded .the module has no TASK.; correct it or uninstall"),
    ],
)
def test_a_wrong_third_party_task_is_named(monkeypatch, value, message):
    _announce(monkeypatch, value)
    with pytest.raises(
        HarnessError, match=f"^harness.tasks: theirs = 'third_party_task' .*{message}"
    ):
        load_tasks()


LOADERS = {
    "harness.boards": load_boards,
    "harness.models": load_models,
    "harness.tasks": load_tasks,
    "harness.schemes": load_schemes,
    "harness.recipes": load_recipes,
    "harness.kernels": load_kernel_sets,
    "harness.simulators": load_simulators,
}


@pytest.mark.parametrize("group", LOADERS)
@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import no_such_module_at_all", "ModuleNotFoundError"),
        ("1 / 0", "ZeroDivisionError"),
        ("def", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
    ],
)
def test_a_package_that_cannot_be_imported_is_named_whatever_it_raises(
    monkeypatch, tmp_path, group, code, why
):
    package = install(tmp_path, monkeypatch, group, {"__init__.py": code})
    with pytest.raises(HarnessError) as caught:
        LOADERS[group]()
    message = str(caught.value)
    assert message.startswith(f"{group}: theirs = {package!r} ({package} 1.5): cannot be loaded")
    assert why in message
    assert "\n" not in message
    with pytest.raises(HarnessError, match="cannot be loaded"):
        extensions()


@pytest.mark.parametrize("group", ["harness.boards", "harness.models", "harness.kernels"])
def test_a_folder_is_asked_for_where_a_module_is_announced(monkeypatch, tmp_path, group):
    files = {"__init__.py": "", "module.py": ""}
    install(tmp_path, monkeypatch, group, files, value="{package}.module")
    with pytest.raises(HarnessError, match=rf"^{group}: theirs = .* is no Python package"):
        LOADERS[group]()


@pytest.mark.parametrize("group", ["harness.tasks", "harness.schemes", "harness.simulators"])
def test_an_object_of_another_type_is_named(monkeypatch, tmp_path, group):
    files = {"__init__.py": "THING = 5\n"}
    install(tmp_path, monkeypatch, group, files, value="{package}:THING")
    with pytest.raises(HarnessError, match=rf"^{group}: theirs = .* is a int, not a \w+; correct"):
        LOADERS[group]()


def test_boards_of_a_package_are_found_with_their_origin(monkeypatch, tmp_path):
    package = install(tmp_path, monkeypatch, "harness.boards", {"theirs.toml": BOARD})
    assert load_board("theirs").title == "A board of the test"
    assert board_origins() == {"theirs": f"{package} 1.5"}
    assert extensions() == (Extension("board", "theirs", f"{package} 1.5"),)


def test_a_package_without_a_board_is_named(monkeypatch, tmp_path):
    install(tmp_path, monkeypatch, "harness.boards", {"__init__.py": ""})
    with pytest.raises(HarnessError, match=r"^harness.boards: theirs = .*holds no board"):
        load_boards()


def test_a_board_whose_name_is_taken_names_the_entry_point(monkeypatch, tmp_path):
    install(tmp_path, monkeypatch, "harness.boards", {"pico.toml": BOARD.replace("theirs", "pico")})
    with pytest.raises(
        HarnessError, match=r"^harness.boards: theirs = .*pico.toml.*is also a board"
    ):
        load_boards()


def test_a_model_whose_name_is_taken_names_the_entry_point(monkeypatch, tmp_path):
    card = (Path(__file__).parents[2] / "models/digits/card.toml").read_text()
    files = {"digits/card.toml": card, "digits/model.py": "", "__init__.py": ""}
    install(tmp_path, monkeypatch, "harness.models", files, value="{package}.digits")
    with pytest.raises(HarnessError, match=r"^harness.models: theirs = .*'digits' is taken by"):
        load_models()
