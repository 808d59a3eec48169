"""Write files so that a reader never sees half of one."""

import os
import secrets
import tempfile
from pathlib import Path

from harness.errors import HarnessError


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write `content` to `path` through a temporary file in the same folder.

    Raises:
        HarnessError: The folder cannot be made or written, or the disk is full. An earlier file
            at `path` is then still there, unchanged.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Opened with the mode of any new file, which the system's mask then narrows: asking for
        # the mask would mean setting it, under the eyes of other threads.
        candidate = path.parent / f".{secrets.token_hex(8)}.tmp"
        handle = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        temporary = candidate
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def read_bytes(path: Path) -> bytes:
    """Return the content of a file that the user named.

    Raises:
        HarnessError: There is no such file, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read ({error.strerror}); check the name") from error


def check_folder(folder: Path) -> None:
    """Make a folder for results that come later, and make sure now that they can be written.

    Raises:
        HarnessError: It cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"harness")
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(path: Path, error: OSError) -> HarnessError:
    return HarnessError(
        f"{path}: cannot be written ({error.strerror}); free space or choose another folder"
    )
