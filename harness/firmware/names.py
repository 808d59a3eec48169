"""Names of functions and files, short enough to be read."""

import posixpath
import re

_KEPT_SCOPES = 2
_OPERATOR = re.compile(r"operator\s*(\(\)|\[\]|<=>|->\*?|<<=?|>>=?|[<>]=?)")
_HIDDEN = str.maketrans("()<>", "\x01\x02\x03\x04")
_SHOWN = str.maketrans("\x01\x02\x03\x04", "()<>")
_ROOTS = ("/firmware/", "/tflm/", "/tensorflow/", "/third_party/", "/newlib/", "/libgcc/")


def short_name(function: str) -> str:
    """Return a demangled C++ name without return type, parameters, template arguments and scopes.

    The innermost scope stays: "harness::kernels::simd::(anonymous namespace)::Tile<long>(int)" is
    "simd::Tile". A C name stays as it is.
    """
    text = function.replace("(anonymous namespace)::", "")
    text = _OPERATOR.sub(lambda found: found[0].translate(_HIDDEN), text)
    kept, depth = [], 0
    for character in text:
        if character == "(" and depth == 0:
            break
        depth += (character == "<") - (character == ">")
        if depth == 0 and character != ">":
            kept.append(character)
    name = "".join(kept).strip()
    conversion = name.find("operator ")  # whose name has a space
    end = len(name) if conversion < 0 else conversion
    name = name[name.rfind(" ", 0, end) + 1 :]
    return "::".join(name.split("::")[-_KEPT_SCOPES:]).translate(_SHOWN) or function


def short_path(path: str) -> str:
    """Return a source path without what stands before the project's own folders.

    "build/firmware/kernels/../kernels/pad.h" is "firmware/kernels/pad.h".
    """
    normal = posixpath.normpath(path)
    for root in _ROOTS:
        place = f"/{normal}".rfind(root)
        if place >= 0:
            return normal[place:]
    return normal


def place_name(file: str, line: int) -> str:
    """Return "FILE:LINE", or "?" where no debug information says it."""
    if not file:
        return "?"
    return f"{short_path(file)}:{line}" if line else short_path(file)
