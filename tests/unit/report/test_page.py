"""Promises about the page: it is whole by itself, and no name can become markup or script."""

import hashlib
import json
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest
from report_factory import HOSTILE, IMAGE, details, make_results, timed_row
from row_factory import make_row

from harness.report.markdown import markdown_report
from harness.report.page import page_html
from harness.results.images import ImageTable
from harness.results.results import Results

VEGA = "window.vegaEmbed = () => {};"


class Tags(HTMLParser):
    """Collects tags with their attributes, the text outside scripts, and the scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):  # noqa: ARG002 -- the parser's form
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text.append(data)

    def data(self) -> dict:
        return json.loads(self.scripts[0])


def page(results: Results, budgets=()) -> str:
    return page_html(results, budgets, "budgets.toml" if budgets else "", VEGA)


def hostile_results() -> Results:
    row = timed_row(model=HOSTILE, scheme=HOSTILE, board=HOSTILE, kernels=HOSTILE)
    bad = make_row(
        model=HOSTILE, scheme="int4", status="unsupported", reason=HOSTILE, flash_bytes=None
    )
    found = details(classes=(HOSTILE, "two")) | {"data": HOSTILE}
    found["operators"][1]["name"] = HOSTILE
    results = make_results(row, bad, found=found)
    symbols = (IMAGE.symbols[0].model_copy(update={"name": HOSTILE, "source": HOSTILE}),)
    images = ImageTable.of({"image": IMAGE.model_copy(update={"symbols": symbols})})
    manifest = results.manifest.model_copy(
        update={"images": images, "tools": {"python": HOSTILE}, "harness": HOSTILE}
    )
    return Results(results.rows, manifest, HOSTILE)


def test_hostile_names_stay_text() -> None:
    plain = Tags(page(make_results(timed_row(), make_row(status="unsupported", reason="x"))))
    read = Tags(page(hostile_results()))
    assert len(read.scripts) == len(plain.scripts) == 3
    assert {tag for tag, _ in read.tags} <= {tag for tag, _ in plain.tags}
    assert not [name for _, given in read.tags for name in given if name.startswith("on")]
    assert any(HOSTILE in text for text in read.text)
    assert read.data()["rows"][0]["cell"][0] == HOSTILE
    assert HOSTILE in [part for block in read.data()["blocks"] for part in block]
    assert "49" not in "".join(read.text)  # what a template would make of 7 * 7


def test_hostile_names_stay_text_in_markdown() -> None:
    text = markdown_report(hostile_results(), ())
    assert "<script" not in text
    assert "`" not in text
    assert set(re.findall(r"<[^>]*>", text)) <= {"<br>", "<code>", "</code>"}
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 4
    for lines in tables:
        assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_the_page_asks_nothing_of_the_network() -> None:
    text = page(make_results(timed_row()))
    assert "http:" not in text
    assert "https:" not in text
    read = Tags(text)
    assert not [tag for tag, given in read.tags if "src" in given]
    links = [given["href"] for _, given in read.tags if "href" in given]
    assert all(link.startswith(("#", "data:,")) for link in links)


def test_the_policy_allows_the_pages_own_scripts_and_no_address() -> None:
    read = Tags(page(make_results(timed_row())))
    (policy,) = [given["content"] for _, given in read.tags if "http-equiv" in given]
    assert "default-src 'none'" in policy
    for script in read.scripts[1:]:
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_every_link_leads_somewhere() -> None:
    read = Tags(page(make_results(timed_row(), timed_row(board="pico", scheme="int4"))))
    places = {given.get("id") for _, given in read.tags}
    links = [given["href"] for tag, given in read.tags if tag == "a"]
    assert {link.removeprefix("#") for link in links} <= places
    ids = [given["id"] for _, given in read.tags if "id" in given]
    assert len(ids) == len(set(ids))


def test_controls_have_names() -> None:
    read = Tags(page(make_results(timed_row(), timed_row(kernels="reference"))))
    for tag, given in read.tags:
        if tag == "input":
            assert given["name"]
        if tag == "button" and "look" in (given.get("class") or ""):
            assert "int8 on nano33ble" in given["aria-label"]


def test_without_a_manifest_the_page_says_what_is_missing() -> None:
    results = make_results(timed_row())
    text = page(Results(results.rows, None, "bench.csv"))
    assert "The manifest is not beside the table" in text
    assert "The manifest is not beside the table" not in page(results)
    assert "inside" in text


def test_the_status_of_every_cell_that_could_not_run_is_there() -> None:
    bad = [
        make_row(scheme="float16", status="unsupported", reason="no DEQUANTIZE", flash_bytes=None),
        timed_row(scheme="float32", status="does-not-fit", reason="3 KiB too much"),
    ]
    text = page(make_results(timed_row(), *bad))
    section = text[text.index('id="unmeasured"') : text.index('id="provenance"')]
    for row in bad:
        assert row.reason in section
        assert f"digits, {row.scheme}, nano33ble" in section
    assert "Every cell ran" in page(make_results(timed_row()))


def test_shared_things_are_written_once() -> None:
    one = Tags(page(make_results(timed_row()))).data()
    two = Tags(
        page(make_results(timed_row(), timed_row(board="pico", core="cortex-m0plus")))
    ).data()
    for name in ("blocks", "maps", "names", "judgements"):
        assert two[name] == one[name]


def test_one_table_gives_one_page() -> None:
    results = make_results(timed_row(), timed_row(scheme="int4"))
    assert page(results) == page(results)


@pytest.mark.parametrize("axis", ["optimize", "features"])
def test_an_axis_that_varies_can_be_filtered_and_picked(axis: str) -> None:
    values = {"optimize": ("O2", "Os"), "features": ("host", "device")}[axis]
    rows = [timed_row(**{axis: value}) for value in values]
    read = Tags(page(make_results(*rows)))
    boxes = [g["value"] for tag, g in read.tags if tag == "input" and g["name"] == axis]
    assert tuple(boxes) == values
    assert [tag for tag, g in read.tags if tag == "select" and g["name"] == axis]
