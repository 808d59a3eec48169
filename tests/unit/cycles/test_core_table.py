"""Every core has a table whose figures name their sources, and bad tables are refused."""

import tomllib
from importlib.resources import files

import pytest

from harness.cycles.core_table import ENDS, CoreFile, core_table, load_core_table
from harness.errors import HarnessError
from harness.toml_file import parse_toml

TABLES = files("harness.cycles") / "tables"
CORES = sorted(entry.name.removesuffix(".toml") for entry in TABLES.iterdir())


def content(core: str) -> dict:
    return tomllib.loads((TABLES / f"{core}.toml").read_text())


def entries(core: str) -> dict[str, dict]:
    table = content(core)
    rules = table.get("in_order") or table["paired"]
    named = {f"classes.{name}": entry for name, entry in table["classes"].items()}
    return named | {name: entry for name, entry in rules.items() if isinstance(entry, dict)}


def test_each_core_of_the_boards_has_a_table():
    expected = {f"cortex-{name}" for name in ("m0plus", "m3", "m33", "m4", "m55", "m7")}
    assert expected == set(CORES)


@pytest.mark.parametrize("core", CORES)
def test_a_table_loads_and_names_itself(core):
    table = load_core_table(core)
    assert table.version == f"{core} {content(core)['version']}"
    assert table.notes
    assert [setting.end for setting in table.settings] == list(ENDS)


@pytest.mark.parametrize("core", CORES)
def test_every_figure_names_a_source(core):
    assert all(entry["source"].strip() for entry in entries(core).values())


@pytest.mark.parametrize("core", CORES)
def test_what_is_unverified_has_a_width(core):
    for name, entry in entries(core).items():
        if "unverified" in entry["source"]:
            figures = [value for key, value in entry.items() if isinstance(value, list)]
            assert any(low < high for low, _, high in figures), name


@pytest.mark.parametrize("core", CORES)
def test_the_ends_of_the_band_are_in_order_class_by_class(core):
    low, typical, high = load_core_table(core).settings
    for name in low.classes:
        for figure in ("cycles", "latency", "busy"):
            at = [getattr(one.timing(name), figure) for one in (low, typical, high)]
            assert at == sorted(at), (name, figure)


def test_a_core_without_a_table_is_refused_in_one_line():
    with pytest.raises(HarnessError, match=r"core: 'cortex-m5' has no timing table; did you mean"):
        load_core_table("cortex-m5")
    with pytest.raises(HarnessError, match="choose one of: cortex-m0plus, cortex-m3"):
        load_core_table("avr")


SMALL = """
core = "cortex-x"
version = 1
notes = []
unaligned = {{ cycles = 1, source = "a manual" }}
[classes]
unknown = {unknown}
[paired]
pairing_source = "a manual"
largest_bytes = 2
alone = []
exclusive = []
companions = []
""" + "".join(
    f'{name} = {{{{ cycles = 1, source = "a manual" }}}}\n'
    for name in (
        "second_issue",
        "taken_backward",
        "taken_forward",
        "taken_after_plain",
        "taken_indirect",
        "taken_loop_end",
        "store_data_late",
    )
)


def parse(unknown: str):
    return parse_toml(SMALL.format(unknown=unknown).encode(), "x.toml", CoreFile)


def test_a_class_that_the_table_lacks_is_timed_as_unknown():
    table = core_table(parse('{ cycles = [1, 2, 3], source = "unverified" }'))
    assert [setting.timing("divide").cycles for setting in table.settings] == [1, 2, 3]


@pytest.mark.parametrize(
    ("unknown", "problem"),
    [
        ('{ cycles = 1, source = "unverified" }', "unverified, but the figure has no width"),
        ('{ cycles = [3, 2, 1], source = "a manual" }', "not a rising band"),
        ("{ cycles = 1 }", "source: missing; add it"),
        ('{ cycles = 1, source = "" }', "source"),
        ('{ cycle = 1, source = "a" }', "did you mean 'cycles'"),
    ],
)
def test_a_bad_figure_is_refused(unknown, problem):
    with pytest.raises(HarnessError, match=problem) as refused:
        parse(unknown)
    assert str(refused.value).startswith("x.toml: classes.")
    assert "\n" not in str(refused.value)
