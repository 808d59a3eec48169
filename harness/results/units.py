"""Figures as a reader likes them."""

_KIB = 1024


def bytes_text(count: int) -> str:
    """Return a number of bytes with its unit: "12.3 KiB", or "800 B" below one KiB."""
    return f"{count} B" if abs(count) < _KIB else f"{count / _KIB:.1f} KiB"
