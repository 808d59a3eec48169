"""Turn the linker's names of C++ functions and variables into what stands in the source."""

from collections.abc import Iterable, Mapping

from harness.process import run

_PROGRAM = "arm-none-eabi-c++filt"
_LIMIT_S = 60
_NAMES_A_RUN = 400
_MANGLED = "_Z"


def demangle(names: Iterable[str]) -> Mapping[str, str]:
    """Return each of `names` with its C++ name, parameters included; a C name is its own.

    A name that binutils' c++filt cannot read, or all where it fails, stay as they are: names are
    shown to people, and no figure depends on them.

    Raises:
        HarnessError: c++filt, which comes with the compiler, is not installed.
    """
    found = set(names)
    # Of the C++ ABI's form alone: c++filt would read the file that a name like "@FILE" leads to.
    listed = sorted(name for name in found if name.startswith(_MANGLED))
    readable = {name: name for name in found}
    for start in range(0, len(listed), _NAMES_A_RUN):
        part = listed[start : start + _NAMES_A_RUN]
        done = run([_PROGRAM, *part], timeout_s=_LIMIT_S)
        lines = done.stdout.splitlines()
        whole = done.returncode == 0 and len(lines) == len(part)
        readable |= zip(part, lines if whole else part, strict=True)
    return readable
