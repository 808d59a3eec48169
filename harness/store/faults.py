"""What a driver of a store raises, as one line that says what to do about it."""

import errno

from harness.errors import MachineFault

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LASTING = _FULL | {errno.EINVAL, errno.EPERM, errno.ENAMETOOLONG, errno.ENOSYS, errno.EROFS}
_OURS = frozenset({"builtins", "harness"})
_SHOWN = 200


def is_drivers(error: Exception) -> bool:
    """Return whether an exception tells of the storage, and not of a mistake in the program.

    Every driver has exceptions of its own besides OSError; they come from its package.
    """
    return isinstance(error, OSError) or type(error).__module__.partition(".")[0] not in _OURS


def is_passing(error: Exception) -> bool:
    """Return whether another try may succeed: not where rights, a bucket or room lack."""
    if isinstance(error, FileNotFoundError) or _is_refusal(error):
        return False
    return not (isinstance(error, OSError) and error.errno in _LASTING)


def store_fault(url: str, done: str, error: Exception) -> MachineFault:
    """Return the fault of a store that cannot be `done` ("read", "written"), to be raised."""
    if isinstance(error, FileNotFoundError):
        return MachineFault(
            f"store {url}: cannot be {done}: there is no such bucket or folder; "
            "create it or correct the URL"
        )
    if _is_refusal(error):
        return MachineFault(
            f"store {url}: cannot be {done}: access is refused ({_words(error)}); check the "
            "credentials (for s3: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or a profile) and "
            "their rights"
        )
    if _is_full(error):
        return MachineFault(f"store {url}: cannot be {done}: it is full; free space")
    if _is_timeout(error):
        return MachineFault(
            f"store {url}: cannot be {done}: it does not answer in time ({_words(error)}); check "
            "the network and the endpoint (for s3: AWS_ENDPOINT_URL)"
        )
    return MachineFault(
        f"store {url}: cannot be {done} ({_words(error)}); check the network and the endpoint "
        "(for s3: AWS_ENDPOINT_URL)"
    )


def is_full_disk(error: OSError) -> bool:
    """Return whether a file could not be written for want of room."""
    return error.errno in _FULL


def _is_full(error: Exception) -> bool:
    return isinstance(error, OSError) and is_full_disk(error)


def _is_refusal(error: Exception) -> bool:
    return isinstance(error, PermissionError) or "Credentials" in type(error).__name__


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or "Timeout" in type(error).__name__


def _words(error: Exception) -> str:
    """An error in one short line; what a server says is not to fill the screen."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())
    return text[:_SHOWN] or type(error).__name__
