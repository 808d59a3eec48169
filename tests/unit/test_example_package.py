"""A package of another party, built and installed as a wheel, is seen wherever names are."""

import json
import shutil
import subprocess
import sys

import pytest
from harness_command import CHECKOUT, environment, run_harness
from installed_package import build_example, with_example

ORIGIN = "tflm-harness-example 1.0"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_example(tmp_path_factory.mktemp("example"))


@pytest.fixture
def said(site, tmp_path):
    """What `harness WORDS` prints with the package installed; its messages where it is refused."""

    def run(*words, status=0, **env):
        done = run_harness(words, tmp_path, {**with_example(site), **env})
        assert done.returncode == status, done.stderr
        return done.stderr if status else done.stdout

    return run


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("boards", "example-m4"),
        ("models", "corner"),
        ("schemes", "int8-few"),
        ("kernels", "example-pool"),
        ("simulators", "example-qemu"),
        ("simulators", "example-markers"),
    ],
)
def test_every_list_names_it_and_says_where_it_comes_from(said, command, name):
    listed = said(command)
    (row,) = (line for line in listed.splitlines() if line.startswith(f" {name} "))
    assert ORIGIN.split(maxsplit=1)[0] in row
    ours = next(line for line in listed.splitlines() if line.lstrip().startswith(OURS[command]))
    assert ORIGIN.split(maxsplit=1)[0] not in ours


OURS = {
    "boards": "pico",
    "models": "digits",
    "schemes": "float32",
    "kernels": "simd",
    "simulators": "qemu",
}


def test_without_it_no_list_has_a_column_for_origins(tmp_path):
    for command in OURS:
        listed = run_harness([command], tmp_path).stdout
        assert " from" not in listed.splitlines()[1]


def test_one_of_it_is_shown_whole(said):
    assert "8 x 8" in said("models", "digits")
    assert ORIGIN in said("models", "corner")
    assert "0x20000000" in said("boards", "example-m4")
    assert "MAX_POOL_2D" in said("kernels", "example-pool")
    assert "16 calibration samples" in said("schemes", "int8-few")


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (["--model", "cornr"], "did you mean 'corner'"),
        (["--scheme", "int8-fwe"], "did you mean 'int8-few'"),
        (["--board", "example-m3"], "did you mean 'example-m4'"),
        (["--kernels", "example-pol"], "did you mean 'example-pool'"),
        (["--simulator", "example-qmeu"], "did you mean 'example-qemu'"),
    ],
)
def test_a_misspelt_name_suggests_it(said, words, known):
    message = said("bench", *words, status=2)
    assert known in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("bench --model co", "corner"),
        ("bench --scheme int8-f", "int8-few"),
        ("bench --board ex", "example-m4"),
        ("bench --kernels ex", "example-pool"),
        ("profile digits int8 pico --simulator example-q", "example-qemu"),
    ],
)
def test_the_shell_completes_it(site, tmp_path, typed, offered):
    asked = {
        **with_example(site),
        "_HARNESS_COMPLETE": "complete_bash",
        "COMP_WORDS": f"harness {typed}",
        "COMP_CWORD": str(len(typed.split())),
    }
    # What the installed script does: the shell asks by its name.
    script = "import sys; sys.argv[0] = 'harness'; from harness.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    assert offered in done.stdout.split()


def test_schemas_offer_its_names_and_those_of_the_repository_do_not(said):
    schema = json.loads(said("schema", "bench"))
    assert "example-m4" in schema["properties"]["boards"]["items"]["anyOf"][0]["enum"]
    assert "example" not in (CHECKOUT / "docs/schemas/bench.schema.json").read_text()


def test_a_broken_package_ends_a_command_in_one_line_that_names_the_entry_point(site, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    (points,) = broken.glob("*.dist-info/entry_points.txt")
    points.write_text(points.read_text().replace("simulators:WRAPPED", "simulators:GONE"))
    for command in ("simulators", "bench"):
        done = run_harness([command], tmp_path, with_example(broken))
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        named = "harness: harness.simulators: example-qemu = 'tflm_harness_example.simulators:GONE'"
        assert line.startswith(f"{named} ({ORIGIN}): cannot be loaded")
