"""The cells of a sweep: every combination, in the order of the table."""

import pytest

from harness.bench.artifacts import Subject
from harness.bench.cells import expand
from harness.bench.spec import AS_IS, BenchSpec, KernelSettings, ModelSettings
from harness.errors import HarnessError

ZOO = Subject(name="digits", kind="zoo")
FILE = Subject(name="mine", kind="tflite", file="0" * 64)


def spec_of(**changes) -> BenchSpec:
    axes = {"models": ("digits",), "schemes": ("float32", "int8"), "boards": ("nano33ble", "pico")}
    axes |= {"kernels": ("reference",)}
    return BenchSpec(**{**axes, **changes})


def test_cells_come_by_model_scheme_and_board():
    labels = [cell.label for cell in expand(spec_of(), [ZOO])]
    assert labels == [
        "digits float32 nano33ble reference",
        "digits float32 pico reference",
        "digits int8 nano33ble reference",
        "digits int8 pico reference",
    ]


def test_features_are_computed_on_the_device_where_the_firmware_has_them():
    subjects = [ZOO, Subject(name="keyword", kind="zoo"), FILE]
    spec = spec_of(models=("digits", "keyword", "mine"), schemes=("int8",), features="device")
    found = {cell.subject.name: cell.features for cell in expand(spec, subjects)}
    assert found == {"digits": "host", "keyword": "device", "mine": "host"}
    assert {cell.features for cell in expand(spec_of(), [ZOO])} == {"host"}


@pytest.mark.parametrize("subject", [ZOO, FILE])
def test_features_on_the_device_are_refused_where_no_model_has_them(subject):
    spec = spec_of(models=(subject.name,), features="device")
    with pytest.raises(HarnessError, match=r"--with-features: .* add a model of task anom"):
        expand(spec, [subject])


def test_a_tflite_file_has_the_one_scheme_of_its_own():
    cells = expand(spec_of(optimize=("Os", "O3")), [FILE])
    assert {cell.scheme for cell in cells} == {AS_IS}
    assert [(c.board.name, c.optimize) for c in cells] == [
        ("nano33ble", "Os"),
        ("nano33ble", "O3"),
        ("pico", "Os"),
        ("pico", "O3"),
    ]


def test_a_model_has_the_schemes_and_boards_of_its_own_table():
    own = ModelSettings(schemes=("int8",), boards=("bluepill",))
    spec = spec_of(models=("digits", "motion"), model={"motion": own})
    motion = Subject(name="motion", kind="zoo")
    labels = [cell.label for cell in expand(spec, [ZOO, motion])]
    assert labels == [
        "digits float32 nano33ble reference",
        "digits float32 pico reference",
        "digits int8 nano33ble reference",
        "digits int8 pico reference",
        "motion int8 bluepill reference",
    ]


def test_both_kernel_sets_are_measured_side_by_side_unless_a_spec_says_otherwise():
    default = BenchSpec(models=("digits",), schemes=("int8", "int4"), boards=("pico",))
    cells = expand(default, [ZOO])
    assert [(c.scheme, c.kernels) for c in cells] == [
        ("int8", "simd"),
        ("int8", "reference"),
        ("int4", "simd"),
        ("int4", "reference"),
    ]


def test_a_kernel_set_may_have_fewer_schemes_but_every_file():
    limited = {"kernel_set": {"reference": KernelSettings(schemes=("int8",))}}
    spec = spec_of(boards=("pico",), kernels=("simd", "reference"), **limited)
    found = [(c.scheme, c.kernels) for c in expand(spec, [ZOO])]
    assert found == [("float32", "simd"), ("int8", "simd"), ("int8", "reference")]
    assert [cell.kernels for cell in expand(spec, [FILE])] == ["simd", "reference"]


def test_the_target_follows_from_the_board():
    nano, pico = expand(spec_of(schemes=("int8",)), [ZOO])
    assert nano.target.name == "cortex-m4-fpv4-sp-d16@mps2-an386"
    assert pico.target.name == "cortex-m0plus@mps2-an385"


@pytest.mark.parametrize(
    ("spec", "subjects", "message"),
    [
        (spec_of(schemes=("int9",)), [ZOO], "unknown scheme 'int9'; did you mean 'int8'"),
        (spec_of(boards=("nano33bl",)), [ZOO], "unknown board 'nano33bl'; did you mean 'nano33"),
        (
            spec_of(models=("mine.tflite", "a/mine.tflite")),
            [FILE, FILE],
            "model mine: two models have this name; rename",
        ),
    ],
)
def test_what_cannot_be_told_apart_or_does_not_exist_is_refused(spec, subjects, message):
    with pytest.raises(HarnessError, match=message):
        expand(spec, subjects)


def test_tables_that_leave_nothing_to_measure_are_refused():
    limited = {"kernel_set": {"reference": KernelSettings(schemes=("int4",))}}
    with pytest.raises(HarnessError, match="kernel_set: its tables leave no cell"):
        expand(spec_of(**limited), [ZOO])
