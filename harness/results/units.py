"""Figures as a reader likes them."""

_KIB = 1024


def describe_bytes(size: int) -> str:
    """Return a size in bytes or, from 1 KiB, in KiB with one decimal."""
    return f"{size} B" if size < _KIB else f"{size / _KIB:.1f} KiB"
