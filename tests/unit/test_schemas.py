"""The JSON Schemas: those of the code, right for every file, and wrong where the harness is."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
from harness_command import CHECKOUT

from harness.bench.spec import check_axes, read_spec
from harness.boards import load_board
from harness.errors import HarnessError
from harness.toml_schema import schema_text, toml_files

SCHEMAS = CHECKOUT / "docs" / "schemas"
MACHINE_WRITTEN = "fine_tuned"
FOLDERS = ("boards", "models", "firmware", "harness/cycles", "benchmarks", "tests/example_package")
BY_HAND = [
    *(path.relative_to(CHECKOUT) for path in sorted((CHECKOUT / "docs").glob("*.toml"))),
    *(
        path.relative_to(CHECKOUT)
        for folder in FOLDERS
        for path in sorted((CHECKOUT / folder).rglob("*.toml"))
        if path.parent.name != MACHINE_WRITTEN and path.name != "pyproject.toml"
    ),
    Path("bench.toml"),
    Path("budgets.toml"),
    Path("docs/example/gate/budgets.toml"),
]


def schema_of(path: Path) -> Path:
    """The schema that the first line of a file refers to, by a path relative to it."""
    first = path.read_text().partition("\n")[0]
    assert first.startswith("#:schema ."), f"{path} does not refer to its schema"
    return (path.parent / first.removeprefix("#:schema ")).resolve()


@pytest.mark.parametrize("name", toml_files())
def test_the_committed_schema_is_the_codes(name):
    committed = (SCHEMAS / f"{name}.schema.json").read_text()
    assert committed == schema_text(name), (
        f"run: harness schema {name} > docs/schemas/{name}.schema.json"
    )


def test_no_other_schema_is_committed():
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{n}.schema.json" for n in toml_files()}


@pytest.mark.parametrize("name", toml_files())
def test_each_schema_is_a_schema_with_words_for_its_tables(name):
    schema = json.loads(schema_text(name))
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    for one in schema.get("definitions", {}).values():
        assert one["description"]
        assert one["additionalProperties"] is False


@pytest.mark.parametrize("path", BY_HAND, ids=str)
def test_every_file_refers_to_its_schema_and_keeps_to_it(path):
    schema = schema_of(CHECKOUT / path)
    assert schema.parent == SCHEMAS
    content = tomllib.loads((CHECKOUT / path).read_text())
    jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(content)


def test_the_checker_that_editors_and_hooks_use_agrees():
    boards = sorted((CHECKOUT / "boards").glob("*.toml"))
    schema = SCHEMAS / "board.schema.json"
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", schema, *boards]
    subprocess.run(command, check=True, capture_output=True)


BOARD = (CHECKOUT / "boards" / "nano33ble.toml").read_text()
SPEC = (CHECKOUT / "bench.toml").read_text()
BROKEN = {
    "a core that there is not": ("board", BOARD, 'core = "cortex-m4"', 'core = "cortex-m5"'),
    "a typo in a key": ("board", BOARD, "clock_hz", "clock_herz"),
    "a negative size": ("board", BOARD, "bytes = 0x10_0000", "bytes = -1"),
    "no source": ("board", BOARD, 'source = "nRF52840 Product Specification"\n', ""),
    "no clock": ("board", BOARD, "clock_hz = 64_000_000\n", ""),
    "a clock that stands": ("board", BOARD, "clock_hz = 64_000_000", "clock_hz = 0"),
    "text for a number": ("board", BOARD, "clock_hz = 64_000_000", 'clock_hz = "64 MHz"'),
    "a machine that there is not": ("board", BOARD, '"mps2-an386"', '"mps2-an387"'),
    "one name for a list": ("bench", SPEC, 'optimize = ["O2"]', 'optimize = "O2"'),
    "a level that there is not": ("bench", SPEC, 'optimize = ["O2"]', 'optimize = ["O9"]'),
    "no samples": ("bench", SPEC, "samples = 100", "samples = 0"),
    "an unknown word": ("bench", SPEC, "samples = 100", 'samples = "most"'),
    "a key of no table": ("bench", SPEC, "[model.keyword]\n", "[model.keyword]\nbard = 1\n"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_the_harness_refuses_an_editor_marks(tmp_path, what):
    kind, text, old, new = BROKEN[what]
    assert old in text
    path = tmp_path / ("nano33ble.toml" if kind == "board" else "bench.toml")
    path.write_text(text.replace(old, new, 1))
    validator = jsonschema.Draft7Validator(json.loads(schema_text(kind)))
    assert not validator.is_valid(tomllib.loads(path.read_text()))
    with pytest.raises(HarnessError):
        refused = {"board": lambda: load_board(str(path)), "bench": lambda: checked(path)}
        refused[kind]()


def checked(path: Path) -> None:
    """Read a sweep as `harness bench` does."""
    check_axes(read_spec(path))


def test_names_are_offered_but_others_stay_right():
    validator = jsonschema.Draft7Validator(json.loads(schema_text("bench")))
    sweep = {"models": ["my.tflite"], "schemes": ["int16x8-pruned-80"], "boards": ["./mine.toml"]}
    validator.validate(sweep)
    boards = json.loads(schema_text("bench"))["properties"]["boards"]
    assert "nano33ble" in boards["items"]["anyOf"][0]["enum"]


def test_an_unknown_schema_suggests_the_nearest():
    with pytest.raises(HarnessError, match="unknown schema 'boards'; did you mean 'board'"):
        schema_text("boards")
