"""What every step needs beside its inputs: the store, a workspace, and somebody to tell."""

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import platformdirs
from pydantic import ValidationError

from harness.bench.artifacts import Artifact
from harness.errors import HarnessError, LostObject, MachineFault, Stop
from harness.store import ArtifactStore, Workspace, content_key, open_store
from harness.store.artifact_store import Json

TOPIC = "harness"
"""The topic under which workers tell the client what they are doing."""

Result = TypeVar("Result", bound=Artifact)

# What another try may mend is not kept; that a model cannot run is a result like any other.
_KEPT_STOPS = frozenset({"unsupported", "does-not-fit"})


def default_cache() -> Path:
    """Return the cache folder: HARNESS_CACHE, or the user's cache folder of this system."""
    named = os.environ.get("HARNESS_CACHE")
    return (
        Path(named).expanduser().absolute()
        if named
        else platformdirs.user_cache_path("tflm-harness")
    )


@dataclass(frozen=True)
class Context:
    """The store's URL, and how many jobs a compilation may use.

    Each worker has a workspace of its own: only store keys travel between machines.
    """

    store_url: str
    jobs: int
    fresh: bool = False
    """Carry out every step even where the store has its result; the new one replaces it."""
    sources: str = ""
    """What `harness.bench.tools.sources` gives where the sweep was started, which every worker must
    have too: another would measure something else. Empty where no worker is elsewhere."""

    @property
    def store(self) -> ArtifactStore:
        """The artifact store."""
        return open_store(self.store_url)

    @property
    def workspace(self) -> Workspace:
        """This machine's folder for unpacked objects."""
        return Workspace(default_cache())

    def has(self, name: str, inputs: Mapping[str, Json]) -> bool:
        """Return whether the result of a step is in the store."""
        return not self.fresh and self.store.result(content_key(name, inputs)) is not None

    def step(
        self,
        name: str,
        label: str,
        inputs: Mapping[str, Json],
        kind: type[Result],
        compute: Callable[[], Result | Stop],
    ) -> Result | Stop:
        """Return a step's stored result, or carry it out and store what it gives.

        `label` says what is being done and to what, for the progress display. A HarnessError of
        `compute` becomes a stop with status `failed`: other cells go on. What is not
        the cell's fault is raised.

        Raises:
            MachineFault: This machine cannot go on.
            LostObject: The store has lost what an earlier step made.
        """

        def run() -> Json:
            outcome = self._carried_out(label, compute)
            if isinstance(outcome, Stop):
                return {"stop": [outcome.status, outcome.reason, outcome.log]}
            return {"value": outcome.model_dump(mode="json")}

        def objects(document: Json) -> list[str]:
            return kind.model_validate(document["value"]).objects() if "value" in document else []

        def keep(document: Json) -> bool:
            return "value" in document or document["stop"][0] in _KEPT_STOPS

        self._check_sources()
        key = content_key(name, inputs)
        document = self.store.remember(key, run, objects, keep, fresh=self.fresh)
        try:
            return _outcome(document, kind)
        except (ValidationError, KeyError, TypeError):  # of another version, in another form
            return _outcome(self.store.remember(key, run, objects, keep, fresh=True), kind)

    def _carried_out(self, label: str, compute: Callable[[], Result | Stop]) -> Result | Stop:
        """Return what a step gives, or why its cell has no more; raise what is not its fault."""
        _tell({"started": label})
        try:
            outcome = compute()
        except (MachineFault, LostObject):
            raise
        except MemoryError as error:
            raise MachineFault(
                f"{platform.node()}: memory is short while {label}; free some, or use fewer --jobs"
            ) from error
        except HarnessError as error:
            outcome = Stop("failed", str(error))
        except OSError:
            self.workspace.check_room()
            raise
        except SystemExit as error:
            # It would end the worker, whom a sweep in this process then waits for.
            raise RuntimeError(f"the step ended its program with status {error.code}") from error
        finally:
            _tell({"finished": label})
        if isinstance(outcome, Stop) and outcome.status == "failed":
            self.workspace.check_room()
        return outcome

    def _check_sources(self) -> None:
        if self.sources:
            from harness.bench.tools import sources

            if sources() != self.sources:
                raise MachineFault(
                    f"{platform.node()}: has another version or other sources of the harness; "
                    "install the same everywhere and start the worker again"
                )


def _outcome(document: Json, kind: type[Result]) -> Result | Stop:
    """Return what a step's document says.

    Raises:
        pydantic.ValidationError, KeyError, TypeError: It is not of this kind.
    """
    if "stop" in document:
        return Stop(*document["stop"])
    return kind.model_validate(document["value"])


def _tell(event: dict[str, str]) -> None:
    """Send an event to the client; outside a worker there is nobody to tell."""
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:
        return
    worker.log_event(TOPIC, {**event, "time": time.time()})
