"""Every scheme declares itself, and makes of our models what it declares, the same every time."""

import sys
from functools import cache
from importlib.metadata import EntryPoint
from types import ModuleType

import numpy as np
import pytest
import tflite

from harness import plugins
from harness.errors import HarnessError
from harness.metrics import judge
from harness.model_file.model import Tensor
from harness.model_file.reader import read_model
from harness.models import find_model
from harness.process import run
from harness.reference.interpreter import reference_outputs
from harness.reference.quantization import dequantize_output, quantize_input
from harness.schemes.process import Converted, convert, convert_many
from harness.schemes.registry import conversion_identity, find_scheme, load_schemes
from harness.schemes.source import source_of_model
from harness.tasks import find_task

SCHEMES = ("dynamic", "float16", "float32", "int16x8", "int4", "int8", "int8-per-tensor")
ALLOWED = {
    "AVERAGE_POOL_2D",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "MAX_POOL_2D",
    "RESHAPE",
    "SOFTMAX",
}
NAMES = {value: name for name, value in vars(tflite.BuiltinOperator).items() if name.isupper()}
FLOAT32, INT16, INT8 = (getattr(tflite.TensorType, k) for k in ("FLOAT32", "INT16", "INT8"))
WEIGHT_INPUT = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}


@cache
def converted(name: str) -> Converted:
    model = find_model(name)
    data = find_task(model.task).load()
    return convert_many(source_of_model(model), SCHEMES, data.x_calibration, data.x_test)


def operators(content: bytes) -> list[tuple[str, int]]:
    """Each operator's name and the number of scales of its weights (0 if it has none)."""
    model = tflite.Model.GetRootAsModel(content, 0)
    graph = model.Subgraphs(0)
    found = []
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        name = NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        scales = 0
        if name in WEIGHT_INPUT:
            scales = graph.Tensors(operator.Inputs(1)).Quantization().ScaleLength()
        found.append((name, scales))
    return found


def weights(content: bytes) -> list[Tensor]:
    """The weight tensor of each operator that has one."""
    model = read_model(content, "model")
    return [model.tensors[at.inputs[1]] for at in model.operators if at.name in WEIGHT_INPUT]


def input_and_output(content: bytes) -> list[tuple[int, list[int]]]:
    """The tensor type and the shape of the only input and the only output."""
    graph = tflite.Model.GetRootAsModel(content, 0).Subgraphs(0)
    assert (graph.InputsLength(), graph.OutputsLength()) == (1, 1)
    tensors = [graph.Tensors(graph.Inputs(0)), graph.Tensors(graph.Outputs(0))]
    return [(tensor.Type(), tensor.ShapeAsNumpy().tolist()) for tensor in tensors]


def test_shipped_schemes_say_what_they_do():
    schemes = load_schemes()
    assert set(schemes) >= set(SCHEMES)
    for scheme in schemes.values():
        assert all((scheme.summary, scheme.weights, scheme.activations, scheme.saves))
    hosts = {
        name: (schemes[name].host_interpreter, schemes[name].device_reason) for name in SCHEMES
    }
    assert {name for name, (host, _) in hosts.items() if host == "litert"} == {"dynamic", "float16"}
    assert all((reason is None) == (host == "tflite-micro") for host, reason in hosts.values())


def test_unknown_scheme_suggests_the_nearest():
    with pytest.raises(HarnessError, match=r"unknown scheme 'int-8'; did you mean 'int8'"):
        find_scheme("int-8")


def test_a_second_scheme_of_one_name_is_refused(monkeypatch):
    module = ModuleType("third_party_scheme")
    module.SCHEME = find_scheme("int8")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    point = EntryPoint("theirs", module.__name__, "harness.schemes")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point] if group else [])
    with pytest.raises(HarnessError, match="'int8' is taken"):
        load_schemes()


def test_identity_names_the_converter_and_differs_by_scheme_without_tensorflow():
    assert "tensorflow 2." in conversion_identity("int8")
    assert len({conversion_identity(name) for name in SCHEMES}) == len(SCHEMES)
    code = (
        "import sys; from harness.schemes import registry, process; "
        "registry.conversion_identity('int8'); "
        "slow = {'tensorflow', 'keras', 'tf_keras', 'sklearn', 'sktime'}; "
        "sys.exit(bool(slow & set(sys.modules)))"
    )
    assert run([sys.executable, "-c", code]).returncode == 0


def test_an_unknown_scheme_or_no_samples_is_refused_before_any_work():
    source = source_of_model(find_model("digits"))
    with pytest.raises(HarnessError, match="unknown scheme 'int9'"):
        convert(source, "int9")
    with pytest.raises(HarnessError, match="x: no samples"):
        convert_many(source, [], None, np.zeros((0, 8, 8, 1), np.float32))


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["digits", "motion"])
class TestConverted:
    """One worker converts a model by every scheme."""

    def test_every_scheme_converts(self, name):
        assert (set(converted(name).tflite), dict(converted(name).failures)) == (set(SCHEMES), {})

    @pytest.mark.parametrize("scheme", ["float32", "int16x8", "int4", "int8", "int8-per-tensor"])
    def test_device_models_use_only_operators_of_2020_and_static_shapes(self, name, scheme):
        content = converted(name).tflite[scheme]
        assert {operator for operator, _ in operators(content)} <= ALLOWED
        classes = len(find_task(name).classes)
        kind = {"float32": FLOAT32, "int16x8": INT16}.get(scheme, INT8)
        shape = find_task(name).load().x_test.shape[1:]
        assert input_and_output(content) == [(kind, [1, *shape]), (kind, [1, classes])]

    def test_int8_has_a_scale_a_channel_except_in_fully_connected_layers(self, name):
        scales = dict(operators(converted(name).tflite["int8"]))
        assert scales["FULLY_CONNECTED"] == 1
        assert scales["CONV_2D"] > 1
        assert scales["DEPTHWISE_CONV_2D"] > 1

    def test_int8_per_tensor_has_one_scale_a_weight_tensor(self, name):
        found = operators(converted(name).tflite["int8-per-tensor"])
        assert {scales for operator, scales in found if operator in WEIGHT_INPUT} == {1}

    @pytest.mark.parametrize("scheme", ["int16x8", "int4"])
    def test_finer_activations_and_4_bit_weights_scale_as_int8_does(self, name, scheme):
        found = operators(converted(name).tflite[scheme])
        assert found == operators(converted(name).tflite["int8"])

    def test_int4_has_the_weights_of_int8_in_half_the_bytes(self, name):
        of_int8, of_int4 = (weights(converted(name).tflite[scheme]) for scheme in ("int8", "int4"))
        assert {tensor.type for tensor in of_int4} == {"int4"}
        assert [tensor.shape for tensor in of_int4] == [tensor.shape for tensor in of_int8]
        sizes = [(tensor.elements + 1) // 2 for tensor in of_int8]
        assert [tensor.buffer_bytes for tensor in of_int4] == sizes

    @pytest.mark.parametrize(("scheme", "points"), [("int16x8", 0.5), ("int4", 2.0)])
    def test_the_reference_runs_it_about_as_well_as_the_float_network(self, name, scheme, points):
        content = converted(name).tflite[scheme]
        model, test = read_model(content, name), find_task(name).split("test")
        samples = quantize_input(model, test.x)
        outputs = reference_outputs(content, samples, find_scheme(scheme).host_interpreter)
        quality = judge("accuracy", dequantize_output(model, outputs), test).value
        assert quality >= find_model(name).card.quality.float_ - points / 100

    def test_float_outputs_reproduce_the_cards_accuracy(self, name):
        outputs = converted(name).outputs
        test = find_task(name).split("test")
        card = find_model(name).card.quality
        assert judge("accuracy", outputs, test).value == pytest.approx(card.float_, abs=5e-5)


@pytest.mark.tensorflow
def test_a_conversion_alone_gives_the_same_bytes_as_among_others():
    data = find_task("digits").load()
    alone = convert(source_of_model(find_model("digits")), "int8", data.x_calibration)
    assert alone == converted("digits").tflite["int8"]


@pytest.mark.tensorflow
def test_one_scheme_that_fails_does_not_stop_another():
    source = source_of_model(find_model("digits"))
    made = convert_many(source, ["int8", "float32"])
    assert made.tflite["float32"] == converted("digits").tflite["float32"]
    assert "digits: calibration: no samples" in made.failures["int8"]
    wrong = convert_many(source, ["int8"], np.zeros((2, 8, 8), np.float32))
    assert "x_calibration: samples of shape (8, 8), but the model takes" in wrong.failures["int8"]
