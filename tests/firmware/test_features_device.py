"""Features of the emulated device are the host's, to the bound that the stage states."""

import numpy as np
import pytest
from firmware_lab import Lab, open_lab
from model_factory import T, unary

from harness.features.stages import find_stage
from harness.features.tables import tables_source
from harness.firmware.image import ImageRequest, build_image
from harness.firmware.memory_map import read_memory_map
from harness.firmware.target import make_target
from harness.model_file.reader import read_model
from harness.reference.features import compare_features
from harness.reference.quantization import quantize_input
from harness.simulators.protocol import ErrorCode, RunMode, build_request, read_session
from harness.simulators.session import answer_samples, measure

pytestmark = pytest.mark.emulator

STAGES = ("mfcc", "log_mel")


@pytest.fixture(scope="module")
def soft_float_lab(shared_cache) -> Lab:
    """A Cortex-M3, which computes floats in software."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE", str(shared_cache))
        return open_lab(shared_cache, make_target("cortex-m3", "none", "mps2-an385"))


@pytest.fixture(params=["cortex-m4f", "cortex-m3"])
def any_lab(request) -> Lab:
    """A core with floating-point unit, and one without."""
    name = "lab" if request.param == "cortex-m4f" else "soft_float_lab"
    return request.getfixturevalue(name)


def model_of(count: int, kind: str) -> bytes:
    """A model that hands its input on where it is positive."""
    scales = {"scales": (0.03,), "zero_points": (5,)} if kind != "float32" else {}
    return unary("RELU", T("x", (1, count), kind, **scales), T("y", (1, count), kind, **scales))


def link(lab: Lab, stage, kind: str, folder, features: bool = True) -> tuple[bytes, bytes]:
    """Return a model and its ELF."""
    content = model_of(stage.count, kind).write()
    model = read_model(content, "m")
    source = tables_source(stage, model) if features else None
    request = ImageRequest(lab.request, lab.registrations(content), 65536, source)
    folder.mkdir(exist_ok=True)
    return content, build_image(request, content, lab.archives, lab.tree, folder)


def signals(samples: int) -> np.ndarray:
    """Silence, noise of all levels, a full-scale square, an impulse, tones and a chirp."""
    random, t = np.random.default_rng(7), np.arange(samples)
    found = [np.zeros(samples), np.full(samples, -32768), np.where(t == 300, 32767, 0)]
    found += [random.normal(0, level, samples) for level in (1, 30, 1000, 20000)]
    found += [np.where(t // 40 % 2, 32767, -32768), random.integers(-1, 2, samples)]
    found += [32767 * np.sin(2 * np.pi * hz / 16000 * t) for hz in (100, 1000, 7321)]
    found += [32767 * np.sin(np.pi * 8000 / samples / 16000 * t * t)]
    return np.clip(np.round(found), -32768, 32767).astype(np.int16)


@pytest.mark.parametrize("name", STAGES)
def test_the_devices_features_are_the_hosts_to_the_bound(any_lab, name, tmp_path):
    stage = find_stage(name)
    _, elf = link(any_lab, stage, "float32", tmp_path / "build")
    pcm = signals(stage.pcm_samples)
    found = answer_samples(any_lab.guest(elf, tmp_path), [one.tobytes() for one in pcm])
    device = np.array([np.frombuffer(one, "<f4") for one in found.inputs])
    host = stage.compute(pcm).reshape(len(pcm), -1)
    assert np.abs(device - host).max() < stage.bound


@pytest.mark.parametrize("name", STAGES)
def test_int8_features_are_quantized_as_the_host_quantizes_the_devices_floats(lab, name, tmp_path):
    stage = find_stage(name)
    pcm = signals(stage.pcm_samples)
    answers = {}
    for kind in ("float32", "int8"):
        content, elf = link(lab, stage, kind, tmp_path / kind)
        found = answer_samples(lab.guest(elf, tmp_path), [one.tobytes() for one in pcm])
        answers[kind] = read_model(content, "m"), found
    floats = np.array([np.frombuffer(one, "<f4") for one in answers["float32"][1].inputs])
    model, found = answers["int8"]
    assert list(found.inputs) == quantize_input(model, floats)
    host = quantize_input(model, stage.compute(pcm).reshape(len(pcm), -1))
    compared = compare_features(model, found.inputs, host, stage.bound)
    assert compared.beyond == 0
    assert compared.largest <= 1
    positive = [np.maximum(np.frombuffer(one, np.int8), 5).tobytes() for one in found.inputs]
    assert list(found.outputs) == positive


def test_a_feature_stage_is_counted_in_its_own_flash_ram_and_region(lab, tmp_path):
    stage = find_stage("log_mel")
    sample = signals(stage.pcm_samples)[1].tobytes()
    _, elf = link(lab, stage, "int8", tmp_path / "with")
    _, plain = link(lab, stage, "int8", tmp_path / "without", features=False)
    memory, without = read_memory_map(elf), read_memory_map(plain)
    assert memory.flash["features"] > 2 * len(stage.window)
    assert without.flash["features"] == 0
    assert memory.flash["model"] == without.flash["model"]
    assert sum(memory.flash.values()) == memory.flash_bytes
    buffers = 4 * stage.fft_length + 8 * (stage.fft_length // 2 + 1)
    assert memory.static_bytes > without.static_bytes + buffers
    first, again = (measure(lab.guest(elf, tmp_path), sample) for _ in range(2))
    assert first.trace.regions["input"] > 100_000
    assert first == again
    assert first.inputs[0] == first.inputs[1]


def test_a_window_of_another_length_is_refused_by_the_firmware(lab, tmp_path):
    stage = find_stage("log_mel")
    _, elf = link(lab, stage, "int8", tmp_path / "build")
    path = tmp_path / "image.elf"
    path.write_bytes(elf)
    short = build_request(RunMode.ACCURACY, [bytes(2 * stage.pcm_samples - 2)])
    error = read_session(lab.emulate(path, short).console).error
    assert error.code is ErrorCode.BAD_REQUEST


def test_a_transform_without_enough_memory_stops_the_run(lab, tmp_path):
    stage = find_stage("log_mel")
    content = model_of(stage.count, "int8").write()
    model = read_model(content, "m")
    source = tables_source(stage, model).replace("FftMemoryBytes(1024)", "FftMemoryBytes(512)")
    request = ImageRequest(lab.request, lab.registrations(content), 65536, source)
    (tmp_path / "build").mkdir()
    path = tmp_path / "image.elf"
    path.write_bytes(build_image(request, content, lab.archives, lab.tree, tmp_path / "build"))
    window = build_request(RunMode.ACCURACY, [bytes(2 * stage.pcm_samples)])
    error = read_session(lab.emulate(path, window).console).error
    assert "the transform needs more memory" in str(error)
