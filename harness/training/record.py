"""The record beside a fine-tuned checkpoint: what made it, and how good it is."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict, Field

from harness.training.recipe import TOOLS


class FineTunedRecord(BaseModel):
    """What `models/NAME/fine_tuned/RECIPE.toml` says.

    `quality` is the figure of the stored, rounded weights by the task's `metric` on the test
    split; `quality_before` that of the checkpoint it started from, whose hash is `base_sha256`.
    `samples` is the card's limit: an epoch took at most so many, all where the split has fewer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: str
    metric: str
    quality: float = Field(ge=0, le=1)
    quality_before: float = Field(ge=0, le=1)
    seed: int
    epochs: int
    samples: int
    batch_size: int
    learning_rate: float
    base_sha256: str
    versions: Mapping[str, str]

    def to_toml(self) -> str:
        """Return the record as the text of a TOML file."""
        fields = self.model_dump(mode="json")
        versions = fields.pop("versions")
        lines = [f"{name} = {_value(value)}" for name, value in fields.items()]
        lines += ["", "[versions]", *(f'{name} = "{text}"' for name, text in versions.items())]
        return "\n".join(lines) + "\n"


def tool_versions() -> Mapping[str, str]:
    """Return the versions of the packages that fine-tune."""
    return {name: version(name) for name in TOOLS}


def sha256(content: bytes) -> str:
    """Return the hash by which a record names the checkpoint that it started from."""
    return hashlib.sha256(content).hexdigest()


def _value(value: str | float) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
