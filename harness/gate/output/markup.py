"""Markdown from text that nobody has checked, and sections that are cut where they do not fit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_LONGEST_TEXT = 400
_SAFE = re.compile(r"[\w .,:;/+='\"%°±µ→…()?-]")
_LINK = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_BETWEEN_LETTERS = re.compile(r"(?<=[^\W_])_(?=[^\W_])")


def escaped(text: str) -> str:
    """Return `text` so that Markdown, also in a table, shows just that, in one line.

    Whatever could be markup is written as a character reference, which Markdown never takes for
    structure. No text mentions a user, refers to an issue or becomes a link. Control characters are
    replaced, and what is longer than 400 characters is cut.
    """
    line = " ".join(text.split())
    if len(line) > _LONGEST_TEXT:
        line = f"{line[: _LONGEST_TEXT - 1]}…"
    within_words = {found.start() for found in _BETWEEN_LETTERS.finditer(line)}
    links = {found.start() for found in _LINK.finditer(line)}
    pieces = []
    for place, character in enumerate(line):
        if not character.isprintable():
            pieces.append("\N{REPLACEMENT CHARACTER}")
        elif character in "@#":
            # GitHub looks for mentions and issues after it has rendered.
            pieces.append(f"&#{ord(character)};&#8203;")
        elif character == "_" and place not in within_words:
            pieces.append("&#95;")
        elif _SAFE.match(character) and place not in links:
            pieces.append(character)
        else:
            pieces.append(f"&#{ord(character)};")
    return "".join(pieces)


def code(text: str) -> str:
    """Return `text` in the type of a name, escaped as by `escaped`."""
    return f"<code>{escaped(text)}</code>"


@dataclass(frozen=True)
class Section:
    """Lines that are left out from the end where there is no room for all."""

    rows: Sequence[str]
    """Lines, each of which makes sense alone: of a table, of a list."""
    noun: str
    """What a row is, for "and 12 more rows"."""
    before: Sequence[str] = field(default=())
    after: Sequence[str] = field(default=())

    def fitted(self, room: int) -> str:
        """Return the section in at most `room` characters, saying how many rows are left out.

        That is "" where not even that fits.
        """
        for kept in self._counts():
            text = self._text(kept)
            if len(text) <= room:
                return text
        return ""

    def _counts(self) -> list[int]:
        """How many rows to try, the most first: all, then fewer by a twentieth each time."""
        counts = [len(self.rows)]
        while counts[-1] > 0:
            counts.append(counts[-1] * 19 // 20)
        return counts

    def _text(self, kept: int) -> str:
        left_out = len(self.rows) - kept
        lines = [*self.before, *self.rows[:kept]]
        if left_out:
            plural = self.noun if left_out == 1 else f"{self.noun}s"
            lines += ["", f"… and {left_out} more {plural}"]
        return "\n".join([*lines, *self.after, ""])


def fit(head: str, sections: Sequence[Section], tail: str, limit: int) -> str:
    """Return head, sections and tail, a blank line between them, in at most `limit` characters.

    The earlier a section, the sooner it gets what room there is.
    """
    room = limit - len(head) - len(tail) - 2
    parts = [head]
    for section in sections:
        text = section.fitted(room - 1)
        if text:
            parts.append(text)
            room -= len(text) + 1
    return "\n".join([*parts, tail])


def table(headers: Sequence[str], aligned: str) -> tuple[str, str]:
    """Return the two lines that head a table; `aligned` has an "l" or "r" for each column."""
    sides = zip(headers, aligned, strict=True)
    rules = "|".join("---" if side == "l" else "--:" for _, side in sides)
    return f"| {' | '.join(headers)} |", f"|{rules}|"


def row(cells: Sequence[str]) -> str:
    """Return one line of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def folded(summary: str, section: Section) -> Section:
    """Return `section` under a line that opens it."""
    return Section(
        section.rows,
        section.noun,
        ("<details>", f"<summary>{summary}</summary>", "", *section.before),
        (*section.after, "", "</details>"),
    )
