"""GitHub: annotations of the lines of budgets.toml that were broken, and the job's summary."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.errors import HarnessError
from harness.gate.verdict import Finding, Outcome, Verdict
from harness.results.figures import figure_text

_MOST = 10
"""GitHub shows the first ten errors and the first ten warnings of a step, and drops the rest."""
_SUMMARY_LIMIT_BYTES = 1_048_576
"""GitHub refuses the whole summary of a step that is larger than 1 MiB."""


def annotations_text(verdict: Verdict, budgets_file: str) -> str:
    """Return the workflow commands that annotate `budgets_file` with what failed or warned.

    There are at most ten errors and ten warnings; the last then says how many more there are.
    """
    lines = []
    for level, outcome in (("error", Outcome.FAILED), ("warning", Outcome.WARNED)):
        found = [one for one in verdict.findings if one.outcome is outcome]
        lines += _commands(level, found, budgets_file)
    return "".join(f"{line}\n" for line in lines)


def append_job_summary(path: Path, text: str) -> None:
    """Append Markdown to the file that GITHUB_STEP_SUMMARY names, where it still has room.

    Raises:
        HarnessError: The file cannot be written.
    """
    content = f"{text}\n".encode()
    try:
        with path.open("ab") as stream:
            if stream.tell() + len(content) <= _SUMMARY_LIMIT_BYTES:
                stream.write(content)
    except OSError as error:
        raise HarnessError(
            f"{path}: cannot be written ({error.strerror}); check GITHUB_STEP_SUMMARY"
        ) from error


@contextmanager
def commands_stopped(stop: bool) -> Iterator[None]:
    """Keep GitHub from taking what is printed meanwhile for workflow commands, if `stop`.

    A name may hold one, and a table may begin a line with it. After an error, whose message may
    hold names too, they stay stopped for the rest of the step.
    """
    if not stop:
        yield
        return
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    yield
    print(f"::{token}::", flush=True)


def _commands(level: str, found: Sequence[Finding], file: str) -> list[str]:
    kept = found if len(found) <= _MOST else found[: _MOST - 1]
    lines = [_command(level, one, file) for one in kept]
    if len(found) > len(kept):
        more = f"{len(found) - len(kept)} more; the job's summary has them all"
        lines.append(f"::{level} file={_property(file)},title=Gate::{_data(more)}")
    return lines


def _command(level: str, one: Finding, file: str) -> str:
    line = f",line={one.source_line}" if one.source_line else ""
    title = f"{one.label}: {one.limit_name}" if one.limit_name else one.label
    said = ": ".join(part for part in (_figures(one), one.message) if part)
    message = "; ".join(part for part in (said, one.remedy) if part)
    place = f"file={_property(file)}{line}"
    return f"::{level} {place},title={_property(title)}::{_data(message)}"


def _figures(one: Finding) -> str:
    if one.column is None:
        return ""
    figures = [("", one.measured), ("limit ", one.limit), ("baseline ", one.baseline)]
    return ", ".join(
        f"{name}{figure_text(one.column, value)}" for name, value in figures if value is not None
    )


def _data(text: str) -> str:
    """Escape the message of a workflow command."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    # Every other control character would only garble the log.
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in escaped)


def _property(text: str) -> str:
    """Escape a property of a workflow command, which commas part."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
