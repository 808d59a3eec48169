"""The blocks of docs/notebook.md run as they stand, those on the manifest over one of a test."""

import re
from pathlib import Path

import pytest
from report_factory import make_results, timed_row, write_results

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python( manifest)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [
    (bool(needs), code) for needs, code in BLOCK.findall((ROOT / "docs/notebook.md").read_text())
]


def test_the_blocks_run_on_the_committed_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    ran = [exec(code, names) for needs, code in BLOCKS if not needs]  # noqa: S102
    assert len(ran) >= 5


def test_all_blocks_run_on_a_table_with_a_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs/example").mkdir(parents=True)
    rows = [timed_row(model="keyword", scheme=scheme) for scheme in ("int8", "float32")]
    write_results(tmp_path / "docs/example", make_results(*rows))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    ran = [exec(code, names) for _, code in BLOCKS]  # noqa: S102
    assert len(ran) >= 7
