"""Read a TOML file into a typed model, and say in one line what is wrong with it."""

import json
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.names import nearest_name

M = TypeVar("M", bound=BaseModel)


def read_toml(path: Path, model: type[M]) -> M:
    """Return the content of the TOML file at `path` as an instance of `model`.

    Types are strict (the text "5" is no integer). Unknown keys are errors where `model` forbids
    extra ones.

    Raises:
        HarnessError: The file cannot be read, is no TOML, or does not fit the model; the message
            is one line "FILE: FIELD: problem; remedy".
    """
    parsed: M = parse_toml(read_bytes(path), str(path), model)
    return parsed


@lru_cache(maxsize=256)
def parse_toml(content: bytes, name: str, model: type[M]) -> M:
    """Return `content`, the bytes of a TOML file that messages call `name`, as a `model`.

    What was parsed before is given again: models are not to be changed.

    Raises:
        HarnessError: As `read_toml`.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise HarnessError(
            f"{name}: not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from None
    try:
        # Validated as JSON because strict validation takes arrays for tuples only from there.
        as_json = json.dumps(tomllib.loads(text), default=str)
    except (ValueError, RecursionError) as error:
        problem = _one_line(str(error)) or "nested too deeply"
        raise HarnessError(f"{name}: not valid TOML: {problem}; correct it") from None
    try:
        return model.model_validate_json(as_json, strict=True)
    except ValidationError as error:
        raise HarnessError(f"{name}: {describe_problem(error, model)}") from None


def describe_problem(error: ValidationError, model: type[BaseModel]) -> str:
    """Return one line "FIELD: problem; remedy" for the first problem in `error`.

    An unknown key comes before the missing one that it was probably meant to be.
    """
    problems = error.errors(include_url=False, include_context=False)
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    location = first["loc"]
    field = _field(location)
    if first["type"] == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        nearest = nearest_name(str(location[-1]), known)
        remedy = f"did you mean {nearest!r}?" if nearest else f"known keys: {', '.join(known)}"
        return f"{field}: unknown key; {remedy}"
    if first["type"] == "missing":
        return f"{field}: missing; add it"
    if first["type"] == "too_short":
        return f"{field}: is empty; give at least one"
    message = _one_line(first["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if first["type"] != "value_error":
        message = f"{message}, not {_shown(first['input'])}; correct it"
    return f"{field}: {message}" if field else message


def _field(location: Sequence[int | str]) -> str:
    text = ""
    for part in location:
        if isinstance(part, str) and not part.isidentifier():
            continue  # pydantic's name for one choice among several types
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _known_keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    current = model
    for part in location:
        field = current.model_fields.get(str(part))
        if field is not None:
            current = _model_in(field.annotation) or current
    return sorted(field.alias or name for name, field in current.model_fields.items())


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 -- any annotation at all
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    longest = 40
    return text if len(text) <= longest else f"{text[:longest]}..."
