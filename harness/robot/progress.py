"""Show a run's progress in Robot's log."""

import threading

from robot.api import logger


class LogProgress:
    """Collects the steps that are carried out and writes them to the log as cells finish.

    Robot's log takes messages of the main thread only; steps are told by Dask's threads.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._lock = threading.Lock()

    def event(self, event: dict[str, str]) -> None:
        """Take note of a step that is started; what the store has makes no noise."""
        if "started" in event:
            with self._lock:
                self._lines.append(event["started"])

    def cell_done(self, label: str, status: str) -> None:
        """Take note that a cell is done."""
        with self._lock:
            self._lines.append(f"{label}: {status}")

    def write(self) -> None:
        """Write what came since the last time; called on the main thread."""
        with self._lock:
            lines, self._lines = self._lines, []
        for line in lines:
            logger.info(line)
