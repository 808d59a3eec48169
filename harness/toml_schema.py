"""JSON Schemas of the TOML files, for editors: what `harness.toml_file` holds a file against."""

import ast
import inspect
import json
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from harness.names import unknown_name

Schema = dict[str, Any]

_DRAFT = "http://json-schema.org/draft-07/schema#"
"""The latest that every editor's TOML support reads."""


@dataclass(frozen=True)
class TomlFile:
    """A kind of TOML file: its model, what it is, and which names may stand in which field.

    `names` gives for a field such as "boards" the names that are known. Others are right too, where
    a path, a wildcard or another package's name may stand there; not in the fields of `closed`.
    """

    model: type[BaseModel]
    title: str
    names: Mapping[str, Callable[[], Iterable[str]]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()


def toml_files() -> Mapping[str, TomlFile]:
    """Return every kind of TOML file that has a schema, by the name that `harness schema` takes."""
    from harness.bench.spec import BenchSpec
    from harness.boards import Board
    from harness.cycles.core_table import CoreFile
    from harness.firmware.tflm_source import RuntimeApi
    from harness.firmware.toolchain import OPTIMIZATIONS
    from harness.gate.budgets import Budgets
    from harness.kernel_sets import KernelSet, load_kernel_folders
    from harness.model_file.operator_table import OperatorTable
    from harness.models import Card, load_models
    from harness.schemes.registry import load_schemes
    from harness.simulators.machines import MACHINES
    from harness.simulators.registry import load_simulators
    from harness.tasks import load_tasks

    axes: dict[str, Callable[[], Iterable[str]]] = {
        "models": load_models,
        "schemes": load_schemes,
        "boards": _board_names,
        "kernels": load_kernel_folders,
        "optimize": lambda: OPTIMIZATIONS,
        "simulator": load_simulators,
    }
    budget = {
        "model": load_models,
        "scheme": load_schemes,
        "board": _board_names,
        "kernels": load_kernel_folders,
        "optimize": lambda: OPTIMIZATIONS,
    }
    return {
        "board": TomlFile(
            Board, "A board (boards/NAME.toml)", {"qemu": lambda: MACHINES}, frozenset({"qemu"})
        ),
        "bench": TomlFile(BenchSpec, "A sweep (bench.toml)", axes, frozenset({"optimize"})),
        "budgets": TomlFile(Budgets, "Budgets (budgets.toml)", budget),
        "model": TomlFile(Card, "A model's card (card.toml)", {"task": load_tasks}),
        "kernels": TomlFile(KernelSet, "A kernel set (kernels.toml)"),
        "core": TomlFile(CoreFile, "A core's timing (harness/cycles/tables/NAME.toml)"),
        "operators": TomlFile(OperatorTable, "What a runtime computes (operators.toml)"),
        "runtime": TomlFile(RuntimeApi, "An API of TensorFlow Lite Micro (runtime.toml)"),
    }


def schema_text(name: str) -> str:
    """Return the JSON Schema of the kind of file called `name`, as the text of a file.

    Raises:
        HarnessError: There is no such kind, or an installed package cannot be loaded.
    """
    files = toml_files()
    if name not in files:
        raise unknown_name("schema", name, files)
    return json.dumps(_schema(files[name]), indent=2, ensure_ascii=False) + "\n"


def _schema(file: TomlFile) -> Schema:
    schema = file.model.model_json_schema(ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    classes = _models_in(file.model)
    for name, part in [(file.model.__name__, schema), *definitions.items()]:
        if name in classes:
            _describe(part, classes[name])
        _offer(part, file)
        _require(part)
    whole = {"title": file.title, **{k: v for k, v in _plain(schema).items() if k != "title"}}
    if definitions:
        whole["definitions"] = {key: _plain(definitions[key]) for key in sorted(definitions)}
    return {"$schema": _DRAFT, **whole}


def _board_names() -> Iterable[str]:
    from harness.boards import board_names

    return board_names()


def _models_in(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the models that `model` is made of, itself included, by class name."""
    found = {model.__name__: model}
    for one in model.model_fields.values():
        for inner in _classes(one.annotation):
            if inner.__name__ not in found:
                found |= _models_in(inner)
    return found


def _classes(annotation: Any) -> Iterable[type[BaseModel]]:  # noqa: ANN401 -- any annotation at all
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _classes(part)


def _describe(schema: Schema, model: type[BaseModel]) -> None:
    """Add to each property what the text under its field says, its own class before bases."""
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            for name, text in _field_texts(base).items():
                alias = model.model_fields[name].alias or name
                schema["properties"][alias].setdefault("description", text)


def _field_texts(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring under each field of a class; Python itself does not keep these."""
    try:
        source = inspect.getsource(model)
    except OSError:  # made by a function: its fields say themselves what they are
        return {}
    (defined,) = ast.parse(textwrap.dedent(source)).body
    body = defined.body if isinstance(defined, ast.ClassDef) else []
    texts = {}
    for statement, following in pairwise(body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        value = following.value if isinstance(following, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            texts[statement.target.id] = _one_line(value.value)
    return texts


def _offer(schema: Schema, file: TomlFile) -> None:
    """Let an editor offer the known names in the fields that hold names."""
    for name, part in schema.get("properties", {}).items():
        if name in file.names:
            known = {"enum": list(file.names[name]())}
            for choice in (part, *part.get("anyOf", ())):
                text = choice.get("items") if choice.get("type") == "array" else choice
                if isinstance(text, dict) and text.get("type") == "string":
                    kept = {key: text.pop(key) for key in list(text) if key in _OF_STRINGS}
                    text |= known if name in file.closed else {"anyOf": [known, kept]}


def _require(schema: Schema) -> None:
    """Require each field whose default breaks its own rule: it is there to be refused in words."""
    for name, part in schema.get("properties", {}).items():
        least = part.get("exclusiveMinimum")
        if least is not None and "default" in part and part["default"] <= least:
            del part["default"]
            schema["required"].append(name)


_OF_STRINGS = frozenset({"type", "minLength", "pattern"})


def _plain(schema: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return `schema` as TOML can have it, and in the words of draft 7.

    TOML has no null; beside `$ref` draft 7 reads nothing; docstrings are wrapped by their source.
    """
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(value) for key, value in schema.items()}
    choices = [one for one in plain.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        del plain["anyOf"]
        plain = {**choices[0], **plain}
    elif choices:
        plain["anyOf"] = choices
    if "default" in plain and plain["default"] in (None, [], {}):
        del plain["default"]
    if isinstance(plain.get("description"), str):
        plain["description"] = _one_line(plain["description"])
    if "$ref" in plain and len(plain) > 1:
        plain["allOf"] = [{"$ref": plain.pop("$ref")}]
    return plain


def _one_line(text: str) -> str:
    return " ".join(text.replace("`", "").split())
