"""What a worker of a cluster must have before it is given a cell: our code, the store, and room."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.bench.clients import Placement
from harness.bench.context import Context
from harness.bench.tools import sources
from harness.errors import HarnessError
from harness.store import digest_of

ROOM_BYTES = 128 << 20
"""Free space below which a worker gets no cells. Sources, a library and the scratch of two steps
took 40 MiB for one target (November 2026)."""

PROBE = b"can every worker read this?"
"""An object that is in every store."""


def placed(ctx: Context, placement: Placement) -> Context:
    """Return the context for steps that are carried out there: elsewhere, sources are compared."""
    return ctx if placement.is_here else replace(ctx, sources=sources())


def check_scheduler(client: Any, ctx: Context) -> None:  # noqa: ANN401 - distributed has no types
    """Make sure that the scheduler reads the graph as we wrote it: with the same harness.

    Raises:
        HarnessError: Its harness is another.
    """
    try:
        answer = client.run_on_scheduler(_lacks_sources, ctx)
    except OSError:
        raise
    except Exception as error:
        answer = _text(error)
    if answer:
        raise HarnessError(f"--scheduler {client.scheduler.address}: {answer}")


def fit_workers(
    client: Any,  # noqa: ANN401 - distributed has no types
    ctx: Context,
    addresses: Sequence[str],
) -> tuple[list[str], Mapping[str, str]]:
    """Return those workers that can carry out steps, and for every other what it lacks.

    A worker that is gone meanwhile is in neither. PROBE must be in the store.
    """
    answers = client.run(lacks, ctx, workers=list(addresses), on_error="return")
    unfit = {address: _text(answer) for address, answer in answers.items() if answer != ""}
    unfit = {address: text for address, text in unfit.items() if text}
    return [address for address, answer in answers.items() if answer == ""], unfit


def lacks(ctx: Context) -> str:
    """Return what the machine that this runs on lacks to carry out steps; "" where nothing."""
    try:
        other = _lacks_sources(ctx)
        if other:
            return other
        try:
            ctx.store.get(digest_of(PROBE))
        except HarnessError as error:
            return (
                f"--store {ctx.store_url}: it cannot read it; give a store that all machines "
                f"share, such as s3://bucket/prefix ({error})"
            )
        folder = ctx.workspace.folder
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < ROOM_BYTES:
            return f"{folder}: only {free >> 20} MiB are free; free space or set HARNESS_CACHE"
    except (HarnessError, OSError) as error:
        return str(error)
    return ""


def _lacks_sources(ctx: Context) -> str:
    if ctx.sources and sources() != ctx.sources:
        return (
            "it has another version or other sources of the harness; "
            "install the same everywhere and start it again"
        )
    return ""


def _text(answer: object) -> str:
    """Return what is wrong with a worker; "" where it only went away."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, OSError):
        return ""
    # What it was sent, it could not make sense of: its harness, or its Python, is another.
    return f"it cannot run the harness ({type(answer).__name__}: {answer}); install it there"
