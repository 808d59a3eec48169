"""Measure quantized models as TensorFlow Lite Micro firmware on emulated Cortex-M boards."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("tflm-harness")
except PackageNotFoundError:
    __version__ = "0+uninstalled"

__all__ = ["__version__", "load"]


def __getattr__(name: str) -> object:
    """Return `load`, whose module is imported at its first use: most of the package needs none."""
    if name == "load":
        from harness.report.plotted_results import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
