"""Run another program: compilers, emulators, converters in processes of their own."""

import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from harness.errors import HarnessError

_LAST_WORDS_S = 5.0
_KILL_ROUNDS = 10
_READ_BYTES = 1 << 16
_KIB, _BLOCK = 1024, 512  # units of `ulimit -d` and `ulimit -f`
# What programs of C, C++, Python, NumPy and QEMU say when an allocation fails.
_WANT_OF_MEMORY = re.compile(
    r"MemoryError|bad_alloc|Cannot allocate memory|Unable to allocate|failed to allocate \d+ bytes"
)


@dataclass(frozen=True)
class Budget:
    """What a program may take, in bytes; None is no limit.

    `output_bytes` bounds standard output and standard error, each: a program that prints more is
    ended. `memory_bytes` bounds what it may allocate (its private writable memory; the mere address
    space that libraries reserve grows with the number of processors), and `file_bytes` any one
    file that it writes; both hold for each process that it starts, from its first instruction on.
    No program leaves a core file.
    """

    output_bytes: int = 16 << 20
    memory_bytes: int | None = None
    file_bytes: int | None = None


_ORDINARY = Budget()


class _Children:
    """The running programs: Ctrl-C must end all of them, also those that threads wait for.

    Known process-wide, because the operating system knows children no other way.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        # Ctrl-C may come to the thread that is just starting a program.
        self._lock = threading.RLock()
        self._ended = False

    def start(
        self,
        name: str,
        words: Sequence[str],
        **options: Any,  # noqa: ANN401
    ) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._ended:
                # A thread whose program was just killed goes on to its next one.
                raise HarnessError(f"{name}: not started, since the harness is ending")
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
    """How a program ended and what it printed; `timed_out` when it was killed for its time.

    `exceeded` says which budget ended it, such as "16 MiB of output"; it is empty where none did.
    """

    returncode: int
    stdout: str
    stderr: str
    timed_out: bool = False
    exceeded: str = ""

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
    budget: Budget = _ORDINARY,
) -> Completed:
    """Run `command` to its end in a process group of its own and return what it printed.

    `env` is added to the environment of this process. A program that outlasts `timeout_s` or
    prints more than its budget is killed with its children.

    Raises:
        HarnessError: The program is not installed or cannot be started.
    """
    words = [str(word) for word in command]
    try:
        child = _children.start(
            words[0],
            _limited(words, cwd, budget),
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
    output = _Output(child, budget.output_bytes)
    try:
        exceeded = output.collect(timeout_s)
        if exceeded is not None:
            _kill(child)
            output.collect(_LAST_WORDS_S)
        output.close()
        child.wait()
    except BaseException:
        _kill(child)
        child.wait()
        raise
    finally:
        _children.forget(child)
    stdout, stderr = (text[: budget.output_bytes].decode(errors="replace") for text in output.kept)
    return Completed(
        child.returncode,
        stdout,
        stderr,
        timed_out=exceeded == "time",
        exceeded=_exceeded(exceeded, child.returncode, stderr, budget, timeout_s),
    )


def kill_all() -> None:
    """End every program that `run` is waiting for, with its children, and start none any more."""
    _children.end()


def kill_running() -> None:
    """End every program that `run` is waiting for, with its children; others may be started."""
    _children.kill()


class _Output:
    """What a program prints, of which no more than `most` bytes of each stream are kept."""

    def __init__(self, child: "subprocess.Popen[bytes]", most: int) -> None:
        self._child = child
        self._streams: tuple[IO[bytes] | None, ...] = (child.stdout, child.stderr)
        self._most = most
        self.kept = (bytearray(), bytearray())
        self._open = dict(zip(self._streams, self.kept, strict=True))

    def collect(self, timeout_s: float | None) -> str | None:
        """Read to the program's end and return None, or what ran out: "time" or "output"."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with selectors.DefaultSelector() as selector:
            for stream in self._open:
                if stream is not None:
                    selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return "time"
                for key, _ in selector.select(left):
                    if not self._read(key.fd, self._open[key.fileobj]):  # type: ignore[index]
                        selector.unregister(key.fileobj)
                        del self._open[key.fileobj]  # type: ignore[arg-type]
                if any(len(text) > self._most for text in self.kept):
                    return "output"
        try:
            self._child.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return "time"
        return None

    def close(self) -> None:
        """Stop listening. A program that left its group may still hold the other ends."""
        for stream in self._streams:
            if stream is not None:
                stream.close()

    def _read(self, handle: int, text: bytearray) -> bool:
        data = os.read(handle, _READ_BYTES)
        text += data[: self._most + 1 - len(text)]
        return bool(data)


def _limited(words: Sequence[str], cwd: Path | None, budget: Budget) -> list[str]:
    """Put a shell in front that sets the limits and becomes the program.

    Set here, between fork and exec, they could hang a process with threads; set from outside, they
    would come too late.

    Raises:
        FileNotFoundError: There is no such program.
        PermissionError: It is a file that is no program.
    """
    place = Path(cwd or ".", words[0])
    program = shutil.which(words[0] if os.sep not in words[0] else place)
    if program is None:
        if os.sep in words[0] and place.exists():
            raise PermissionError(13, os.strerror(13))
        raise FileNotFoundError(words[0])
    limits = ["ulimit -c 0"]
    if budget.memory_bytes is not None:
        limits.append(f"ulimit -d {-(-budget.memory_bytes // _KIB)}")
    if budget.file_bytes is not None:
        limits.append(f"ulimit -f {-(-budget.file_bytes // _BLOCK)}")
    # A limit that cannot be set is lower already, or unknown to the system.
    script = "".join(f"{limit} 2>/dev/null; " for limit in limits) + 'exec "$@"'
    return [*bound_to_us(), "/bin/sh", "-c", script, "sh", *words]


@cache
def bound_to_us() -> tuple[str, ...]:
    """Return what, put in front of a program, lets it end when the thread that started it ends.

    A worker of a cluster that is killed cannot end its emulator any more. Linux can
    (prctl(2), PR_SET_PDEATHSIG); util-linux has the command that asks it to.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or not sys.platform.startswith("linux"):
        return ()
    words = (setpriv, "--pdeathsig", "KILL", "--")
    tried = subprocess.run([*words, "true"], capture_output=True, check=False)
    return words if tried.returncode == 0 else ()


def _exceeded(
    ended: str | None, returncode: int, stderr: str, budget: Budget, timeout_s: float | None
) -> str:
    """Say which budget ended a program; "" where it ended by itself."""
    if ended == "time":
        return f"{timeout_s:g} s of time"
    if ended == "output":
        return f"{_mebibytes(budget.output_bytes)} of output"
    if returncode == -signal.SIGXFSZ and budget.file_bytes is not None:
        return f"{_mebibytes(budget.file_bytes)} in a file"
    wanted_memory = returncode != 0 and _WANT_OF_MEMORY.search(stderr)
    if wanted_memory and budget.memory_bytes is not None:
        return f"{_mebibytes(budget.memory_bytes)} of memory"
    return ""


def _mebibytes(count: int) -> str:
    return f"{count >> 20:,} MiB" if count >= 1 << 20 else f"{count:,} bytes"


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
