"""A measured cell and what its steps found, of which a test changes what it is about."""

from dataclasses import replace

from model_factory import fully_connected

from harness.bench.artifacts import (
    Converted,
    Deployed,
    DeviceOutputs,
    Image,
    Judgement,
    Measurement,
    OperatorProfile,
    Reference,
    SampleSet,
    Subject,
)
from harness.bench.assemble import Evidence, Provenance
from harness.bench.cells import Cell
from harness.bench.runtimes import Runtime
from harness.boards import load_board
from harness.metrics import Loss, Quality
from harness.model_file.reader import read_model

RUNTIME = Runtime(None, "tflm2020", "tfmicro 0.1.0")
PROVENANCE = Provenance("gcc 12", "QEMU 7.2", {"reference": RUNTIME, "simd": RUNTIME})
DIGEST = "0" * 64


def cell(board: str = "nano33ble") -> Cell:
    subject = Subject(name="digits", kind="zoo")
    return Cell(subject, "int8", load_board(board), "reference", "O2", "qemu")


def deployed(**changes) -> Deployed:
    values = {
        "tflite": DIGEST,
        "weights_bytes": 300,
        "weights_entropy_bytes": 250,
        "model_deflate_bytes": 400,
    }
    return Deployed(**{**values, **changes})


def image(**changes) -> Image:
    parts = {"model": 500, "kernels": 300, "runtime": 200, "libc": 100, "app": 50, "vectors": 64}
    values = {
        "elf": DIGEST,
        "flash": parts,
        "static_bytes": 1000,
        "symbols": DIGEST,
        "arena_bytes": 4096,
        "persistent_bytes": 1024,
    }
    values |= {"compiler": "gcc 12", "emulator": "QEMU 7.2"}
    return Image(**{**values, **changes})


def device(**changes) -> DeviceOutputs:
    values = {
        "outputs": DIGEST,
        "checked": 10,
        "differing": 0,
        "largest_error": 0.0,
    }
    return DeviceOutputs(**{**values, **changes})


def judgement(**changes) -> Judgement:
    values = {
        "floats": Quality(0.9, 0, ((5, 0), (1, 4)), None),
        "quality": Quality(0.8, 0, ((4, 1), (1, 4)), None),
        "lost": Loss(10.0, -15.0, 40.0),
    }
    return Judgement(**{**values, **changes})


def measurement(**changes) -> Measurement:
    values = {
        "stack_bytes": 904,
        "regions": {"boot": 10, "invoke_first": 1100, "invoke_warm": 1000},
        "operators": (
            OperatorProfile(index=-1, instructions=100),
            OperatorProfile(index=0, instructions=900),
        ),
        "trace": DIGEST,
        "checked": 2,
        "differing": 0,
    }
    return Measurement(**{**values, **changes})


def evidence(**changes) -> Evidence:
    whole = Evidence(
        samples=SampleSet(count=10, metric="accuracy", classes=("no", "yes")),
        converted=Converted(tflite=DIGEST, interpreter="tflite-micro"),
        model=read_model(fully_connected(integer=True).write(), "model"),
        reference=Reference(
            inputs=DIGEST, outputs=DIGEST, count=10, sample_bytes=3, output_bytes=2
        ),
        deployed=deployed(),
        image=image(),
        measurement=measurement(),
        device=device(),
        judged_host=judgement(),
        judged_device=judgement(),
    )
    return replace(whole, **changes)
