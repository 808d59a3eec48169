"""Promises about every kind of limit: one unit over fails, at the limit passes, under passes."""

import math

import pytest
from gate_factory import PROVENANCE, full_row, limits, stepped, unmeasured_row

from harness.gate.judge import judge
from harness.gate.limits import LIMITS, Limit
from harness.gate.verdict import Finding, Outcome, Verdict
from harness.results.figures import COMPARED
from harness.results.row import Row, Status

ALL = pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.budget_name)
STEPS = pytest.mark.parametrize(
    ("steps", "passes"),
    [(1, False), (0, True), (-1, True)],
    ids=["one over", "exactly at it", "one under"],
)
BOUND = 0.5


def worse_by(limit: Limit, value: float, steps: int) -> float:
    """Return `value`, so many of the column's smallest steps worse."""
    return stepped(limit, value, -steps if limit.figure.more_is_better else steps)


def of_limit(verdict: Verdict, limit: Limit) -> Finding:
    names = {limit.budget_name, limit.growth_name}
    found = [finding for finding in verdict.findings if finding.limit_name in names]
    assert len(found) == 1
    return found[0]


def grown(old: Row, new: Row, **growth: object) -> Verdict:
    return judge([new], limits(growth=[growth]), [old])


@ALL
@STEPS
def test_a_budget(limit: Limit, steps: int, passes: bool) -> None:
    bound = 1000 if limit.is_whole else BOUND
    row = full_row(**{limit.column: worse_by(limit, bound, steps)})
    verdict = judge([row], limits([{limit.budget_name: bound}]))
    found = of_limit(verdict, limit)
    assert verdict.passed is passes
    assert found.outcome is (Outcome.PASSED if passes else Outcome.FAILED)
    assert found.headroom == pytest.approx(-steps * stepped(limit, 0, 1))
    assert found.kind == "budget"
    assert bool(found.remedy) is not passes


@ALL
@STEPS
@pytest.mark.parametrize("allowed_steps", [0, 3])
def test_a_growth(limit: Limit, allowed_steps: int, steps: int, passes: bool) -> None:
    allowance = stepped(limit, 0, allowed_steps)
    old = full_row()
    before = getattr(old, limit.column)
    new = full_row(**{limit.column: worse_by(limit, before, allowed_steps + steps)})
    verdict = grown(old, new, **{limit.growth_name: allowance})
    found = of_limit(verdict, limit)
    assert verdict.passed is passes
    assert found.kind == "growth"
    assert (found.baseline, found.allowed) == (before, pytest.approx(allowance))
    assert found.headroom == pytest.approx(-steps * stepped(limit, 0, 1))


@ALL
@STEPS
def test_a_growth_by_a_share_of_the_baseline(limit: Limit, steps: int, passes: bool) -> None:
    old = full_row()
    before = getattr(old, limit.column)
    ten_percent = worse_by(limit, before, 0) * (0.9 if limit.figure.more_is_better else 1.1)
    most = round(ten_percent) if limit.is_whole else round(ten_percent, 4)
    new = full_row(**{limit.column: worse_by(limit, most, steps)})
    verdict = grown(old, new, **{limit.growth_name: "10 %"})
    assert verdict.passed is passes


@ALL
def test_what_is_better_than_the_baseline_passes_and_makes_a_new_baseline(limit: Limit) -> None:
    old = full_row()
    new = full_row(**{limit.column: worse_by(limit, getattr(old, limit.column), -7)})
    verdict = grown(old, new, **{limit.growth_name: 0})
    assert verdict.passed
    assert verdict.new_baseline
    assert not grown(old, old, **{limit.growth_name: 0}).new_baseline


@ALL
def test_what_is_worse_within_its_allowance_makes_no_new_baseline(limit: Limit) -> None:
    old = full_row()
    new = full_row(**{limit.column: worse_by(limit, getattr(old, limit.column), 1)})
    verdict = grown(old, new, **{limit.growth_name: "50 %"})
    assert verdict.passed
    assert not verdict.new_baseline
    assert [row.cell for row in verdict.worse_rows] == [new.cell]


@pytest.mark.parametrize("quality", [0.4999, None])
def test_less_quality_makes_no_new_baseline_though_it_is_not_limited(
    quality: float | None,
) -> None:
    verdict = grown(full_row(), full_row(quality_device=quality, flash_bytes=9), flash_bytes=0)
    assert verdict.passed
    assert not verdict.new_baseline


def test_a_worse_estimate_that_is_not_limited_leaves_the_new_baseline() -> None:
    verdict = grown(full_row(), full_row(cycles=1001, flash_bytes=999), flash_bytes=0)
    assert verdict.new_baseline


@ALL
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_a_figure_that_is_none_fails_a_budget(limit: Limit, value: float | None) -> None:
    row = full_row().model_copy(update={limit.column: value})  # past the validators
    generous = 1 if limit.is_bounded else 10**9
    least = 0 if limit.figure.more_is_better else generous
    verdict = judge([row], limits([{limit.budget_name: least}]))
    assert not verdict.passed
    assert of_limit(verdict, limit).message == "no measurement"


@ALL
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("side", ["baseline", "results", "both"])
def test_a_figure_that_is_none_fails_a_growth(limit: Limit, side: str, value: float | None) -> None:
    nothing = full_row().model_copy(update={limit.column: value})
    old = full_row() if side == "results" else nothing
    new = full_row() if side == "baseline" else nothing
    verdict = grown(old, new, **{limit.growth_name: 10**9 if not limit.is_bounded else 1})
    found = of_limit(verdict, limit)
    where = "baseline and results" if side == "both" else side
    assert not verdict.passed
    assert found.message == f"no measurement in the {where}"
    assert found.remedy.startswith("renew" if side == "baseline" else "narrow")


@ALL
@pytest.mark.parametrize("new", [0, 1])
def test_a_share_of_a_baseline_of_zero_fails(limit: Limit, new: int) -> None:
    verdict = grown(
        full_row(**{limit.column: 0}),
        full_row(**{limit.column: new}),
        **{limit.growth_name: "1000 %"},
    )
    assert not verdict.passed
    assert "baseline is zero" in of_limit(verdict, limit).message


@ALL
def test_a_limit_that_is_no_number_fails(limit: Limit) -> None:
    table = limits([{limit.budget_name: 0}])
    budget = table.budgets[0][0].model_copy(update={limit.budget_name: math.nan})
    wrong = type(table)(0.0, ((budget, None),), ())
    assert not judge([full_row()], wrong).passed


ESTIMATES = [limit for limit in LIMITS if limit.figure.is_estimate]
QUALITIES = [limit for limit in LIMITS if limit.figure.is_quality]
EXACT = [limit for limit in LIMITS if limit not in (*ESTIMATES, *QUALITIES)]


def test_every_limit_is_an_estimate_a_quality_or_exact() -> None:
    assert {limit.column for limit in ESTIMATES} == {
        "cycles", "cycles_high", "latency_ms", "pipeline_latency_ms", "energy_uj",
        "energy_high_uj", "duty_cycle",
    }  # fmt: skip
    assert {limit.column for limit in QUALITIES} == {
        "quality_device", "quality_drop_points", "eer", "far", "frr", "false_accepts_per_hour",
    }  # fmt: skip
    assert all(limit.is_whole for limit in EXACT)


@pytest.mark.parametrize("column", ["compiler", "tflm"])
@ALL
def test_another_compiler_or_tflm_fails_once_and_says_how_to_renew(
    limit: Limit, column: str
) -> None:
    rows = [full_row(board=board) for board in ("a", "b", "c")]
    old = [row.model_copy(update={column: "another"}) for row in rows]
    verdict = judge(rows, limits(growth=[{limit.growth_name: 1}]), old)
    failed = [finding for finding in verdict.findings if finding.outcome is Outcome.FAILED]
    assert [finding.kind for finding in failed] == ["baseline"]
    assert f"another {'TFLM' if column == 'tflm' else column}: another, now" in failed[0].message
    assert "harness baseline update" in failed[0].remedy
    assert not verdict.passed


@pytest.mark.parametrize("column", ["compiler", "tflm"])
def test_a_compiler_that_only_one_table_names_is_another(column: str) -> None:
    old = full_row(**{column: None})
    assert not grown(old, full_row(), flash_bytes=10**6).passed
    assert not grown(full_row(), old, flash_bytes=10**6).passed


@ALL
def test_another_emulator_only_warns(limit: Limit) -> None:
    old = full_row(emulator="QEMU 10.0")
    verdict = grown(old, full_row(), **{limit.growth_name: 0})
    warned = [finding for finding in verdict.findings if finding.outcome is Outcome.WARNED]
    assert verdict.passed
    assert [finding.message for finding in warned] == ["another emulator: QEMU 10.0, now QEMU 7.2"]


@ALL
@pytest.mark.parametrize(
    ("changed", "judged_by_it"),
    [
        ({"timing": "cortex-m4 2"}, ESTIMATES),
        ({"samples": 100}, QUALITIES),
        ({"metric": "auc"}, QUALITIES),
    ],
    ids=["timing", "samples", "metric"],
)
def test_figures_fail_that_depend_on_what_changed_and_others_warn(
    limit: Limit, changed: dict[str, object], judged_by_it: list[Limit]
) -> None:
    verdict = grown(full_row(**changed), full_row(), **{limit.growth_name: 1})
    warned = [one for one in verdict.findings if one.outcome is Outcome.WARNED]
    assert len(warned) == 1
    assert verdict.passed is (limit not in judged_by_it)
    if limit in judged_by_it:
        assert of_limit(verdict, limit).kind == "baseline"


@ALL
def test_another_model_is_held_like_any_other_and_says_so(limit: Limit) -> None:
    old = full_row(model_sha256="f" * 64)
    new = full_row(**{limit.column: worse_by(limit, getattr(old, limit.column), 1)})
    verdict = grown(old, new, **{limit.growth_name: 0})
    assert not verdict.passed
    assert "another model" in of_limit(verdict, limit).message
    same_figures = grown(old, full_row(), **{limit.growth_name: 0})
    assert same_figures.passed
    assert same_figures.new_baseline


@pytest.mark.parametrize("changed", [{"compiler": None}, {"tflm": None}])
def test_tools_that_neither_table_names_are_not_comparable(changed: dict[str, object]) -> None:
    verdict = grown(full_row(**changed), full_row(**changed), flash_bytes=0)
    [failed] = [one for one in verdict.findings if one.outcome is Outcome.FAILED]
    assert not verdict.passed
    assert failed.message.startswith("unknown ")
    assert "harness baseline update" in failed.remedy


def test_another_core_is_not_comparable() -> None:
    verdict = grown(full_row(), full_row(core="cortex-m7"), flash_bytes=0)
    assert not verdict.passed
    assert "another core: cortex-m4, now cortex-m7" in [one.message for one in verdict.findings]


@pytest.mark.parametrize("column", ["flash_limit_bytes", "ram_limit_bytes"])
def test_other_memories_of_the_board_are_a_warning(column: str) -> None:
    verdict = grown(full_row(), full_row(**{column: 5}), flash_bytes=0)
    [warned] = [one for one in verdict.findings if one.outcome is Outcome.WARNED]
    assert verdict.passed
    assert warned.message.startswith(f"another board, {column}: ")


def test_a_row_that_is_gone_fails() -> None:
    old = [full_row(), full_row(board="pico")]
    verdict = judge(old[:1], limits(growth=[{"flash_bytes": 0}]), old)
    failed = [finding for finding in verdict.findings if finding.outcome is Outcome.FAILED]
    assert not verdict.passed
    assert [finding.message for finding in failed] == ["in the baseline, not in the results"]
    assert "pico" in failed[0].label


def test_a_row_that_the_baseline_lacks_fails_and_says_how_to_take_it_in() -> None:
    new = [full_row(), full_row(board="pico")]
    verdict = judge(new, limits(growth=[{"flash_bytes": 0}]), new[:1])
    failed = [finding for finding in verdict.findings if finding.outcome is Outcome.FAILED]
    assert not verdict.passed
    assert [finding.message for finding in failed] == ["not in the baseline"]
    assert "harness baseline update" in failed[0].remedy


def test_rows_that_no_growth_table_is_for_may_come_and_go() -> None:
    old = [full_row(), full_row(board="pico")]
    new = [full_row(), full_row(board="nucleo-l4r5zi")]
    verdict = judge(new, limits(growth=[{"board": "nano33ble", "flash_bytes": 0}]), old)
    assert verdict.passed
    assert not verdict.new_baseline


@pytest.mark.parametrize(
    "now", [[], [unmeasured_row("unsupported", board="pico")]], ids=["gone", "unsupported"]
)
def test_a_row_that_only_a_budget_is_for_may_not_be_lost(now: list[Row]) -> None:
    old = [full_row(), full_row(board="pico")]
    tables = limits(
        budget=[{"scheme": "*", "flash_bytes": 2000}],
        growth=[{"board": "nano33ble", "flash_bytes": 0}],
    )
    verdict = judge([full_row(), *now], tables, old)
    [failed] = [one for one in verdict.findings if one.outcome is Outcome.FAILED]
    assert not verdict.passed
    assert "pico" in failed.label
    assert "harness baseline update" in failed.remedy
    assert judge(old, tables, old).passed


STATUSES = ("ok", "does-not-fit", "unsupported", "mismatch", "failed", "timeout")
VERDICTS = {  # old status: verdict for each new status, in the order of STATUSES
    "ok": "pass FAIL FAIL FAIL FAIL FAIL",
    "does-not-fit": "FAIL skip FAIL FAIL FAIL FAIL",
    "unsupported": "FAIL FAIL skip FAIL FAIL FAIL",
    "mismatch": "FAIL FAIL skip FAIL FAIL FAIL",
    "failed": "FAIL FAIL skip FAIL FAIL FAIL",
    "timeout": "FAIL FAIL skip FAIL FAIL FAIL",
}
"""A status that is better fails too where the baseline has no figure to hold the new one against.
Where nothing was measured, before or now, nothing is held."""


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("new", STATUSES)
def test_every_pair_of_statuses_has_its_verdict(old: str, new: str) -> None:
    def row(status: str) -> Row:
        return full_row() if status == "ok" else unmeasured_row(status)

    beside = full_row(board="pico")
    verdict = judge([row(new), beside], limits(growth=[{"flash_bytes": 0}]), [row(old), beside])
    outcomes = {finding.outcome for finding in verdict.findings if "pico" not in finding.label}
    expected = VERDICTS[old].split()[STATUSES.index(new)]
    wanted = {"pass": Outcome.PASSED, "skip": Outcome.SKIPPED, "FAIL": Outcome.FAILED}[expected]
    assert outcomes == {wanted}
    assert verdict.passed is (expected != "FAIL")


def test_a_row_that_still_does_not_fit_is_held_by_its_sizes() -> None:
    def row(size: int) -> Row:
        return full_row(status="does-not-fit", reason="why", flash_bytes=size)

    assert grown(row(1000), row(1000), flash_bytes=0).passed
    assert not grown(row(1000), row(1001), flash_bytes=0).passed


@pytest.mark.parametrize(("old", "new"), [(None, 1000), (1000, None)])
def test_a_figure_that_comes_or_goes_fails_though_the_row_never_fitted(
    old: int | None, new: int | None
) -> None:
    before, after = (
        full_row(status="does-not-fit", reason="why", flash_bytes=size) for size in (old, new)
    )
    assert not grown(before, after, flash_bytes=10**6).passed


def test_a_row_that_fits_again_is_held_by_its_sizes() -> None:
    old = full_row(status="does-not-fit", reason="why")
    assert grown(old, full_row(), flash_bytes=0).passed
    assert not grown(old, full_row(flash_bytes=1001), flash_bytes=0).passed


def test_a_row_that_no_longer_fits_fails_though_it_did_not_grow() -> None:
    new = full_row(status="does-not-fit", reason="the board was corrected")
    assert not grown(full_row(), new, flash_bytes=0).passed


def test_a_growth_table_that_matches_no_row_fails() -> None:
    verdict = grown(full_row(), full_row(), model="nothing", flash_bytes=0)
    assert not verdict.passed
    assert verdict.findings[0].message == "no row of the results or the baseline matches"


def test_a_growth_table_for_what_was_never_measured_fails() -> None:
    rows = [unmeasured_row("unsupported", scheme="dynamic"), full_row()]
    tables = [{"flash_bytes": 0}, {"scheme": "dynamic", "flash_bytes": 0}]
    verdict = judge(rows, limits(growth=tables), rows)
    assert not verdict.passed
    assert verdict.findings[-1].message == "no row that matches was measured"


def test_every_growth_table_that_matches_holds() -> None:
    tables = [{"flash_bytes": 100}, {"board": "nano*", "flash_bytes": 0}]
    verdict = judge([full_row(flash_bytes=1001)], limits(growth=tables), [full_row()])
    assert [finding.outcome for finding in verdict.findings] == [Outcome.PASSED, Outcome.FAILED]


@pytest.mark.parametrize("column", ["flash_bytes", "ram_bytes", "instructions"])
def test_without_a_growth_table_a_baseline_is_exact(column: str) -> None:
    budget = limits([{"quality_min": 0}])
    assert judge([full_row()], budget, [full_row()]).passed
    assert not judge([full_row(**{column: 1001})], budget, [full_row()]).passed
    assert judge([full_row(cycles=10**6)], budget, [full_row()]).passed
    assert judge([full_row(**{column: 1001})], budget).passed


def test_nothing_to_hold_does_not_pass() -> None:
    assert not judge([], limits(growth=[{"flash_bytes": 0}]), []).passed
    assert not judge([], limits([{"flash_bytes": 0}]), []).passed
    assert not judge([full_row()], limits(growth=[{"flash_bytes": 0}])).passed


def test_part_of_a_byte_is_not_allowed() -> None:
    old = full_row(flash_bytes=150)  # of which 1 % is 1.5 bytes
    assert grown(old, full_row(flash_bytes=151), flash_bytes="1 %").passed
    over = grown(old, full_row(flash_bytes=152), flash_bytes="1 %")
    assert not over.passed
    assert over.findings[0].allowed == 1


def test_every_status_and_every_figure_is_known_to_these_tests() -> None:
    assert set(STATUSES) == set(Status)
    assert {limit.column for limit in LIMITS} <= set(COMPARED)
    assert set(PROVENANCE) <= set(Row.model_fields)


@pytest.mark.parametrize(
    ("before", "after", "allowed", "message"),
    [
        (1000, 1064, 0, "+64 B (+6.4 %) against the baseline"),
        (1000, 1064, 10, "+64 B (+6.4 %) against the baseline, 10 B allowed"),
        (1000, 1064, "1 %", "+64 B (+6.4 %) against the baseline, 10 B allowed"),
        (0, 64, 10, "+64 B against the baseline, 10 B allowed"),
    ],
)
def test_a_growth_says_how_much_and_what_was_allowed(
    before: int, after: int, allowed: object, message: str
) -> None:
    verdict = grown(full_row(flash_bytes=before), full_row(flash_bytes=after), flash_bytes=allowed)
    assert verdict.findings[0].message == message
    assert "undo the growth" in verdict.findings[0].remedy
