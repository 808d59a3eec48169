"""A sweep keeps what it writes, and nothing of what its steps found."""

import weakref
from dataclasses import replace

import pytest
from evidence_factory import PROVENANCE, cell, evidence, image
from rich.console import Console

from harness.bench import run
from harness.bench.assemble import Evidence
from harness.bench.cluster import HERE
from harness.bench.context import Context
from harness.bench.image_symbols import SymbolEntry, put_symbols
from harness.bench.progress import LineProgress
from harness.bench.report import Results
from harness.bench.run import run_sweep

CELLS = tuple(replace(cell(), scheme=f"int8-{number}") for number in range(5))


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=1)


def sweep(ctx: Context, take) -> None:
    run_sweep(
        ctx,
        CELLS,
        provenance=PROVENANCE,
        placement=HERE,
        progress=LineProgress(len(CELLS), Console(quiet=True)),
        take=take,
    )


def arriving(monkeypatch, order, make) -> list[weakref.ref[Evidence]]:
    """Let evidence arrive in `order`; return a list that fills with a reference to each."""
    given: list[weakref.ref[Evidence]] = []

    def compute(_ctx, graph, _placement, _progress, take):
        assert len(graph) == len(CELLS)
        for index in order:
            one = make(index)
            given.append(weakref.ref(one))
            take(index, one)
            del one
            assert given[-1]() is None, f"the evidence of cell {index} is still there"

    monkeypatch.setattr(run, "compute", compute)
    return given


def test_evidence_is_let_go_as_soon_as_its_row_is_made(ctx, monkeypatch):
    symbols = put_symbols(ctx.store, [SymbolEntry("main", 20, "app", ".app", "app/main.cc")])
    measured = {"image": image(symbols=symbols)}
    given = arriving(monkeypatch, range(len(CELLS)), lambda _: evidence(**measured))
    results = Results(len(CELLS), ctx.store)
    sweep(ctx, results.take)
    assert len(given) == len(results.rows) == len(CELLS)


def test_rows_stand_in_the_cells_order_whatever_came_first(ctx, monkeypatch):
    arriving(monkeypatch, (3, 0, 4, 2, 1), lambda _: evidence(image=None, measurement=None))
    results = Results(len(CELLS), ctx.store)
    sweep(ctx, results.take)
    assert [row.scheme for row in results.rows] == [one.scheme for one in CELLS]
