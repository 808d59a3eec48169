"""The verdict on a terminal of 100 columns: what failed first, then what grew and what to do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.gate.changes import cause_texts
from harness.gate.naming import Naming, grouped, without_board
from harness.gate.verdict import Finding, Kind, Outcome, Verdict
from harness.results.figures import change_text, figure_text, ratio_text

if TYPE_CHECKING:
    from rich.table import Table

_STYLES = {
    Outcome.FAILED: "bold red",
    Outcome.WARNED: "yellow",
    Outcome.PASSED: "green",
    Outcome.SKIPPED: "bright_black",
}
"""In the order in which they are listed."""
_MOST_LINES = 20
_MOST_CAUSES = 8
_MOST_PARTS = 4
_VERBOSE = "(all with --verbose)"


@dataclass(frozen=True)
class TerminalReport:
    """The verdict as a table and lines of text; `whole` lists what else would be counted."""

    verdict: Verdict
    whole: bool = False

    def tables(self) -> "list[Table]":
        """Return the absolute limits that were held, and those against the baseline.

        What passed is listed where it is little. Rows that differ in their board alone are one.
        """
        headroom: tuple[str, ...] = ("limit on", "measured", "limit", "headroom")
        if self.verdict.comparison is not None:
            headroom = (*headroom, "change")
        growth = ("growth of", "baseline", "now", "change", "allowed")
        return [
            *self._table("budget", headroom, self._headroom),
            *self._table("growth", growth, _growth),
        ]

    def lines(self) -> Iterator[str]:
        """Return what stands below the table; the last line is the whole verdict."""
        left = _without(self._held, self._listed)
        if left:
            yield f"not listed: {count_text(left)} {_VERBOSE}"
        yield from self._notes()
        yield from self._section("what changed", self._causes(), _MOST_CAUSES)
        yield from self._section("what to do", self._remedies(), _MOST_CAUSES)
        worse = len(self.verdict.worse_rows)
        if self.verdict.passed and worse:
            rows = "1 row is" if worse == 1 else f"{worse} rows are"
            yield f"{rows} gone, or worse within what is allowed: no new baseline is proposed"
        word = "passed" if self.verdict.passed else "FAILED"
        yield f"gate {word}: {count_text(self.verdict.findings) or 'nothing was held'}"

    def _table(
        self, kind: Kind, headers: Sequence[str], texts: Callable[[Finding], list[str]]
    ) -> "list[Table]":
        from rich import box
        from rich.table import Table
        from rich.text import Text

        lines = [line for line in self._listed if line[0].kind == kind]
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for header in ("verdict", "cell", headers[0]):
            table.add_column(header, overflow="fold")
        for header in headers[1:]:
            table.add_column(header, justify="right", no_wrap=True)
        above = ""
        for line in lines:
            first, label = line[0], self._label(line)
            cells = ["" if label == above else label, limit_text(first), *texts(first)]
            table.add_row(Text(first.outcome, _STYLES[first.outcome]), *map(Text, cells))
            above = label
        return [table] if lines else []

    @property
    def _naming(self) -> Naming:
        cells = [finding.cell for finding in self.verdict.findings if finding.cell is not None]
        compared = self.verdict.comparison.rows if self.verdict.comparison else ()
        return Naming.of([*cells, *(row.cell for row in compared)])

    @property
    def _held(self) -> list[Finding]:
        return [finding for finding in self.verdict.findings if finding.headroom is not None]

    @property
    def _listed(self) -> list[list[Finding]]:
        lines = _lines(self._held)
        if self.whole or len(lines) <= _MOST_LINES:
            return lines
        return [line for line in lines if line[0].outcome is not Outcome.PASSED][:_MOST_LINES]

    def _label(self, line: Sequence[Finding]) -> str:
        cells = [finding.cell for finding in line if finding.cell is not None]
        return self._naming.name(cells) if cells else line[0].label

    def _headroom(self, finding: Finding) -> list[str]:
        column = finding.column or ""
        texts = [figure_text(column, value) for value in (finding.measured, finding.limit)]
        texts.append(change_text(column, finding.headroom))
        compared = self.verdict.comparison
        if compared is not None:
            changes = (r.delta(column).change for r in compared.rows if r.cell == finding.cell)
            texts.append(change_text(column, next(changes, None)))
        return texts

    def _notes(self) -> Iterator[str]:
        """Return what is to say beyond figures: what is not there, or not comparable."""
        lines = _lines(finding for finding in self.verdict.findings if finding.headroom is None)
        shown = lines if self.whole else lines[:_MOST_LINES]
        for line in shown:
            first = line[0]
            on = f": {limit_text(first)}" if first.limit_name else ""
            yield f"{first.outcome}: {self._label(line)}{on}: {first.message}"
        left = [finding for line in lines[len(shown) :] for finding in line]
        if left:
            yield f"and {count_text(left)} {_VERBOSE}"
        compared = self.verdict.comparison.rows if self.verdict.comparison else ()
        other = [row.cell for row in compared if row.model_changed]
        if other:
            yield f"another model: {self._naming.names(other)}: changes are between two models"

    def _causes(self) -> list[str]:
        found = self.verdict.attributions
        causes = grouped(
            (text, cell) for cell, one in found.items() for text in cause_texts(one, _MOST_PARTS)
        )
        ordered = sorted(causes.items(), key=lambda cause: (_place(cause[0]), -len(cause[1])))
        notes = dict.fromkeys(one.note for one in found.values() if one.note)
        told = [f"{text} ({self._naming.names(cells, 1)})" for text, cells in ordered]
        return [*notes, *told]

    def _remedies(self) -> list[str]:
        failed = (one for one in self.verdict.findings if one.outcome is Outcome.FAILED)
        remedies = [*dict.fromkeys(one.remedy for one in failed if one.remedy)]
        if self.verdict.new_baseline:
            remedies.append("take the changed results in: 'harness baseline update', and commit it")
        return remedies

    def _section(self, heading: str, texts: Sequence[str], most: int) -> Iterator[str]:
        shown = texts if self.whole else texts[:most]
        if texts:
            yield f"{heading}:"
        yield from (f"  {text}" for text in shown)
        if len(texts) > len(shown):
            yield f"  and {len(texts) - len(shown)} more {_VERBOSE}"


def limit_text(finding: Finding) -> str:
    """Return what a finding is a limit on: "flash", "ram_arena", "latency_ms"."""
    return finding.limit_name.removesuffix("_min").removesuffix("_bytes")


def count_text(findings: Sequence[Finding]) -> str:
    """Return how many findings ended how: "2 failed, 11 passed"; "" of none."""
    counts = {outcome: sum(one.outcome is outcome for one in findings) for outcome in _STYLES}
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)


def _growth(finding: Finding) -> list[str]:
    column, change = finding.column or "", finding.growth
    ratio = ratio_text(change / finding.baseline) if change and finding.baseline else ""
    return [
        figure_text(column, finding.baseline),
        figure_text(column, finding.measured),
        f"{change_text(column, change)}{f' ({ratio})' if ratio else ''}",
        figure_text(column, finding.allowed),
    ]


def _lines(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Return findings by line: the worst first, rows together that differ in their board alone."""
    order = list(_STYLES)
    groups = list(grouped((_alike(finding), finding) for finding in findings).values())
    return sorted(groups, key=lambda line: order.index(line[0].outcome))


def _place(cause: str) -> int:
    return 2 if cause.startswith("instructions ") else 1 if cause.startswith("RAM ") else 0


def _alike(finding: Finding) -> tuple[object, ...]:
    where = finding.label if finding.cell is None else without_board(finding.cell)
    figures = (finding.measured, finding.limit, finding.baseline)
    return (where, finding.outcome, finding.kind, finding.limit_name, finding.message, *figures)


def _without(findings: Sequence[Finding], listed: Sequence[Sequence[Finding]]) -> list[Finding]:
    shown = {id(finding) for line in listed for finding in line}
    return [finding for finding in findings if id(finding) not in shown]
