"""What a hostile .tflite file can hold beyond broken tables: every value a runtime would trust."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_factory import Op, Spec, T, convolution, fully_connected, unary

from harness.errors import HarnessError
from harness.model_file.layout import TABLES, UNIONS
from harness.model_file.reader import read_model
from harness.model_file.rewriting import load_objects, uses, write_objects


def numbers(*values: int) -> T:
    return T("numbers", (len(values),), "int32", np.array(values, "<i4").tobytes())


def options(table: str, **fields: int):
    """A writer of options: `options("SplitOptions", NumSplits=2)`."""
    import tflite

    def write(builder):
        getattr(tflite, f"{table}Start")(builder)
        for name, value in fields.items():
            getattr(tflite, f"{table}Add{name}")(builder, value)
        return getattr(tflite.BuiltinOptions, table), getattr(tflite, f"{table}End")(builder)

    return write


def model(name: str, *tensors: T, made: int = 1, write=None) -> bytes:
    """One operator whose last `made` tensors are its outputs; activations are the inputs."""
    count = len(tensors) - made
    given = tuple(place for place in range(count) if tensors[place].data is None)
    outputs = tuple(range(count, len(tensors)))
    operator = Op(name, tuple(range(count)), outputs, write)
    return Spec(tensors, (operator,), given, outputs).write()


def a(*shape: int, kind: str = "float32") -> T:
    return T("a", shape, kind)


CONCAT = "ConcatenationOptions"
HOSTILE = {
    "axis": model("CONCATENATION", a(2, 3), a(2, 3), a(2, 6), write=options(CONCAT, Axis=2)),
    "joined": model("CONCATENATION", a(2, 3), a(2, 3), a(2, 7), write=options(CONCAT, Axis=1)),
    "joined rank": model("CONCATENATION", a(2, 3), a(2), a(2, 6), write=options(CONCAT, Axis=1)),
    "broadcast": model("ADD", a(2, 3), a(2, 4), a(2, 4)),
    "broadcast output": model("MUL", a(2, 3), a(3), a(3)),
    "one input": model("SUB", a(2, 3), a(2, 3)),
    "negative padding": model("PAD", a(2, 3), numbers(0, 0, -1, 0), a(2, 2)),
    "padding of another rank": model("PAD", a(2, 3), numbers(0, 0), a(2, 3)),
    "padded": model("PAD", a(2, 3), numbers(0, 0, 1, 1), a(2, 4)),
    "mean axis": model("MEAN", a(2, 3), numbers(5), a(2)),
    "mean": model("MEAN", a(2, 3), numbers(1), a(3)),
    "split axis": model("SPLIT", numbers(9), a(4), a(2), a(2), made=2,
                        write=options("SplitOptions", NumSplits=2)),
    "split count": model("SPLIT", numbers(0), a(4), a(2), a(2), made=2,
                         write=options("SplitOptions", NumSplits=7)),
    "split": model("SPLIT", numbers(0), a(5), a(2), a(3), made=2,
                   write=options("SplitOptions", NumSplits=2)),
    "pack axis": model("PACK", a(2), a(2), a(2, 2),
                       write=options("PackOptions", ValuesCount=2, Axis=-9)),
    "pack": model("PACK", a(2), a(2), a(2, 2), write=options("PackOptions", ValuesCount=3)),
    "unpack": model("UNPACK", a(2, 3), a(3), write=options("UnpackOptions", Num=1)),
    "largest": model("ARG_MAX", a(2, 3), numbers(3), a(2, kind="int32")),
    "resized": model("RESIZE_NEAREST_NEIGHBOR", a(1, 2, 2, 1), numbers(4, 4), a(1, 4, 5, 1)),
    "transposed twice": model("TRANSPOSE", a(2, 3), numbers(0, 0), a(2, 3)),
    "stride of 0": model("STRIDED_SLICE", a(4), numbers(0), numbers(4), numbers(0), a(4),
                         write=options("StridedSliceOptions")),
    "sliced": model("STRIDED_SLICE", a(4), numbers(1), numbers(3), numbers(1), a(4),
                    write=options("StridedSliceOptions")),
    "bounds": model("STRIDED_SLICE", a(4, 2), numbers(0), numbers(4), numbers(1), a(4),
                    write=options("StridedSliceOptions")),
    "svdf": model("SVDF", a(1, 3), a(4, 3), a(4, 2), a(2), a(1, 8), a(1, 4),
                  write=options("SVDFOptions", Rank=3)),
    "dilation": replace(convolution(dilation=1 << 30), version=3).write(),
    "stride": convolution(stride=1 << 30).write(),
    "activation": convolution(activation=9).write(),
    "scale of 0": fully_connected(integer=True).with_tensor(3, scales=(0.0,)).write(),
    "large sample": unary("RELU", a(1 << 23), a(1 << 23)).write(),
    "large activations": Spec(
        (a(4), *(a(1 << 22) for _ in range(17)), a(4)),
        (Op("RELU", (0,), (18,)),), (0,), (18,),
    ).write(),
}  # fmt: skip
SOUND = {
    "CONCATENATION": model(
        "CONCATENATION", a(2, 3), a(2, 3), a(2, 6), write=options(CONCAT, Axis=-1)
    ),
    "ADD": model("ADD", a(2, 1, 3), a(4, 1), a(2, 4, 3)),
    "PAD": model("PAD", a(2, 3), numbers(0, 0, 1, 1), a(2, 5)),
    "MEAN": model("MEAN", a(2, 3), numbers(-1), a(2)),
    "PACK": model("PACK", a(2), a(2), a(2, 2), write=options("PackOptions", ValuesCount=2, Axis=1)),
    "TRANSPOSE": model("TRANSPOSE", a(2, 3), numbers(1, 0), a(3, 2)),
    "STRIDED_SLICE": model(
        *("STRIDED_SLICE", a(4), numbers(-1), numbers(0), numbers(-2), a(2)),
        write=options("StridedSliceOptions"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_values_that_lead_a_kernel_astray_are_refused_in_one_line(data):
    with pytest.raises(HarnessError, match=r"^m: not a TensorFlow Lite model \(") as caught:
        read_model(data, "m")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "data"), SOUND.items(), ids=SOUND.keys())
def test_the_same_operators_with_fitting_values_are_read(name, data):
    assert read_model(data, "m").operator_names == (name,)


def annotated(change) -> bytes:
    """A sound model with something beside its graph."""
    objects = load_objects(fully_connected().write(), "m")
    change(objects)
    return write_objects(objects)


def metadata(name: str, data: bytes | None, buffer: int = 0):
    def change(objects):
        from ai_edge_litert import schema_py_generated as generated

        if data is not None:
            objects.buffers.append(generated.BufferT(data=np.frombuffer(data, np.uint8)))
        place = len(objects.buffers) - 1 if data is not None else buffer
        objects.metadata = [generated.MetadataT(name=name, buffer=place)]

    return change


def signature(tensor: int, graph: int = 0):
    def change(objects):
        from ai_edge_litert import schema_py_generated as generated

        inputs = [generated.TensorMapT(name="x", tensorIndex=tensor)]
        objects.signatureDefs = [
            generated.SignatureDefT(
                inputs=inputs, outputs=[], signatureKey="s", subgraphIndex=graph
            )
        ]

    return change


def words(*values: int) -> bytes:
    return np.array(values, "<i4").tobytes()


PLAN = "OfflineMemoryAllocation"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (metadata("note", None, 99), "metadata names buffer 99"),
        (metadata(PLAN, words(1, 0, 4, -1)), "memory plan has 16 bytes for 4 tensors"),
        (metadata(PLAN, words(1, 0, 9, -1, -1, -1, -1)), "memory plan is of 9 tensors"),
        (metadata(PLAN, words(1, 0, 4, -1, -1, -1, -64)), "offset -64"),
        (metadata(PLAN + "2", words(1, 0, 4, -1, -1, -1, 1 << 30)), "offset 1073741824"),
        (signature(4), "signature names a tensor"),
        (signature(0, 3), "signature is of a subgraph"),
    ],
)
def test_metadata_signatures_and_memory_plans_are_checked(change, message):
    with pytest.raises(HarnessError, match=message):
        read_model(annotated(change), "m")


@pytest.mark.parametrize(
    "change",
    [metadata("note", b"text"), metadata(PLAN, words(1, 0, 4, -1, 0, 64, -1)), signature(0)],
)
def test_sound_metadata_signatures_and_memory_plans_are_read(change):
    assert read_model(annotated(change), "m").outputs == (3,)


def test_a_text_without_its_end_is_refused():
    data = fully_connected().with_tensor(0, name="abcdefg").write()
    with pytest.raises(HarnessError, match="has no end"):
        read_model(data.replace(b"abcdefg\0", b"abcdefgh"), "m")


def test_a_model_whose_operators_name_no_inputs_is_rewritten_without_a_crash():
    objects = load_objects(fully_connected().write(), "m")
    objects.subgraphs[0].operators[0].inputs = None
    assert not uses(objects)


class _Recorder:
    """Stands in for a flatbuffer's builder and notes what generated code asks of it."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda *given: self.calls.append((name, *given)) or 0


SIZES = {"Int8": "1", "Uint8": "1", "Bool": "1", "Int32": "4", "Uint32": "4", "Float32": "4"}
SIZES |= {"Int64": "8", "Uint64": "8"}


def generated_fields(table: str) -> dict[int, str]:
    """What the package's generated code writes into each slot of a table, as a layout says it."""
    from ai_edge_litert import schema_py_generated as generated

    found = {}
    for name in vars(generated):
        field = name.removeprefix(f"{table}Add")
        if not name.startswith(f"{table}Add"):
            continue
        recorder = _Recorder()
        getattr(generated, name)(recorder, 0)
        method, slot, *_ = recorder.calls[-1]
        kind = method.removeprefix("Prepend").removesuffix("Slot")
        start = getattr(generated, f"{table}Start{field}Vector", None)
        if start is not None:
            recorder = _Recorder()
            start(recorder, 1)
            kind = f"[{recorder.calls[-1][1]}]"
        found[slot] = SIZES.get(kind, kind)
    return found


EVERY = {**TABLES, **{name: layout for union in UNIONS.values() for name, layout in union.items()}}


@pytest.mark.parametrize("table", EVERY)
def test_layouts_are_those_of_the_generated_code(table):
    generated = generated_fields(table)
    ours = {slot: word for slot, word in enumerate(EVERY[table].split()) if word != "-"}
    assert ours.keys() == generated.keys()
    for slot, word in ours.items():
        if word in ("padding", "activation"):
            assert generated[slot] == "1"
        elif word[0] == "[" and not word[1].isdigit():
            assert generated[slot] == "[4]", "a list of tables is a list of offsets"
        elif word == "s" or word[0].isupper() or word[0] == "<":
            assert generated[slot] == "UOffsetTRelative"
        else:
            assert generated[slot] == word


@pytest.mark.parametrize("union", ["BuiltinOptions", "BuiltinOptions2"])
def test_options_are_in_the_order_of_their_numbers(union):
    from ai_edge_litert import schema_py_generated as generated

    numbers = {name: value for name, value in vars(getattr(generated, union)).items()
               if isinstance(value, int) and value}  # fmt: skip
    assert list(UNIONS[union]) == sorted(numbers, key=numbers.__getitem__)


@given(
    st.sampled_from([convolution().write(), fully_connected(integer=True).write()]),
    st.integers(0, 10_000),
    st.integers(0, 255),
)
@settings(max_examples=300, deadline=None)
def test_generated_code_reads_whatever_is_accepted(data, place, value):
    changed = bytearray(data)
    changed[place % len(data)] = value
    try:
        read_model(bytes(changed), "m")
    except HarnessError:
        return
    write_objects(load_objects(bytes(changed), "m"))
