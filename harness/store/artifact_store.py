"""An artifact store on fsspec: immutable objects by digest, and step results by content key."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec

from harness.errors import HarnessError
from harness.files import write_atomically

Json = Any
"""What `json` reads and writes: the form in which steps hand results to the store."""


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
    small JSON document that names the objects it needs.
    """

    url: str

    def put(self, data: bytes) -> str:
        """Store an object and return its digest."""
        digest = digest_of(data)
        path = f"objects/{digest[:2]}/{digest}"
        if not self._exists(path):
            self._write(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the object with this digest.

        Raises:
            HarnessError: It is not there, or its bytes are damaged.
        """
        path = f"objects/{digest[:2]}/{digest}"
        data = self._read(path)
        if data is None or digest_of(data) != digest:
            self._remove(path)
            raise HarnessError(
                f"{self.url}: object {digest[:12]} is missing or damaged; "
                "run again, and it is made anew"
            )
        return data

    def result(self, key: str) -> Json | None:
        """Return the stored result of a step, or None where it, or an object of it, is missing."""
        data = self._read(f"results/{key}.json")
        if data is None:
            return None
        try:
            document = json.loads(data)
            value = document["value"]
            paths = [f"objects/{name[:2]}/{name}" for name in document["objects"]]
        except (ValueError, KeyError, TypeError):
            return None
        return value if all(self._exists(path) for path in paths) else None

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
                document = {"objects": objects(value), "value": value}
                self._write(f"results/{key}.json", json.dumps(document, sort_keys=True).encode())
        return value

    def _write(self, path: str, data: bytes) -> None:
        filesystem, root = self._open()
        if _is_local(filesystem):
            write_atomically(Path(root) / path, data)
            return
        try:
            filesystem.pipe_file(f"{root}/{path}", data)
        except OSError as error:
            raise HarnessError(f"{self.url}: cannot be written ({error})") from error

    def _read(self, path: str) -> bytes | None:
        filesystem, root = self._open()
        try:
            data: bytes = filesystem.cat_file(f"{root}/{path}")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise HarnessError(f"{self.url}: cannot be read ({error})") from error
        return data

    def _exists(self, path: str) -> bool:
        filesystem, root = self._open()
        return bool(filesystem.exists(f"{root}/{path}"))

    def _remove(self, path: str) -> None:
        filesystem, root = self._open()
        if filesystem.exists(f"{root}/{path}"):
            filesystem.rm_file(f"{root}/{path}")

    def _open(self) -> tuple[Any, str]:
        filesystem, root = fsspec.core.url_to_fs(self.url)
        return filesystem, str(root)


def _is_local(filesystem: Any) -> bool:  # noqa: ANN401 - fsspec has no types
    protocols = filesystem.protocol
    return "file" in ((protocols,) if isinstance(protocols, str) else protocols)


def open_store(url: str) -> ArtifactStore:
    """Return the store at `url` (a folder or an fsspec URL such as `s3://bucket/prefix`).

    Raises:
        HarnessError: fsspec does not know the URL's protocol, or its package is missing.
    """
    store = ArtifactStore(url)
    try:
        fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise HarnessError(f"store {url}: {error}; give a folder or an fsspec URL") from error
    return store
