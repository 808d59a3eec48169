"""From the command line's words to a checked plan, before anything slow is started."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.assets import asset_path
from harness.bench import tools
from harness.bench.artifacts import Subject
from harness.bench.assemble import Provenance
from harness.bench.cells import Cell, expand
from harness.bench.choice import Choice, chosen_spec, result_name
from harness.bench.context import Context
from harness.bench.runtimes import runtimes_of
from harness.bench.spec import BenchSpec, check_axes, read_spec
from harness.bench.step_build import store_tree
from harness.bench.step_data import choose_samples
from harness.bench.subjects import is_file, resolve_subject
from harness.errors import HarnessError, Stop
from harness.files import check_folder
from harness.firmware.tflm_source import detect_api, source_from_folder
from harness.kernel_sets import kernels_of_tree
from harness.models import find_model
from harness.simulators.registry import find_simulator
from harness.simulators.simulator import Simulator
from harness.tasks import find_task
from harness.tasks.dataset_folder import check_dataset_folder


@dataclass(frozen=True)
class Plan:
    """A sweep that can start: every name is known, every file was read, every tool is there."""

    spec: BenchSpec
    cells: tuple[Cell, ...]
    provenance: Provenance
    name: str
    """The results are `NAME.csv` and `NAME.json`."""

    @property
    def tool_versions(self) -> dict[str, str]:
        """The tools, for the manifest."""
        found = self.provenance
        trees = dict.fromkeys(runtime.identity for runtime in found.runtimes.values())
        kernels = {
            f"kernels {name}": f"{runtime.package}, sources {runtime.kernel_sources[:12]}"
            for name, runtime in found.runtimes.items()
            if runtime.kernel_sources
        }
        return {
            "compiler": found.compiler,
            "emulator": found.emulator,
            "tflm": ", ".join(trees),
            **kernels,
        }


def simulator_of(spec_path: Path | None, choice: Choice) -> Simulator:
    """Return the simulator that a spec file (None: the default one) changed by `choice` names.

    Raises:
        HarnessError: The spec cannot be read, or names no simulator.
    """
    return find_simulator(chosen_spec(read_spec(spec_path or _default_spec()), choice).simulator)


def make_plan(ctx: Context, spec_path: Path | None, choice: Choice) -> Plan:
    """Return the plan for a spec file (None: the default `bench.toml`) changed by `choice`.

    Raises:
        HarnessError: Anything in the request is unknown, unreadable or missing.
    """
    return _make_plan(ctx, spec_path, choice, tools.emulator)


def make_unrun_plan(ctx: Context, spec_path: Path | None, choice: Choice) -> Plan:
    """As `make_plan`, but the emulator may be missing: for firmware that is built and not run."""
    return _make_plan(ctx, spec_path, choice, lambda _: "")


def _make_plan(
    ctx: Context, spec_path: Path | None, choice: Choice, version: Callable[[str], str]
) -> Plan:
    spec = chosen_spec(read_spec(spec_path or _default_spec()), choice)
    if choice.tflm_dir is not None and not choice.kernels:
        detect_api(choice.tflm_dir)
        spec = spec.with_kernels(kernels_of_tree(choice.tflm_dir))
    check_axes(spec)
    _check_datasets(spec, choice)
    _check_writable(ctx)
    ctx.workspace.remove_abandoned()
    subjects = [
        resolve_subject(model, choice.data, spec.of(model).samples, ctx.store)
        for model in spec.models
    ]
    expand(spec, subjects)  # every name is known before gigabytes of data are read
    emulator = version(spec.simulator)
    given = None if choice.tflm_dir is None else source_from_folder(choice.tflm_dir)
    runtimes = runtimes_of(spec.kernels, None if given is None else store_tree(ctx, given))
    provenance = Provenance(tools.toolchain().compiler, emulator, runtimes)
    cells = expand(spec, [_with_dataset(ctx, subject, choice) for subject in subjects])
    default = spec_path is None or spec_path.resolve() == _default_spec().resolve()
    name = result_name(None if default else spec_path, choice)
    return Plan(spec, cells, provenance, name)


def _check_datasets(spec: BenchSpec, choice: Choice) -> None:
    """Refuse what can be seen without reading: a wrong task or folder, or one that nobody needs."""
    swept = {find_model(model).task for model in spec.models if not is_file(model)}
    for task, folder in choice.datasets.items():
        find_task(task).data_of(folder)
        check_dataset_folder(folder)
        if task not in swept:
            raise HarnessError(
                f"--dataset {task}: no model of the sweep is of this task; add one with --model"
            )


def _with_dataset(ctx: Context, subject: Subject, choice: Choice) -> Subject:
    """Return the model with samples of the data set that stands in for its task's own data.

    They are read here and now: the folder is this machine's, and workers may be elsewhere.
    """
    folder = choice.datasets.get(find_model(subject.name).task) if subject.kind == "zoo" else None
    if folder is None:
        return subject
    samples = choose_samples(ctx, subject, folder)
    if isinstance(samples, Stop):
        raise HarnessError(samples.reason)
    return subject.model_copy(update={"samples": samples})


def _check_writable(ctx: Context) -> None:
    check_folder(ctx.workspace.folder)
    if "://" not in ctx.store_url:
        check_folder(Path(ctx.store_url))


def _default_spec() -> Path:
    here = Path("bench.toml")
    return here if here.is_file() else asset_path("bench.toml")
