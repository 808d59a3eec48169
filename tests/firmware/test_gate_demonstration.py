"""The demonstration of docs/gate.md, carried out: its figures are exact under one compiler."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from harness.bench.tools import toolchain

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example" / "gate"
STATUSES = {"grow": 1, "shrink": 0}

pytestmark = pytest.mark.emulator


def without_emulator(markdown: str) -> str:
    """Leave out what made the table: counts do not depend on the emulator's version."""
    return re.sub(r"<sub>.*</sub>", "", markdown)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_gate_example", ROOT / "docs" / "make_gate_example.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_kilobyte_more_is_stopped_and_less_is_a_new_baseline(
    example: ModuleType, tmp_path: Path
) -> None:
    documented = {change: (EXAMPLE / f"{change}.md").read_text() for change in STATUSES}
    compiler = toolchain().compiler
    if not all(f"<sub>{compiler} " in text for text in documented.values()):
        pytest.skip(f"the figures of the example are another compiler's, not {compiler}'s")
    example.copy_tree(tmp_path)
    baseline = example.make_baseline(tmp_path)
    for change, status in STATUSES.items():
        judged = example.judge(tmp_path, change, baseline)
        assert judged.status == status
        assert without_emulator(judged.markdown) == without_emulator(documented[change])
