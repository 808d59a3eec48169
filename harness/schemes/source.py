"""Where a network comes from, as a value: one of our models, or a Keras file of the user."""

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.models import ZooModel
from harness.schemes.keras_inspection import keras_version

_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_OTHER = "give a .keras or .h5 file that Keras wrote with model.save"


@dataclass(frozen=True)
class KerasSource:
    """A float network's content; the same content is the same value wherever its files lie.

    `name` is what messages call it. `content` is the Keras file, or for one of our models the
    checkpoint, whose `architecture` is then the text of `model.py`. `keras_major` says which
    Keras must read it: 2 (as tf-keras) or 3. `fine_tuned` has the checkpoints that recipes made of
    one of our models: pairs of a recipe's name and a file's content.
    """

    name: str
    format: Literal["zoo", "keras", "h5"]
    keras_major: int
    content: bytes = field(repr=False)
    architecture: bytes = field(default=b"", repr=False)
    fine_tuned: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    @property
    def sha256(self) -> str:
        """The hash of all that decides the float network, for cache keys."""
        parts = (self.format.encode(), str(self.keras_major).encode(), self.architecture)
        digest = hashlib.sha256()
        for part in (*parts, self.content):
            digest.update(len(part).to_bytes(8, "little") + part)
        return digest.hexdigest()

    def sha256_of(self, recipe: str | None) -> str:
        """Return the hash of the float network, and of what `recipe` made of it where it is named.

        Other recipes' checkpoints do not change it.
        """
        checkpoint = dict(self.fine_tuned).get(recipe or "")
        if checkpoint is None:
            return self.sha256
        return f"{self.sha256} {recipe} {hashlib.sha256(checkpoint).hexdigest()}"


def source_of_model(model: ZooModel) -> KerasSource:
    """Return the network of one of our models, with the fine-tuned checkpoints that it has.

    Raises:
        HarnessError: `model.py` or a checkpoint cannot be read.
    """
    if not model.checkpoint.is_file():
        raise HarnessError(
            f"{model.checkpoint}: missing; make it with "
            f"'harness train {model.name} --out {model.folder}'"
        )
    found = sorted(model.fine_tuned("*").parent.glob("*.npz"))
    return KerasSource(
        model.name,
        "zoo",
        2,
        read_bytes(model.checkpoint),
        read_bytes(model.architecture),
        tuple((path.stem, read_bytes(path)) for path in found),
    )


def source_of_file(path: Path) -> KerasSource:
    """Return the network in a user's `.keras` or `.h5` file; its content decides, not its name.

    Raises:
        HarnessError: It cannot be read, is not a whole model that Keras wrote, or asks for more
            than a network needs (`keras_safety.py`).
    """
    if path.is_dir():
        raise HarnessError(f"{path}: is a folder; {_OTHER}")
    content = read_bytes(path)
    if content.startswith(_HDF5_MAGIC):
        version = keras_version(content, "h5", str(path))
        return KerasSource(str(path), "h5", _major(version), content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        version = keras_version(content, "keras", str(path))
        return KerasSource(str(path), "keras", _major(version), content)
    raise HarnessError(f"{path}: not a Keras model; {_OTHER}")


def _major(version: str) -> int:
    """Which Keras reads files of `version`; those without one are older than 3."""
    return 3 if version.partition(".")[0] == "3" else 2
