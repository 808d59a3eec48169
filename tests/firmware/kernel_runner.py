"""Measures one layer on an emulated core and compares its outputs with the portable kernel's.

    python tests/firmware/kernel_runner.py conv --core cortex-m4 --input 25x5x64 \
        --output-channels 64 --filter 1x1 --hot 2
    python tests/firmware/kernel_runner.py depthwise --input 25x5x64 --filter 3x3 --int16
    python tests/firmware/kernel_runner.py connect --input 640 --output-channels 128 --int4

It prints the exact instructions of one call, of the kernel set simd and of the portable kernel, and
whether the output bytes are the same (of floats: whether they agree with NumPy's).
"""

import argparse
import os
import sys
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS / "unit"), str(TESTS / "unit" / "kernels")]

import numpy as np  # noqa: E402
from float_model import FloatLayer, answer  # noqa: E402
from integer_model_weights import SAME, VALID, Rescaling, Window, quantized_multiplier  # noqa: E402
from kernel_emulation import (  # noqa: E402
    FIRMWARE,
    KERNELS,
    TARGETS,
    Block,
    Case,
    Result,
    build_runner,
    run_with_blocks,
    target_of,
)
from weights_library import DENSE, INT4, TABLE, Layer  # noqa: E402

from harness.process import run  # noqa: E402


def main() -> None:
    """Run the command."""
    options = _options()
    target = target_of(options.core)
    folder = options.build or Path(tempfile.gettempdir()) / "kernel-runner"
    cache = Path(os.environ.get("HARNESS_CACHE", folder / "cache"))
    if options.firmware != FIRMWARE:
        folder = folder / f"{zlib.crc32(str(options.firmware.resolve()).encode()):x}"
    build = folder.absolute() / f"{options.core}-{options.optimize}"
    elf = build_runner(target, options.optimize, build, options.firmware)
    layer = make_layer(options)
    cases = [Case(options.kernel, layer)]
    (result,), blocks = run_with_blocks(target, elf, cases, cache)
    macs = multiply_accumulates(cases[0])
    print(f"{options.core} -{options.optimize}: {result.instructions} instructions, "
          f"{macs} MACs, {result.instructions / macs:.3f} a MAC, "
          f"scratch {result.scratch_bytes} B")  # fmt: skip
    if not result.kept:
        print("WRONG: bytes beyond output or scratch were written")
    if isinstance(layer, FloatLayer):
        _compare_floats(options.kernel, layer, result)
    else:
        (portable,), _ = run_with_blocks(target, elf, [Case(options.kernel, layer, True)], cache)
        print(f"portable: {portable.instructions} instructions, "
              f"{portable.instructions / macs:.3f} a MAC")  # fmt: skip
        different = np.argwhere(portable.output != result.output)
        print(f"same bytes: {'yes' if not len(different) else 'NO'}")
        for place in different[:5]:
            at = tuple(int(one) for one in place)
            print(f"  at {at}: {result.output[at]}, not {portable.output[at]}")
    for block in sorted(blocks, key=lambda one: -one.count * one.length)[: options.hot]:
        _print_block(build / "runner.elf", block)


def make_layer(options: argparse.Namespace) -> Layer | FloatLayer:
    """Return the layer that the options ask for, with numbers from the seed."""
    chance = np.random.default_rng(options.seed)
    dense = options.kernel == "connect"
    image = options.input if not dense else (options.input[0],)
    x_shape = (options.batches, *image)
    filter_shape = tuple(options.filter)
    if dense:
        weights_shape = (options.output_channels, image[0])
    elif options.kernel == "depthwise":
        weights_shape = (1, *filter_shape, image[2] * options.multiplier)
    else:
        weights_shape = (options.output_channels, *filter_shape, image[2] // options.groups)
    channels = weights_shape[3 if options.kernel == "depthwise" else 0]
    window = Window(options.stride, options.dilation, VALID if options.padding == "valid" else SAME)
    if options.float:
        numbers = chance.normal(size=x_shape), chance.normal(size=weights_shape)
        x, weights = (one.astype(np.float32) for one in numbers)
        bias = chance.normal(size=channels).astype(np.float32)
        return FloatLayer(x, weights, bias, window=window)
    bits = 16 if options.int16 else 8
    limit = 2 ** (bits - 1)
    encoding = INT4 if options.int4 else TABLE if options.table else DENSE
    widest = 7 if encoding == INT4 else 127
    weights = chance.integers(-widest, widest + 1, weights_shape)
    if encoding == TABLE:
        weights = chance.integers(-widest, widest + 1, 16)[chance.integers(0, 16, weights_shape)]
    spread = limit * widest * np.sqrt(weights.size / channels) * 0.5
    ratios = [
        quantized_multiplier(limit / spread * chance.uniform(0.5, 1.5)) for _ in range(channels)
    ]
    return Layer(
        chance.integers(-limit, limit, x_shape).astype(f"int{bits}"),
        0 if options.int16 else int(chance.integers(-128, 128)),
        weights,
        None if options.no_bias else chance.normal(0, spread / 4, channels).astype(
            "int64" if options.int16 else "int32"),
        Rescaling(tuple(m for m, _ in ratios), tuple(e for _, e in ratios),
                  0 if options.int16 else -10, -limit, limit - 1),
        encoding,
        window,
    )  # fmt: skip


def multiply_accumulates(case: Case) -> int:
    """Return the products of a layer, those with padding among them."""
    shape = case.layer.weights.shape
    per_output = np.prod(shape[1:3]) if case.kernel == "depthwise" else np.prod(shape[1:])
    return int(np.prod(case.output_shape) * per_output)


def _compare_floats(kernel: str, layer: FloatLayer, result: Result) -> None:
    expected = answer(kernel, layer)
    good = np.allclose(result.output, expected, rtol=1e-4, atol=1e-5)
    worst = np.abs(result.output - expected).max()
    print(f"agrees with NumPy: {'yes' if good else 'NO'} (largest difference {worst:.2e})")


def _print_block(elf: Path, block: Block) -> None:
    print(f"\n{block.count} times {block.length} instructions at {block.address:#x}:")
    ends = [
        f"--start-address={block.address}",
        f"--stop-address={block.address + 4 * block.length}",
    ]
    listing = run(["arm-none-eabi-objdump", "-dC", "--no-show-raw-insn", *ends, elf]).stdout
    lines = [line for line in listing.splitlines() if ":\t" in line or line.endswith(">:")]
    for line in lines[: block.length + 1]:
        print("  ", line.strip()[:100])


def _pair(text: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in text.split("x"))
    return numbers if len(numbers) > 1 else numbers * 2


def _shape(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("x"))


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kernel", choices=KERNELS)
    parser.add_argument("--core", choices=TARGETS, default="cortex-m4")
    parser.add_argument("--optimize", choices=("O2", "Os"), default="O2")
    parser.add_argument("--input", type=_shape, default=(25, 5, 64), help="HxWxC, or the inputs")
    parser.add_argument("--output-channels", type=int, default=64)
    parser.add_argument("--filter", type=_pair, default=(1, 1))
    parser.add_argument("--stride", type=_pair, default=(1, 1))
    parser.add_argument("--dilation", type=_pair, default=(1, 1))
    parser.add_argument("--padding", choices=("same", "valid"), default="same")
    parser.add_argument("--groups", type=int, default=1)
    parser.add_argument("--multiplier", type=int, default=1, help="of a depthwise convolution")
    parser.add_argument("--batches", type=int, default=1)
    for name in ("int4", "table", "int16", "float", "no-bias"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hot", type=int, default=0, help="so many costliest blocks")
    parser.add_argument("--build", type=Path, help="folder to build in")
    parser.add_argument("--firmware", type=Path, default=FIRMWARE, help="other sources")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
