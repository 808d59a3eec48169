"""Promises about kernel sets."""

from dataclasses import replace

import pytest
from installed_package import install

from harness.bench.runtimes import CRATE_RUNTIME, runtimes_of
from harness.errors import HarnessError
from harness.firmware.registrations import declaration_statements
from harness.kernel_sets import find_kernel_set, load_kernel_sets, operator_table_with


def test_the_reference_kernels_are_listed() -> None:
    assert "reference" in [kernels.name for kernels in load_kernel_sets()]


def test_an_unknown_kernel_set_suggests_the_nearest() -> None:
    with pytest.raises(HarnessError, match="unknown kernel set 'referense'; did you mean"):
        find_kernel_set("referense")


THEIRS = """
name = "their-kernels"
summary = "kernels of the test"
falls_back_to = "reference"

[operators.tflm2020]
ADD = { registrations = { int8 = "theirs::inner::Register_ADD" } }
"""


@pytest.fixture
def add(monkeypatch, tmp_path):
    """Install a package of one kernel set."""

    def installed(toml: str = THEIRS, **files: str) -> str:
        content = {"kernels.toml": toml, "add.cc": "// a kernel", **files}
        content = {name: text for name, text in content.items() if text}
        return install(tmp_path, monkeypatch, "harness.kernels", content)

    return installed


def test_a_package_adds_a_set_that_is_built_with_the_crate_and_keyed_by_its_sources(add, tmp_path):
    package = add()
    (runtime,) = runtimes_of(("their-kernels",), None).values()
    assert runtime.package == f"{package} 1.5"
    assert replace(runtime, kernel_sources="", package="") == CRATE_RUNTIME
    (tmp_path / package / "add.cc").write_text("// another kernel")
    (changed,) = runtimes_of(("their-kernels",), None).values()
    assert changed.kernel_sources != runtime.kernel_sources


def test_sets_of_ours_do_not_depend_on_it(add):
    before = runtimes_of(("simd", "reference"), None)
    add()
    assert runtimes_of(("simd", "reference"), None) == before
    assert {one.kernel_sources for one in before.values()} == {""}


def test_its_operators_are_chosen_and_their_functions_declared(add):
    add()
    table = operator_table_with("their-kernels", "tflm2020")
    functions = table.kernel_sets["their-kernels"]["ADD"].registrations
    assert functions == {"int8": "theirs::inner::Register_ADD"}
    registered = {"ADD": functions["int8"], "PAD": "Register_PAD", "RELU": "harness::own::R"}
    assert declaration_statements("tflm2020", registered) == [
        "namespace theirs { namespace inner { TfLiteRegistration* Register_ADD(); }}"
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("theirs::inner::Register_ADD", "Register_ADD", "'Register_ADD' is no C.. function in a"),
        ("theirs::inner::Register_ADD", "a::b; }", "is no C.. function in a namespace"),
        ("tflm2020", "tflm2021", "unknown runtime under operators 'tflm2021'; did you mean"),
        ('falls_back_to = "reference"', "", 'falls_back_to: missing; add falls_back_to = "ref'),
        (
            "\nADD = ",
            "\nADDD = ",
            "unknown operator under operators.tflm2020 'ADDD'; did you mean 'ADD'",
        ),
        ('"reference"', '"referense"', "kernels.toml: unknown kernel set that their-kernels falls"),
        ('"reference"', '"their-kernel"', "'their-kernel'; known: cmsis-nn, reference, simd$"),
        ("their-kernels", "simd", "^harness.kernels: theirs = .* the name 'simd' is taken by"),
        ("their-kernels", "my kernels", "name: "),
        ("summary", "sumary", "sumary: unknown key; did you mean 'summary'"),
    ],
)
def test_a_wrong_declaration_is_refused_in_one_line(add, old, new, message):
    assert old in THEIRS
    add(THEIRS.replace(old, new))
    with pytest.raises(HarnessError, match=message) as caught:
        load_kernel_sets()
    assert "\n" not in str(caught.value)


def test_a_set_must_bring_code_of_its_own(add):
    add(**{"add.cc": "", "add.h": "// nothing to compile"})
    with pytest.raises(HarnessError, match=r"operators: no C.. source beside it; add the kernels"):
        load_kernel_sets()


def test_a_set_without_kernels_for_the_api_is_refused_before_anything_is_built(add):
    add(THEIRS.replace("tflm2020", "tflm_today"))
    with pytest.raises(HarnessError, match="--kernels their-kernels: has no kernels for the API"):
        runtimes_of(("their-kernels",), None)
