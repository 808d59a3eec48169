"""What a sweep asks of its store where all is done: so much for each cell, and no more."""

import re
from collections import Counter
from pathlib import Path

import pytest

from harness.assets import asset_path
from harness.bench.choice import Choice
from harness.bench.context import Context, default_cache
from harness.bench.sweep import sweep
from harness.store.files import FolderFiles

pytestmark = pytest.mark.emulator

BOARD = "nano33ble"
BOARDS = tuple(f"clock{number}" for number in range(6))


@pytest.fixture
def boards(tmp_path, monkeypatch) -> Path:
    """Boards that differ in their clock: a target, an emulation and an estimate each."""
    folder = tmp_path / "boards"
    folder.mkdir()
    text = (asset_path("boards") / f"{BOARD}.toml").read_text()
    for number, name in enumerate(BOARDS):
        changed = text.replace(f'name = "{BOARD}"', f'name = "{name}"')
        changed = re.sub(r"clock_hz = \S+", f"clock_hz = {1000 + number}", changed)
        (folder / f"{name}.toml").write_text(changed)
    monkeypatch.setenv("HARNESS_BOARDS", str(folder))
    return folder


def requests(monkeypatch, ctx: Context, choice: Choice, out: Path) -> Counter[str]:
    """Return how often a sweep asks the store, by what it asks."""
    asked: Counter[str] = Counter()
    with monkeypatch.context() as patch:
        for name in ("read", "exist", "write"):
            method = getattr(FolderFiles, name)

            def counted(self, *arguments, name=name, method=method):
                asked[name] += 1
                return method(self, *arguments)

            patch.setattr(FolderFiles, name, counted)
        rows, _ = sweep(ctx, None, choice, out, quiet=True)
    assert {str(row.status) for row in rows} == {"ok"}
    return asked


@pytest.mark.usefixtures("boards")
def test_one_more_cell_that_is_done_costs_two_results(tmp_path, small_model, monkeypatch):
    """Its events and its estimate, where all else is shared: each read, its objects looked for."""
    model = tmp_path / "small.tflite"
    model.write_bytes(small_model)
    ctx = Context(str(default_cache() / "store"), jobs=2)

    def ask(boards: tuple[str, ...]) -> Counter[str]:
        choice = Choice(models=(str(model),), boards=boards, kernels=("simd",))
        return requests(monkeypatch, ctx, choice, tmp_path / "out")

    ask(BOARDS)  # everything is done
    few, many = ask(BOARDS[:2]), ask(BOARDS)
    more = {name: (many[name] - few[name]) / (len(BOARDS) - 2) for name in many}
    assert more == {"read": 2, "exist": 2}
