"""The command `profile`: where the cycles of one cell, or of a program of one's own, go."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from harness.cli import bench_options
from harness.cli import profile_options as options
from harness.cli.dataset_option import Datasets, parse_datasets

if TYPE_CHECKING:
    from harness.profile.requests import Answer


def profile(  # noqa: PLR0913, PLR0917 - one parameter an option
    model: options.Model = None,
    scheme: options.Scheme = None,
    board: options.BoardName = None,
    kernels: options.Kernels = None,
    optimize: options.Optimize = None,
    simulator: bench_options.SimulatorName = None,
    region: options.Region = "invoke_warm",
    out: options.Out = None,
    top: options.Top = 10,
    functions: options.Functions = True,
    lines: options.Lines = True,
    against: options.Against = None,
    clock: options.Clock = None,
    wait_states: options.WaitStates = None,
    cache: options.CacheState = None,
    weights: options.Weights = None,
    battery: options.BatteryMah = None,
    every: options.EveryMs = None,
    idle: options.IdleUa = None,
    elf: options.Elf = None,
    elf_board: options.ElfBoard = None,
    begin: options.Begin = None,
    end: options.End = None,
    visit: options.Visit = None,
    budget: options.Budget = None,
    semihosting: options.Semihosting = None,
    data: bench_options.Data = None,
    dataset: Datasets = None,
    with_features: bench_options.WithFeatures = False,
    jobs: bench_options.Jobs = None,
    store: bench_options.Store = None,
    tflm_dir: bench_options.TflmDir = None,
    quiet: bench_options.Quiet = False,
) -> None:
    """Show where the cycles go: by operator and cause, function and source line.

    Writes a flame graph, a Perfetto trace, folded stacks and the tables beside it. Cycles are
    estimates with a band; docs/timing.md says how right they are.

    For example:

      harness profile keyword int8 nucleo-l4r5zi

      harness profile keyword int8 nucleo-l4r5zi --against scheme=int16x8

      harness profile image int8 nano33ble --against kernels=reference --no-lines

      harness profile image int8 nucleo-l4r5zi --clock 80MHz --wait-states 3

      harness profile image int8 nucleo-l4r5zi --weights ram --cache off

      harness profile keyword int8 nano33ble --battery 1000 --idle 2

      harness profile --elf firmware.elf --board nucleo-l4r5zi --visit 2
    """
    from harness.bench.choice import Choice
    from harness.bench.context import Context, default_cache
    from harness.bench.jobs import default_jobs
    from harness.boards import load_board
    from harness.errors import HarnessError
    from harness.files import check_folder
    from harness.profile.battery import Battery
    from harness.profile.cells import chosen_cell
    from harness.profile.own_program import Program
    from harness.profile.requests import ask_cell, ask_program, check_mixture, parse_what_if

    what_if = parse_what_if(clock, wait_states, cache, weights)
    check_mixture(
        elf is not None,
        {"MODEL": model},
        {"SCHEME": scheme, "BOARD": board},
        {"--board": elf_board},
        {
            **{"--begin": begin, "--end": end, "--visit": visit, "--budget": budget},
            **{"--semihosting": semihosting},
        },
        {
            **{"--against": against, "--kernels": kernels, "--optimize": optimize},
            **{"--data": data, "--battery": battery},
        },
    )
    lasting = None if battery is None else Battery(battery, every, idle)
    if lasting is None and (every is not None or idle is not None):
        raise HarnessError("--every and --idle: say nothing without --battery; give its mAh")
    if out is not None:
        check_folder(out)
    if elf is not None:
        program = Program.of(
            elf, begin, end, visit, budget, semihosting=semihosting, simulator=simulator
        )
        found = load_board(elf_board or "")
        names = None if model is None else Path(model)
        answer = ask_program(program, found, what_if, default_cache(), names, quiet=quiet)
    else:
        ctx = Context(store or str(default_cache() / "store"), jobs or default_jobs())
        choice = Choice(
            simulator=simulator,
            with_features=with_features,
            data=data,
            datasets=parse_datasets(dataset),
            tflm_dir=tflm_dir,
        )
        cell = chosen_cell(choice, model or "", scheme or "", board or "", kernels, optimize)
        answer = ask_cell(ctx, cell, region, what_if, against or (), lasting, quiet=quiet)
    _show(answer, top if functions else 0, top if lines else 0)
    _write(answer, out)


def _show(answer: "Answer", functions: int, lines: int) -> None:
    """Print the tables; 0 functions or lines are none."""
    from harness.cli.tables import make_console
    from harness.profile.comparison_table import comparison_table, sentence
    from harness.profile.hot_spots import hottest_functions, hottest_lines
    from harness.profile.tables import function_table, line_table, operator_table, summary

    console = make_console()
    shown = answer.profile
    whole = shown.whole.cycles
    console.print(operator_table(shown))
    console.print(summary(shown), highlight=False, markup=False, style="bold")
    if functions:
        console.print()
        console.print(function_table(hottest_functions(shown), whole, functions))
    if lines:
        console.print()
        console.print(line_table(hottest_lines(shown), whole, lines))
    if answer.comparison is not None:
        console.print()
        console.print(comparison_table(answer.comparison))
        text = sentence(answer.comparison)
        console.print(text, highlight=False, markup=False, soft_wrap=True, style="bold")
    for note in shown.notes:
        console.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True, style="dim")


def _write(answer: "Answer", out: Path | None) -> None:
    """Write the files and say where they are."""
    from harness.profile.cells import folder_name
    from harness.profile.files import FLAME_GRAPH, write_profile

    folder = out or Path("results") / folder_name(answer.profile)
    write_profile(answer.profile, folder, answer.comparison)
    typer.echo(
        f"{folder / FLAME_GRAPH}: open it in a browser; beside it trace.json for "
        "ui.perfetto.dev, stacks.folded, profile.json, operators.csv"
    )
