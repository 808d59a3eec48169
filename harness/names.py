"""Answer a name that nothing goes by: suggest the nearest one and list the others."""

import difflib
from collections.abc import Iterable

from harness.errors import HarnessError


def nearest_name(name: str, valid: Iterable[str]) -> str | None:
    """Return the name in `valid` that `name` was probably meant to be, or None."""
    by_lower_case = {known.lower(): known for known in sorted(valid, reverse=True)}
    close = difflib.get_close_matches(name.lower(), sorted(by_lower_case), n=1, cutoff=0.5)
    return by_lower_case[close[0]] if close else None


def unknown_name(kind: str, name: str, valid: Iterable[str]) -> HarnessError:
    """Return (to be raised) the error for an unknown `name` of a `kind` such as "board"."""
    known = sorted(valid)
    nearest = nearest_name(name, known)
    hint = f"did you mean {nearest!r}? " if nearest else ""
    return HarnessError(f"unknown {kind} {name!r}; {hint}known: {', '.join(known) or 'none'}")
