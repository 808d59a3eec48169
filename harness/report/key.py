"""The legend of a plot: coloured squares with names, in one line."""

from collections.abc import Mapping

import altair as alt

from harness.report.palette import Palette
from harness.report.theme import Drawing, inline

_LETTER = 6.6
_SPACE = 34


def colour_key(colours: Mapping[str, str], palette: Palette) -> Drawing:
    """Return a line that says which name has which colour."""
    records, right = [], 0.0
    for name, colour in colours.items():
        records.append({"x": right, "name": name, "colour": colour})
        right += _SPACE + _LETTER * len(name)
    scale = alt.Scale(domain=[0, max(right, 1)], nice=False)
    base = alt.Chart(inline(records)).encode(
        x=alt.X("x:Q", scale=scale, axis=None), y=alt.value(10)
    )
    squares = base.mark_square(size=90, opacity=1).encode(color=alt.Color("colour:N", scale=None))
    names = base.mark_text(align="left", dx=9, color=palette.ink).encode(text="name:N")
    return alt.layer(squares, names).properties(width=max(right, 1), height=20)
