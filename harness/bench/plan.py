"""From the command line's words to a checked plan, before anything slow is started."""

import re
from dataclasses import dataclass
from pathlib import Path

from harness.assets import asset_path
from harness.bench import tools
from harness.bench.artifacts import TflmTree
from harness.bench.assemble import Provenance
from harness.bench.cells import Cell, expand
from harness.bench.context import Context
from harness.bench.spec import BenchSpec, check_axes, read_spec
from harness.bench.step_build import store_tree
from harness.bench.subjects import SampleCount, is_file, resolve_subject
from harness.errors import HarnessError
from harness.files import check_folder
from harness.firmware.tflm_source import CRATE, CRATE_CHECKSUM, CRATE_VERSION, source_from_folder
from harness.simulators.plugin import find_compiler
from harness.store import digest_of

DEFAULT_NAME = "bench"
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Choice:
    """The options of `harness bench` that change what is swept; empty means as the spec says."""

    models: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    kernels: tuple[str, ...] = ()
    optimize: tuple[str, ...] = ()
    samples: SampleCount | None = None
    data: Path | None = None
    tflm_dir: Path | None = None

    def words(self) -> list[str]:
        """Return what tells this choice from the default sweep, for the name of its results."""
        axes = (self.models, self.schemes, self.boards, self.kernels, self.optimize)
        words = [Path(word).stem if _is_path(word) else word for axis in axes for word in axis]
        if self.data is not None:
            words.append(self.data.stem)
        if self.samples is not None:
            words.append(f"samples-{self.samples}")
        if self.tflm_dir is not None:
            words.append("tflm-dir")
        return words


@dataclass(frozen=True)
class Plan:
    """A sweep that can start: every name is known, every file was read, every tool is there."""

    spec: BenchSpec
    cells: tuple[Cell, ...]
    tflm: TflmTree | None
    provenance: Provenance
    name: str
    """The results are `NAME.csv` and `NAME.json`."""

    @property
    def tool_versions(self) -> dict[str, str]:
        """The tools, for the manifest."""
        found = self.provenance
        return {"compiler": found.compiler, "emulator": found.emulator, "tflm": found.tflm}


def make_plan(ctx: Context, spec_path: Path | None, choice: Choice) -> Plan:
    """Return the plan for a spec file (None: the default `bench.toml`) changed by `choice`.

    Raises:
        HarnessError: Anything in the request is unknown, unreadable or missing.
    """
    spec = _chosen(read_spec(spec_path or _default_spec()), choice)
    check_axes(spec)
    _check_writable(ctx)
    ctx.workspace.remove_abandoned()
    subjects = [resolve_subject(m, choice.data, spec.samples, ctx.store) for m in spec.models]
    cells = expand(spec, subjects)
    find_compiler()
    tflm, api, identity = None, "tflm2020", f"{CRATE} {CRATE_VERSION} {CRATE_CHECKSUM[:12]}"
    if choice.tflm_dir is not None:
        tflm = store_tree(ctx, source_from_folder(choice.tflm_dir))
        api, identity = tflm.api, tflm.identity
    compiler = tools.toolchain().compiler
    provenance = Provenance(compiler, tools.emulator(), tflm=identity, runtime=api)
    return Plan(spec, cells, tflm, provenance, _result_name(spec_path, choice))


def _check_writable(ctx: Context) -> None:
    check_folder(ctx.workspace.folder)
    if "://" not in ctx.store_url:
        check_folder(Path(ctx.store_url))


def _default_spec() -> Path:
    here = Path("bench.toml")
    return here if here.is_file() else asset_path("bench.toml")


def _chosen(spec: BenchSpec, choice: Choice) -> BenchSpec:
    changes: dict[str, object] = {
        axis: getattr(choice, axis)
        for axis in ("models", "schemes", "boards", "kernels", "optimize")
        if getattr(choice, axis)
    }
    if choice.samples is not None:
        changes["samples"] = choice.samples
    if choice.data is not None and len(choice.models) != 1:
        raise HarnessError("--data: belongs to one model; give exactly one --model FILE with it")
    return spec.model_copy(update=changes)


def _spec_word(spec: Path) -> str:
    """The file's name; another `bench.toml` than the default is told by its folder."""
    return spec.stem if spec.stem != DEFAULT_NAME else f"{spec.resolve().parent.name}-{spec.stem}"


def _is_path(word: str) -> bool:
    return is_file(word) or word.endswith(".toml")


def _result_name(spec_path: Path | None, choice: Choice) -> str:
    default = spec_path is None or spec_path.resolve() == _default_spec().resolve()
    words = [] if default or spec_path is None else [_spec_word(spec_path)]
    words += choice.words()
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", "-".join(words)).strip(".-") or DEFAULT_NAME
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 9]}-{digest_of(name.encode())[:8]}"
    return name
