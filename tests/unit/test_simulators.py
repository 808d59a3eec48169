"""Simulators: found by name, named in keys, and asked for no more than they can count."""

from dataclasses import replace
from functools import partial

import pytest
from elf_factory import Section, Symbol, write_elf
from fake_emulator import FakeEmulator
from installed_package import install

from harness.bench.choice import Choice, chosen_spec
from harness.bench.spec import BenchSpec, check_axes
from harness.boards import load_board
from harness.errors import HarnessError
from harness.firmware.target import make_target, target_of
from harness.profile.own_program import Program, record
from harness.simulators import registry
from harness.simulators.qemu import SIMULATOR
from harness.simulators.registry import (
    content_identity,
    find_simulator,
    load_simulators,
    simulator_version,
)

THEIRS = """
from dataclasses import replace
from functools import partial
from harness.simulators.qemu import SIMULATOR as QEMU

def emulate(**options):
    return QEMU.emulate(**options)

SIMULATOR = replace(
    QEMU, name="theirs", version=lambda: "Theirs 2.0", emulate=emulate, counts="regions"
)
"""


@pytest.fixture
def package(monkeypatch, tmp_path):
    return install(tmp_path, monkeypatch, "harness.simulators", {"__init__.py": THEIRS})


def test_qemu_is_one_of_them_and_the_default():
    assert load_simulators()["qemu"].value is SIMULATOR
    assert BenchSpec(models=("digits",), schemes=("int8",), boards=("pico",)).simulator == "qemu"


def test_another_packages_simulator_is_found_with_its_origin(package):
    assert find_simulator("theirs").version() == "Theirs 2.0"
    assert registry.simulator_origins() == {"theirs": f"{package} 1.5"}


def test_an_unknown_one_is_refused_before_anything_starts():
    spec = BenchSpec(models=("digits",), schemes=("int8",), boards=("pico",), simulator="qmeu")
    with pytest.raises(HarnessError, match="unknown simulator 'qmeu'; did you mean 'qemu'"):
        check_axes(spec)


def test_the_option_chooses_it_and_names_the_results():
    spec = BenchSpec(models=("digits",), schemes=("int8",), boards=("pico",))
    choice = Choice(simulator="theirs")
    assert chosen_spec(spec, choice).simulator == "theirs"
    assert choice.words() == ["theirs"]


def test_a_target_names_its_simulator_but_is_built_the_same_for_all():
    board = load_board("nano33ble")
    ours = target_of(board, SIMULATOR)
    theirs = target_of(board, replace(SIMULATOR, name="theirs"))
    assert ours == make_target("cortex-m4", "fpv4-sp-d16", "mps2-an386")
    assert theirs.simulator == "theirs"
    assert theirs.identity() == ours.identity()


def test_what_is_counted_is_kept_under_name_version_and_sources(package, tmp_path):
    found = content_identity("theirs")
    assert (found["name"], found["version"]) == ("theirs", "Theirs 2.0")
    source = tmp_path / package / "__init__.py"
    source.write_text(source.read_text() + "# changed\n")
    assert content_identity("theirs")["sources"] != found["sources"]


def test_sources_beside_the_module_are_part_of_it(monkeypatch, tmp_path):
    source = tmp_path / "plugin.c"
    source.write_text("one")
    simulator = replace(SIMULATOR, version=lambda: "QEMU 7", sources=(source,))
    monkeypatch.setattr(registry, "find_simulator", {"qemu": simulator}.__getitem__)
    first = content_identity("qemu")
    source.write_text("two")
    assert content_identity("qemu")["sources"] != first["sources"]


@pytest.mark.usefixtures("package")
def test_a_program_is_not_profiled_by_one_that_counts_no_fetches(tmp_path):
    elf = tmp_path / "program.elf"
    symbols = [
        Symbol(f"harness_profile_{side}", ".text", 0x100 + 2 * n, 2)
        for n, side in enumerate(("begin", "end"))
    ]
    elf.write_bytes(write_elf([Section(".text", 0x100, b"\x00\xbf" * 2)], symbols))
    with pytest.raises(HarnessError, match="--simulator theirs: counts no fetches and accesses"):
        record(Program(elf, simulator="theirs"), load_board("nano33ble"), tmp_path)


def test_one_that_fails_to_say_its_version_is_named(monkeypatch, tmp_path):
    broken = THEIRS.replace('"Theirs 2.0"', "1 / 0")
    install(tmp_path, monkeypatch, "harness.simulators", {"__init__.py": broken})
    with pytest.raises(HarnessError, match=r"^simulator theirs: .*ZeroDivisionError.*; correct it"):
        simulator_version("theirs")


def test_the_source_is_found_of_functions_wrapped_and_of_objects(monkeypatch):
    def sources_of(emulate):
        simulator = replace(SIMULATOR, version=lambda: "QEMU 7", sources=(), emulate=emulate)
        monkeypatch.setattr(registry, "find_simulator", {"qemu": simulator}.__getitem__)
        return content_identity("qemu")["sources"]

    assert sources_of(partial(SIMULATOR.emulate, plugin=False)) == sources_of(SIMULATOR.emulate)
    assert sources_of(FakeEmulator([])) != sources_of(SIMULATOR.emulate)
