"""Write files so that a reader never sees half of one."""

import contextlib
import os
import secrets
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.errors import HarnessError


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write `content` to `path` through a temporary file in the same folder.

    A device, a FIFO, and what standard output or error go to are written as they are: another file
    in their place would be no device, or lose what is printed.

    Raises:
        HarnessError: The folder cannot be made or written, or the disk is full. An earlier file
            at `path` is then still there, unchanged.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary: Path | None = None
    try:
        stream_handle = _open_stream(path)
        if stream_handle is not None:
            with os.fdopen(stream_handle, "wb") as stream:
                stream.write(data)
            return
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


def check_outputs(outputs: Sequence[Path | None], inputs: Sequence[Path]) -> None:
    """Make sure that no file to be written is one that is read, or is written twice.

    Raises:
        HarnessError: One is.
    """
    taken = {path.resolve() for path in inputs}
    for path in outputs:
        if path is None or (path.exists() and not path.is_file()):
            continue
        if path.resolve() in taken:
            raise HarnessError(
                f"{path}: given twice, and would be overwritten; name another file to write"
            )
        taken.add(path.resolve())


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


def _open_stream(path: Path) -> int | None:
    """Open `path` for writing if it must not be replaced; None where it is a file, or nothing."""
    try:
        found = path.stat()
    except OSError:
        return None
    for standard in (1, 2):
        with contextlib.suppress(OSError):  # closed
            if os.path.samestat(found, os.fstat(standard)):
                return os.dup(standard)
    if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
        return None
    return os.open(path, os.O_WRONLY)


def _unwritable(path: Path, error: OSError) -> HarnessError:
    return HarnessError(
        f"{path}: cannot be written ({error.strerror}); free space or choose another folder"
    )
