"""Normalisation by its definitions: Ioffe and Szegedy 2015, Ba et al. 2016, Krizhevsky et al. 2012."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    LayerNorm,
    LocalResponseNorm,
)
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
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
    if layer.form == "training":
        return _by_batch(x, gain, shift, float(layer.eps))
    mean, variance = counter.constant(channels), counter.constant(channels)
    roots = [counter.number(math.sqrt(v.value + float(layer.eps))) for v in variance.entries]

    def unfolded(b: int, c: int, *where: int) -> Number:
        return _affine((x[b, c, *where] - mean[c,]) / roots[c], gain, shift, c)

    if layer.form == "unfolded":
        return Array.of(x.shape, unfolded)
    # a = γ/√(σ² + ε) and b = β - a·μ are known before the input is: plain values, not counted
    scales = [(1 if gain is None else gain[c,].value) / roots[c].value for c in range(channels)]
    shifts = [
        (0 if shift is None else shift[c,].value) - scales[c] * mean[c,].value
        for c in range(channels)
    ]
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


def layer_norm(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every row standardized, then scaled and shifted entry by entry."""
    (x,) = inputs
    given = layer.normalized_shape
    last = tuple(map(int, given if isinstance(given, tuple) else (given,)))
    first = len(x.shape) - len(last)
    must_be(layer, "last axes", x.shape[first:], last)
    gain = counter.weight(*last) if layer.elementwise_affine else None
    shift = counter.weight(*last) if layer.elementwise_affine and layer.bias else None
    entries: list[Number] = []
    for position in grid(x.shape[:first]):
        row = standardized([x[*position, *i] for i in grid(last)], float(layer.eps))
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
    LayerNorm: layer_norm,
    LocalResponseNorm: local_response_norm,
}
