"""An artifact store on fsspec: immutable objects by digest, and step results by content key."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.errors import LostObject
from harness.store.files import Files, open_files

Json = Any
"""What `json` reads and writes: the form in which steps hand results to the store."""

_READS = 2
"""A transfer may be damaged as well as an object: it is read once more before it is given up."""


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of `data`, hexadecimal: the name of an object."""
    return hashlib.sha256(data).hexdigest()


def content_key(step: str, inputs: Mapping[str, Json]) -> str:
    """Return the key of a step's result: a hash of the step's name and of all its inputs."""
    text = json.dumps([step, inputs], sort_keys=True, separators=(",", ":"))
    return f"{step}-{digest_of(text.encode())[:40]}"


@dataclass(frozen=True)
class ArtifactStore:
    """Objects and results under one URL: a folder, or an object store that fsspec knows.

    An object is written once, under the hash of its bytes, and checked when read; a result is a
    small JSON document that names the objects it needs. Several processes may share a store.

    Every method raises MachineFault where the store is out of reach, refused or full.
    """

    url: str
    files: Files = field(repr=False, compare=False)

    def put(self, data: bytes) -> str:
        """Store an object and return its digest."""
        digest = digest_of(data)
        path = _object_path(digest)
        if not self.files.exist([path]):
            self.files.write(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the object with this digest.

        Raises:
            LostObject: It is not there, or its bytes are damaged; it is then removed.
        """
        path = _object_path(digest)
        for _ in range(_READS):
            data = self.files.read(path)
            if data is not None and digest_of(data) == digest:
                return data
            if data is None:
                break
        self.files.remove(path)
        raise LostObject(
            f"{self.url}: object {digest[:12]} is missing or damaged; "
            "run again, and it is made anew"
        )

    def result(self, key: str) -> Json | None:
        """Return the stored result of a step; None where it, or an object of it, is missing.

        One whose bytes are damaged is as good as missing.
        """
        data = self.files.read(f"results/{key}.json")
        if data is None:
            return None
        try:
            document = json.loads(data)
            value, objects = document["value"], list(document["objects"])
            if document["sha256"] != _digest_of_result(value, objects):
                return None
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return value if self.files.exist([_object_path(name) for name in objects]) else None

    def remember(
        self,
        key: str,
        compute: Callable[[], Json],
        objects: Callable[[Json], list[str]],
        keep: Callable[[Json], bool] = lambda _: True,
        *,
        fresh: bool = False,
    ) -> Json:
        """Return the stored result under `key`, or compute and store it.

        `objects` lists the digests that a result refers to; a result that `keep` declines (a
        failure that another try may mend) is returned but not stored. `fresh` computes in any case.
        """
        value = None if fresh else self.result(key)
        if value is None:
            value = compute()
            if keep(value):
                names = objects(value)
                digest = _digest_of_result(value, names)
                document = {"objects": names, "value": value, "sha256": digest}
                text = json.dumps(document, sort_keys=True)
                self.files.write(f"results/{key}.json", text.encode())
        return value


def _digest_of_result(value: Json, objects: list[str]) -> str:
    # As it will be read: keys that are no strings would be sorted in another order before.
    read = json.loads(json.dumps([value, objects]))
    return digest_of(json.dumps(read, sort_keys=True).encode())


def _object_path(digest: str) -> str:
    return f"objects/{digest[:2]}/{digest}"


def open_store(url: str) -> ArtifactStore:
    """Return the store at `url` (a folder or an fsspec URL such as `s3://bucket/prefix`).

    Raises:
        HarnessError: fsspec does not know the URL's protocol, or its package is missing.
    """
    return ArtifactStore(url, open_files(url))
