"""Promises about harness.load: typed columns, selection, the front, and errors that name."""

import json
import re

import pytest
from report_factory import details, make_results, timed_row, write_results
from row_factory import make_row

import harness
from harness.errors import HarnessError
from harness.gate.baseline import renew_baseline
from harness.results.csv_file import csv_text
from harness.results.manifest import Manifest
from harness.results.row import COLUMNS

TYPICAL = {"typical": 1}
FAST = timed_row(scheme="int8", latency_ms=5.0)
SLOW = timed_row(scheme="float32", latency_ms=9.0)
ELSEWHERE = timed_row(scheme="int8", board="bluepill", core="cortex-m3", latency_ms=2.0)


def test_what_was_written_comes_back(tmp_path) -> None:
    written = make_results(FAST, SLOW)
    results = harness.load(write_results(tmp_path, written))
    assert results.rows == written.rows
    assert results.manifest == written.manifest
    assert isinstance(results.manifest, Manifest)
    assert results.image(FAST).symbols[0].name == "harness::kernels::simd::Convolve(int)"


def test_a_table_without_its_manifest_is_read(tmp_path) -> None:
    path = write_results(tmp_path, make_results(FAST))
    path.with_suffix(".json").unlink()
    results = harness.load(str(path))
    assert (results.rows, results.manifest, results.image(FAST)) == ((FAST,), None, None)


@pytest.mark.parametrize("change", [{"instructions": 5}, {"status": "failed", "reason": "broke"}])
def test_a_manifest_of_another_run_is_refused(tmp_path, change) -> None:
    path = write_results(tmp_path, make_results(FAST))
    other = (
        FAST.model_copy(update=change)
        if "instructions" in change
        else make_row(
            **{a: getattr(FAST, a) for a in ("scheme", "kernels")},
            **change,
            quality_device=None,
            instructions=None,
        )
    )
    path.write_text(",".join(COLUMNS) + "\n" + csv_line(other))
    with pytest.raises(HarnessError, match=r"bench\.json: it is of another run: of digits int8"):
        harness.load(path)


@pytest.mark.parametrize(
    "recorded",
    [(), (FAST, FAST), (FAST, SLOW), (SLOW,)],
    ids=["none", "twice", "more", "another"],
)
def test_a_manifest_belongs_to_the_cells_of_its_table(tmp_path, recorded) -> None:
    path = write_results(tmp_path, make_results(*recorded))
    path.write_text(csv_text([FAST]))
    with pytest.raises(
        HarnessError, match=r"bench\.json: it is of .*, or remove this file"
    ) as told:
        harness.load(path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("operators", [{"name": "CONV_2D"}], r"operators\[0\]\.index: missing"),
        ("operators", "none", "operators: "),
        ("timing", {"operators": [{"index": 0, "cycles": 5}]}, r"timing\.operators\[0\]\.cycles"),
        (
            "timing",
            {"operators": [{"index": 0, "cycles": TYPICAL, "causes": {"issue": TYPICAL}}]},
            r"timing\.operators\[0\]: cycles without low and high",
        ),
        ("detection", {"roc": [[0.0]]}, r"detection\.roc\[0\]"),
        ("detection", {"roc": [[0.0, 1.5, None]]}, r"detection\.roc\[0\]\[1\]"),
        ("detection_float", {"auc": 1.0}, r"detection_float\.roc: missing"),
        ("confusion", "x", "confusion: "),
        ("confusion", [[8, 2], [1]], "confusion: not square"),
        ("confusion", [[8, float("nan")], [1, 9]], r"confusion\[0\]\[1\]"),
        ("confusion", [[8, -2], [1, 9]], r"confusion\[0\]\[1\]"),
        ("classes", ["one"], "confusion: not of as many classes"),
        ("classes", [1, 2], r"classes\[0\]"),
        ("data", ["digits"], "data: "),
        (
            "detection",
            details()["detection"]
            | {"operating_point": details()["detection"]["operating_point"] | {"negatives": 0}},
            r"detection\.operating_point: more errors than samples",
        ),
    ],
)  # fmt: skip
def test_damaged_details_are_an_error_that_names_cell_and_field(
    tmp_path, name, value, field
) -> None:
    path = write_results(tmp_path, make_results(FAST))
    beside = path.with_suffix(".json")
    manifest = json.loads(beside.read_text())
    manifest["cells"][0]["details"][name] = value
    beside.write_text(json.dumps(manifest))
    where = rf"bench\.json: cells: digits int8 nano33ble simd: details: {field}"
    with pytest.raises(HarnessError, match=where) as told:
        harness.load(path)
    assert "\n" not in str(told.value)


def test_a_baseline_is_read_and_its_operators_are_drawn_by_instructions(tmp_path) -> None:
    renew_baseline(write_results(tmp_path, make_results(FAST)), tmp_path / "baseline.csv")
    results = harness.load(tmp_path / "baseline.csv")
    drawn = results.operators(scheme="int8").to_dict()
    assert "instructions" in json.dumps(drawn)
    assert "cycles (estimate)" not in json.dumps(drawn)


def csv_line(row) -> str:
    return csv_text([row]).splitlines()[1] + "\n"


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(HarnessError, match=r"missing\.csv: cannot be read"):
        harness.load("missing.csv")


def test_the_frame_has_the_columns_of_the_table_with_their_types() -> None:
    frame = make_results(FAST, timed_row(scheme="int4", latency_ms=None)).frame()
    assert tuple(frame.columns) == COLUMNS
    assert str(frame.dtypes["flash_bytes"]) == "Int64"
    assert str(frame.dtypes["latency_ms"]) == "Float64"
    assert str(frame.dtypes["scheme"]) == "string"
    assert list(frame["latency_ms"].isna()) == [False, True]
    assert list(frame["status"]) == ["ok", "ok"]


def test_rows_are_chosen_by_columns() -> None:
    results = make_results(FAST, SLOW, ELSEWHERE)
    assert results.where(board="bluepill").rows == (ELSEWHERE,)
    assert results.where(board=["bluepill", "nano33ble"], scheme="int8").rows == (FAST, ELSEWHERE)
    assert results.row(scheme="float32") is SLOW
    with pytest.raises(HarnessError, match="unknown column 'bord'; did you mean 'board'"):
        results.where(bord="x")
    with pytest.raises(HarnessError, match="no row has scheme='int2'"):
        results.row(scheme="int2")
    with pytest.raises(HarnessError, match="2 rows have scheme='int8'; say board as well"):
        results.row(scheme="int8")


def test_the_front_is_among_the_rows_that_were_chosen() -> None:
    results = make_results(FAST, SLOW, ELSEWHERE)
    assert results.front().rows == (ELSEWHERE,)
    assert results.where(board="nano33ble").front().rows == (FAST,)
    with pytest.raises(HarnessError, match="unknown cost 'latencie'; did you mean 'latency'"):
        results.front(["latencie"])


def test_models_compare_where_they_answered_the_same_samples() -> None:
    variant = timed_row(model="digits-distilled", scheme="int8")
    assert list(make_results(FAST, variant).comparable()) == ["digits"]
    alone = make_results(FAST, variant, found={})
    assert list(alone.comparable()) == ["digits", "digits-distilled"]


def test_a_cell_without_details_is_among_those_of_its_model() -> None:
    failed = make_row(scheme="int4", status="unsupported", reason="no", flash_bytes=None)
    assert make_results(FAST, failed).comparable() == {"digits": (FAST, failed)}


def test_a_metric_of_its_own_is_a_group_of_its_own() -> None:
    detector = timed_row(model="keys", metric="auc")
    assert list(make_results(FAST, detector).comparable()) == ["digits", "keys"]


@pytest.mark.parametrize("kind", ["pareto", "memory", "operators", "roc", "confusion"])
def test_every_plot_shows_in_a_notebook(kind) -> None:
    results = make_results(FAST)
    chart = results.pareto() if kind == "pareto" else getattr(results, kind)(scheme="int8")
    bundle = chart._repr_mimebundle_()
    shown = bundle[0] if isinstance(bundle, tuple) else bundle
    assert any(re.match(r"application/vnd\.vegalite|text/html", name) for name in shown)


def test_a_plot_that_cannot_be_says_what_is_missing(tmp_path) -> None:
    path = write_results(tmp_path, make_results(FAST))
    path.with_suffix(".json").unlink()
    bare = harness.load(path)
    for draw in (bare.operators, bare.roc, bare.confusion):
        with pytest.raises(HarnessError, match="the manifest is not beside it"):
            draw(scheme="int8")
    assert bare.memory(scheme="int8").to_dict()["vconcat"]
    unbuilt = make_row(scheme="float16", status="unsupported", reason="no", flash_bytes=None)
    with pytest.raises(HarnessError, match="was not built"):
        make_results(unbuilt).memory(scheme="float16")
    with pytest.raises(HarnessError, match="no row has a quality and a latency"):
        make_results(unbuilt).pareto()
