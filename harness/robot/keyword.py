"""Make a method a keyword of Robot Framework that tells what is wrong in one line."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from robot.api import Error
from robot.api.deco import keyword

from harness.errors import HarnessError

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")

_OPTION = re.compile(r"(?<!\w)'[^']*'|--([a-z][a-z-]+)")
_ARGUMENTS = {"with-features": "features=device"}


def harness_keyword(
    *tags: str,
    name: str | None = None,
) -> Callable[[Callable[Concatenate[S, P], T]], Callable[Concatenate[S, P], T]]:
    """Return a decorator for keywords with these tags; a `name` is made of the method's.

    What the harness refuses ends the keyword with its one line, without a type's name or a
    traceback.
    """

    def decorate(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
        @wraps(method)
        def told(self: S, *arguments: P.args, **named: P.kwargs) -> T:
            try:
                return method(self, *arguments, **named)
            except HarnessError as error:
                raise Error(in_words_of_keywords(str(error))) from None

        marked: Callable[Concatenate[S, P], T] = keyword(name=name, tags=tags)(told)
        return marked

    return decorate


def in_words_of_keywords(message: str) -> str:
    """Return a message in one line that names arguments where it named options.

    `--tflm-dir` is the argument `tflm_dir`; quoted command lines stay as they are.
    """

    def named(found: re.Match[str]) -> str:
        option = found[1]
        return found[0] if option is None else _ARGUMENTS.get(option, option.replace("-", "_"))

    return _OPTION.sub(named, " ".join(message.split()))
