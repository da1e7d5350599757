"""Normalisation by its definitions.

Ioffe and Szegedy 2015, Ba et al. 2016, Ulyanov et al. 2016, Wu and He 2018, Zhang and Sennrich 2019,
Krizhevsky et al. 2012.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from symflops.layers.groupnorm import GroupNorm, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from symflops.layers.norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    LayerNorm,
    LocalResponseNorm,
    RMSNorm,
)
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.oracle.number import Counter, Number


def batch_norm(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every channel normalised, in the form that the layer asks for."""
    (x,) = inputs
    channels = x.shape[1]
    must_be(layer, "num_features", channels, layer.num_features)
    if layer.form == "folded":
        return x  # the layer before has it in its weights
    gain = counter.weight(channels) if layer.affine else None
    shift = counter.weight(channels) if layer.affine and layer.bias else None
    if layer.form == "training" or not layer.track_running_stats:
        return _by_batch(x, gain, shift, float(layer.eps))
    if layer.form == "inference":
        return _known_before(x, gain, shift, layer, counter)
    mean, variance = counter.constant(channels), counter.constant(channels)
    roots = [counter.number(math.sqrt(v.value + float(layer.eps))) for v in variance.entries]

    def unfolded(b: int, c: int, *where: int) -> Number:
        return _affine((x[b, c, *where] - mean[c,]) / roots[c], gain, shift, c)

    return Array.of(x.shape, unfolded)


def _known_before(
    x: Array, gain: Array | None, shift: Array | None, layer: Any, counter: Counter
) -> Array:
    """Return a·x + b: a = γ/√(σ² + ε) and b = β - a·μ are plain values, not counted."""
    channels = x.shape[1]
    mean, variance = counter.constant(channels), counter.constant(channels)
    scales, shifts = [], []
    for c in range(channels):
        root = math.sqrt(variance[c,].value + float(layer.eps))
        scales.append((1 if gain is None else gain[c,].value) / root)
        shifts.append((0 if shift is None else shift[c,].value) - scales[c] * mean[c,].value)
    return Array.of(x.shape, lambda b, c, *where: x[b, c, *where] * scales[c] + shifts[c])


def _by_batch(x: Array, gain: Array | None, shift: Array | None, eps: float) -> Array:
    batch, channels, *sizes = x.shape
    columns = []
    for c in range(channels):
        column = standardized([x[b, c, *where] for b, *where in grid((batch, *sizes))], eps)
        columns.append(Array((batch, *sizes), column))

    def entry(b: int, c: int, *where: int) -> Number:
        return _affine(columns[c][b, *where], gain, shift, c)

    return Array.of(x.shape, entry)


def _affine(y: Number, gain: Array | None, shift: Array | None, c: int) -> Number:
    scaled = y if gain is None else gain[c,] * y
    return scaled if shift is None else scaled + shift[c,]


def standardized(row: list[Number], eps: float) -> list[Number]:
    """Return (x - μ)/√(σ² + ε) for every x of a row, μ and σ² those of the row."""
    mean = total(row) / len(row)
    deviations = [x - mean for x in row]
    squares = [d * d for d in deviations]
    variance = total(squares) / len(row)
    root = (variance + eps).sqrt()
    return [d / root for d in deviations]


def group_norm(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every group of channels of a sample standardized, then every channel scaled and shifted."""
    (x,) = inputs
    must_be(layer, "num_channels", x.shape[1], layer.num_channels)
    return _grouped(layer, x, int(layer.num_groups), counter)


def instance_norm(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every channel of a sample standardized; where statistics were tracked, by those."""
    (x,) = inputs
    channels = x.shape[1]
    if layer.affine or layer.track_running_stats:
        must_be(layer, "num_features", channels, layer.num_features)
    if not layer.track_running_stats:
        return _grouped(layer, x, channels, counter)
    gain = counter.weight(channels) if layer.affine else None
    shift = counter.weight(channels) if layer.affine and layer.bias else None
    return _known_before(x, gain, shift, layer, counter)


def _grouped(layer: Any, x: Array, groups: int, counter: Counter) -> Array:
    batch, channels, *sizes = x.shape
    gain = counter.weight(channels) if layer.affine else None
    shift = counter.weight(channels) if layer.affine and layer.bias else None
    size = channels // groups
    normal: dict[tuple[int, ...], Number] = {}
    for b, group in grid((batch, groups)):
        where = [(b, group * size + c, *at) for c, *at in grid((size, *sizes))]
        rows = standardized([x[at] for at in where], float(layer.eps))
        normal.update(zip(where, rows, strict=True))
    return Array.of(x.shape, lambda b, c, *at: _affine(normal[b, c, *at], gain, shift, c))


def layer_norm(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every row standardized, then scaled and shifted entry by entry."""
    (x,) = inputs
    gain = counter.weight(*_last(layer)) if layer.elementwise_affine else None
    shift = counter.weight(*_last(layer)) if layer.elementwise_affine and layer.bias else None
    return _by_rows(layer, x, lambda row: standardized(row, float(layer.eps)), gain, shift)


def rms_norm(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every row divided by its root mean square, then scaled entry by entry."""
    (x,) = inputs
    gain = counter.weight(*_last(layer)) if layer.elementwise_affine else None
    eps = sys.float_info.epsilon if layer.eps is None else float(layer.eps)

    def divided(row: list[Number]) -> list[Number]:
        mean = total([value * value for value in row]) / len(row)
        root = (mean + eps).sqrt()
        return [value / root for value in row]

    return _by_rows(layer, x, divided, gain, None)


def _last(layer: Any) -> tuple[int, ...]:
    given = layer.normalized_shape
    return tuple(map(int, given if isinstance(given, tuple) else (given,)))


def _by_rows(
    layer: Any,
    x: Array,
    normal: Callable[[list[Number]], list[Number]],
    gain: Array | None,
    shift: Array | None,
) -> Array:
    """Return every row normalized, then scaled and shifted entry by entry."""
    last = _last(layer)
    first = len(x.shape) - len(last)
    must_be(layer, "last axes", x.shape[first:], last)
    entries: list[Number] = []
    for position in grid(x.shape[:first]):
        row = normal([x[*position, *i] for i in grid(last)])
        for y, i in zip(row, grid(last), strict=True):
            scaled = y if gain is None else y * gain[i]
            entries.append(scaled if shift is None else scaled + shift[i])
    return Array(x.shape, entries)


def local_response_norm(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return x/(k + α/n·Σ x²)^β, the sum over n neighbouring channels, as many as there are."""
    (x,) = inputs
    n = int(layer.size)
    rate, power, k = float(layer.alpha) / n, float(layer.beta), float(layer.k)
    squares = Array(x.shape, [value * value for value in x.entries])

    def entry(b: int, c: int, *where: int) -> Number:
        channels = range(max(0, c - n // 2), min(x.shape[1], c - n // 2 + n))
        window = [squares[b, channel, *where] for channel in channels]
        return x[b, c, *where] / (total(window) * rate + k) ** power

    return Array.of(x.shape, entry)


REFERENCES: dict[type, Any] = {
    **dict.fromkeys((BatchNorm1d, BatchNorm2d, BatchNorm3d), batch_norm),
    GroupNorm: group_norm,
    **dict.fromkeys((InstanceNorm1d, InstanceNorm2d, InstanceNorm3d), instance_norm),
    LayerNorm: layer_norm,
    RMSNorm: rms_norm,
    LocalResponseNorm: local_response_norm,
}
