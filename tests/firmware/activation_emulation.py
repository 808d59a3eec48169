"""Runs kernels without weights on an emulated core: their output bytes and exact instructions."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from kernel_emulation import Program, run_window
from numpy.typing import NDArray
from simd_activations import Call

from harness.firmware.target import Target
from harness.simulators.protocol import FrameType, read_frames

ACTIVATIONS = Program(
    Path(__file__).parent / "activation_runner" / "main.cc",
    (
        "mean.cc", "requantize.cc", "host/interface_simd_activations.cc", "simd/add.cc",
        "simd/mean.cc", "simd/pad.cc", "simd/pool*.cc", "simd/quantize.cc", "simd/relu.cc",
        "simd/softmax.cc",
    ),
)  # fmt: skip
_HEADER = struct.Struct("<4s3I")
_CASE = struct.Struct("<Ii6I")


@dataclass(frozen=True)
class Result:
    """What a call gave. `kept` says that nothing was written beyond output and scratch."""

    output: NDArray[np.int8]
    kept: bool
    scratch_bytes: int
    instructions: int


def run_calls(target: Target, elf: bytes, calls: Sequence[Call], cache: Path) -> list[Result]:
    """Run every call in one emulation; `cache` keeps the emulator's plugin."""
    window = _HEADER.pack(b"HAK1", len(calls), 0, 0) + b"".join(map(_packed, calls))
    emulation = run_window(target, elf, window, cache)
    assert emulation.trace is not None, emulation.log
    counts = [one.instructions for one in emulation.trace.operators if one.region == "kernel"]
    frames = [one for one in read_frames(emulation.console) if one.type is FrameType.OUTPUT]
    results = []
    for number, (call, frame, count) in enumerate(zip(calls, frames, counts, strict=True)):
        found, kept, scratch = frame.words(3)
        assert found == number
        output = np.frombuffer(frame.payload[12:], np.int8).reshape(call.output_shape)
        results.append(Result(output, bool(kept), scratch, count))
    return results


def _packed(call: Call) -> bytes:
    body, places = b"", []
    for data in (call.parameters, call.inputs[0].tobytes(), call.inputs[-1].tobytes()):
        places.append(_CASE.size + len(body))
        body += data + bytes(-len(data) % 16)
    size = _CASE.size + len(body)
    output_bytes = int(np.prod(call.output_shape))
    return _CASE.pack(size, call.number, call.count, output_bytes, *places, 0) + body
