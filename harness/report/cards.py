"""What the report's tables say, as texts: the answer, a card a model, what could not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.report.answer import Choice, choose
from harness.report.limits import Limits
from harness.results.front import front_rows, latency_ms
from harness.results.results import Results
from harness.results.row import Row, Status
from harness.results.table import drop_text, latency_text
from harness.results.units import bytes_text

RowLimits = Mapping[tuple[str, ...], Limits]

VARYING = ("kernels", "optimize", "runtime", "simulator", "features")
"""Axes that tables show only where they differ between rows."""

_MANY = 100


@dataclass(frozen=True)
class BoardNote:
    """A board's column: its core and the memory that it has."""

    name: str
    note: str


@dataclass(frozen=True)
class AnswerCell:
    """A choice in words; `place` is the row's position in the table."""

    row: Row | None
    place: int
    lossy: bool
    kernels: str
    latency: str
    quality: str
    smallest: str
    reason: str


@dataclass(frozen=True)
class AnswerLine:
    """The choices for a model, a board each; `quality` is the float model's."""

    model: str
    quality: str
    choices: tuple[AnswerCell, ...]


@dataclass(frozen=True)
class CardLine:
    """A row of a card: the texts of its figures, and what of it is over budget."""

    row: Row
    place: int
    front: bool
    axes: tuple[str, ...]
    over: tuple[str, ...]
    limits: Mapping[str, float]
    quality: str
    lost: str
    latency: str
    energy: str


@dataclass(frozen=True)
class CardGroup:
    """The rows of a card for one board."""

    board: str
    note: str
    lines: tuple[CardLine, ...]


@dataclass(frozen=True)
class Card:
    """A model: its rows by board."""

    model: str
    note: str
    groups: tuple[CardGroup, ...]


@dataclass(frozen=True)
class Reason:
    """Why cells could not run, and which."""

    status: Status
    text: str
    cells: tuple[str, ...]


def varying_axes(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the axes of VARYING in which `rows` differ."""
    return tuple(axis for axis in VARYING if len({getattr(row, axis) for row in rows}) > 1)


def board_notes(rows: Sequence[Row]) -> tuple[BoardNote, ...]:
    """Return the boards in the order of the table."""
    firsts = {row.board: row for row in reversed(rows)}
    return tuple(
        BoardNote(name, _board_note(firsts[name]))
        for name in dict.fromkeys(row.board for row in rows)
    )


def answer_lines(rows: Sequence[Row], limits: RowLimits) -> tuple[AnswerLine, ...]:
    """Return the scheme of choice for each model and board, by `harness.report.answer.RULE`."""
    boards = list(dict.fromkeys(row.board for row in rows))
    places = {row.cell: place for place, row in enumerate(rows)}
    several = len({row.kernels for row in rows}) > 1
    lines = []
    for model in dict.fromkeys(row.model for row in rows):
        own = [row for row in rows if row.model == model]
        chosen = (
            choose(model, board, [row for row in own if row.board == board], limits)
            for board in boards
        )
        cells = tuple(_answer_cell(choice, places, several) for choice in chosen)
        lines.append(AnswerLine(model, _float_quality(own), cells))
    return tuple(lines)


def cards(results: Results, limits: RowLimits) -> tuple[Card, ...]:
    """Return a card for each model."""
    rows = results.rows
    places = {row.cell: place for place, row in enumerate(rows)}
    axes = varying_axes(rows)
    front = {
        row.cell
        for group in results.comparable().values()
        for board in {row.board for row in group}
        for row in front_rows([row for row in group if row.board == board])
    }

    def line(row: Row) -> CardLine:
        bounds = limits[row.cell]
        return CardLine(
            row=row,
            place=places[row.cell],
            front=row.cell in front,
            axes=tuple(getattr(row, axis) for axis in axes),
            over=bounds.broken,
            limits=bounds.costs,
            quality=quality_text(row),
            lost=drop_text(row),
            latency=latency_text(row),
            energy=_energy(row),
        )

    found = []
    for model in dict.fromkeys(row.model for row in rows):
        own = [row for row in rows if row.model == model]
        groups = tuple(
            CardGroup(note.name, note.note, tuple(line(r) for r in own if r.board == note.name))
            for note in board_notes(own)
        )
        found.append(Card(model, _card_note(own), groups))
    return tuple(found)


def reasons(rows: Sequence[Row]) -> tuple[Reason, ...]:
    """Return why cells could not run or do not fit, each reason once, the gravest status first."""
    found: dict[tuple[Status, str], list[str]] = {}
    for row in rows:
        if row.status is not Status.OK:
            text = ", ".join(row.cell[:4])
            found.setdefault((row.status, row.reason or ""), []).append(text)
    order = sorted(Status, key=lambda status: (not status.is_bad, status is Status.DOES_NOT_FIT))
    return tuple(
        Reason(status, text, tuple(cells))
        for (status, text), cells in sorted(found.items(), key=lambda item: order.index(item[0][0]))
    )


def quality_text(row: Row) -> str:
    """Return the quality in percent; in brackets where it is the host's."""
    if row.quality_device is not None:
        return f"{100 * row.quality_device:.1f} %"
    if row.quality_host is not None and not row.status.is_bad:
        return f"({100 * row.quality_host:.1f} %)"
    return "-"


def _answer_cell(
    choice: Choice, places: Mapping[tuple[str, ...], int], several: bool
) -> AnswerCell:
    row = choice.row
    if row is None:
        return AnswerCell(None, -1, choice.lossy, "", "", "", "", choice.reason)
    smallest = choice.smallest
    return AnswerCell(
        row=row,
        place=places[row.cell],
        lossy=choice.lossy,
        kernels=row.kernels if several else "",
        latency=_time(row),
        quality=_kept(row, choice.lossy),
        smallest=""
        if smallest is None
        else f"{smallest.scheme}, {bytes_text(smallest.flash_bytes or 0)}, {_time(smallest)}",
        reason="",
    )


def _time(row: Row) -> str:
    if latency_ms(row) is not None:
        return f"{latency_text(row).partition(' ')[0]} ms"
    return "time unknown" if row.instructions is None else f"{row.instructions:,} instructions"


def _energy(row: Row) -> str:
    if row.energy_uj is None:
        return "-"
    return f"{row.energy_uj:,.0f}" if row.energy_uj >= _MANY else f"{row.energy_uj:.3g}"


def _kept(row: Row, lossy: bool) -> str:
    if row.quality_device is None:
        return "quality unknown"
    lost = row.quality_drop_points
    if lossy and lost is not None:
        return f"{quality_text(row)} (loses {lost:.1f} points)"
    return quality_text(row)


def _float_quality(rows: Sequence[Row]) -> str:
    for row in rows:
        if row.quality_float is not None:
            return f"{100 * row.quality_float:.1f} % {row.metric or ''}".rstrip()
    return "quality unknown"


def _board_note(row: Row) -> str:
    sizes = [
        f"{limit / 1024:g} KiB {name}"
        for limit, name in ((row.flash_limit_bytes, "flash"), (row.ram_limit_bytes, "RAM"))
        if limit
    ]
    return ", ".join([row.core, *sizes])


def _card_note(rows: Sequence[Row]) -> str:
    notes = [f"float {_float_quality(rows)}"]
    samples = next((row.samples for row in rows if row.samples), None)
    if samples:
        notes.append(f"{samples} samples")
    macs = next((row.macs for row in rows if row.macs), None)
    if macs:
        notes.append(f"{macs / 1e6:.3g} M multiply-accumulates")
    running = sum(row.status is Status.OK for row in rows)
    return " · ".join([*notes, f"{running} of {len(rows)} cells run and fit"])
