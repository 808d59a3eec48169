"""Refuse Keras files that would have code run, read other files, or unpack to no end.

Keras's own safe mode stops Lambda layers, in most formats. A file can ask for more: tf-keras calls
any function of TensorFlow that a `TFOpLambda` names, `io.write_file` among them, both generations
import modules by name, and HDF5 data may lie in another file of this machine. What is not known to
be harmless is refused here, before Keras sees the file.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from harness.errors import HarnessError

Format = Literal["keras", "h5"]

_MOST_BYTES = 4 << 30
_MOST_CONFIG_BYTES = 64 << 20
_MEMBERS = frozenset({"metadata.json", "config.json", "model.weights.h5"})
_OWN_LAYERS = "save a model of Keras's own layers with model.save"

_MODULE = re.compile(r"(tf_keras|keras)(\.\w+)*", re.ASCII)
_NO_NETWORK = frozenset(
    {"utils", "saving", "export", "backend", "datasets", "applications", "legacy"}
)
"""Modules of Keras, but no parts of networks: their functions load, save and download."""

_CODE = frozenset({"Lambda", "__lambda__", "TensorFlowOpLayer", "TFSMLayer"})
"""Layers that hold code, or a graph of any operations."""
_TENSORFLOW_CALLS = frozenset({"TFOpLambda", "SlicingOpLambda", "ClassMethod"})
_HARMLESS = re.compile(
    r"(compat\.v1\.)?("
    r"(math|nn|linalg|signal|bitwise|__operators__)\.\w+(\.\w+)*|image\.resize\w*|"
    r"(abs|add|argmax|argmin|boolean_mask|broadcast_to|cast|clip_by_value|concat|cos|divide|einsum|equal|exp|"
    r"expand_dims|fill|gather|greater|identity|less|linspace|matmul|maximum|minimum|multiply|"
    r"negative|norm|one_hot|ones|ones_like|pad|pow|range|rank|realdiv|reduce_\w+|repeat|reshape|"
    r"reverse|roll|round|scalar_mul|shape|sigmoid|sign|sin|size|slice|sort|split|sqrt|square|"
    r"squeeze|stack|stop_gradient|strided_slice|subtract|tanh|tensordot|tile|transpose|truediv|"
    r"unstack|where|where_v2|zeros|zeros_like))",
    re.ASCII,
)
"""Functions of TensorFlow that compute tensors from tensors and do nothing else; Keras writes some
under their name of TensorFlow 1."""


def check_keras_file(content: bytes, kind: Format) -> str:
    """Check a file that Keras is to load as a `kind`; return the version of Keras that wrote it.

    That is empty where the file does not say.

    Raises:
        HarnessError: It is damaged, or asks for what no network needs; the message does not begin
            with the file's name.
    """
    try:
        config, version = (_of_archive if kind == "keras" else _of_h5)(content)
    except HarnessError:
        raise
    except Exception as error:  # a damaged file may raise anything
        raise HarnessError(f"cannot be read ({_short(error)}); {_OWN_LAYERS}") from error
    _check_config(config)
    return version


def _of_archive(content: bytes) -> tuple[Any, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if len(set(names)) < len(names):
            raise HarnessError("holds two files of one name; save the model again")
        others = sorted(name for name in names if name not in _MEMBERS and not name.endswith("/"))
        if others:
            raise HarnessError(f"holds {others[0][:80]!r} beside the network; {_OWN_LAYERS}")
        _check_bytes(sum(entry.file_size for entry in entries))
        if "metadata.json" not in names:
            raise HarnessError(f"metadata.json: missing or damaged; {_OWN_LAYERS}")
        metadata = _json(archive.read("metadata.json"), "metadata.json")
        if not isinstance(metadata, dict) or "keras_version" not in metadata:
            raise HarnessError(f"metadata.json: missing or damaged; {_OWN_LAYERS}")
        if "model.weights.h5" in names:
            _check_h5(archive.read("model.weights.h5"))
        config = _json(archive.read("config.json"), "config.json")
        return config, str(metadata["keras_version"])


def _of_h5(content: bytes) -> tuple[Any, str]:
    import h5py

    _check_h5(content)
    with h5py.File(io.BytesIO(content), "r") as file:
        if "model_config" not in file.attrs:
            raise HarnessError(
                "holds weights without an architecture; save the whole model with model.save"
            )
        version = file.attrs.get("keras_version", "")
        config = _json(file.attrs["model_config"], "model_config")
    return config, version.decode() if isinstance(version, bytes) else str(version)


def _check_h5(content: bytes) -> None:
    """Refuse links and data that lead to other files, and data that unpacks to no end."""
    import h5py

    total = 0
    with h5py.File(io.BytesIO(content), "r") as file:
        links: list[str] = []
        file.visititems_links(
            lambda name, link: links.append(name) if isinstance(link, h5py.ExternalLink) else None
        )
        found: list[Any] = []
        file.visititems(lambda _, item: found.append(item))
        for item in found:
            if isinstance(item, h5py.Dataset):
                if item.external or item.is_virtual:
                    links.append(item.name)
                total += item.size * item.dtype.itemsize if item.size else 0
        if links:
            raise HarnessError(f"its data {links[0][:80]!r} lies in another file; {_OWN_LAYERS}")
    _check_bytes(total)


def _check_bytes(size: int) -> None:
    if size > _MOST_BYTES:
        raise HarnessError(
            f"unpacks to {size >> 20:,} MiB, more than {_MOST_BYTES >> 20:,}; give a smaller model"
        )


def _json(text: str | bytes, name: str) -> Any:  # noqa: ANN401 - any JSON
    if len(text) > _MOST_CONFIG_BYTES:
        raise HarnessError(f"{name}: {len(text) >> 20} MiB; {_OWN_LAYERS}")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HarnessError(f"{name}: missing or damaged; {_OWN_LAYERS}") from error


def _check_config(config: Any) -> None:  # noqa: ANN401 - any JSON
    if isinstance(config, dict):
        # How it was compiled is left aside by whoever loads it with compile=False.
        config = {key: value for key, value in config.items() if key != "compile_config"}
    for value in _dictionaries(config):
        _check_object(value)


def _dictionaries(config: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - any JSON
    pending = [config]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield value
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)


def _check_object(value: Mapping[str, Any]) -> None:
    """Refuse one object of a network's description, a layer or a part of it, that may do harm."""
    kinds = [str(value.get(key) or "").split(">")[-1] for key in ("class_name", "registered_name")]
    if _CODE & set(kinds):
        raise HarnessError(
            "has a Lambda layer, which is code inside the file and is not run; "
            "replace it with Keras's own layers"
        )
    config = value.get("config")
    function = config.get("function") if isinstance(config, dict) else None
    if _TENSORFLOW_CALLS & set(kinds) and not _HARMLESS.fullmatch(str(function)):
        raise HarnessError(f"calls {str(function)[:80]!r} of TensorFlow; {_OWN_LAYERS}")
    if isinstance(value.get("vocabulary"), str):
        raise HarnessError(f"has a layer that reads a file of this machine; {_OWN_LAYERS}")
    module = value.get("module")
    if module is not None and not _is_part_of_networks(str(module)):
        raise HarnessError(f"asks for code of the module {str(module)[:80]!r}; {_OWN_LAYERS}")


def _is_part_of_networks(module: str) -> bool:
    known = module == "builtins" or _MODULE.fullmatch(module) is not None
    return known and not _NO_NETWORK & set(module.split("."))


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
