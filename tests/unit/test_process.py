"""Other programs: their output, their time, their children, their end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.process import run

GRANDCHILD = """
import subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])
open(sys.argv[1], "w").write(str(child.pid))
print("started", flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    """Whether a process exists and is more than a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_output_status_folder_and_environment_are_as_given(tmp_path):
    code = "import os, sys; print(os.getcwd(), os.environ['A']); sys.stderr.write('e'); sys.exit(3)"
    done = run([sys.executable, "-c", code], cwd=tmp_path, env={"A": "b"})
    assert (done.returncode, done.timed_out) == (3, False)
    assert done.stdout == f"{tmp_path} b\n"
    assert done.output == f"{tmp_path} b\ne"


def test_nothing_waits_for_the_users_keyboard():
    assert run([sys.executable, "-c", "print(repr(input()))"]).returncode == 1


def test_output_that_is_not_text_is_kept_readable():
    assert run(["printf", r"a\377b"]).stdout == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("group", ["", ", process_group=0"], ids=["same group", "own group"])
def test_a_program_that_takes_too_long_is_ended_with_its_grandchildren(tmp_path, group):
    started = time.monotonic()
    code = GRANDCHILD.replace('"60"]', f'"60"]{group}')
    done = run([sys.executable, "-c", code, tmp_path / "pid"], timeout_s=1.0)
    assert done.timed_out
    assert done.returncode < 0
    assert done.stdout == "started\n"
    assert time.monotonic() - started < 10
    assert wait_until_gone(int((tmp_path / "pid").read_text()))


def test_a_grandchild_that_left_the_group_cannot_make_the_wait_endless(tmp_path, monkeypatch):
    monkeypatch.setattr("harness.process._LAST_WORDS_S", 0.2)
    code = GRANDCHILD.replace('"60"]', '"60"], start_new_session=True')
    done = run([sys.executable, "-c", code, tmp_path / "pid"], timeout_s=1.0)
    assert done.timed_out
    os.kill(int((tmp_path / "pid").read_text()), 9)


def test_a_missing_program_is_named_with_the_remedy():
    with pytest.raises(HarnessError, match=r"^no-such-tool: not found; run 'harness doctor"):
        run(["no-such-tool", "--version"])


def test_a_file_that_is_no_program_is_named(tmp_path):
    tool = tmp_path / "tool"
    tool.write_text("")
    with pytest.raises(HarnessError, match="tool: cannot be started"):
        run([tool])


ENDING = """
import subprocess, sys, threading, time
from harness import process
from harness.errors import HarnessError

command = [sys.executable, "-c", sys.argv[2], sys.argv[1]]
first = threading.Thread(target=process.run, args=(command,))
first.start()
time.sleep(1.0)
process.kill_all()
first.join(5)
print("ended" if not first.is_alive() else "waits")
try:
    process.run(["true"])
except HarnessError as error:
    print(error)
"""


def test_ending_all_ends_what_threads_wait_for_and_starts_nothing_more(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ENDING, str(tmp_path / "pid"), GRANDCHILD],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ["ended", "true: not started, since the harness is ending"]
    assert done.stderr == ""
    assert wait_until_gone(int((tmp_path / "pid").read_text()))
