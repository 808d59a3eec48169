"""Measure quantized models as TensorFlow Lite Micro firmware on emulated Cortex-M boards."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("tflm-harness")
except PackageNotFoundError:
    __version__ = "0+uninstalled"

__all__ = ["__version__"]
