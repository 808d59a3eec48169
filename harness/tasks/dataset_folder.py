"""A user's folder of data: its identity for cache keys, and errors that say what is missing."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from harness.errors import HarnessError

_SHOWN = 5


def folder_identity(folder: Path) -> str:
    """Return a hash of the names, sizes and modification times of all files below `folder`.

    Contents are not read: a published data set has gigabytes.

    Raises:
        HarnessError: There is no such folder, or it cannot be listed.
    """
    check_dataset_folder(folder)
    digest = hashlib.sha256()
    try:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                stat = path.stat()
                name = path.relative_to(folder).as_posix()
                digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    except OSError as error:
        raise HarnessError(f"{folder}: cannot be listed ({error.strerror})") from error
    return f"folder {digest.hexdigest()[:16]}"


def check_dataset_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises:
        HarnessError: It is missing or a file.
    """
    if not folder.is_dir():
        kind = "is a file, not a folder" if folder.exists() else "no such folder"
        raise HarnessError(f"{folder}: {kind}; name the data set's unpacked folder")


def wrong_folder(folder: Path, title: str, expected: Sequence[str]) -> HarnessError:
    """Return the error for a folder that is not the data set `title`.

    It says which files were expected and which were found.
    """
    try:
        found = sorted(path.name + "/" * path.is_dir() for path in folder.iterdir())
    except OSError:
        found = []
    listed = ", ".join(found[:_SHOWN]) or "nothing"
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return HarnessError(
        f"{folder}: is not {title}: expected {', '.join(expected)}; found {listed}{more}"
    )
