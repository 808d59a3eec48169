"""Promises about the Markdown of a pull request: what comes first, what is cut, what is escaped."""

import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from row_factory import make_row
from verdict_factory import make_finding, make_verdict

from harness.gate.attribution import Attribution, CategoryChange, PartChange
from harness.gate.output.markdown import MARKER, comparison_markdown, markdown_text
from harness.gate.output.markup import code, escaped
from harness.gate.verdict import Outcome
from harness.results.comparison import compare_rows

GREW = Attribution(
    flash=(
        CategoryChange(
            "kernels", 1312, (PartChange("simd::Conv2dInt8", 960), PartChange("(unnamed)", 352))
        ),
    ),
    instructions=(PartChange("CONV_2D (4)", 77),),
)


def html(text: str) -> str:
    """Return Markdown as an independent reader of CommonMark and tables understands it."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


def plain(text: str) -> str:
    """Return what a person sees of `text`, no-break spaces as spaces, nothing invisible."""
    return unescape(re.sub(r"<[^>]*>", " ", html(text))).replace("\xa0", " ").replace("\u200b", "")


def grown(board: str = "nano33ble", **changes: object):
    return make_row(board=board, flash_bytes=101_312, instructions=1_234_644, **changes)


def test_the_verdict_is_the_first_line_and_the_marker_the_last() -> None:
    failed = markdown_text(make_verdict(make_finding(), make_finding(Outcome.PASSED)))
    passed = markdown_text(make_verdict(make_finding(Outcome.PASSED)))
    assert failed.splitlines()[0] == "## ❌ Gate failed: 1 failed, 1 passed"
    assert passed.splitlines()[0] == "## ✅ Gate passed: 1 passed"
    assert failed.splitlines()[-1] == passed.splitlines()[-1] == MARKER


def test_a_failure_names_what_grew_and_what_to_do() -> None:
    row = make_row()
    verdict = make_verdict(
        make_finding(remedy="undo it"),
        old=[row],
        new=[grown()],
        attributions={row.cell: GREW},
    )
    seen = " ".join(plain(markdown_text(verdict)).split())
    assert "kernels +1,312 B: simd::Conv2dInt8 +960 B, (unnamed) +352 B" in seen
    assert "instructions +77: CONV_2D (4) +77" in seen
    assert "undo it" in seen
    assert "+1,312 B (+1.3 %)" in seen


def test_what_shrank_is_no_cause_of_a_failure() -> None:
    row = make_row()
    shrank = Attribution(flash=(CategoryChange("libc", -64), CategoryChange("app", 128)))
    text = markdown_text(
        make_verdict(make_finding(), old=[row], new=[grown()], attributions={row.cell: shrank})
    )
    causes = text.partition("**What grew**")[2].partition("###")[0]
    assert "app +128 B" in causes
    assert "libc" not in causes


def test_what_grew_in_rows_that_passed_is_no_cause_of_a_failure() -> None:
    old = [make_row(), make_row(model="motion")]
    new = [grown(), grown(model="motion")]
    grew = {row.cell: GREW for row in old}
    text = markdown_text(make_verdict(make_finding(), old=old, new=new, attributions=grew))
    assert "motion" not in text.partition("**What grew**")[2].partition("###")[0]


def test_boards_with_one_and_the_same_change_are_one_row() -> None:
    boards = ("nano33ble", "nucleo-l4r5zi")
    old = [make_row(board=board) for board in boards]
    new = [grown(board) for board in boards]
    text = markdown_text(
        make_verdict(*(make_finding(cell=row.cell) for row in old), old=old, new=new)
    )
    assert text.count("nano33ble, nucleo-l4r5zi") >= 2
    assert text.count("| digits | int8 |") == 1


def test_boards_that_differ_in_their_estimate_are_one_row_with_a_time_each() -> None:
    boards = {"nano33ble": 1.0, "nucleo-l4r5zi": 2.0}
    old = [make_row(board=board, latency_ms=ms) for board, ms in boards.items()]
    new = [grown(board, latency_ms=1.5 * ms) for board, ms in boards.items()]
    text = markdown_text(make_verdict(make_finding(), old=old, new=new))
    row = next(line for line in text.splitlines() if line.startswith("| digits |"))
    shown = row.replace("\xa0", " ")
    assert "nano33ble<br>nucleo-l4r5zi" in shown
    assert "1.5000 **+50.0 %**<br>3.0000 **+50.0 %**" in shown


def test_what_did_not_change_is_counted_only() -> None:
    old = [make_row(), make_row(model="motion")]
    text = markdown_text(make_verdict(make_finding(), old=old, new=[grown(), old[1]]))
    assert "motion" not in text
    assert "1 row is as in the baseline." in text


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ([], [make_row()], "new"),
        ([make_row()], [], "gone"),
        (
            [make_row()],
            [make_row(status="does-not-fit", reason="flash")],
            "ok → does-not-fit",
        ),
        ([make_row(model_sha256="a")], [make_row(model_sha256="b")], "another model"),
    ],
)
def test_a_row_that_is_not_what_it_was_says_so(old: list, new: list, note: str) -> None:
    text = markdown_text(make_verdict(make_finding(), old=old, new=new))
    assert note in next(line for line in text.splitlines() if line.startswith("| digits |"))


def test_a_pass_that_changed_something_proposes_the_new_baseline() -> None:
    shrunk = make_row(flash_bytes=99_000)
    verdict = make_verdict(make_finding(Outcome.PASSED), old=[make_row()], new=[shrunk])
    text = markdown_text(verdict)
    assert "harness baseline update" in text
    assert "1 row changed, none for the worse." in text


@pytest.mark.parametrize("new", [[make_row()], [grown()]])
def test_no_new_baseline_is_proposed_where_nothing_changed_or_it_failed(new: list) -> None:
    outcome = Outcome.PASSED if new == [make_row()] else Outcome.FAILED
    verdict = make_verdict(make_finding(outcome), old=[make_row()], new=new)
    assert "baseline update" not in markdown_text(verdict)


def test_it_says_what_made_the_table() -> None:
    row = make_row(compiler="gcc 12.2.1", emulator="QEMU 7.2", tflm="tfmicro 0.1.0")
    text = plain(markdown_text(make_verdict(make_finding(), old=[row], new=[row])))
    assert "gcc 12.2.1 · tfmicro 0.1.0 · QEMU 7.2" in text


@pytest.mark.parametrize("limit", [1_000, 5_000, 65_000])
def test_it_never_exceeds_its_limit_and_counts_what_it_leaves_out(limit: int) -> None:
    old = [make_row(model=f"model-{n}") for n in range(1_000)]
    new = [make_row(model=f"model-{n}", flash_bytes=100_001) for n in range(1_000)]
    findings = [make_finding(cell=row.cell, label=row.model) for row in old]
    text = markdown_text(make_verdict(*findings, old=old, new=new), limit)
    assert len(text) <= limit
    assert text.startswith("## ❌ Gate failed: 1000 failed")
    assert text.endswith(f"{MARKER}\n")
    left_out = int(re.findall(r"… and (\d+) more lines", text)[0])
    assert left_out + text.count("| `flash_bytes` | 100,000 B |") == 1_000
    html_text = html(text)
    assert html_text.count("<details>") == html_text.count("</details>")


MARKUP = st.text(alphabet="|<>*_`~[]()!&;#@\\\"'/:-ab \n", max_size=12)


@given(st.text(max_size=80) | MARKUP)
@example("a|b")
@example("<b>x</b>")
@example("*a* _a_ **b** ~~c~~")
@example("`a` [b](c) ![d](e) &amp; \\|")
def test_no_text_is_taken_for_markup(text: str) -> None:
    wanted = " ".join(text.split())
    wanted = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in wanted)
    for written in (escaped(text), code(text)):
        document = f"| a | b |\n|---|---|\n| {written} | x |\n\n- x {written} y\n"
        rendered = html(document)
        cells = re.findall(r"<td>(.*?)</td>", rendered, re.DOTALL)
        assert len(cells) == 2
        shown = unescape(re.sub("</?code>", "", cells[0])).replace("\u200b", "")
        assert shown.strip() == wanted.strip()
        assert rendered.count("<li>") == 1
        assert not re.search(r"<(?!/?(?:table|thead|tbody|tr|th|td|ul|li|code)\b)", rendered)


@pytest.mark.parametrize("text", ["@everyone", "#1", "https://example.com", "www.example.com"])
def test_no_text_mentions_refers_or_links(text: str) -> None:
    # A mention and a reference are looked for in what was rendered, a link in what was written.
    assert text not in (unescape(escaped(text)) if text[0] in "@#" else escaped(text))


def test_long_texts_are_cut() -> None:
    assert len(escaped("x" * 10_000)) == 400
    assert escaped("x" * 10_000).endswith("…")


def test_names_from_a_model_file_cannot_break_the_table() -> None:
    evil = "</td><script>alert(1)</script>|`x`\n| a | b |"
    row = make_row(model=evil)
    changed = make_row(model=evil, flash_bytes=1)
    parts = (PartChange("operator||<int>(`)", 5),)
    verdict = make_verdict(
        make_finding(cell=row.cell, label=evil, message=f"# {evil}", remedy=f"- {evil}"),
        old=[row],
        new=[changed],
        attributions={row.cell: Attribution(flash=(CategoryChange("kernels", 5, parts),))},
    )
    text = markdown_text(verdict)
    assert "<script" not in html(text)
    assert "operator||<int>(`)" in plain(text)


def test_two_tables_side_by_side() -> None:
    old = make_row(emulator="QEMU 7.2")
    new = grown(emulator="QEMU 10.0")
    text = comparison_markdown(compare_rows([old], [new]), {old.cell: GREW})
    assert text.startswith("## 1 of 1 row changed")
    assert "another emulator: QEMU 7.2, now QEMU 10.0" in text
    assert "kernels +1,312 B" in text
    assert "baseline" not in text


def test_what_is_worse_and_allowed_is_not_called_good() -> None:
    old, new = [make_row(ram_bytes=30_000)], [make_row(ram_bytes=30_001)]
    text = markdown_text(make_verdict(make_finding(Outcome.PASSED), old=old, new=new))
    assert "1 row changed. To hold" in text


def test_the_documentation_shows_the_markdown_of_the_example_as_it_is() -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "gate.md").read_text()
    for change in ("grow", "shrink"):
        shown = (docs / "example" / "gate" / f"{change}.md").read_text().partition("<details>")[0]
        for line in filter(None, shown.splitlines()):
            assert f"> {line}\n" in page
