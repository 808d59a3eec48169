"""The command as its users run it: exit statuses, one clear line, nothing half done."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from harness_command import command, environment, run_harness
from model_factory import fully_connected

from harness.bench.artifacts import TflmTree
from harness.bench.context import Context
from harness.bench.step_build import fetch_tflm
from harness.results.csv_file import read_rows
from harness.results.manifest import read_manifest

MODEL = fully_connected(integer=True).write()
BOARD = ["--board", "nano33ble"]


def refused(words, cwd, **env) -> str:
    """Run a command that is refused with status 2; return its one line."""
    done = run_harness(words, cwd, env)
    assert done.returncode == 2, done
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("harness: ")
    assert not list(cwd.glob("results*"))
    return lines[0]


@pytest.fixture
def here(tmp_path) -> Path:
    """A folder with files that a user may get wrong."""
    (tmp_path / "good.tflite").write_bytes(MODEL)
    (tmp_path / "truncated.tflite").write_bytes(MODEL[:200])
    (tmp_path / "random.tflite").write_bytes(np.random.default_rng(3).bytes(5000))
    (tmp_path / "type.toml").write_text('models = "digits"\nschemes = []\nboards = []\n')
    (tmp_path / "key.toml").write_text('modells = ["digits"]\n')
    x = np.zeros((6, 1, 3), np.float32)
    np.savez(tmp_path / "empty.npz", x=x[:0])
    x[4, 0, 1] = np.nan
    np.savez(tmp_path / "nan.npz", x=x)
    return tmp_path


GOOD = ["bench", "--model", "good.tflite", *BOARD]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bench", "--modle", "digits"], "--modle"),
        (["bench", "--jobs", "many"], "--jobs"),
        (["bench", "--samples", "0"], "--samples 0: give a number from 1, or all"),
        (["bench", "--samples", "few"], "--samples few: give a number from 1, or all"),
        (["bench", "--dataset", "image"], "--dataset image: write TASK=FOLDER"),
        (["bench", "--dataset", "imag=x"], "unknown task 'imag'; did you mean 'image'"),
        (["bench", "--dataset", "image=absent"], "absent: no such folder; name the data set's"),
        (["bench", "--dataset", "image=."], ".: is not CIFAR-10, Python version: expected data_b"),
        (["bench", "--dataset", "digits=."], "task digits has no published data set to read"),
        (["bnch"], "bnch"),
        (["bench", "--board", "nano33bl"], "unknown board 'nano33bl'; did you mean 'nano33ble'"),
        (["bench", "--scheme", "int-8"], "unknown scheme 'int-8'; did you mean 'int8'"),
        (["bench", "--model", "digit"], "unknown model 'digit'; did you mean 'digits'"),
        (["bench", "--model", "absent.tflite"], "absent.tflite: cannot be read"),
        (["bench", "--model", "truncated.tflite"], "truncated.tflite: not a TensorFlow Lite"),
        (["bench", "--model", "random.tflite"], "random.tflite: not a TensorFlow Lite"),
        (["bench", "type.toml"], "type.toml: models: "),
        (["bench", "key.toml"], "key.toml: modells: unknown key; did you mean 'models'"),
        (["bench", "absent.toml"], "absent.toml: cannot be read"),
        ([*GOOD, "--data", "nan.npz"], "nan.npz: x: sample 4 holds NaN"),
        ([*GOOD, "--data", "empty.npz"], "empty.npz: x: is empty"),
        ([*GOOD, "--store", "nonsense://x"], "store nonsense://x: "),
        ([*GOOD, "--tflm-dir", "absent"], "--tflm-dir absent: no such folder"),
        (["gate", "--budgets", "absent.toml"], "absent.toml: cannot be read"),
    ],
)
def test_a_wrong_request_is_one_line_and_status_2(here, words, message):
    assert message in refused(words, here)


def test_help_and_version_are_good_and_start_nothing(tmp_path):
    for words in (["--help"], ["bench", "--help"], ["--version"]):
        done = run_harness(words, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout
    assert not list(tmp_path.glob("*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this system")
@pytest.mark.parametrize("words", [["boards"], ["schema", "budgets"], ["--help"]])
def test_an_output_that_cannot_be_printed_is_one_line_and_status_2(tmp_path, words):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            command(words), cwd=tmp_path, env=environment(), stdout=full, stderr=-1, check=False
        )
    assert done.returncode == 2
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("harness: standard output: cannot be written (No space left")


def test_a_closed_output_is_one_line_and_status_2(tmp_path):
    words = ["sh", "-c", 'exec "$@" >&-', "sh", *command(["boards"])]
    done = subprocess.run(words, cwd=tmp_path, env=environment(), stderr=-1, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "harness: standard output: is closed; print to a file or to /dev/null"
    ]


@pytest.mark.parametrize("missing", ["arm-none-eabi-gcc", "cmake", "qemu-system-arm", "cc"])
def test_a_missing_tool_is_one_line_that_says_how_to_get_it(here, missing):
    tools = here / "bin"
    tools.mkdir()
    for name in (
        "arm-none-eabi-gcc",
        "arm-none-eabi-g++",
        "arm-none-eabi-ld",
        "cmake",
        "ninja",
        "cc",
    ):
        (tools / name).write_text("#!/bin/sh\necho version 1.2.3\n")
    (tools / "qemu-system-arm").write_text("#!/bin/sh\necho QEMU emulator version 7.2.0\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    (tools / missing).unlink()
    line = refused(GOOD, here, PATH=str(tools))
    assert "harness doctor --install" in line
    assert missing in line


# What follows compiles and emulates.


@pytest.fixture
def seeded(tmp_path, shared_cache) -> str:
    """A store that has TFLM's source, and nothing else."""
    ctx = Context(str(shared_cache / "store"), jobs=2)
    tree = fetch_tflm(ctx, None)
    assert isinstance(tree, TflmTree), tree
    store = tmp_path / "store"
    names = [path.relative_to(shared_cache / "store")
             for path in (shared_cache / "store" / "results").glob("tflm-*.json")]  # fmt: skip
    names.append(Path("objects") / tree.archive[:2] / tree.archive)
    for name in names:
        (store / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared_cache / "store" / name, store / name)
    return str(store)


@pytest.mark.emulator
def test_a_compiler_that_fails_gives_failed_rows_status_1_and_its_log(here, seeded):
    (here / "bin").mkdir()
    compiler = here / "bin" / "arm-none-eabi-g++"
    compiler.write_text("#!/bin/sh\necho 'x.cc:1:1: error: the compiler is broken' >&2\nexit 1\n")
    compiler.chmod(0o755)
    path = f"{here / 'bin'}{os.pathsep}{os.environ['PATH']}"
    words = [*GOOD, "--board", "bluepill", "--store", seeded, "--out", "out"]
    done = run_harness(words, here, {"PATH": path})
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    rows = read_rows(next((here / "out").glob("*.csv")))
    assert {(row.status, row.flash_bytes) for row in rows} == {("failed", None)}
    assert all("the runtime library does not compile" in row.reason for row in rows)
    manifest = read_manifest(next((here / "out").glob("*.json")))
    assert all("the compiler is broken" in cell.log for cell in manifest.cells)


@pytest.mark.emulator
def test_a_folder_for_results_that_cannot_be_written_is_status_2(here):
    (here / "taken").write_text("earlier")
    done = run_harness([*GOOD, "--out", "taken/out", "--quiet"], here)
    assert done.returncode == 2
    assert re.search(r"^harness: taken/out.*: cannot be written", done.stderr, re.MULTILINE)
    assert "Traceback" not in done.stderr
    assert (here / "taken").read_text() == "earlier"


@pytest.mark.emulator
def test_the_same_request_twice_gives_the_same_table_and_starts_no_step(here):
    first = run_harness([*GOOD, "--out", "a"], here)
    second = run_harness([*GOOD, "--out", "b"], here)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    tables = [next((here / name).glob("*.csv")).read_bytes() for name in "ab"]
    assert tables[0] == tables[1]
    assert [line for line in second.stderr.splitlines() if line.startswith("  ")] == []


def descendants(pid: int) -> set[int]:
    """The process and all that it started, directly or not, as far as still linked to it."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# A shell that starts the tests in the background has their children ignore Ctrl-C.
INTERRUPTIBLE = ("env", "--default-signal=INT")


@contextlib.contextmanager
def started(words, cwd) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [*INTERRUPTIBLE, *command(words)], cwd=cwd, env=environment(), stderr=subprocess.PIPE,
        text=True,
        stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_compilers(process: "subprocess.Popen[str]") -> set[int]:
    """Wait until the compiler itself runs below `process`; return everything that does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        family = descendants(process.pid)
        for pid in family:
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().startswith("cc1plus"):
                    return family
        time.sleep(0.05)
    pytest.fail("no compiler was started")


@pytest.mark.emulator
def test_ctrl_c_while_compiling_ends_everything_at_once_and_keeps_earlier_results(here, seeded):
    out = here / "out"
    out.mkdir()
    (out / "good-nano33ble.csv").write_text("earlier\n")
    with started([*GOOD, "--store", seeded, "--out", "out"], here) as process:
        family = wait_for_compilers(process)
        family |= descendants(process.pid)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, errors = process.communicate(timeout=30)
        took = time.monotonic() - began
    assert process.returncode == 130, errors
    assert took < 2.0
    assert errors.splitlines()[-1].startswith("harness: interrupted; run the same"), errors
    assert "Traceback" not in errors
    time.sleep(0.3)
    assert [pid for pid in family if is_running(pid)] == []
    assert (out / "good-nano33ble.csv").read_text() == "earlier\n"
    # What the interrupted run left behind does not trouble the next one.
    done = run_harness([*GOOD, "--out", "out"], here)
    assert done.returncode == 0, done.stderr
    assert {row.status for row in read_rows(out / "good-nano33ble.csv")} == {"ok"}


@pytest.mark.parametrize("delay_s", [0.05, 0.3, 0.6])
def test_ctrl_c_at_any_moment_of_the_start_is_no_traceback(tmp_path, delay_s):
    words = ["bench", "--model", "digit"]
    with started(words, tmp_path) as process:
        time.sleep(delay_s)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    if process.returncode not in {2, 130}:
        # Before any line of ours ran, the interpreter itself ends by the signal.
        assert process.returncode in {-signal.SIGINT, 1}
        assert "__main__.py" not in errors


def test_ctrl_c_that_a_destructor_swallows_still_ends_the_program(tmp_path):
    program = (
        "import signal, time\n"
        "from harness import __main__ as entry\n"
        "class Deaf:\n"
        "    def __del__(self):\n"
        "        print('here', flush=True)\n"
        "        time.sleep(60)\n"
        "def app():\n"
        "    def run(standalone_mode):\n"
        "        Deaf()\n"
        "        time.sleep(60)\n"
        "    return run\n"
        "import harness.cli.app\n"
        "harness.cli.app.make_app = app\n"
        "entry.main()\n"
    )
    words = [*INTERRUPTIBLE, sys.executable, "-c", program]
    with subprocess.Popen(words, cwd=tmp_path, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1].startswith("harness: interrupted")
