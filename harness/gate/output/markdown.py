"""The verdict as Markdown for a pull request: what failed, what grew, what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from harness import __version__
from harness.gate.attribution import Attribution
from harness.gate.changes import Change, changes_of, provenance, tool_changes
from harness.gate.naming import Cell, Naming, grouped, without_board
from harness.gate.output.changes_markdown import (
    changes_section,
    figures_section,
    growth_section,
    owners_section,
)
from harness.gate.output.markup import Section, code, escaped, fit, folded, row, table
from harness.gate.verdict import Finding, Outcome, Verdict
from harness.results.comparison import TableComparison
from harness.results.figures import figure_text

MARKER = "<!-- tflm-harness gate -->"
"""The last line, by which a bot finds the comment that it wrote before."""
LIMIT_CHARACTERS = 65_000
"""GitHub refuses comments of more than 65,536 characters."""

_SIGNS = {True: "✅", False: "❌"}


def markdown_text(verdict: Verdict, limit_characters: int = LIMIT_CHARACTERS) -> str:
    """Return `verdict` as Markdown of at most `limit_characters`.

    The first line is the verdict. Then what failed with what grew in it, what to do, the rows that
    changed; all else is folded. What has no room is counted. Names and reasons are shown as they
    are, whatever they contain.
    """
    changes = changes_of(verdict.comparison) if verdict.comparison else ()
    naming = Naming.of(_cells(verdict))
    growth = _growth(verdict, naming)
    sections = [
        _problems(verdict, naming, Outcome.FAILED, ""),
        growth,
        _remedies(verdict.findings),
        _new_baseline(verdict, changes),
        *_changed(verdict, changes, naming, growth),
        _problems(verdict, naming, Outcome.WARNED, "### Warnings"),
        *_held(verdict.findings, naming),
    ]
    present = [section for section in sections if section.rows or section.before]
    return fit(_headline(verdict) + "\n", present, _footer(verdict.comparison), limit_characters)


def comparison_markdown(
    comparison: TableComparison,
    attributions: Mapping[Cell, Attribution],
    limit_characters: int = LIMIT_CHARACTERS,
) -> str:
    """Return two tables side by side as Markdown: what changed, and who owns it."""
    changes = changes_of(comparison)
    naming = Naming.of([one.cell for one in comparison.rows])
    changed = sum(len(change.rows) for change in changes)
    head = f"## {changed} of {_counted(len(comparison.rows), 'row')} changed\n"
    tools = [
        f"- {escaped(text)} ({escaped(naming.names(cells))})"
        for text, cells in tool_changes(comparison).items()
    ]
    sections = [Section(tools, "difference")] if tools else []
    sections += _change_sections(changes, attributions, naming) if changes else []
    return fit(head, sections, _footer(comparison), limit_characters)


def summary_text(findings: Sequence[Finding]) -> str:
    """Return how many findings ended how: "3 failed, 1 warned, 11 passed"."""
    order = (Outcome.FAILED, Outcome.WARNED, Outcome.PASSED, Outcome.SKIPPED)
    counts = {outcome: sum(one.outcome is outcome for one in findings) for outcome in order}
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)


def _headline(verdict: Verdict) -> str:
    word = "passed" if verdict.passed else "failed"
    return f"## {_SIGNS[verdict.passed]} Gate {word}: {summary_text(verdict.findings) or 'empty'}"


def _cells(verdict: Verdict) -> list[Cell]:
    compared = verdict.comparison.rows if verdict.comparison else ()
    found = [one.cell for one in verdict.findings if one.cell is not None]
    return [*(one.cell for one in compared), *found]


def _problems(verdict: Verdict, naming: Naming, outcome: Outcome, heading: str) -> Section:
    """The table of what failed or warned, row by row, boards with the same troubles together."""
    found = [one for one in verdict.findings if one.outcome is outcome]
    rows = []
    for cells, findings in _by_row(found):
        name = naming.name(cells) if cells else findings[0].label
        for one in findings:
            rows.append(row([escaped(name), *_problem(one)]))
            name = ""
    before = table([str(outcome), "limit on", "now", "why"], "llrl")
    return Section(rows, "line", ((heading, "") if heading else ()) + before if rows else ())


def _growth(verdict: Verdict, naming: Naming) -> Section:
    """What grew in the rows that failed."""
    failed = {one.cell for one in verdict.findings if one.outcome is Outcome.FAILED and one.cell}
    found = {cell: one for cell, one in verdict.attributions.items() if cell in failed}
    grown = growth_section(found, naming)
    return replace(grown, before=("**What grew**", "")) if grown.rows else grown


def _by_row(findings: Sequence[Finding]) -> list[tuple[list[Cell], list[Finding]]]:
    """Findings of a row together, and rows that differ in their board alone where these agree."""
    alone: list[tuple[list[Cell], list[Finding]]] = [
        ([], [one]) for one in findings if one.cell is None
    ]
    of_cell = grouped((one.cell, one) for one in findings if one.cell is not None)
    alike = grouped(
        ((without_board(cell), tuple(_key(one) for one in found)), (cell, found))
        for cell, found in of_cell.items()
    )
    merged = [([cell for cell, _ in group], group[0][1]) for group in alike.values()]
    return [*alone, *merged]


def _key(one: Finding) -> tuple[object, ...]:
    figures = (one.measured, one.limit, one.baseline, one.allowed)
    return (one.outcome, one.kind, one.limit_name, *map(repr, figures), one.message, one.remedy)


def _problem(one: Finding) -> list[str]:
    if one.column is None:
        return ["", "", escaped(one.message)]
    why = escaped(one.message)
    if one.kind == "budget" and one.limit is not None:
        limit = f"limit {figure_text(one.column, one.limit)}"
        why = f"{why} ({limit})" if why else limit
    return [f"`{one.limit_name}`", figure_text(one.column, one.measured), why]


def _remedies(findings: Iterable[Finding]) -> Section:
    failed = [one.remedy for one in findings if one.outcome is Outcome.FAILED and one.remedy]
    rows = [f"- {escaped(remedy)}" for remedy in dict.fromkeys(failed)]
    return Section(rows, "remedy", ("**What to do**", "") if rows else ())


def _new_baseline(verdict: Verdict, changes: Sequence[Change]) -> Section:
    worse = len(verdict.worse_rows)
    if verdict.passed and worse:
        verb = "is" if worse == 1 else "are"
        told = f"{_counted(worse, 'row')} {verb} gone, or worse within what is allowed."
        why = "A new baseline is not proposed: it would allow as much again."
        return Section((), "line", (f"{told} {why}",))
    if not verdict.new_baseline:
        return Section((), "")
    told = f"{_counted(sum(len(change.rows) for change in changes), 'row')} changed"
    told += "." if any(change.worse for change in changes) else ", none for the worse."
    lines = (
        "### New baseline",
        "",
        f"{told} To hold these figures from now on, commit them:",
        "",
        "```",
        "harness baseline update",
        "git add results/baseline.csv results/baseline.json",
        "```",
        "",
        "(`--results` names the table of this run, where it is not `results/bench.csv`.)",
    )
    return Section((), "line", lines)


def _changed(
    verdict: Verdict, changes: Sequence[Change], naming: Naming, growth: Section
) -> list[Section]:
    if verdict.comparison is None:
        return [Section((), "line", ("There is no baseline that it was compared with.",))]
    same = sum(one.kind == "same" for one in verdict.comparison.rows)
    verb = "is" if same == 1 else "are"
    told = f"{_counted(same, 'row')} {verb} as in the baseline." if same else ""
    if not changes:
        return [Section((), "line", (f"Nothing changed: {told}" if told else "No rows.",))]
    sections = _change_sections(changes, verdict.attributions, naming, told)
    # What has been said above need not be unfolded once more.
    return [one for one in sections if not one.rows or one.rows != growth.rows]


def _change_sections(
    changes: Sequence[Change],
    attributions: Mapping[Cell, Attribution],
    naming: Naming,
    told: str = "",
) -> list[Section]:
    shown = changes_section(changes, naming)
    before = ("### What changed", "", *shown.before)
    after = ("", told) if told else ()
    owners = owners_section(attributions, naming)
    figures = figures_section(changes, naming)
    sections = [Section(shown.rows, shown.noun, before, after)]
    if owners.rows:
        sections.append(folded("Who owns what grew and what shrank", owners))
    if figures.rows:
        sections.append(folded("Every figure that changed", figures))
    return sections


def _held(findings: Sequence[Finding], naming: Naming) -> list[Section]:
    """The limits that hold, and what was not held at all, each folded."""
    passed = [one for one in findings if one.outcome is Outcome.PASSED and one.limit_name]
    skipped = [one for one in findings if one.outcome is Outcome.SKIPPED]
    limits = Section(
        _limit_rows(passed, naming),
        "limit",
        table(["row", "limit on", "measured", "limit", "left"], "llrrr"),
    )
    reasons = Section([f"- {_skipped_text(one)}" for one in skipped], "row")
    sections = []
    if passed:
        sections.append(folded(f"{_counted(len(passed), 'limit')} held", limits))
    if skipped:
        sections.append(folded(f"{_counted(len(skipped), 'limit')} skipped", reasons))
    return sections


def _limit_rows(passed: Sequence[Finding], naming: Naming) -> list[str]:
    alike = grouped(
        ((without_board(one.cell) if one.cell else one.label, _key(one)), one) for one in passed
    )
    rows = []
    for group in alike.values():
        one = group[0]
        cells = [found.cell for found in group if found.cell is not None]
        name = naming.name(cells) if cells else one.label
        column = one.column or ""
        figures = [figure_text(column, value) for value in (one.measured, one.limit, one.headroom)]
        kind = " growth" if one.kind == "growth" else ""
        rows.append(row([escaped(name), f"`{one.limit_name}`{kind}", *figures]))
    return rows


def _skipped_text(one: Finding) -> str:
    return f"{code(one.label)}: {escaped(one.message)}" if one.message else code(one.label)


def _footer(comparison: TableComparison | None) -> str:
    made = provenance(comparison) if comparison else ()
    line = " · ".join([*map(escaped, made), f"tflm-harness {__version__}"])
    return f"<sub>{line}</sub>\n\n{MARKER}\n"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
