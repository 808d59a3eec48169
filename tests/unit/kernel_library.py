"""Compiles `firmware/kernels` for the host and calls the kernels through ctypes."""

import ctypes
import fcntl
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.assets import asset_path
from harness.process import run


class Requantization(ctypes.Structure):
    """`Requantization` of kernels/requantize.h."""

    _fields_ = (
        ("input_zero_point", ctypes.c_int32),
        ("output_zero_point", ctypes.c_int32),
        ("multiplier", ctypes.c_int32),
        ("shift", ctypes.c_int32),
        ("least", ctypes.c_int32),
        ("most", ctypes.c_int32),
    )


@dataclass(frozen=True)
class KernelLibrary:
    """The kernels, as functions over Python's numbers and bytes."""

    scaled_by_multiplier: Callable[[int, int, int], int]
    _requantize_int8: Callable[..., None]

    def requantize_int8(self, parameters: Requantization, values: bytes) -> bytes:
        """Return `values` (int8) under the other scale."""
        output = ctypes.create_string_buffer(len(values))
        self._requantize_int8(ctypes.byref(parameters), values, len(values), output)
        return output.raw


def shared_kernel_folder(cache: Path) -> Path:
    """Return the folder in `cache` that holds the libraries as they are now.

    The first test process compiles them: libharness_kernels.so, and libharness_kernels_dsp.so with
    the instructions of the DSP extension emulated.
    """
    sources = str(asset_path("firmware").resolve()).encode()
    folder = cache / f"kernels-host-{zlib.crc32(sources):08x}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build(folder)
    return folder


def open_kernel_library(folder: Path) -> KernelLibrary:
    """Return the functions of the library that was compiled in `folder`."""
    library = ctypes.CDLL(str(folder / "libharness_kernels.so"))
    scaled = library.harness_scaled_by_multiplier
    scaled.argtypes = (ctypes.c_int32, ctypes.c_int32, ctypes.c_int)
    scaled.restype = ctypes.c_int32
    requantize = library.harness_requantize_8_8
    requantize.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p)
    requantize.restype = None
    return KernelLibrary(scaled, requantize)


def _build(folder: Path) -> None:
    """Compile what has changed of the libraries in `folder` with the host's compiler."""
    configure = ["cmake", "-G", "Ninja", "-S", asset_path("firmware") / "kernels", "-B", folder]
    for command in (configure, ["cmake", "--build", folder]):
        done = run(command)
        assert done.returncode == 0, done.output
