"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of floats, in double precision by NumPy."""

from dataclasses import dataclass

import numpy as np
from integer_model_weights import ONE_STEP, Window, extent
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FloatLayer:
    """A layer of floats; weights in the kernels' order, outputs between `least` and `most`."""

    x: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32] | None
    least: float = -np.inf
    most: float = np.inf
    window: Window = ONE_STEP


def answer(kernel: str, layer: FloatLayer) -> Floats:
    """Return the outputs of a layer; `kernel` is "conv", "depthwise" or "connect"."""
    x, weights = layer.x.astype(np.float64), layer.weights.astype(np.float64)
    if kernel == "connect":
        sums = fully_connected(x, weights)
    else:
        sums = (depthwise if kernel == "depthwise" else convolution)(x, weights, layer.window)
    return np.clip(sums if layer.bias is None else sums + layer.bias, layer.least, layer.most)


def convolution(x: Floats, weights: Floats, window: Window) -> Floats:
    """Return the sums of a (grouped) convolution; layouts as in `integer_model_weights`."""
    groups = x.shape[3] // weights.shape[3]
    patches = _patches(x, weights.shape[1:3], window)
    by_group = patches.reshape(*patches.shape[:5], groups, weights.shape[3])
    filters = weights.reshape(groups, -1, *weights.shape[1:])
    sums = np.einsum("byxvhgk,gcvhk->byxgc", by_group, filters, optimize=True)
    return sums.reshape(*sums.shape[:3], -1)


def depthwise(x: Floats, weights: Floats, window: Window) -> Floats:
    """Return the sums of a depthwise convolution; weights are 1, height, width, output channels."""
    patches = _patches(x, weights.shape[1:3], window)
    repeated = np.repeat(patches, weights.shape[3] // x.shape[3], axis=5)
    return np.einsum("byxvhc,vhc->byxc", repeated, weights[0])


def fully_connected(x: Floats, weights: Floats) -> Floats:
    """Return the sums of x (batch, inputs) with weights (outputs, inputs)."""
    return x @ weights.T


def _patches(x: Floats, taps: tuple[int, ...], window: Window) -> Floats:
    """Return batch, output height, output width, filter height, filter width, channel."""
    rows, columns = (_places(x.shape[1 + axis], taps[axis], axis, window) for axis in (0, 1))
    inside = ((rows >= 0) & (rows < x.shape[1]))[:, None, :, None] & (
        (columns >= 0) & (columns < x.shape[2])
    )[None, :, None, :]
    rows, columns = rows.clip(0, x.shape[1] - 1), columns.clip(0, x.shape[2] - 1)
    taken = x[:, rows[:, None, :, None], columns[None, :, None, :]]
    return taken * inside[None, ..., None]


def _places(size: int, taps: int, axis: int, window: Window) -> NDArray[np.int64]:
    """Return where each tap (second axis) of each window (first) lies along one image axis."""
    before, places = extent(size, taps, axis, window)
    starts = np.arange(places) * window.stride[axis] - before
    return starts[:, None] + np.arange(taps) * window.dilation[axis]
