"""The colours of the plots: fixed for files and notebooks, the style sheet's on the page.

On the page a plot's colours are `var(--NAME)`, so that the light, the dark and the printed page are
one drawing. The style sheet gets its variables from LIGHT and DARK here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours by what they are for, as CSS writes them.

    `series` tells schemes apart, `parts` whose bytes they are, `causes` where cycles go, `surface`
    lies behind a plot, `accent` marks what is over a limit.
    """

    ink: str
    muted: str
    grid: str
    surface: str
    accent: str
    heat: str
    series: tuple[str, ...]
    parts: Mapping[str, str]
    causes: Mapping[str, str]

    def scheme_colours(self, schemes: list[str]) -> dict[str, str]:
        """Return a colour for each of `schemes`, in their order; they recur after the last."""
        return {
            scheme: self.series[place % len(self.series)] for place, scheme in enumerate(schemes)
        }


# Okabe and Ito's colours, which colour-blind readers can tell apart, come first.
LIGHT = Palette(
    ink="#1f2328",
    muted="#59636e",
    grid="#d8dee4",
    surface="#ffffff",
    accent="#b3261e",
    heat="#0969da",
    series=(
        "#3d444d",
        "#0072b2",
        "#3f9fd8",
        "#009e73",
        "#d55e00",
        "#c2609a",
        "#6f3aa0",
        "#d08c00",
        "#8c6d1f",
        "#7a8500",
        "#00767a",
        "#b1002a",
    ),
    parts={
        "model": "#a8cdf0",
        "kernels": "#f6c99f",
        "runtime": "#b9e3c6",
        "libc": "#e3d3f3",
        "app": "#f5d7e3",
        "features": "#f3e6a6",
        "vectors": "#d5dbe1",
        "arena": "#a8cdf0",
        "static": "#f6c99f",
        "stack": "#b9e3c6",
    },
    causes={
        "issue": "#0072b2",
        "execute": "#56b4e9",
        "load_use": "#009e73",
        "branch": "#b07aa1",
        "fetch_wait": "#d55e00",
        "data_wait": "#e69f00",
    },
)
DARK = Palette(
    ink="#e6edf3",
    muted="#9aa4af",
    grid="#343b44",
    surface="#161b22",
    accent="#ff8a80",
    heat="#58a6ff",
    series=(
        "#d0d7de",
        "#4aa3e0",
        "#8fd0f5",
        "#2fc79a",
        "#ff8a4c",
        "#e59fc6",
        "#b48ae6",
        "#f2b83d",
        "#c9a24e",
        "#b9c42e",
        "#3fb8bd",
        "#ff6b81",
    ),
    parts={
        "model": "#1f4a73",
        "kernels": "#6d4420",
        "runtime": "#24563a",
        "libc": "#4b3866",
        "app": "#663349",
        "features": "#5c5117",
        "vectors": "#3d444d",
        "arena": "#1f4a73",
        "static": "#6d4420",
        "stack": "#24563a",
    },
    causes={
        "issue": "#3b8fd0",
        "execute": "#8fd0f5",
        "load_use": "#2fae86",
        "branch": "#c79abd",
        "fetch_wait": "#ee7b3a",
        "data_wait": "#f2b83d",
    },
)


def css_variables(palette: Palette) -> dict[str, str]:
    """Return the style sheet's variables, without their dashes, with the colours of `palette`."""
    named = {
        name: getattr(palette, name)
        for name in ("ink", "muted", "grid", "surface", "accent", "heat")
    }
    named |= {f"series-{place}": colour for place, colour in enumerate(palette.series)}
    named |= {f"part-{part}": colour for part, colour in palette.parts.items()}
    return named | {f"cause-{cause}": colour for cause, colour in palette.causes.items()}


def _variable(name: str) -> str:
    return f"var(--{name})"


PAGE = Palette(
    ink=_variable("ink"),
    muted=_variable("muted"),
    grid=_variable("grid"),
    surface=_variable("surface"),
    accent=_variable("accent"),
    heat=_variable("heat"),
    series=tuple(_variable(f"series-{place}") for place in range(len(LIGHT.series))),
    parts={part: _variable(f"part-{part}") for part in LIGHT.parts},
    causes={cause: _variable(f"cause-{cause}") for cause in LIGHT.causes},
)
"""The colours as the page's plots name them."""
