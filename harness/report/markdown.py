"""The results as a Markdown report: the same tables as the page, without its plots."""

from collections.abc import Sequence

from harness.gate.budgets import BudgetTable
from harness.gate.output.markup import code, escaped, row, table
from harness.report.answer import RULE
from harness.report.cards import (
    AnswerCell,
    Card,
    CardLine,
    answer_lines,
    board_notes,
    cards,
    reasons,
    varying_axes,
)
from harness.report.limits import limits_of
from harness.report.page import NO_MANIFEST, summary
from harness.report.provenance import model_hashes, provenance
from harness.results.results import Results
from harness.results.table import usage_text
from harness.results.units import bytes_text

_MOST_CELLS = 8
"""Cells that are named for each reason."""


def markdown_report(results: Results, budgets: Sequence[BudgetTable]) -> str:
    """Return the report; names of users, models and boards are escaped."""
    limits = {one.cell: limits_of(one, budgets) for one in results.rows}
    axes = varying_axes(results.rows)
    lines = ["# Which scheme for which board", "", escaped(summary(results)), ""]
    if results.manifest is None:
        lines += [escaped(NO_MANIFEST), ""]
    boards = [escaped(note.name) for note in board_notes(results.rows)]
    lines += table(["model", *boards], "l" * (len(boards) + 1))
    for line in answer_lines(results.rows, limits):
        lines.append(row([escaped(line.model), *(_answer(cell) for cell in line.choices)]))
    lines += ["", escaped(RULE), ""]
    for card in cards(results, limits):
        lines += _card(card, axes)
    lines += _reasons(results)
    lines += ["## Where these figures come from", ""]
    lines += [
        f"- {escaped(name)}: {escaped(', '.join(values))}" for name, values in provenance(results)
    ]
    lines += ["", *table(["model", "scheme", "SHA-256 of the .tflite file"], "lll")]
    lines += [
        row([escaped(model), escaped(scheme), code(digest)])
        for model, scheme, digest in model_hashes(results)
    ]
    return "\n".join(lines) + "\n"


def _answer(cell: AnswerCell) -> str:
    if cell.row is None:
        return escaped(cell.reason)
    named = f"**{escaped(cell.row.scheme)}** {escaped(cell.kernels)}".rstrip()
    size = bytes_text(cell.row.flash_bytes or 0)
    texts = [named, escaped(f"{cell.latency}, {size}, {cell.quality}")]
    if cell.smallest:
        texts.append(escaped(f"smallest: {cell.smallest}"))
    return "<br>".join(texts)


def _card(card: Card, axes: Sequence[str]) -> list[str]:
    headers = ["board", "scheme", *axes, "status", "quality", "lost, 95 %"]
    headers += ["flash KiB", "RAM KiB", "ms", "µJ"]
    aligned = "l" * (3 + len(axes)) + "r" * 6
    lines = [f"## {escaped(card.model)}", "", escaped(card.note), "", *table(headers, aligned)]
    lines += [row(_figures(line)) for group in card.groups for line in group.lines]
    return [*lines, ""]


def _figures(line: CardLine) -> list[str]:
    measured = line.row
    scheme = f"{'● ' if line.front else ''}{measured.scheme}"
    status = ", ".join([measured.status, *(f"{over} over budget" for over in line.over)])
    texts = [measured.board, scheme, *line.axes, status, line.quality, line.lost]
    texts += [
        usage_text(measured.flash_bytes, measured.flash_limit_bytes),
        usage_text(measured.ram_bytes, measured.ram_limit_bytes),
        line.latency,
        line.energy,
    ]
    return [escaped(text) for text in texts]


def _reasons(results: Results) -> list[str]:
    found = reasons(results.rows)
    if not found:
        return []
    lines = ["## What could not run, and why", "", *table(["status", "why", "cells"], "lll")]
    for reason in found:
        named = [escaped(cell) for cell in reason.cells[:_MOST_CELLS]]
        more = len(reason.cells) - len(named)
        cells = "<br>".join([*named, *([f"and {more} more"] if more else [])])
        lines.append(row([reason.status, escaped(reason.text), cells]))
    return [*lines, ""]
