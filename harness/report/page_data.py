"""What the page's script draws from: numbers once, names by position, as JSON in the page."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from harness.cycles.cost import CAUSES
from harness.profile.tables import CAUSE_NAMES
from harness.report import operators, pareto, quality
from harness.report.limits import Limits
from harness.report.memory import PART_TITLES, Block, Part, flash_parts, ram_parts, tiles
from harness.report.memory_chart import ASPECT, memory_map
from harness.report.palette import PAGE
from harness.report.theme import plot_config
from harness.results.front import COSTS
from harness.results.results import Results
from harness.results.row import AXES, Row

Json = dict[str, Any]

TILE_STEPS = 10_000
"""Tiles are placed in whole steps, so many to the map's width and to its height."""

_TABLE = "table"
"""The name of the data set that the script gives to each plot."""


class Positions:
    """Values that many cells share, each listed once and named by its position."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def of(self, value: Any) -> int:  # noqa: ANN401 -- any JSON value
        """Return the position of `value`, which is added where it is new."""
        key = repr(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def page_data(results: Results, limits: Mapping[tuple[str, ...], Limits]) -> Json:
    """Return the data of the page's script; `limits` are the budgets of each row by its cell."""
    shared = {name: Positions() for name in ("blocks", "maps", "names", "judgements")}
    groups = results.comparable()
    group_of = {row.cell: place for place, rows in enumerate(groups.values()) for row in rows}
    colours = PAGE.scheme_colours(drawn_schemes(results))
    titles = list(groups)
    rows = []
    for row in results.rows:
        group = group_of[row.cell]
        entry = _row_entry(row, limits[row.cell]) | {"group": group}
        if pareto.drawable(row):
            entry["point"] = pareto.point_record(
                row, row.model != titles[group], colours[row.scheme], ""
            )
        rows.append(entry | _inside(results, row, shared))
    return {
        "axes": list(AXES),
        "costs": [
            {"key": cost.key, "title": cost.title, "unit": cost.unit} for cost in COSTS.values()
        ],
        "causes": [{"title": CAUSE_NAMES[cause], "colour": PAGE.causes[cause]} for cause in CAUSES],
        "parts": [
            {"key": part, "title": title, "colour": PAGE.parts[part]}
            for part, title in PART_TITLES.items()
        ],
        "groups": titles,
        "tileSteps": TILE_STEPS,
        "rows": rows,
        "specs": _specs(),
        "config": plot_config(PAGE, "transparent"),
        **{name: positions.values for name, positions in shared.items()},
    }


def drawn_schemes(results: Results) -> list[str]:
    """Return the schemes that any plot shows, in the order of the table."""
    return list(dict.fromkeys(row.scheme for row in results.rows if pareto.drawable(row)))


def _row_entry(row: Row, limits: Limits) -> Json:
    costs = {key: value for key, cost in COSTS.items() if (value := cost.value(row)) is not None}
    bands = {key: band for key, cost in COSTS.items() if (band := cost.band(row)) is not None}
    return {
        "cell": row.cell,
        "status": row.status,
        "reason": row.reason or "",
        "quality": row.quality_device,
        "costs": costs,
        "bands": bands,
        "limits": limits.costs,
        "floor": limits.quality,
        "flash": [row.flash_bytes, row.flash_limit_bytes],
        "ram": [row.ram_bytes, row.ram_limit_bytes],
    }


def _inside(results: Results, row: Row, shared: Mapping[str, Positions]) -> Json:
    """Return maps, operators and judgement of a row, as positions and compact lists."""
    entry: Json = {}
    if row.flash_bytes is not None:
        image = results.image(row)
        entry["maps"] = [
            shared["maps"].of(_map(parts, shared["blocks"]))
            for parts in (flash_parts(row, image), ram_parts(row, image))
        ]
    details = results.details(row)
    profile = [
        _operator(operator, shared["names"]) for operator in operators.operator_records(details)
    ]
    if profile:
        entry["operators"] = profile
    judgement = _judgement(details)
    if judgement:
        entry["judgement"] = shared["judgements"].of(judgement)
    return entry


def _map(parts: Sequence[Part], blocks: Positions) -> list[int]:
    """Return five whole numbers a tile: its block, x, y, width and height."""
    flat: list[int] = []
    for tile in tiles(parts, ASPECT):
        edges = [
            round(TILE_STEPS * edge)
            for edge in (tile.x, tile.y, tile.x + tile.width, tile.y + tile.height)
        ]
        flat += [blocks.of(_block(tile.part, tile.block)), *edges]
    return flat


def _block(part: str, block: Block) -> list[Any]:
    place = list(PART_TITLES).index(part)
    full = "" if block.full == block.name else block.full
    return [place, block.bytes, block.name, full, block.source]


def _operator(operator: Json, names: Positions) -> list[Any]:
    short = [names.of(operators.operator_label(operator)), operator["instructions"]]
    if "causes" not in operator:
        return short
    return [*short, operator["low"], operator["typical"], operator["high"], operator["causes"]]


def _judgement(details: Mapping[str, Any]) -> Json:
    found: Json = {}
    curves = quality.roc_records(details, PAGE)
    if curves:
        found["roc"] = curves
    if details.get("confusion"):
        found["confusion"] = details["confusion"]
        found["classes"] = details.get("classes", [])
    return found


def _specs() -> Json:
    data = alt.NamedData(name=_TABLE)
    charts = {
        "pareto": pareto.pareto_panel(data, PAGE, "").properties(width="container", height=200),
        "memory": memory_map(data, PAGE, ("width", "height")).properties(
            width="container", height=260
        ),
        "operators": operators.operator_bars(data, PAGE, "").properties(width="container"),
        "roc": quality.roc_curves(data, PAGE),
    }
    specs = {}
    for name, chart in charts.items():
        spec = chart.to_dict()
        # The addresses of schemas are of no use to the page, which asks nothing of the network.
        specs[name] = {
            key: value for key, value in spec.items() if key not in {"$schema", "config"}
        }
    return specs
