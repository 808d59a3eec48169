"""Shapes and values of an operator that do not fit each other."""


class MisfitError(Exception):
    """The shapes or values of an operator do not fit; the message says how."""


def expect(found: int, expected: int, what: str) -> None:
    """Make sure that a number which follows from others is what it must be.

    Raises:
        MisfitError: It is not.
    """
    if found != expected:
        raise MisfitError(f"{what}: {found}, where {expected} must be")
