"""Runs single layers on an emulated core: their output bytes and the exact instructions of each."""

import fcntl
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from float_model import FloatLayer
from integer_model_weights import extent
from numpy.typing import NDArray
from one_operator import packed_nibbles
from weights_library import INT4, Layer, packed

from harness.firmware.memory_map import symbol_addresses
from harness.firmware.target import Target, make_target
from harness.process import run
from harness.simulators.protocol import FrameType, read_frames
from harness.simulators.qemu import emulate
from harness.simulators.simulator import Emulation, Limits, Marker

ROOT = Path(__file__).resolve().parents[2]

FIRMWARE = ROOT / "firmware"
KERNELS = ("conv", "depthwise", "connect")
TARGETS = {
    "cortex-m0plus": ("none", "mps2-an385"),
    "cortex-m3": ("none", "mps2-an385"),
    "cortex-m4": ("fpv4-sp-d16", "mps2-an386"),
    "cortex-m7": ("fpv5-sp-d16", "mps2-an500"),
    "cortex-m33": ("fpv5-sp-d16", "mps2-an505"),
    "cortex-m55": ("mve", "mps3-an547"),
}
_LIMITS = Limits(4_000_000_000, 300.0, 1 << 26)
_ARENA_BYTES = {"mps3-an547": 440 * 1024}
_LARGE_ARENA_BYTES = 3 * 1024 * 1024
_REGION = 2
_HEADER = struct.Struct("<4s3I")
_CASE = struct.Struct("<10I17i4i")


@dataclass(frozen=True)
class Program:
    """What a runner is compiled from: its main file, and patterns of files in firmware/kernels."""

    main: Path
    kernels: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One call: the kernel of KERNELS, the layer, and by which kernel set."""

    kernel: str
    layer: Layer | FloatLayer
    portable: bool = False

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the outputs."""
        return output_shape(self.kernel, self.layer)

    def __str__(self) -> str:
        layer = self.layer
        bias = None if layer.bias is None else layer.bias.dtype
        parts = [self.kernel, layer.x.dtype, layer.x.shape, "weights", layer.weights.shape, bias]
        if isinstance(layer, Layer):
            range_ = layer.rescaling
            parts += [
                "encoding",
                layer.encoding,
                "shifts",
                range_.shifts[:4],
                range_.multipliers[:4],
            ]
            parts += ["bounds", range_.least, range_.most, range_.zero_point, layer.zero_point]
        return " ".join(str(part) for part in [*parts, layer.window])


@dataclass(frozen=True)
class Result:
    """What a call gave. `kept` says that nothing was written beyond output and scratch."""

    output: NDArray[Any]
    kept: bool
    scratch_bytes: int
    instructions: int


@dataclass(frozen=True)
class Block:
    """A run of `length` instructions at `address` and how often the cases executed it."""

    address: int
    length: int
    count: int


def output_shape(kernel: str, layer: Layer | FloatLayer) -> tuple[int, ...]:
    """Return the shape of a layer's outputs."""
    batches = layer.x.shape[0]
    if kernel == "connect":
        return (batches, layer.weights.shape[0])
    channels = layer.weights.shape[3 if kernel == "depthwise" else 0]
    sizes = [place[1] for place in _extents(layer)]
    return (batches, *sizes, channels)


def target_of(core: str) -> Target:
    """Return the target of a core of TARGETS."""
    return make_target(core, *TARGETS[core])


LAYERS = Program(
    Path(__file__).parent / "kernel_runner" / "main.cc",
    (
        "convolution.cc", "depthwise_convolution.cc", "fully_connected.cc", "weights.cc",
        "simd/convolution*.cc", "simd/depthwise*.cc", "simd/fully_connected*.cc", "simd/float*.cc",
        "simd/rescaling*.cc", "simd/patches*.cc", "simd/dot_products*.cc",
    ),
)  # fmt: skip


def build_runner(
    target: Target,
    optimize: str,
    folder: Path,
    firmware: Path = FIRMWARE,
    program: Program = LAYERS,
) -> bytes:
    """Compile the runner in `folder` (what is there and has not changed stays) and return the ELF.

    `optimize` is "O2" or "Os"; `firmware` the folder of the sources.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / "link.ld").write_text(_linker_script(target))
        (folder / "build.ninja").write_text(
            _ninja_file(target, optimize, firmware.resolve(), program)
        )
        done = run(["ninja", "-C", folder])
        assert done.returncode == 0, done.output
        return (folder / "runner.elf").read_bytes()


def run_cases(target: Target, elf: bytes, cases: Sequence[Case], cache: Path) -> list[Result]:
    """Run every case in one emulation; `cache` keeps the emulator's plugin."""
    return run_with_blocks(target, elf, cases, cache)[0]


def run_with_blocks(
    target: Target, elf: bytes, cases: Sequence[Case], cache: Path
) -> tuple[list[Result], list[Block]]:
    """The same, and the blocks that all cases together executed."""
    window = _HEADER.pack(b"HKC1", len(cases), 0, 0) + b"".join(map(_packed_case, cases))
    emulation = run_window(target, elf, window, cache)
    assert emulation.trace is not None, emulation.log
    counts = [one.instructions for one in emulation.trace.operators if one.region == "kernel"]
    frames = [one for one in read_frames(emulation.console) if one.type is FrameType.OUTPUT]
    assert len(frames) == len(cases) == len(counts)
    results = []
    for number, (case, frame, count) in enumerate(zip(cases, frames, counts, strict=True)):
        found, kept, scratch = frame.words(3)
        assert found == number
        output = np.frombuffer(frame.payload[12:], case.layer.x.dtype).reshape(case.output_shape)
        results.append(Result(output, bool(kept), scratch, count))
    blocks = [
        Block(one.address, one.length, one.count)
        for one in emulation.trace.blocks
        if one.region == "kernel"
    ]
    return results, blocks


def _failure(emulation: Emulation) -> str | None:
    """Return how a run failed, or None."""
    if emulation.ending != "reset":
        return f"the emulation ended by {emulation.ending}: {emulation.log}"
    for frame in read_frames(emulation.console):
        if frame.type is FrameType.ERROR:
            code, detail, place = frame.words(3)
            text = frame.payload[12:].decode(errors="replace")
            return f"on the device: error {code}, {text}, detail {detail:#x} at {place:#x}"
    return None


def run_window(target: Target, elf: bytes, window: bytes, cache: Path) -> Emulation:
    """Run a runner with these bytes in the sample window; it must end well."""
    emulation = _emulated(target, elf, window, cache)
    error = _failure(emulation)
    assert error is None, error
    return emulation


def _emulated(target: Target, elf: bytes, window: bytes, cache: Path) -> Emulation:
    symbols = symbol_addresses(elf)
    ends = (("begin", _REGION), ("end", 0))
    markers = [Marker(symbols[f"harness_region_kernel_{end}"][0], to) for end, to in ends]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "runner.elf"
        path.write_bytes(elf)
        return emulate(
            elf=path,
            machine=target.machine,
            window_origin=target.machine.window_origin,
            window=window,
            markers=markers,
            dispatches=(),
            region_names={_REGION: "kernel"},
            detail=True,
            limits=_LIMITS,
            cache=cache,
        )


def _extents(layer: Layer | FloatLayer) -> list[tuple[int, int]]:
    """Return (padding before, output size) of both axes."""
    sizes, taps = layer.x.shape[1:3], layer.weights.shape[1:3]
    return [extent(sizes[axis], taps[axis], axis, layer.window) for axis in (0, 1)]


def _shape_words(case: Case) -> list[int]:
    layer, shape = case.layer, case.output_shape
    zero_point = layer.zero_point if isinstance(layer, Layer) else 0
    if case.kernel == "connect":
        return [*layer.x.shape, shape[1], zero_point, *[0] * 13]
    depth = 1 if case.kernel == "depthwise" else layer.weights.shape[3]
    window, paddings = layer.window, [place[0] for place in _extents(layer)]
    return [
        *layer.x.shape, *shape[1:], *layer.weights.shape[1:3], depth,
        *window.stride, *window.dilation, *paddings, zero_point,
    ]  # fmt: skip


def _weight_bytes(case: Case) -> bytes:
    layer = case.layer
    if isinstance(layer, FloatLayer):
        return layer.weights.astype("<f4").tobytes()
    if case.portable and layer.encoding == INT4:
        return bytes([*range(8), *range(0xF8, 0x100)]) + packed_nibbles(layer.weights)
    return packed(layer.weights, layer.encoding)


def _packed_case(case: Case) -> bytes:
    layer = case.layer
    if isinstance(layer, FloatLayer):
        scales, step, encoding = b"", 0, 0
        least, most = struct.unpack("<2i", struct.pack("<2f", layer.least, layer.most))
        zero_point = 0
    else:
        rescaling = layer.rescaling
        pairs = zip(rescaling.multipliers, rescaling.shifts, strict=True)
        scales = b"".join(struct.pack("<2i", *pair) for pair in pairs)
        step = int(len(rescaling.shifts) > 1)
        zero_point, least, most = rescaling.zero_point, rescaling.least, rescaling.most
        encoding = layer.encoding
    bias = b"" if layer.bias is None else np.ascontiguousarray(layer.bias).tobytes()
    arrays = (scales, np.ascontiguousarray(layer.x).tobytes(), _weight_bytes(case), bias)
    body, places = b"", []
    start = -(-_CASE.size // 16) * 16
    for array in arrays:
        places.append(start + len(body) if array else 0)
        body += array + bytes(-len(array) % 16)
    itemsize = layer.x.itemsize
    head = _CASE.pack(
        start + len(body), KERNELS.index(case.kernel), case.portable, encoding, itemsize * 8,
        *places, int(np.prod(case.output_shape)) * itemsize,
        *_shape_words(case), step, zero_point, least, most,
    )  # fmt: skip
    return head.ljust(start, b"\0") + body


def _linker_script(target: Target) -> str:
    machine = target.machine
    text = (ROOT / "firmware" / "port" / "link.ld.in").read_text()
    values = {
        "FLASH_ORIGIN": machine.code_origin,
        "FLASH_BYTES": machine.code_bytes,
        "FLASH_LINK_BYTES": machine.code_bytes,
        "RAM_ORIGIN": machine.ram_origin,
        "RAM_LINK_BYTES": machine.ram_bytes,
        "WINDOW_ORIGIN": machine.window_origin,
        "STACK_BYTES": target.stack_bytes,
        "ARENA_BYTES": _ARENA_BYTES.get(machine.name, _LARGE_ARENA_BYTES),
    }
    for name, value in values.items():
        text = text.replace(f"@HARNESS_{name}@", f"{value:#x}")
    return text


def _ninja_file(target: Target, optimize: str, firmware: Path, program: Program) -> str:
    found = {one for name in program.kernels for one in (firmware / "kernels").glob(name)}
    port = ["startup", "machine", "language_support", f"console_{target.machine.console}"]
    libraries = {
        "harness_kernels": sorted(found),
        "harness_app": [program.main, firmware / "app" / "protocol.cc"],
        "harness_port": [firmware / "port" / f"{name}.cc" for name in port],
    }  # fmt: skip
    core = f"{target.core_flags} -mthumb"
    uart = f"-DHARNESS_UART_BASE={target.machine.uart_base:#x}"
    lines = [
        f"flags = {core} -{optimize} -g -std=gnu++14 -ffunction-sections -fdata-sections "
        "-fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit "
        "-fno-asynchronous-unwind-tables -fno-unwind-tables -Wall -Wextra -Wshadow -Werror "
        f"-I{firmware} {uart}",
        "rule compile",
        "  command = arm-none-eabi-g++ $flags $more -MMD -MF $out.d -c $in -o $out",
        "  description = $out",
        "  depfile = $out.d",
        "  deps = gcc",
        "rule archive",
        "  command = rm -f $out && arm-none-eabi-gcc-ar qc $out $in",
        "rule link",
        f"  command = arm-none-eabi-g++ {core} --specs=nano.specs -nostartfiles -Wl,--gc-sections "
        "-Wl,--no-warn-rwx-segments -Wl,--build-id=none -T link.ld "
        "-Wl,--start-group $in -Wl,--end-group -lm -o $out",
    ]
    for library, sources in libraries.items():
        objects = [f"{source.parent.name}-{source.stem}.o" for source in sources]
        for source, name in zip(sources, objects, strict=True):
            lines.append(f"build {name}: compile {source}")
            if library == "harness_port":
                lines.append("  more = -fno-builtin")
        lines.append(f"build lib{library}.a: archive {' '.join(objects)}")
    archives = " ".join(f"lib{library}.a" for library in libraries)
    lines.append(f"build runner.elf: link {archives} | link.ld")
    return "\n".join([*lines, ""])
