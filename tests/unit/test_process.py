"""Other programs: their output, their time, their children, their end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.process import Budget, run

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


def test_a_program_that_prints_without_end_is_ended_and_its_beginning_kept():
    code = "import sys\nwhile True: sys.stdout.write('x' * 100_000)"
    done = run([sys.executable, "-c", code], budget=Budget(output_bytes=1 << 20))
    assert done.returncode < 0
    assert (done.exceeded, done.timed_out) == ("1 MiB of output", False)
    assert done.stdout == "x" * (1 << 20)


def test_errors_without_end_are_ended_too_and_small_limits_told_in_bytes():
    done = run(["/bin/sh", "-c", "yes >&2"], budget=Budget(output_bytes=1000))
    assert done.exceeded == "1,000 bytes of output"
    assert len(done.stderr) == 1000


def test_output_of_exactly_the_limit_is_whole():
    done = run(["/bin/sh", "-c", "printf 1234"], budget=Budget(output_bytes=4))
    assert (done.stdout, done.exceeded, done.returncode) == ("1234", "", 0)


def test_memory_beyond_the_budget_is_refused_to_the_program():
    code = "print('started', flush=True); x = bytearray(1 << 30)"
    done = run([sys.executable, "-c", code], budget=Budget(memory_bytes=256 << 20))
    assert (done.stdout, done.exceeded) == ("started\n", "256 MiB of memory")
    assert run([sys.executable, "-c", code]).exceeded == ""


def test_a_file_beyond_the_budget_ends_the_program_and_stays_that_small(tmp_path):
    code = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
    code += "open('big', 'wb').write(bytes(4 << 20))"
    done = run([sys.executable, "-c", code], cwd=tmp_path, budget=Budget(file_bytes=1 << 20))
    assert done.exceeded == "1 MiB in a file"
    assert (tmp_path / "big").stat().st_size == 1 << 20


def test_children_of_a_program_share_its_limits():
    inner = f"{sys.executable} -c 'bytearray(1 << 30)' 2>/dev/null && echo has it"
    done = run(["/bin/sh", "-c", inner], budget=Budget(memory_bytes=256 << 20))
    assert done.stdout == ""


def test_no_program_leaves_a_core_file():
    assert run(["/bin/sh", "-c", "ulimit -c"]).stdout == "0\n"


def test_words_reach_the_program_as_they_are():
    words = ["a b", "$HOME", ";", "'\"", "-n", "*", "\n", ""]
    code = "import sys; print(sys.argv[1:])"
    assert run([sys.executable, "-c", code, *words]).stdout == f"{words}\n"
