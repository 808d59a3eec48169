"""Run another program: compilers, emulators, converters in processes of their own."""

import os
import signal
import subprocess
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError

# Ctrl-C must end every child, also those that worker threads wait for: the one thing about
# children that has to be known process-wide.
_running: "weakref.WeakSet[subprocess.Popen[bytes]]" = weakref.WeakSet()


@dataclass(frozen=True)
class Completed:
    """How a program ended and what it printed; `timed_out` when it was killed for its time."""

    returncode: int
    stdout: str
    stderr: str
    timed_out: bool = False

    @property
    def output(self) -> str:
        """Standard output and standard error, for a log."""
        return "\n".join(part for part in (self.stdout.strip(), self.stderr.strip()) if part)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> Completed:
    """Run `command` to its end in a process group of its own and return what it printed.

    `env` is added to the environment of this process. A program that outlasts `timeout_s` is
    killed with its children.

    Raises:
        HarnessError: The program is not installed or cannot be started.
    """
    words = [str(word) for word in command]
    try:
        child = subprocess.Popen(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise HarnessError(
            f"{words[0]}: not found; run 'harness doctor --install' to install what is missing"
        ) from error
    except OSError as error:
        raise HarnessError(f"{words[0]}: cannot be started ({error.strerror})") from error
    _running.add(child)
    timed_out = False
    try:
        stdout, stderr = child.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        timed_out = True
        _kill(child)
        stdout, stderr = child.communicate()
    except BaseException:
        _kill(child)
        child.wait()
        raise
    finally:
        _running.discard(child)
    return Completed(
        child.returncode,
        stdout.decode(errors="replace"),
        stderr.decode(errors="replace"),
        timed_out,
    )


def kill_all() -> None:
    """End every program that `run` is waiting for, with its children."""
    for child in list(_running):
        _kill(child)


def _kill(child: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
