"""Every reader of files and bytes that nobody vouches for, as something to throw inputs at."""

import io
import json
import random
import struct
import wave
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from elf_factory import Section, Symbol, write_elf
from model_factory import convolution, fully_connected
from random_models import random_model
from row_factory import make_row

from harness.assets import asset_path
from harness.bench.spec import BenchSpec
from harness.boards import Board
from harness.calibration.measurements import read_measurements
from harness.errors import HarnessError
from harness.firmware.memory_map import read_memory_map, symbol_addresses
from harness.gate.budgets import read_budgets
from harness.model_file.deploy import CannotDeployError, deploy
from harness.model_file.kernel_choice import choose_kernels
from harness.model_file.operator_table import load_operator_table
from harness.model_file.reader import read_model
from harness.model_file.support import unsupported_reason
from harness.model_file.weight_figures import entropy_bytes, weights_bytes
from harness.profile.source_lines import symbol_table
from harness.results.csv_file import csv_text, parse_rows
from harness.results.manifest import read_manifest
from harness.simulators.protocol import FrameType, ProtocolError, encode_frame, read_session
from harness.simulators.renode.hook_log import parse_hook_log
from harness.simulators.trace import TraceError
from harness.simulators.trace_text import parse_trace
from harness.tasks.audio import read_signal
from harness.tasks.pictures_cifar10 import CLASSES, read_cifar10
from harness.tasks.user_data import load_user_data
from harness.toml_file import parse_toml

Read = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Reader:
    """One reader: sound inputs, words that mean something to it, and the errors it may raise.

    `read` is given an input and a folder for readers that take a path. `share` is its part of all
    inputs of a campaign.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    read: Read
    tokens: tuple[bytes, ...] = ()
    errors: tuple[type[Exception], ...] = (HarnessError,)
    share: float = 0.04


def _model(data: bytes, _: Path) -> None:
    """Read a model, and take what is accepted through every step that this process does with it."""
    model = read_model(data, "m")
    for api in ("tflm2020", "tflm_today"):
        table = load_operator_table(api)
        if unsupported_reason(model, table) is None:
            choose_kernels(model, table)
    weights_bytes(model)
    entropy_bytes(data, "m")
    for storage in ("as-converted", "table", "sparse"):
        deployed = deploy(data, storage, "m")
        if deployed != data:
            read_model(deployed, "m")


def _model_seeds() -> list[bytes]:
    written = [
        fully_connected().write(),
        fully_connected(integer=True).write(),
        fully_connected("int4").with_tensor(1, data=bytes(3)).write(),
        convolution().write(),
        convolution(depthwise=True).write(),
        deploy(convolution().write(), "table"),
    ]
    return [*written, *(random_model(random.Random(seed)) for seed in range(200))]  # noqa: S311


def _session(data: bytes, _: Path) -> None:
    """Read a console; where it begins with a zero, what follows is put into sound frames first."""
    read_session(b"".join(_framed(data[1:])) if data[:1] == b"\0" else data)


def _framed(data: bytes) -> Iterator[bytes]:
    kinds = list(FrameType)
    while data:
        size = data[1] if len(data) > 1 else 0
        yield encode_frame(kinds[data[0] % len(kinds)], data[2 : 2 + size])
        data = data[2 + size :]


def _session_seeds() -> list[bytes]:
    words = struct.pack
    parts = [
        (FrameType.HELLO, words("<3I", 4096, 16384, 500)),
        (FrameType.LOG, b"a line"),
        (FrameType.OUTPUT, words("<I", 0) + b"abcd"),
        (FrameType.ARENA_TRIAL, words("<2I", 1024, 1)),
        (FrameType.MEMORY, words("<2I", 512, 0xFFFF_FFFF)),
        (FrameType.ERROR, words("<3I", 3, 0, 0x100) + b"why"),
        (FrameType.END, words("<I", 1)),
    ]
    kinds = list(FrameType)
    loose = b"\0" + b"".join(bytes([kinds.index(k), len(p)]) + p for k, p in parts)
    return [b"".join(encode_frame(*part) for part in parts), loose]


_TRACE = """harness-trace 2
status end
total 33
region 1 4 1
region 2 29 2
operator 1 0 -1 4
operator 2 0 -1 5
operator 2 0 0 8
operator 2 1 -1 5
operator 2 1 0 11
block 1 -1 00000040 4 1 0
block 2 -1 10000050 5 2 1
block 2 0 10000060 3 3 0
block 2 0 10000066 2 5 4
fetch 1 -1 00000040 4 0 2 1 1 2 1
data 2 -1 10000052 1 6 7 5 1 2 3 4
end
"""
_TOTALS = "harness-trace 2\nstatus budget\ntotal 7\nregion 0 3 1\nregion 1 4 1\nend\n"


def _trace(data: bytes, _: Path) -> None:
    parse_trace(data.decode("ascii", errors="replace"), {2: "invoke"}, 2)


def _hook_log(data: bytes, _: Path) -> None:
    parse_hook_log(data, {4: "invoke"})


def _rows(data: bytes, _: Path) -> None:
    """Read a table; what is accepted is the same after it is written and read again."""
    written = csv_text(parse_rows(data, "t"))
    assert csv_text(parse_rows(written.encode(), "t")) == written


def _rows_seeds() -> list[bytes]:
    rows = [make_row(), make_row(board="pico", status="does-not-fit", reason="flash: 1 B over")]
    return [csv_text(rows).encode(), csv_text(rows[:1]).encode()]


def _manifest_seeds() -> list[bytes]:
    document = {
        "schema_version": 2,
        "created": "2026-11-21T12:00:00Z",
        "harness": "0.1.0",
        "spec": {"models": ["digits"], "all": False},
        "tools": {"compiler": "gcc"},
        "machines": [{"board": "pico", "machine": "m", "regions": {"code": ["flash"]}}],
        "cells": [
            {
                "key": "abc",
                "cell": ["digits", "int8", "pico", "simd", "O2", "tflm2020", "qemu", "host"],
                "status": "ok",
                "seconds": 1.5,
                "details": {"operators": [{"name": "CONV_2D", "instructions": 12}]},
            }
        ],
    }
    return [json.dumps(document, indent=1).encode()]


def _with_path(read: Callable[[Path], object], name: str) -> Read:
    """Let a reader that takes a path read bytes."""

    def read_bytes(data: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(data)
        return read(path)

    return read_bytes


def _toml(model: type) -> Read:
    return lambda data, _: parse_toml(data, "f", model)


def _files(*patterns: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for one in patterns for path in asset_path(".").glob(one)]


_MEMBERS = ("x", "y", "x_calibration", "x_train", "y_train")


def _samples(data: bytes, folder: Path) -> None:
    """Read an archive: as it is, or one whose members are parts of the input, packed soundly."""
    path = folder / "samples.npz"
    if data[:1] == b"P":
        path.write_bytes(data)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in zip(_MEMBERS, data.split(b"|cut|"), strict=False):
                archive.writestr(f"{name}.npy", part)
    load_user_data(path)


def _samples_seeds() -> list[bytes]:
    x, y = np.arange(24, dtype=np.float32).reshape(6, 2, 2), np.arange(6)
    whole, loose = io.BytesIO(), []
    np.savez(whole, x=x, y=y)
    for values in (x, y, x[:2], x, y):
        part = io.BytesIO()
        np.save(part, values)
        loose.append(part.getvalue())
    return [whole.getvalue(), b"|cut|".join(loose), b"|cut|".join(loose[:1])]


def _cifar(data: bytes, folder: Path) -> None:
    if not (folder / "batches.meta").is_file():
        _write_cifar(folder)
    (folder / "test_batch").write_bytes(data)
    read_cifar10(folder, "test")


def _write_cifar(folder: Path) -> None:
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    for name in names:
        (folder / name).write_bytes(_batch())
    meta = {b"label_names": [name.encode() for name in CLASSES]}
    (folder / "batches.meta").write_bytes(_pickled(meta))


def _batch() -> bytes:
    data = np.zeros((2, 3072), np.uint8)
    return _pickled({b"batch_label": b"a batch", b"labels": [3, 4], b"data": data})


def _pickled(value: object) -> bytes:
    import pickle

    return pickle.dumps(value, protocol=2).replace(b"numpy._core.", b"numpy.core.")


def _wav_seeds() -> list[bytes]:
    seeds = []
    for width, channels in ((1, 1), (2, 1), (2, 2), (3, 1), (4, 1)):
        stream = io.BytesIO()
        with wave.open(stream, "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(width)
            file.setframerate(16_000)
            file.writeframes(bytes(range(48)))
        seeds.append(stream.getvalue())
    return seeds


def _elf(data: bytes, _: Path) -> None:
    """Read an image as the sweep does, and as `harness profile --elf` reads the user's own."""
    symbol_table(data)
    symbol_addresses(data)
    read_memory_map(data)


def _elf_seeds() -> list[bytes]:
    sections = [
        Section(".vectors", 0, bytes(64)),
        Section(".app", 64, bytes(32)),
        Section(".data.app", 0x2000_0000, bytes(8)),
        Section(".bss", 0x2000_0008, size=16),
    ]
    symbols = [
        Symbol("main", ".app", 64, 16),
        Symbol("harness_profile_begin", ".app", 80, 2),
        Symbol("state", ".bss", 0x2000_0008, 4, function=False),
    ]
    return [write_elf(sections, symbols), write_elf(sections[:2], symbols[:1])]


_CALIBRATION = b"""name,cycles,model,scheme,source
a,1000,digits,int8,a board
b,2000.5,motion,int8,
c,3e3,digits,float32,
"""
_TOML_TOKENS = (b"nan", b"inf", b"1e999", b"[[", b"]", b"=", b'"""', b"0x7fffffffffffffff", b"-1")
_CSV_TOKENS = (b"nan", b"inf", b"1e999", b'"', b"\r", b"\0", b"-1", b"ok", b"\xff", b"=1+1")
_OPERATION = b"\x80\x02c__builtin__\neval\n."

READERS: tuple[Reader, ...] = (
    Reader(
        "model",
        _model_seeds,
        _model,
        (b"TFL3", b"\x10\0\0\0", b"OfflineMemoryAllocation", b"\xff\xff\xff\xff"),
        (HarnessError, CannotDeployError),
        share=0.5,
    ),
    Reader("session", _session_seeds, _session, (b"HF\x02",), (ProtocolError,)),
    Reader(
        "plugin-trace",
        lambda: [_TRACE.encode(), _TOTALS.encode()],
        _trace,
        (b" -1", b"end\n"),
        (TraceError,),
    ),
    Reader(
        "renode-hook-log",
        lambda: [b"region 0 12\nregion 4 40\nregion 0 90\nend 99\n."],
        _hook_log,
        (b"region ", b"end ", b"\n."),
        (TraceError,),
    ),
    Reader("results-csv", _rows_seeds, _rows, _CSV_TOKENS, share=0.06),
    Reader(
        "manifest",
        _manifest_seeds,
        _with_path(read_manifest, "m.json"),
        (b"NaN", b"1e999", b"[" * 2000, b'"\\ud800"', b"null", b"9" * 5000),
    ),
    Reader("board-toml", _files("boards/*.toml"), _toml(Board), _TOML_TOKENS),
    Reader("bench-toml", _files("bench.toml"), _toml(BenchSpec), _TOML_TOKENS),
    Reader(
        "budgets-toml",
        _files("budgets.toml"),
        _with_path(read_budgets, "b.toml"),
        (*_TOML_TOKENS, b"*", b"[[budget]]"),
    ),
    Reader("samples-npz", _samples_seeds, _samples, (b"'descr': '|O'", b"(9999999999,)", b"<f8")),
    Reader("cifar-pickle", lambda: [_batch()], _cifar, (_OPERATION, b"\x8c", b"r\xff\xff\xff\x7f")),
    Reader("wav", _wav_seeds, _with_path(read_signal, "s.wav"), (b"RIFF", b"data", b"fmt ")),
    Reader("elf", _elf_seeds, _elf, (b"\x7fELF", b".symtab\0"), share=0.06),
    Reader(
        "calibration-csv",
        lambda: [_CALIBRATION],
        _with_path(read_measurements, "c.csv"),
        _CSV_TOKENS,
    ),
)
