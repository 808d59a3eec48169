"""Objects of the store as local files, for the programs that need a path."""

import io
import os
import platform
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness.errors import HarnessError, MachineFault
from harness.store.artifact_store import ArtifactStore
from harness.store.faults import is_full_disk

_ABANDONED_S = 3600.0
"""A process that a container hides may still be alive; one that writes leaves newer folders."""

_NO_ROOM_BYTES = 1 << 20
"""With less than this free, a program that failed is taken to have failed for want of room."""


@dataclass(frozen=True)
class Workspace:
    """A folder of this machine where packed objects are unpacked once and tools keep theirs."""

    folder: Path

    def unpacked(self, store: ArtifactStore, digest: str) -> Path:
        """Return the folder that holds the content of a packed object, unpacking it at first use.

        Raises:
            MachineFault: The folder cannot be written, or the store does not serve.
            LostObject: The object is missing or damaged.
            HarnessError: The object is no archive of plain files.
        """
        place = self.folder / "unpacked" / digest[:24]
        if place.is_dir():
            return place
        data = store.get(digest)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=place.parent, prefix=".unpack-"))
            try:
                _unpack(data, temporary)
                _rename_once(temporary, place)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
        except OSError as error:
            raise self._unwritable(error) from error
        return place

    def _unwritable(self, error: OSError) -> MachineFault:
        return MachineFault(
            f"{self.folder}: cannot be written ({error.strerror}); free space or set HARNESS_CACHE"
        )

    def remove_abandoned(self) -> None:
        """Remove the scratch folders of processes of this machine that ended without doing so."""
        for folder in (self.folder / "scratch").glob(f"{platform.node()}-*-*"):
            owner = folder.name.removeprefix(f"{platform.node()}-").partition("-")[0]
            old = time.time() - folder.stat().st_mtime > _ABANDONED_S
            if old and owner.isdigit() and not _is_running(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)

    def check_room(self) -> None:
        """Make sure that no step failed for want of room, here or for temporary files.

        Raises:
            MachineFault: The disk is full.
        """
        for folder, variable in ((self.folder, "HARNESS_CACHE"), (_temporary(), "TMPDIR")):
            with suppress(OSError):  # no such folder: nothing was written
                if shutil.disk_usage(folder).free < _NO_ROOM_BYTES:
                    raise MachineFault(f"{folder}: the disk is full; free space or set {variable}")

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a private folder that is removed afterwards.

        Raises:
            MachineFault: It cannot be made, or what is done in it finds the disk full.
        """
        try:
            parent = self.folder / "scratch"
            parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"{platform.node()}-{os.getpid()}-"))
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield folder
        except OSError as error:
            if is_full_disk(error):
                raise self._unwritable(error) from error
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _temporary() -> Path:
    """Return the folder for temporary files, also where none can be written any more."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:  # every one that there is was tried, and is full
        return Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - looked at, not written


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _rename_once(temporary: Path, place: Path) -> None:
    try:
        temporary.rename(place)
    except OSError:
        if not place.is_dir():
            raise


def _unpack(data: bytes, folder: Path) -> None:
    """Write the files of a packed object into `folder`.

    tarfile's own way to refuse names that lead elsewhere came only with Python 3.11.4, and
    Debian 12 has 3.11.2.

    Raises:
        HarnessError: An entry is not a plain file below the folder.
    """
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.isfile() else None
            name = PurePosixPath(entry.name)
            if content is None or name.is_absolute() or ".." in name.parts:
                raise HarnessError(f"store: a packed object holds '{entry.name}', not a plain file")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a tar archive of `files` whose bytes depend only on names and contents."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
    return buffer.getvalue()


def pack_tree(root: Path, suffixes: Iterable[str], under: Iterable[str] = (".",)) -> bytes:
    """Return `pack` of the files below `root` whose names end in one of `suffixes`.

    Only the folders `under` are read. Links are followed, so that the archive stands alone.
    """
    endings = tuple(suffixes)
    files: dict[str, bytes] = {}
    for folder in under:
        for parent, _, names in os.walk(root / folder, followlinks=True):
            for name in names:
                path = Path(parent) / name
                if name.endswith(endings) and path.is_file():
                    files[path.relative_to(root).as_posix()] = path.read_bytes()
    return pack(files)
