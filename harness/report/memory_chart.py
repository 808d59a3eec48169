"""The memory map as a plot: a tile a block, its area its bytes."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from harness.report.memory import PART_TITLES, Part, tiles
from harness.report.palette import Palette
from harness.report.theme import Drawing
from harness.results.units import bytes_text

Record = dict[str, Any]

ASPECT = 2.4
"""Width over height of the maps."""

_LEAST_LABEL_WIDTH = 34
_LEAST_LABEL_HEIGHT = 15


def tile_records(parts: Sequence[Part], palette: Palette) -> list[Record]:
    """Return a record a tile: its place, colour, label, and what pointing at it shows."""
    total = sum(part.bytes for part in parts)
    return [
        {
            "x": tile.x,
            "x2": tile.x + tile.width,
            "y": tile.y,
            "y2": tile.y + tile.height,
            "colour": palette.parts[tile.part],
            "part": PART_TITLES[tile.part],
            "name": tile.block.name,
            "label": tile.block.name.rpartition("::")[2] or tile.block.name,
            "size": bytes_text(tile.block.bytes),
            "share": f"{100 * tile.block.bytes / total:.1f} %",
            "full": tile.block.full,
            "source": tile.block.source,
        }
        for tile in tiles(parts, ASPECT)
    ]


def memory_map(data: alt.Data, palette: Palette, size: tuple[int | str, int | str]) -> Drawing:
    """Return the map over records of `tile_records`.

    `size` is its width and height in pixels, or the Vega expressions that give them: labels are
    drawn where there is room.
    """
    width, height = size
    unit = alt.Scale(domain=[0, 1], nice=False, zero=False)
    down = alt.Scale(domain=[0, 1], nice=False, zero=False, reverse=True)
    base = alt.Chart(data)
    boxes = base.mark_rect(stroke=palette.surface, strokeWidth=1).encode(
        x=alt.X("x:Q", scale=unit, axis=None),
        x2="x2:Q",
        y=alt.Y("y:Q", scale=down, axis=None),
        y2="y2:Q",
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip(field, type="nominal", title=title)
            for field, title in (
                ("part", "part"),
                ("name", "name"),
                ("size", "size"),
                ("share", "of the whole"),
                ("full", "symbol"),
                ("source", "source"),
            )
        ],
    )
    room = f"(datum.x2 - datum.x) * {width}"
    names = base.mark_text(
        align="left",
        baseline="top",
        dx=4,
        dy=4,
        color=palette.ink,
        limit={"expr": f"max(1, {room} - 6)"},
        opacity={
            "expr": f"{room} > {_LEAST_LABEL_WIDTH} && "
            f"(datum.y2 - datum.y) * {height} > {_LEAST_LABEL_HEIGHT} ? 1 : 0"
        },
    ).encode(
        x=alt.X("x:Q", scale=unit, axis=None),
        y=alt.Y("y:Q", scale=down, axis=None),
        text="label:N",
    )
    return alt.layer(boxes, names)
