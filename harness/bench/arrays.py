"""Arrays and joined byte strings as objects of the store."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.store import ArtifactStore


def put_array(store: ArtifactStore, array: npt.NDArray[Any]) -> str:
    """Store an array in NumPy's .npy format and return its digest."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return store.put(buffer.getvalue())


def get_array(store: ArtifactStore, digest: str) -> npt.NDArray[Any]:
    """Return a stored array."""
    array: npt.NDArray[Any] = np.load(io.BytesIO(store.get(digest)), allow_pickle=False)
    return array


def put_records(store: ArtifactStore, records: Sequence[bytes]) -> str:
    """Store byte strings of one length, joined, and return the digest."""
    return store.put(b"".join(records))


def get_records(store: ArtifactStore, digest: str, size: int) -> list[bytes]:
    """Return the byte strings of `size` bytes each that `put_records` joined."""
    data = store.get(digest)
    return [data[start : start + size] for start in range(0, len(data), size)]
