"""Where a network comes from, as a value: one of our models, or a Keras file of the user."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.models import ZooModel

_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_METADATA_LIMIT_BYTES = 1 << 20
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
        HarnessError: It cannot be read, or is not a whole model that Keras wrote.
    """
    if path.is_dir():
        raise HarnessError(f"{path}: is a folder; {_OTHER}")
    content = read_bytes(path)
    if content.startswith(_HDF5_MAGIC):
        return KerasSource(str(path), "h5", _major(_h5_version(content, path)), content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        return KerasSource(str(path), "keras", _major(_zip_version(content, path)), content)
    raise HarnessError(f"{path}: not a Keras model; {_OTHER}")


def _major(version: str) -> int:
    """Which Keras reads files of `version`; those without one are older than 3."""
    return 3 if version.partition(".")[0] == "3" else 2


def _zip_version(content: bytes, path: Path) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("metadata.json") as file:
            metadata = json.loads(file.read(_METADATA_LIMIT_BYTES))
        return str(metadata["keras_version"])
    except (KeyError, TypeError, ValueError, OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise HarnessError(f"{path}: metadata.json: missing or damaged; {_OTHER}") from error


def _h5_version(content: bytes, path: Path) -> str:
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            if "model_config" not in file.attrs:
                raise HarnessError(
                    f"{path}: holds weights without an architecture; save the whole model "
                    "with model.save"
                )
            version = file.attrs.get("keras_version", "")
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise HarnessError(f"{path}: not a readable HDF5 file; {_OTHER}") from error
    return version.decode() if isinstance(version, bytes) else str(version)
