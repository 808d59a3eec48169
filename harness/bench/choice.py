"""What the options of `harness bench` change about a spec, and what the results are then called."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.bench.spec import BenchSpec, FeaturePlace, ModelSettings, SampleCount
from harness.bench.subjects import is_file
from harness.boards import board_names
from harness.errors import HarnessError
from harness.models import load_models
from harness.schemes.registry import load_schemes
from harness.store import digest_of

DEFAULT_NAME = "bench"
_LONGEST_NAME = 60
_AXES = ("models", "schemes", "boards", "kernels", "optimize")


@dataclass(frozen=True)
class Choice:
    """The options of `harness bench` that change what is swept; empty means as the spec says.

    `everything` sweeps every model, scheme and board that is known, whatever the spec names.
    `with_features` computes features on the device, where it can. `datasets` are folders with a
    task's published data set, by the task's name.
    """

    models: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()
    optimize: tuple[str, ...] = ()
    simulator: str | None = None
    samples: SampleCount | None = None
    everything: bool = False
    with_features: bool = False
    data: Path | None = None
    datasets: Mapping[str, Path] = field(default_factory=dict)
    tflm_dir: Path | None = None

    def words(self) -> list[str]:
        """Return what tells this choice from the default sweep, for the name of its results."""
        axes = (self.models, self.schemes, self.boards, self.kernels, self.optimize)
        words = ["all"] if self.everything else []
        words += [Path(word).stem if _is_path(word) else word for axis in axes for word in axis]
        if self.simulator is not None:
            words.append(self.simulator)
        if self.data is not None:
            words.append(self.data.stem)
        if self.with_features:
            words.append("with-features")
        words += [f"{task}-{folder.resolve().name}" for task, folder in self.datasets.items()]
        if self.samples is not None:
            words.append(f"samples-{self.samples}")
        if self.tflm_dir is not None:
            words.append("tflm-dir")
        return words


def chosen_spec(spec: BenchSpec, choice: Choice) -> BenchSpec:
    """Return `spec` as `choice` changes it: options count for all models, before their own tables.

    Raises:
        HarnessError: `--data` is given without the one model that it belongs to.
    """
    if choice.data is not None and len(choice.models) != 1:
        raise HarnessError("--data: belongs to one model; give exactly one --model FILE with it")
    changes: dict[str, tuple[str, ...] | SampleCount | FeaturePlace | str] = {}
    if choice.simulator is not None:
        changes["simulator"] = choice.simulator
    if choice.with_features:
        changes["features"] = "device"
    if choice.everything:
        changes["models"] = _first(spec.models, load_models())
        changes["schemes"] = _first(spec.schemes, load_schemes())
        changes["boards"] = _first(spec.boards, board_names())
    changes |= {axis: getattr(choice, axis) for axis in _AXES if getattr(choice, axis)}
    if choice.samples is not None:
        changes["samples"] = choice.samples
    models = changes.get("models", spec.models)
    settings = {
        name: ModelSettings(
            **{key: value for key, value in own if key not in changes and value is not None}
        )
        for name, own in spec.model.items()
        if isinstance(models, tuple) and name in models
    }
    # Who asks for schemes or kernel sets by name gets every combination of them.
    named = choice.everything or choice.schemes or choice.kernels
    kernel_set = {} if named else spec.kernel_set
    return spec.model_copy(update={**changes, "model": settings, "kernel_set": kernel_set})


def result_name(spec: Path | None, choice: Choice) -> str:
    """Return what the results are called; only the whole default sweep (`spec` None) is `bench`."""
    words = [_spec_word(spec)] if spec is not None else []
    words += choice.words()
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", "-".join(words)).strip(".-") or DEFAULT_NAME
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 9]}-{digest_of(name.encode())[:8]}"
    return name


def _first(named: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return all that is known, what the spec names first and in its order."""
    return tuple(dict.fromkeys((*named, *known)))


def _spec_word(spec: Path) -> str:
    """The file's name; another `bench.toml` than the default is told by its folder."""
    return spec.stem if spec.stem != DEFAULT_NAME else f"{spec.resolve().parent.name}-{spec.stem}"


def _is_path(word: str) -> bool:
    return is_file(word) or word.endswith(".toml")
