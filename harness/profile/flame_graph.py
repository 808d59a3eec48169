"""Draw a profile as a flame graph: one HTML file that needs no network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from harness.cycles.cost import CAUSES
from harness.profile.profile import Profile, sum_causes
from harness.profile.tables import CAUSE_NAMES, summary, time_text
from harness.profile.tree import Node, Step

_SMALLEST_SHARE = 1 / 2000
"""What is drawn by itself; less would be narrower than a pixel."""

_HEIGHT_PX = 42
_LOWEST_PX = 420
_SMALLEST_TEXT_PX = 8
_TEXT_PX = 12
_LONG_NAME = 15
_LABELS = {"operator": "%{label}<br>%{percentRoot:.1%}"}
_LEAST_SPAN = 2.0
"""Cycles an instruction at the dark end of the colours: this, or twice those of the whole."""

_PALE_TO_DARK = [[0, "#fff3d6"], [0.35, "#fdc676"], [0.7, "#f4793b"], [1, "#a3190f"]]
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 1.2em 1.5em; color: #222;
        background: #fff; }}
h1 {{ font-size: 1.25em; margin: 0 0 .2em; }}
p {{ margin: .2em 0; max-width: 75em; }}
.small {{ color: #555; font-size: .88em; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary}</p>
<p class="small">Width is time: operators in the order in which they run, below each its functions,
what is inlined into them, and source lines, the costliest first. The darker, the more cycles an
instruction. Click to look closer, click the top to go back, point to read the causes.</p>
{figure}
{notes}
</body>
</html>
"""


@dataclass(frozen=True)
class _Box:
    """A node as it is drawn; `key` and `parent` identify it, `key` 0 is the region."""

    key: int
    parent: int | None
    node: Node


def flame_graph(profile: Profile, tree: Node) -> str:
    """Return the page: title, totals, the graph with plotly's code in it, and the notes."""
    notes = "".join(f"<li>{escape(note)}</li>" for note in profile.notes)
    return _PAGE.format(
        title=escape(profile.heading),
        summary=escape(summary(profile)),
        figure=_figure(profile, tree),
        notes=f'<div class="small">Notes<ul>{notes}</ul></div>' if notes else "",
    )


def _figure(profile: Profile, tree: Node) -> str:
    from plotly.graph_objects import Figure, Icicle

    boxes = list(_boxes(tree))
    figure = Figure(
        Icicle(
            ids=[str(box.key) for box in boxes],
            parents=["" if box.parent is None else str(box.parent) for box in boxes],
            labels=[_label(box.node.step) for box in boxes],
            values=[box.node.weight for box in boxes],
            hovertext=[_hover(box.node, profile) for box in boxes],
            hoverinfo="text",
            insidetextfont={"size": _TEXT_PX},
            texttemplate=[_LABELS.get(box.node.step.kind, "%{label}") for box in boxes],
            branchvalues="total",
            sort=False,
            tiling={"orientation": "v", "pad": 1},
            pathbar={"visible": False},
            root={"color": "#e9ecef"},
            marker={
                "colors": [_cycles_per_instruction(box.node) for box in boxes],
                "colorscale": _PALE_TO_DARK,
                "cmin": 1.0,
                "cmax": max(_LEAST_SPAN, 2 * _cycles_per_instruction(tree)),
                "showscale": True,
                "colorbar": {
                    "title": {"text": "cycles an instruction", "side": "right"},
                    "thickness": 12,
                    "len": 0.9,
                },
                "line": {"width": 0.5, "color": "#fff"},
            },
        )
    )
    height = max(_LOWEST_PX, _HEIGHT_PX * (_depth(tree) + 2))
    figure.update_layout(
        margin={"t": 10, "l": 0, "r": 0, "b": 10},
        height=height,
        autosize=True,
        font={"family": "system-ui, sans-serif", "color": "#222"},
        uniformtext={"minsize": _SMALLEST_TEXT_PX, "mode": "hide"},
    )
    text: str = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        div_id="flame-graph",
        config={"responsive": True, "displaylogo": False, "displayModeBar": False},
    )
    return text


def _boxes(tree: Node) -> Iterator[_Box]:
    smallest = tree.weight * _SMALLEST_SHARE
    waiting: list[tuple[int | None, Node]] = [(None, tree)]
    key = 0
    while waiting:
        parent, node = waiting.pop(0)
        yield _Box(key, parent, node)
        waiting += [(key, child) for child in _drawn(node.children, smallest)]
        key += 1


def _drawn(children: Sequence[Node], smallest: float) -> list[Node]:
    """Join what is too small to be seen; operators stay by themselves."""
    drawn: list[Node] = []
    joined: list[Node] = []
    for child in children:
        small = child.weight < smallest and child.step.kind != "operator"
        (joined if small else drawn).append(child)
    if len(joined) == 1:
        return [*drawn, *joined]
    if joined:
        step = Step("line", f"{len(joined)} more", f"{len(joined)} more, each too small to be seen")
        drawn.append(
            replace(
                joined[0],
                step=step,
                weight=sum(one.weight for one in joined),
                instructions=sum(one.instructions for one in joined),
                causes=sum_causes(one.causes for one in joined),
                children=(),
            )
        )
    return drawn


def _label(step: Step) -> str:
    """Return a step's name; an operator's long one is broken where it has an underscore."""
    name = escape(step.name)
    if step.kind != "operator" or len(name) <= _LONG_NAME:
        return name
    head, underscore, tail = name.partition("_")
    return f"{head}{underscore}<br>{tail}" if tail else name


def _depth(node: Node) -> int:
    return 1 + max((_depth(child) for child in node.children), default=0)


def _cycles_per_instruction(node: Node) -> float:
    return node.cycles.typical / node.instructions if node.instructions else 1.0


def _hover(node: Node, profile: Profile) -> str:
    cycles, whole = node.cycles, profile.whole.cycles.typical
    share = f", {100 * cycles.typical / whole:.2f} %" if whole else ""
    milliseconds = 1000 * cycles.typical / profile.clock_hz
    lines = [
        f"<b>{escape(node.step.title)}</b>",
        f"{node.weight:,} cycles ({cycles.low:,.0f} to {cycles.high:,.0f}){share}, "
        f"{time_text(milliseconds)}",
        f"{node.instructions:,} instructions, {_cycles_per_instruction(node):.2f} cycles each",
    ]
    for cause in CAUSES:
        spent = node.causes[cause].typical if cause in node.causes else 0.0
        if spent and cycles.typical:
            lines.append(f"{100 * spent / cycles.typical:.1f} % {CAUSE_NAMES[cause]}")
    return "<br>".join(lines)
