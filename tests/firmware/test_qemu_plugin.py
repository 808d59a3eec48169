"""Tiny firmwares with hand-counted instructions: what the plugin counts, and how runs end."""

import json
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from assembly import symbols_of, trace_of

from harness.errors import HarnessError
from harness.process import run
from harness.simulators import plugin as plugins
from harness.simulators import trace as traces
from harness.simulators.machines import MACHINES
from harness.simulators.plugin import COMPILER_FLAGS, build_plugin, c_sources
from harness.simulators.qemu import emulate, find_qemu, qemu_version
from harness.simulators.simulator import Limits
from harness.simulators.trace import BlockCount, OperatorCount, Trace

pytestmark = pytest.mark.emulator

REGIONS = {"mark_loop": 2, "mark_it": 3, "mark_middle": 4, "mark_again": 2, "mark_end": 0}
OPERATORS = {"mark_first": 2, "mark_between": 0, "mark_second": 3, "mark_end": 0}


@pytest.mark.parametrize("machine", sorted(MACHINES))
@pytest.mark.parametrize("detail", [True, False], ids=["detail", "totals"])
def test_regions_are_counted_to_the_instruction(go, machine, detail):
    emulation = go("regions", REGIONS, machine=machine, detail=detail)
    regions = dict(trace_of(emulation).regions)
    del regions["none"]
    assert regions == {"boot": 2, "first": 21 + 1, "second": 4, "third": 3}
    assert emulation.ending == "reset"


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_operators_are_numbered_anew_in_every_visit_of_a_region(go, machine):
    sites = (("dispatch", 2), ("dispatch", 3))
    operators = trace_of(go("operators", OPERATORS, sites, machine=machine)).operators
    assert [one for one in operators if one.region in ("first", "second")] == [
        OperatorCount(region, visit, index, instructions)
        for region, visit in (("first", 0), ("first", 1), ("second", 0))
        for index, instructions in ((-1, 19), (0, 8), (1, 2), (2, 5))
    ]


def test_calls_in_a_region_without_dispatch_are_not_operators(go):
    operators = trace_of(go("operators", OPERATORS, (("dispatch", 3),))).operators
    assert [one for one in operators if one.region == "first"] == [
        OperatorCount("first", 0, -1, 34),
        OperatorCount("first", 1, -1, 34),
    ]


def test_an_operator_that_runs_the_loop_again_is_one_operator_and_an_untaken_call_is_none(go):
    regions = {"mark_run": 2, "mark_end": 0}
    operators = trace_of(go("nested", regions, (("dispatch", 2),))).operators
    assert [one for one in operators if one.region == "first"] == [
        OperatorCount("first", 0, -1, 25),
        OperatorCount("first", 0, 0, 34),
        OperatorCount("first", 0, 1, 2),
    ]


def test_a_marker_on_the_call_itself_starts_the_region_with_the_call(go):
    regions = {"mark_first": 2, "dispatch": 3, "mark_end": 0}
    operators = trace_of(go("operators", regions, (("dispatch", 3),))).operators
    # Three calls in each of three runs, each a visit of its own: the call, the operator, and the
    # instructions up to the next call or the return from the loop.
    assert [one for one in operators if one.region == "second"][:4] == [
        OperatorCount("second", 0, -1, 1 + 4),
        OperatorCount("second", 0, 0, 8),
        OperatorCount("second", 1, -1, 1 + 4),
        OperatorCount("second", 1, 0, 2),
    ]
    called = [one.instructions for one in operators if (one.region, one.index) == ("second", 0)]
    assert called == [8, 2, 5] * 3


def test_blocks_are_counted_by_region_and_operator_and_sum_over_visits(go, assembled):
    sites = (("dispatch", 2), ("dispatch", 3))
    blocks = trace_of(go("operators", OPERATORS, sites)).blocks
    addresses = symbols_of(assembled("operators"))
    loop = addresses["operator_a"] & ~1
    assert [block for block in blocks if (block.region, block.index) == ("first", 0)] == [
        BlockCount("first", 0, loop, 3, 2, 2),
        BlockCount("first", 0, loop + 2, 2, 2 * 2, 2),
        BlockCount("first", 0, loop + 6, 1, 2, 2),
    ]


@pytest.mark.parametrize(
    ("name", "regions", "sites"),
    [
        ("regions", REGIONS, ()),
        ("operators", OPERATORS, (("dispatch", 2), ("dispatch", 3))),
        ("nested", {"mark_run": 2, "mark_end": 0}, (("dispatch", 2),)),
    ],
)
def test_counts_do_not_depend_on_how_the_emulator_forms_blocks(go, name, regions, sites):
    usual = trace_of(go(name, regions, sites))
    single = trace_of(go(name, regions, sites, one_instruction_blocks=True))
    assert single.blocks != usual.blocks

    def before_the_end(trace: Trace) -> list[OperatorCount]:
        # The instructions after the store that resets run or not, as blocks end.
        return [one for one in trace.operators if one.region != "none"]

    assert before_the_end(usual) == before_the_end(single)


def test_two_runs_give_the_same_trace(go):
    sites = (("dispatch", 2), ("dispatch", 3))
    runs = [
        json.dumps(traces.to_dict(trace_of(go("operators", OPERATORS, sites)))) for _ in range(2)
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_the_guest_reads_the_window_and_its_console_comes_back(go, machine):
    text = bytes(range(1, 256)) * 3
    emulation = go("echo", window=text + b"\0", machine=machine)
    assert emulation.console == text
    assert emulation.ending == "reset"


def test_without_the_plugin_the_guest_runs_the_same_and_nothing_is_counted(go):
    emulation = go("echo", window=b"plain\0", plugin=False)
    assert (emulation.console, emulation.trace, emulation.ending) == (b"plain", None, "reset")


@pytest.mark.parametrize("detail", [True, False], ids=["detail", "totals"])
def test_a_guest_that_never_ends_is_stopped_within_its_budget(go, detail):
    limits = Limits(100_000, 30.0, 1000)
    emulation = go("hang", {"mark_forever": 2}, detail=detail, limits=limits, symbols={"CHATTY": 0})
    trace = trace_of(emulation)
    assert (emulation.ending, trace.status) == ("budget", "budget")
    assert 100_000 - 2 < trace.total <= 100_000
    assert trace.regions["first"] == trace.total - trace.regions["boot"]
    assert emulation.console == b""


def test_a_guest_that_fits_its_budget_exactly_is_not_stopped(go):
    whole = trace_of(go("regions", REGIONS))
    # QEMU 10 does not execute the last two instructions that it has translated: the reset ends it.
    same = go("regions", REGIONS, limits=Limits(whole.total + 2, 30.0, 1000))
    assert (same.ending, same.trace) == ("reset", whole)
    less = go("regions", REGIONS, limits=Limits(whole.total - 1, 30.0, 1000))
    assert less.ending == "budget"


def test_a_guest_without_budget_is_stopped_by_the_clock(go):
    limits = Limits(0, 1.0, 1000)
    emulation = go("hang", limits=limits, symbols={"CHATTY": 0})
    assert (emulation.ending, emulation.trace) == ("wall", None)


def test_a_guest_that_floods_its_console_is_an_error_that_says_so(go):
    limits = Limits(100_000, 30.0, 1000)
    emulation = go("hang", limits=limits, symbols={"CHATTY": 1})
    assert emulation.ending == "error"
    assert emulation.console == b"x" * 1000
    assert "console passed its limit (1000 bytes" in emulation.log


def test_a_fault_inside_a_fault_is_a_lockup_and_the_log_holds_the_registers(go):
    emulation = go("lockup")
    assert (emulation.ending, emulation.trace) == ("lockup", None)
    assert "Lockup" in emulation.log
    assert "R00=" in emulation.log


@pytest.mark.usefixtures("qemu")
def test_a_machine_that_qemu_does_not_know_is_an_error_with_its_message(plugin_cache, assembled):
    emulation = emulate(
        elf=assembled("regions"),
        machine=replace(MACHINES["mps2-an386"], name="mps2-an999"),
        window_origin=0,
        window=b"",
        markers=[],
        dispatches=[],
        region_names={},
        detail=False,
        limits=Limits(1000, 30.0, 1000),
        cache=plugin_cache,
    )
    assert emulation.ending == "error"
    assert "unsupported machine type" in emulation.log


@pytest.mark.usefixtures("qemu")
def test_paths_may_hold_commas_and_spaces(tmp_path, assembled):
    elf = tmp_path / "a, b.elf"
    shutil.copyfile(assembled("regions"), elf)
    emulation = emulate(
        elf=elf,
        machine=MACHINES["mps2-an386"],
        window_origin=0,
        window=b"",
        markers=[],
        dispatches=[],
        region_names={},
        detail=False,
        limits=Limits(1000, 30.0, 1000),
        cache=tmp_path / "c, d",
    )
    assert emulation.ending == "reset"


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("version", [1, 2])
def test_the_plugin_compiles_without_a_warning(tmp_path, compiler, version):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    strict = ["-Wall", "-Wextra", "-Werror", f"-DPLUGIN_API_VERSION={version}"]
    built = run([compiler, *COMPILER_FLAGS, *strict, *c_sources(), "-o", tmp_path / "plugin.so"])
    assert (built.returncode, built.output) == (0, "")


def test_the_plugin_is_built_once(qemu, tmp_path):
    first = build_plugin(qemu, tmp_path)
    changed = first.stat().st_mtime_ns
    assert build_plugin(qemu, tmp_path) == first
    assert first.stat().st_mtime_ns == changed
    assert [path.name for path in first.parent.iterdir()] == [first.name]


@pytest.mark.parametrize("changed", ["counters.h", "trace_file.c"])
def test_a_change_in_any_source_builds_another_plugin(qemu, tmp_path, monkeypatch, changed):
    first, digest = build_plugin(qemu, tmp_path), plugins.sources_digest()
    copy = Path(shutil.copytree(plugins.c_sources()[0].parent, tmp_path / "sources"))
    monkeypatch.setattr(plugins, "_SOURCES", copy)
    assert (build_plugin(qemu, tmp_path), plugins.sources_digest()) == (first, digest)
    with (copy / changed).open("a") as stream:
        stream.write("/* changed */\n")
    assert plugins.sources_digest() != digest
    assert build_plugin(qemu, tmp_path) != first


def test_several_builders_at_once_leave_one_whole_plugin(qemu, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        built = set(pool.map(lambda _: build_plugin(qemu, tmp_path), range(4)))
    assert len(built) == 1
    assert [path.name for path in tmp_path.glob("*/*")] == [built.pop().name]


def fake_qemu(folder: Path, refusals: int) -> Path:
    """Write a program that answers as a QEMU which refuses the first plugins it is given."""
    program = folder / "qemu-fake"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo "QEMU emulator version 11.0.0"; exit 0; fi\n'
        f"echo x >> '{folder}/tries'\n"
        f"if [ $(wc -l < '{folder}/tries') -gt {refusals} ]; then exit 42; fi\n"
        "echo 'Could not load plugin: requires another API version' >&2; exit 1\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_higher_interface_versions_are_tried_until_qemu_accepts_one(tmp_path):
    qemu = fake_qemu(tmp_path, refusals=3)
    plugin = build_plugin(qemu, tmp_path / "cache")
    assert plugin.exists()
    assert (tmp_path / "tries").read_text().count("x") == 4


def test_a_qemu_that_accepts_no_version_is_refused_with_its_reason(tmp_path):
    qemu = fake_qemu(tmp_path, refusals=100)
    with pytest.raises(HarnessError, match=r"Could not load plugin.*HARNESS_QEMU"):
        build_plugin(qemu, tmp_path / "cache")


def test_a_missing_host_compiler_names_the_remedy(qemu, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match="harness doctor --install"):
        build_plugin(qemu, tmp_path)


def test_a_missing_emulator_names_the_remedy(tmp_path, monkeypatch):
    monkeypatch.delenv("HARNESS_QEMU", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match="harness doctor --install"):
        find_qemu()
    monkeypatch.setenv("HARNESS_QEMU", str(tmp_path / "nowhere"))
    with pytest.raises(HarnessError, match="HARNESS_QEMU"):
        find_qemu()


def test_a_program_that_is_not_qemu_is_refused():
    with pytest.raises(HarnessError, match="as QEMU does"):
        qemu_version(Path("/bin/true"))
