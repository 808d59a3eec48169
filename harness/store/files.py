"""The files of a store: in a folder, or through fsspec with retries for faults that pass."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import fsspec

from harness.errors import HarnessError, MachineFault
from harness.files import write_atomically
from harness.store.faults import is_drivers, is_passing, store_fault

PATIENCE_S = 60.0
"""How long a fault that may pass, such as a lost connection, is met with further tries."""

_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 5.0
_AT_A_TIME = 8
_S3_OPTIONS = {
    # Listings grow stale under other writers; one request reads an object, not two.
    "use_listings_cache": False,
    "max_concurrency": 1,
    # The driver's own retries and ours suffice; botocore's would multiply them.
    "config_kwargs": {"retries": {"total_max_attempts": 1}, "max_pool_connections": 16},
}

T = TypeVar("T")


class Files(Protocol):
    """Files by relative path. Every method raises MachineFault where the store does not serve."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content, None where there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Write a file whole; several may write the same one."""

    def exist(self, paths: Sequence[str]) -> bool:
        """Return whether all files are there."""

    def remove(self, path: str) -> None:
        """Remove a file if it is there."""


@dataclass(frozen=True)
class FolderFiles:
    """Files of a folder of this machine, or of one that machines share."""

    url: str
    root: Path

    def read(self, path: str) -> bytes | None:
        """See `Files`."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MachineFault(
                f"{self.url}: cannot be read ({error.strerror}); check the folder or choose another"
            ) from error

    def write(self, path: str, data: bytes) -> None:
        """See `Files`."""
        try:
            write_atomically(self.root / path, data)
        except HarnessError as error:
            raise MachineFault(str(error)) from error

    def exist(self, paths: Sequence[str]) -> bool:
        """See `Files`."""
        return all((self.root / path).exists() for path in paths)

    def remove(self, path: str) -> None:
        """See `Files`."""
        with suppress(OSError):
            (self.root / path).unlink()


@dataclass(frozen=True)
class RemoteFiles:
    """Files of any file system that fsspec knows; `patience_s` bounds the tries."""

    url: str
    filesystem: Any
    root: str
    patience_s: float = PATIENCE_S

    def read(self, path: str) -> bytes | None:
        """See `Files`."""

        def read() -> bytes | None:
            try:
                data: bytes = self.filesystem.cat_file(f"{self.root}/{path}")
            except FileNotFoundError:
                return None
            return data

        return self._tried("read", read)

    def write(self, path: str, data: bytes) -> None:
        """See `Files`."""
        self._tried("written", lambda: self.filesystem.pipe_file(f"{self.root}/{path}", data))

    def exist(self, paths: Sequence[str]) -> bool:
        """See `Files`. Asks for several at a time: each is a round trip."""

        def exists(path: str) -> bool:
            return self._tried("read", lambda: bool(self.filesystem.exists(f"{self.root}/{path}")))

        if len(paths) <= 1:
            return all(map(exists, paths))
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            return all(pool.map(exists, paths))

    def remove(self, path: str) -> None:
        """See `Files`."""

        def remove() -> None:
            with suppress(FileNotFoundError):
                self.filesystem.rm_file(f"{self.root}/{path}")

        self._tried("written", remove)

    def _tried(self, done: str, action: Callable[[], T]) -> T:
        """Return what `action` gives, trying again for a while where a fault may pass."""
        deadline, wait = time.monotonic() + self.patience_s, _FIRST_WAIT_S
        while True:
            try:
                return action()
            except HarnessError:
                raise
            except Exception as error:
                if not is_drivers(error):
                    raise
                if not is_passing(error) or time.monotonic() + wait > deadline:
                    raise store_fault(self.url, done, error) from error
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_S)


def open_files(url: str, patience_s: float = PATIENCE_S) -> Files:
    """Return the files below a URL that fsspec knows, or a folder.

    Raises:
        HarnessError: fsspec does not know the URL's protocol, or its package is missing.
    """
    if "://" not in url and "::" not in url:
        return FolderFiles(url, Path(url).expanduser().absolute())
    options = _S3_OPTIONS if url.startswith(("s3://", "s3a://")) else {}
    try:
        filesystem, root = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        raise HarnessError(
            f"store {url}: its driver is not installed; pip install 'tflm-harness[s3]' for s3, "
            "else the package that fsspec names for the protocol; or give a folder or an fsspec URL"
        ) from error
    except ValueError as error:
        raise HarnessError(f"store {url}: {error}; give a folder or an fsspec URL") from error
    if isinstance(filesystem, fsspec.implementations.local.LocalFileSystem):
        return FolderFiles(url, Path(root))
    return RemoteFiles(url, filesystem, str(root), patience_s)
