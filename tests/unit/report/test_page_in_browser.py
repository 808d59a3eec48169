"""Promises about the page in a browser: its front is Python's, its controls work, no errors."""

import itertools
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_factory import HOSTILE, details, make_results, timed_row
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from harness.report.bundle import vega_script
from harness.report.page import page_html
from harness.results.front import front_rows
from harness.results.results import Results
from harness.results.row import Row

SCHEMES = ("float32", "int8", "int4", "int16x8", HOSTILE)
BOARDS = {"nano33ble": "cortex-m4", "pico": "cortex-m0plus"}
KERNELS = ("simd", "reference")
DEFAULT = {"board": "nano33ble", "scheme": SCHEMES, "kernels": ("simd",), "across": "latency"}
DEFAULT |= {"size": "flash"}


def many_rows() -> list[Row]:
    """Rows whose few different figures give ties, of two models, some too large or untimed."""
    chance = random.Random(7)  # noqa: S311 -- the same figures on every run
    rows = []
    axes = itertools.product(("digits", "keys"), SCHEMES, BOARDS, KERNELS)
    for model, scheme, board, kernels in axes:
        figures = {
            "quality_device": chance.choice((0.9, 0.92, 0.95, 0.98)),
            "latency_ms": chance.choice((1.0, 2.0, 4.0, None)),
            "flash_bytes": chance.choice((50_000, 60_000, 90_000)),
            "ram_bytes": chance.choice((8_000, 9_000)),
        }
        if chance.random() < 0.2:
            figures |= {"status": "does-not-fit", "reason": "too large"}
        named = {"model": model, "scheme": scheme, "board": board, "core": BOARDS[board]}
        named["metric"] = "auc" if model == "keys" else "accuracy"
        rows.append(timed_row(**named, kernels=kernels, **figures))
    return rows


ROWS = many_rows()
RESULTS = make_results(*ROWS, found=details(classes=(HOSTILE, "two")))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("page")
    path = folder / "report.html"
    path.write_text(page_html(RESULTS, (), "", vega_script(folder)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if None in programs.values():
        pytest.fail("chromium or chromedriver is missing; run 'harness doctor --install --tests'")
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--force-device-scale-factor=1",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(programs["chromedriver"]))
    driver.set_window_size(1400, 900)
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome, address: str) -> webdriver.Chrome:
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.get("about:blank")
    for kind in ("browser", "performance"):
        chromium.get_log(kind)  # what the browser did before, and on its own pages
    chromium.get(address)
    wait_for_plots(chromium, 1)
    return chromium


def wait_for_plots(browser: webdriver.Chrome, times: int) -> None:
    """Wait until the panels were drawn so many times, and the cell is there."""
    ready = (
        "return Number(document.getElementById('panels').dataset.drawn) >= arguments[0] && "
        "'row' in document.getElementById('cell').dataset"
    )
    WebDriverWait(browser, 60).until(lambda driver: driver.execute_script(ready, times))


def redrawn(browser: webdriver.Chrome, change) -> None:
    drawn = int(browser.execute_script("return document.getElementById('panels').dataset.drawn"))
    change()
    wait_for_plots(browser, drawn + 1)


def press(browser: webdriver.Chrome, key: str) -> None:
    ActionChains(browser).send_keys(key).perform()


def fronts(browser: webdriver.Chrome) -> list[set[int]]:
    """Return the rows on the front of each panel, by their positions in the table."""
    found = browser.find_elements(By.CSS_SELECTOR, "#panels figure")
    return [set(json.loads(panel.get_attribute("data-front"))) for panel in found]


def expected_fronts(rows: list[Row], choice: dict) -> list[set[int]]:
    """Return the same from Python."""
    shown = [
        row
        for row in rows
        if choice["board"] in {"", row.board}
        and row.scheme in choice["scheme"]
        and row.kernels in choice["kernels"]
    ]
    costs = (choice["across"], choice["size"])
    groups = [
        [row for row in shown if row.model in {member.model for member in group}]
        for group in RESULTS.comparable().values()
    ]
    return [{rows.index(row) for row in front_rows(group, costs)} for group in groups if group]


def errors(browser: webdriver.Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


def requested(browser: webdriver.Chrome) -> set[str]:
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [m["params"]["request"]["url"] for m in messages if m["method"].endswith("WillBeSent")]
    return {url.partition(":")[0] for url in sent}


def test_the_page_runs_without_an_error_and_asks_for_nothing(browser: webdriver.Chrome) -> None:
    assert errors(browser) == []
    assert requested(browser) <= {"file", "data", "about"}
    assert browser.execute_script("return document.scripts.length") == 3


CHOICES = (
    {},
    {"board": "pico"},
    {"board": ""},
    {"kernels": KERNELS},
    {"kernels": ("reference",), "board": ""},
    {"scheme": ("int8", "int4", HOSTILE)},
    {"across": "ram"},
    {"across": "flash", "size": "ram"},
    {"board": "", "kernels": KERNELS, "across": "instructions", "size": "latency"},
)


@pytest.mark.parametrize("change", CHOICES)
def test_the_front_under_filters_is_that_of_python(browser: webdriver.Chrome, change) -> None:
    choice = DEFAULT | change
    form = browser.find_element(By.ID, "filters")
    for box in form.find_elements(By.CSS_SELECTOR, "input"):
        name, value = box.get_attribute("name"), box.get_attribute("value")
        wanted = value == choice["board"] if name == "board" else value in choice[name]
        if wanted != box.is_selected() and (wanted or name != "board"):
            redrawn(browser, box.click)
    for name in ("across", "size"):
        select = Select(form.find_element(By.NAME, name))
        if select.first_selected_option.get_attribute("value") != choice[name]:
            redrawn(browser, lambda select=select, name=name: select.select_by_value(choice[name]))
    found = fronts(browser)
    assert found == expected_fronts(ROWS, choice)
    assert any(found)
    assert errors(browser) == []


def test_the_named_points_are_the_front(browser: webdriver.Chrome) -> None:
    for panel, front in zip(
        browser.find_elements(By.CSS_SELECTOR, "#panels figure"), fronts(browser), strict=True
    ):
        drawn = {text.text for text in panel.find_elements(By.CSS_SELECTOR, ".mark-text text")}
        assert {text for text in drawn if text in SCHEMES} == {ROWS[i].scheme for i in front}


def test_a_filter_that_leaves_nothing_leaves_an_empty_plot(browser: webdriver.Chrome) -> None:
    for box in browser.find_elements(By.CSS_SELECTOR, "#filters input[name=kernels]:checked"):
        redrawn(browser, box.click)
    assert fronts(browser) == []
    assert browser.find_element(By.ID, "shown").text == "0 cells in 0 panels"
    assert errors(browser) == []


def test_a_hostile_name_is_shown_as_text_everywhere(browser: webdriver.Chrome) -> None:
    place = next(i for i, row in enumerate(ROWS) if row.scheme == HOSTILE and row.latency_ms)
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    button = browser.find_element(By.CSS_SELECTOR, f"button.look[data-row='{place}']")
    browser.execute_script("arguments[0].click()", button)
    named = browser.find_element(By.ID, "cell-name")
    WebDriverWait(browser, 60).until(lambda _: HOSTILE in named.text)
    assert (
        Select(
            browser.find_element(By.CSS_SELECTOR, "#picker [name=scheme]")
        ).first_selected_option.text
        == HOSTILE
    )
    for point in browser.find_elements(By.CSS_SELECTOR, "#panels .mark-symbol path"):
        ActionChains(browser).move_to_element(point).perform()
        shown = browser.find_element(By.ID, "vg-tooltip-element").text
        if HOSTILE in shown:
            break
    else:
        pytest.fail("no tooltip names the hostile scheme")
    assert browser.execute_script("return document.scripts.length") == 3
    assert not browser.find_elements(By.CSS_SELECTOR, "#vg-tooltip-element script")
    assert errors(browser) == []


def test_everything_can_be_reached_and_used_by_keyboard(browser: webdriver.Chrome) -> None:
    seen: list[str] = []
    press(browser, Keys.TAB)
    for _ in range(200):
        focused = browser.switch_to.active_element
        name = focused.get_attribute("name") or focused.get_attribute("id") or focused.text
        if focused.tag_name == "body" or name in seen[:1]:
            break  # once around
        seen.append(name)
        outline = focused.value_of_css_property("outline-style")
        assert outline != "none", f"no focus is seen on {name}"
        if focused.tag_name == "input" and focused.get_attribute("value") == "reference":
            before = fronts(browser)
            redrawn(browser, lambda: press(browser, Keys.SPACE))
            assert focused.is_selected()
            assert fronts(browser) != before
        if name == "across":
            redrawn(browser, lambda: press(browser, Keys.ARROW_DOWN))
        press(browser, Keys.TAB)
    wanted = {"Skip to the answer", "theme", "board", "scheme", "kernels", "across", "size"}
    assert wanted | {"open-all", "inside", "model"} <= set(seen)
    looked = next(
        e for e in browser.find_elements(By.CSS_SELECTOR, "button.look") if e.is_displayed()
    )
    browser.execute_script("arguments[0].focus()", looked)
    press(browser, Keys.ENTER)
    focused = browser.switch_to.active_element
    assert focused.get_attribute("name") == "model"
    before = browser.find_element(By.ID, "cell-name").text
    scheme = browser.find_element(By.CSS_SELECTOR, "#picker [name=scheme]")
    browser.execute_script("arguments[0].focus()", scheme)
    press(browser, Keys.ARROW_DOWN)
    WebDriverWait(browser, 60).until(
        lambda driver: driver.find_element(By.ID, "cell-name").text != before
    )
    assert errors(browser) == []


def test_a_change_of_the_picker_shows_a_cell_that_there_is(browser: webdriver.Chrome) -> None:
    for axis, value in (("model", "keys"), ("board", "pico"), ("kernels", "reference")):
        Select(
            browser.find_element(By.CSS_SELECTOR, f"#picker [name={axis}]")
        ).select_by_visible_text(value)
    shown = browser.find_element(By.ID, "cell-name").text
    assert shown.startswith("keys, ")
    assert ", pico, reference: " in shown


def test_the_answer_leads_into_the_card(browser: webdriver.Chrome) -> None:
    link = browser.find_elements(By.CSS_SELECTOR, ".answer td a")[-1]
    target = link.get_attribute("href").partition("#")[2]
    row = browser.find_element(By.ID, target)
    assert not row.is_displayed()
    link.click()
    WebDriverWait(browser, 20).until(lambda _: row.is_displayed())


CONTRAST = """
const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const solid = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!/rgba\\(.*, 0\\)|transparent|color/.test(colour)) return colour;
  }
  return "rgb(255, 255, 255)";
};
const found = [];
for (const element of document.querySelectorAll("h1,h2,h3,p,a,small,td,th,label,button,summary," +
    "figcaption,dt,dd,.status,svg text")) {
  if (!element.textContent.trim() || element.closest(".matrix")) continue;
  const style = getComputedStyle(element);
  if (style.opacity === "0" || element.getAttribute("opacity") === "0") continue;
  const isText = element instanceof SVGElement;
  const front = isText ? style.fill : style.color;
  const back = solid(isText ? element.closest("div") : element);
  found.push([ratio(front, back), element.outerHTML.slice(0, 90)]);
}
return found.sort((a, b) => a[0] - b[0]).slice(0, 5);
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(browser: webdriver.Chrome, theme: str) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    worst = browser.execute_script(CONTRAST)
    assert worst[0][0] >= 4.5, worst  # WCAG 2.2, AA
    background = browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert (background == "rgba(13, 17, 23, 1)") == (theme == "dark")


def test_the_button_changes_the_theme(browser: webdriver.Chrome) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    button = browser.find_element(By.ID, "theme")
    body = browser.find_element(By.TAG_NAME, "body")
    light = body.value_of_css_property("background-color")
    button.click()
    assert body.value_of_css_property("background-color") != light
    button.click()
    assert body.value_of_css_property("background-color") == light


def test_print_opens_every_card_without_controls_and_in_light_colours(
    browser: webdriver.Chrome,
) -> None:
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}], "media": "print"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert all(
        row.is_displayed() for row in browser.find_elements(By.CSS_SELECTOR, ".card tbody tr")
    )
    hidden = browser.find_elements(By.CSS_SELECTOR, "button, nav, #filters, #picker")
    assert not [element.tag_name for element in hidden if element.is_displayed()]
    worst = browser.execute_script(CONTRAST)
    assert worst[0][0] >= 4.5, worst
    browser.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".card[open]")) == 1


@pytest.mark.parametrize("width", [390, 820, 1400])
def test_no_screen_has_to_be_scrolled_sideways(browser: webdriver.Chrome, width: int) -> None:
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(browser.current_url)
    wait_for_plots(browser, 1)
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    # The height of one line of its letters, and its padding.
    assert browser.find_element(By.ID, "theme").size["height"] < 40


def test_a_table_without_a_manifest_is_a_page_without_errors(
    browser: webdriver.Chrome, tmp_path: Path, address: str
) -> None:
    path = tmp_path / "bare.html"
    bare = Results(RESULTS.rows, None, "bench.csv")
    vega = vega_script(Path(address.removeprefix("file://")).parent)
    path.write_text(page_html(bare, (), "", vega), encoding="utf-8")
    browser.get(path.as_uri())
    wait_for_plots(browser, 1)
    assert errors(browser) == []
    assert len(browser.find_elements(By.CSS_SELECTOR, "#cell figure")) == 2
