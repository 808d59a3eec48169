"""Show how far a sweep is: cells done, running and left, and what each worker is doing."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


class Progress(Protocol):
    """What a sweep tells as it goes on; calls may come from any thread."""

    def event(self, event: dict[str, str]) -> None:
        """Take a message: a step was started or finished, or a note for the user."""

    def cell_done(self, label: str, status: str) -> None:
        """Take note that a cell's row is ready."""


class LineProgress:
    """One line an event, for logs and pipes."""

    def __init__(self, total: int, stream: "Console") -> None:
        self._total, self._done, self._console = total, 0, stream
        self._lock = threading.Lock()

    def event(self, event: dict[str, str]) -> None:
        """Print notes and the steps that are carried out; what is stored makes no noise."""
        if "note" in event:
            self._print(event["note"])
        if "started" in event:
            self._print(f"  {event['started']}")

    def cell_done(self, label: str, status: str) -> None:
        """Print the count of cells."""
        with self._lock:
            self._done += 1
            line = f"[{self._done}/{self._total}] {label}: {status}"
        self._print(line)

    def _print(self, line: str) -> None:
        if self._console.quiet:  # rich would lay the line out before it drops it
            return
        # A file's name may hold what rich takes for markup; a log's lines are not to be broken.
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)


class LiveProgress:
    """A bar and the running steps, redrawn in place on a terminal."""

    def __init__(self, total: int, console: "Console") -> None:
        from rich.live import Live

        self._total, self._done = total, 0
        self._running: dict[str, float] = {}
        self._lock = threading.Lock()
        self.live = Live(
            get_renderable=self._render, console=console, refresh_per_second=5, transient=True
        )

    def event(self, event: dict[str, str]) -> None:
        """Print a note, or add or remove a running step."""
        if "note" in event:
            self.live.console.print(event["note"], highlight=False, markup=False)
            return
        with self._lock:
            if "started" in event:
                self._running[event["started"]] = time.monotonic()
            else:
                self._running.pop(event.get("finished", ""), None)

    def cell_done(self, label: str, status: str) -> None:  # noqa: ARG002 - the bar only counts
        """Move the bar."""
        with self._lock:
            self._done += 1

    def _render(self) -> "RenderableType":
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        with self._lock:
            running, done = dict(self._running), self._done
        left = self._total - done
        head = Table.grid(padding=(0, 1))
        head.add_row(
            ProgressBar(total=max(1, self._total), completed=done, width=30),
            Text(f"{done} cells done, {len(running)} steps running, {left} left"),
        )
        now = time.monotonic()
        lines = [
            Text(f"  {now - since:5.0f} s  {label}", style="dim")
            for label, since in sorted(running.items(), key=lambda item: item[1])
        ]
        return Group(head, *lines)


@contextmanager
def show_progress(total: int, *, quiet: bool = False) -> Iterator[Progress]:
    """Give the display that suits where standard error goes."""
    from rich.console import Console

    console = Console(stderr=True, quiet=quiet)
    if console.is_terminal and not quiet and sys.stderr.isatty():
        live = LiveProgress(total, console)
        with live.live:
            yield live
    else:
        yield LineProgress(total, console)
