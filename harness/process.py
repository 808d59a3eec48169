"""Run another program: compilers, emulators, converters in processes of their own."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError

_LAST_WORDS_S = 5.0
_KILL_ROUNDS = 10


class _Children:
    """The running programs: Ctrl-C must end all of them, also those that threads wait for.

    Known process-wide, because the operating system knows children no other way.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        # Ctrl-C may come to the thread that is just starting a program.
        self._lock = threading.RLock()
        self._ended = False

    def start(self, words: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":  # noqa: ANN401
        with self._lock:
            if self._ended:
                # A thread whose program was just killed goes on to its next one.
                raise HarnessError(f"{words[0]}: not started, since the harness is ending")
            child = subprocess.Popen(words, **options)
            self._running.add(child)
            return child

    def forget(self, child: "subprocess.Popen[bytes]") -> None:
        self._running.discard(child)

    def kill(self) -> None:
        with self._lock:
            for child in list(self._running):
                _kill(child)

    def end(self) -> None:
        with self._lock:
            self._ended = True
            self.kill()


_children = _Children()


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
        child = _children.start(
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
    timed_out = False
    try:
        stdout, stderr = child.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        timed_out = True
        _kill(child)
        stdout, stderr = _last_words(child)
    except BaseException:
        _kill(child)
        child.wait()
        raise
    finally:
        _children.forget(child)
    return Completed(
        child.returncode,
        stdout.decode(errors="replace"),
        stderr.decode(errors="replace"),
        timed_out,
    )


def kill_all() -> None:
    """End every program that `run` is waiting for, with its children, and start none any more."""
    _children.end()


def kill_running() -> None:
    """End every program that `run` is waiting for, with its children; others may be started."""
    _children.kill()


def _last_words(child: "subprocess.Popen[bytes]") -> tuple[bytes, bytes]:
    """What a killed program had printed. One that left its group may hold the pipes open."""
    try:
        return child.communicate(timeout=_LAST_WORDS_S)
    except subprocess.TimeoutExpired as held:
        for stream in (child.stdout, child.stderr):
            if stream is not None:
                stream.close()
        child.wait()
        return held.stdout or b"", held.stderr or b""


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """End a program and all that it started: Ninja gives each compiler a group of its own."""
    _signal(os.killpg, child.pid)
    for _ in range(_KILL_ROUNDS):
        members = _session_members(child.pid)
        if not members:
            return
        for member in members:
            _signal(os.kill, member)


def _signal(send: Callable[[int, int], None], process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        send(process, signal.SIGKILL)


def _session_members(session: int) -> list[int]:
    """Return the living processes of a session, where the system lists them (Linux)."""
    members = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name in parentheses: state, parent, group, session.
            state, _, _, of = place.read_text().rpartition(")")[2].split()[:4]
            if int(of) == session and state not in {"Z", "X"}:
                members.append(int(place.parent.name))
    return members
