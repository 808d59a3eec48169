"""Promises about the verdict: limits are exact, and whatever is not known to be good fails."""

import pytest
from row_factory import make_row

from harness.gate.budgets import Budgets, BudgetsFile
from harness.gate.judge import judge
from harness.gate.verdict import Outcome

HERE = {"model": "digits", "scheme": "int8", "board": "nano33ble"}
UNMEASURED = {"quality_device": None, "flash_bytes": None, "ram_bytes": None}


def budget(**changes: object) -> BudgetsFile:
    table = {**HERE, **changes}
    return BudgetsFile.of(Budgets.model_validate({"headroom_warning": 0.05, "budget": (table,)}))


@pytest.mark.parametrize("name", ["flash_bytes", "ram_bytes"])
def test_a_size_at_its_limit_passes_and_one_byte_more_fails(name: str) -> None:
    row = make_row(**{name: 5000})
    at = judge([row], budget(**{name: 5000}))
    over = judge([row], budget(**{name: 4999}))
    assert at.passed
    assert at.findings[0].headroom == 0
    assert not over.passed
    assert over.findings[0].headroom == -1


def test_a_quality_at_its_limit_passes_and_one_below_fails() -> None:
    row = make_row(quality_device=0.95)
    assert judge([row], budget(quality_min=0.95)).passed
    below = judge([row], budget(quality_min=0.9501))
    assert not below.passed
    assert below.findings[0].headroom == pytest.approx(-0.0001)


def test_the_quality_is_the_device_s() -> None:
    row = make_row(quality_device=0.5, quality_host=0.9)
    assert not judge([row], budget(quality_min=0.8)).passed


def test_every_limit_and_every_matching_row_is_held() -> None:
    rows = [make_row(optimize="O2"), make_row(optimize="Os", flash_bytes=200_000)]
    verdict = judge(rows, budget(flash_bytes=150_000, ram_bytes=50_000))
    outcomes = [
        (found.label.split()[2], found.limit_name, found.outcome) for found in verdict.findings
    ]
    assert outcomes == [
        ("(O2)", "flash_bytes", Outcome.PASSED),
        ("(O2)", "ram_bytes", Outcome.PASSED),
        ("(Os)", "flash_bytes", Outcome.FAILED),
        ("(Os)", "ram_bytes", Outcome.PASSED),
    ]
    assert not verdict.passed


@pytest.mark.parametrize("rows", [[], [make_row(model="motion")]])
def test_a_budget_that_matches_no_row_fails(rows: list[object]) -> None:
    verdict = judge(rows, budget(flash_bytes=1))
    assert not verdict.passed
    assert verdict.findings[0].message == "no row of the results matches"


@pytest.mark.parametrize(
    ("column", "limit"),
    [("flash_bytes", "flash_bytes"), ("ram_bytes", "ram_bytes"), ("quality_device", "quality_min")],
)
def test_a_row_without_the_measurement_fails(column: str, limit: str) -> None:
    verdict = judge([make_row(**{column: None})], budget(**{limit: 1}))
    assert not verdict.passed
    assert verdict.findings[0].message == "no measurement"


@pytest.mark.parametrize("status", ["mismatch", "failed", "timeout"])
def test_a_bad_row_fails_whatever_its_sizes(status: str) -> None:
    row = make_row(status=status, reason="why", quality_device=None, instructions=None)
    verdict = judge([row, make_row(board="pico")], budget(board="*", flash_bytes=10**9))
    assert not verdict.passed
    assert verdict.findings[0].message == f"{status}: why"


def test_what_does_not_fit_fails_even_below_a_careless_limit() -> None:
    row = make_row(status="does-not-fit", reason="RAM by 12 bytes")
    verdict = judge([row], budget(flash_bytes=10**9))
    assert not verdict.passed
    assert verdict.findings[-1].message == "does-not-fit: RAM by 12 bytes"


UNSUPPORTED = make_row(scheme="dynamic", status="unsupported", reason="hybrid", **UNMEASURED)


def test_an_unsupported_row_that_a_wildcard_matched_is_skipped_and_said() -> None:
    verdict = judge([UNSUPPORTED, make_row()], budget(scheme="*", flash_bytes=10**9))
    assert verdict.passed
    assert (verdict.findings[0].outcome, verdict.findings[0].message) == (
        Outcome.SKIPPED,
        "unsupported: hybrid",
    )


def test_an_unsupported_row_that_was_named_fails() -> None:
    verdict = judge([UNSUPPORTED], budget(scheme="dynamic", flash_bytes=10**9))
    assert not verdict.passed
    assert verdict.findings[0].remedy == "choose another scheme or kernel set"
    skipped = judge([UNSUPPORTED, make_row()], budget(scheme="*", flash_bytes=10**9))
    assert [found.remedy for found in skipped.findings] == ["", ""]


def test_a_wildcard_that_only_skips_fails() -> None:
    verdict = judge([UNSUPPORTED], budget(scheme="dyn*", flash_bytes=10**9))
    assert not verdict.passed
    assert verdict.findings[-1].message == "no row that matches was measured"


@pytest.mark.parametrize(
    ("name", "column", "limit", "value", "outcome"),
    [
        ("flash_bytes", "flash_bytes", 1000, 951, Outcome.WARNED),
        ("flash_bytes", "flash_bytes", 1000, 950, Outcome.PASSED),
        ("flash_bytes", "flash_bytes", 1000, 1000, Outcome.WARNED),
        ("flash_bytes", "flash_bytes", 1000, 1001, Outcome.FAILED),
        ("far", "far", 0.1, 0.0951, Outcome.WARNED),
        ("far", "far", 0.1, 0.095, Outcome.PASSED),
        ("quality_min", "quality_device", 0.9, 0.9049, Outcome.WARNED),
        ("quality_min", "quality_device", 0.9, 0.905, Outcome.PASSED),
        ("quality_min", "quality_device", 0.9, 0.8999, Outcome.FAILED),
        ("quality_min", "quality_device", 1.0, 1.0, Outcome.PASSED),
        ("flash_vectors_bytes", "flash_vectors_bytes", 0, 0, Outcome.PASSED),
    ],
)
def test_it_warns_where_less_than_a_twentieth_of_a_limit_is_left(
    name: str, column: str, limit: float, value: float, outcome: Outcome
) -> None:
    verdict = judge([make_row(**{column: value})], budget(**{name: limit}))
    assert [found.outcome for found in verdict.findings] == [outcome]
    assert verdict.passed is (outcome is not Outcome.FAILED)


def test_a_remedy_says_how_much_to_save() -> None:
    verdict = judge([make_row(flash_bytes=101_000)], budget(flash_bytes=100_000))
    assert verdict.findings[0].message == "+1,000 B beyond the limit"
    assert verdict.findings[0].remedy == "save 1,000 B, or change flash_bytes in the budgets file"


def test_a_remedy_says_how_much_quality_is_wanting() -> None:
    verdict = judge([make_row(quality_device=0.85)], budget(quality_min=0.9))
    assert verdict.findings[0].message == "-0.0500 beyond the limit"
    assert verdict.findings[0].remedy.startswith("raise it by 0.0500, or change quality_min")


def test_a_finding_says_on_which_line_its_table_stands() -> None:
    text = """headroom_warning = 0.0
[[growth]]
flash_bytes = 0

  [[ budget ]]  # for all
model = "*"
"""
    tables = Budgets.model_validate(
        {
            "budget": ({"model": "*", "board": "*", "flash_bytes": 10**6},),
            "growth": ({"flash_bytes": 0},),
        }
    )
    found = judge([make_row()], BudgetsFile.of(tables, text), [make_row()]).findings
    assert [(one.kind, one.source_line) for one in found] == [("budget", 5), ("growth", 2)]


def test_a_finding_names_no_line_where_the_tables_are_written_inline() -> None:
    tables = Budgets.model_validate({"growth": ({"flash_bytes": 0},)})
    assert BudgetsFile.of(tables, "growth = [{ flash_bytes = 0 }]").growths[0][1] is None


def test_a_name_that_no_row_has_suggests_the_nearest() -> None:
    [found] = judge([make_row()], budget(model="dgits", flash_bytes=1)).findings
    assert found.message == "no row of the results matches; did you mean model 'digits'?"
    tables = BudgetsFile.of(Budgets.model_validate({"growth": ({"board": "pic", "ram_bytes": 0},)}))
    rows = [make_row(board="pico")]
    assert judge(rows, tables, rows).findings[0].message.endswith("did you mean board 'pico'?")


def test_a_name_with_brackets_matches_itself() -> None:
    row = make_row(model="my[1]model")
    assert judge([row], budget(model="my[1]model", flash_bytes=10**6)).passed
    assert not judge([row], budget(model="my[2]model", flash_bytes=10**6)).passed
