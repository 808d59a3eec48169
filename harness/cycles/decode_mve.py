"""Classify by its encoding what capstone cannot decode: Helium and the loops of Armv8.1-M."""

from harness.cycles.classify import TimingClass

_LOOP = 0xF000
_VECTOR_LOAD_STORE = (0xEC, 0xED, 0xFC, 0xFD)
_VECTOR_PRODUCT = (0xEE, 0xFE)
_VECTOR_INTEGER = (0xEF, 0xFF)


def classify_encoding(first: int, second: int) -> TimingClass:
    """Return the timing class of the 32-bit instruction of halfwords `first` and `second`.

    The Armv8.1-M architecture puts DLS, WLS, LE and VCTP where 0xF000..0xF07F is followed by
    0xC001 or 0xE001 under the masks below, and vector instructions into the coprocessor space
    0xEC..0xEF and 0xFC..0xFF. Anything else is unknown.
    """
    if first & 0xFF80 == _LOOP and second & 0xC001 == 0xC001:  # noqa: PLR2004 -- encodings
        if second & 0xF801 == 0xE801:  # noqa: PLR2004
            return "mve_system"
        ends = second & 0xF000 == 0xC000 and first & 0xF == 0xF  # noqa: PLR2004
        return "loop_end" if ends else "loop_start"
    space = first >> 8
    if space in _VECTOR_LOAD_STORE:
        return "mve_load" if first & 0x10 else "mve_store"
    if first == 0xFE71 and second == 0x0F4D:  # noqa: PLR2004 -- VPST
        return "mve_system"
    if space in _VECTOR_PRODUCT:
        return "mve_multiply"
    return "mve_integer" if space in _VECTOR_INTEGER else "unknown"


def loop_end_target(address: int, second: int) -> int:
    """Return where LE or LETP at `address` branches back to.

    The offset is bits 10..1 of the second halfword, then bit 11, then a zero.
    """
    offset = ((second >> 1) & 0x3FF) << 2 | ((second >> 11) & 1) << 1
    return address + 4 - offset
