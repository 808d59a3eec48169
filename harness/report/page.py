"""The results as one HTML page that asks nothing of the network."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from harness.gate.budgets import BudgetTable
from harness.report.answer import RULE
from harness.report.cards import (
    AnswerLine,
    answer_lines,
    board_notes,
    cards,
    reasons,
    varying_axes,
)
from harness.report.limits import limits_of
from harness.report.page_data import drawn_schemes, page_data
from harness.report.palette import DARK, LIGHT, PAGE, Palette, css_variables
from harness.report.provenance import machines, model_hashes, provenance
from harness.results.front import COSTS
from harness.results.results import Results
from harness.results.row import AXES
from harness.results.units import bytes_text

_SCRIPTS = ("data.js", "front.js", "tradeoffs.js", "cell.js", "page.js")
_ALWAYS_PICKED = ("model", "scheme", "board")
_FIXED_COLUMNS = 9
NO_MANIFEST = (
    "The manifest is not beside the table, so that memory maps end at the parts of flash and RAM, "
    "and operators, ROC curves, confusion matrices, packages and the time of the run are missing. "
    "Copy the .json file of the same run beside the .csv file and make the report again."
)


@dataclass(frozen=True)
class FilterChoice:
    """A value of an axis that can be shown or hidden."""

    name: str
    colour: str = ""
    on: bool = True


@dataclass(frozen=True)
class AxisChoices:
    """An axis with the values to choose from."""

    name: str
    title: str
    choices: Sequence[Any]


def page_html(
    results: Results, budgets: Sequence[BudgetTable], budgets_name: str, vega: str
) -> str:
    """Return the page; `vega` is the script of `harness.report.bundle`."""
    environment = _environment()
    limits = {row.cell: limits_of(row, budgets) for row in results.rows}
    scripts = [vega, _own_script()]
    streams = any(row.realtime for row in results.rows)
    varying = varying_axes(results.rows)
    answer = answer_lines(results.rows, limits)
    return environment.get_template("page.html.j2").render(
        title="Which scheme for which board",
        policy=_policy(scripts),
        style=_style(environment),
        summary=summary(results),
        warnings=[NO_MANIFEST] if results.manifest is None else [],
        boards=board_notes(results.rows),
        answer=answer,
        rule=RULE,
        budgets_name=budgets_name,
        filters=_filters(results),
        costs=tuple(COSTS.values()),
        cards=cards(results, limits),
        varying=varying,
        streams=streams,
        columns=_FIXED_COLUMNS + len(varying) + streams,
        picker=_picker(results),
        reasons=reasons(results.rows),
        provenance=provenance(results),
        hashes=model_hashes(results),
        machines=machines(results),
        data=page_data(results, limits) | {"first": _first_place(answer)},
        scripts=scripts,
    )


def summary(results: Results) -> str:
    """Return what was measured in one line: cells, models, schemes, boards, when."""
    rows = results.rows
    counts = [
        f"{len(rows)} cells",
        *(_plural(len({getattr(row, axis) for row in rows}), axis) for axis in _ALWAYS_PICKED),
    ]
    made = "" if results.manifest is None else f", measured {results.manifest.created:%Y-%m-%d}"
    return (
        f"{counts[0]}: {', '.join(counts[1:])}{made}. "
        "Sizes and instructions are exact, times are estimates with a band."
    )


def _first_place(answer: Sequence[AnswerLine]) -> int:
    """Return the row that is shown from the inside at first: the first that was chosen."""
    places = (cell.place for line in answer for cell in line.choices if cell.row is not None)
    return next(places, 0)


def _plural(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.report", "assets"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.filters["kib"] = bytes_text
    environment.filters["usage"] = _usage
    environment.filters["share"] = _share
    environment.filters["budget_text"] = lambda kib: bytes_text(round(1024 * kib))
    return environment


def _usage(used: int, limit: int) -> str:
    return f"{bytes_text(used)} of {bytes_text(limit)}, {100 * used // limit} %"


def _share(used: float, limit: float) -> str:
    return f"{min(100.0, 100 * used / limit):.1f}"


def _style(environment: Environment) -> str:
    return environment.get_template("page.css").render(
        light=_declarations(LIGHT), dark=_declarations(DARK)
    )


def _declarations(palette: Palette) -> str:
    return " ".join(f"--{name}: {value};" for name, value in css_variables(palette).items())


def _own_script() -> str:
    parts = [_source(name) for name in _SCRIPTS]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "\n})();\n"


def _source(name: str) -> str:
    return (files("harness.report") / "assets" / name).read_text(encoding="utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """Return the content security policy: these scripts by their hash, and no address at all.

    Vega compiles its expressions, which needs 'unsafe-eval'.
    """
    hashes = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes} 'unsafe-eval'; "
        "style-src 'unsafe-inline'; img-src data:"
    )


def _filters(results: Results) -> list[AxisChoices]:
    colours = PAGE.scheme_colours(drawn_schemes(results))
    found = [
        AxisChoices("scheme", "Schemes", [FilterChoice(s, colour) for s, colour in colours.items()])
    ]
    for axis in varying_axes(results.rows):
        values = list(dict.fromkeys(getattr(row, axis) for row in results.rows))
        # One kernel set at first: schemes are compared within one.
        choices = [
            FilterChoice(value, on=axis != "kernels" or value == values[0]) for value in values
        ]
        found.append(AxisChoices(axis, axis.capitalize(), choices))
    return found


def _picker(results: Results) -> list[AxisChoices]:
    found = []
    for axis in AXES:
        values = list(dict.fromkeys(getattr(row, axis) for row in results.rows))
        if len(values) > 1 or axis in _ALWAYS_PICKED:
            found.append(AxisChoices(axis, axis, values))
    return found
