"""Winograd's filtering, run: tiles, their transforms, products point by point, and the way back."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from symflops.layers.winograd import WinogradConv2d, cook_toom
from symflops.oracle.conv import positions
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import inside, must_be, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.oracle.number import Counter, Number
    from symflops.primitives import Matrix


def winograd(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return what the tiles give: a convolution's values, if the transforms are right.

    Transforms that the layer leaves out are run too, and what they take is forgotten.
    """
    (x,) = inputs
    batch, channels, *sizes = x.shape
    must_be(layer, "in_channels", channels, layer.in_channels)
    tile, kernel = numbers(layer.m, 2), numbers(layer.kernel_size, 2)
    data, filters, back = zip(*map(cook_toom, tile, kernel), strict=True)
    points = (len(data[0]), len(data[1]))
    outputs, fan_in = int(layer.out_channels), channels // int(layer.groups)
    weight = counter.weight(outputs, fan_in, *kernel)
    bias = counter.weight(outputs) if layer.bias else None
    zero = counter.number(0)
    rows, columns = ([window[0] for window in axis] for axis in positions(layer, sizes))
    tiles = [(top, left) for top in rows[:: tile[0]] for left in columns[:: tile[1]]]

    def patch(b: int, channel: int, top: int, left: int) -> Array:
        def entry(i: int, j: int) -> Number:
            where = (top + i, left + j)
            return x[b, channel, *where] if inside(x, where) else zero

        return Array.of(points, entry)

    def products(b: int, out: int, *at: int) -> Array:
        first = out // (outputs // int(layer.groups)) * fan_in

        def dot(i: int, j: int) -> Number:
            pairs = ((patches[b, first + c, *at], spectra[out, c]) for c in range(fan_in))
            return total([entries[i, j] * taps[i, j] for entries, taps in pairs])

        return Array.of(points, dot)

    with counted(counter, is_asked=layer.filter_transform):
        spectra = {
            place: transformed(filters, Array.of(kernel, lambda *tap, p=place: weight[*p, *tap]))
            for place in grid((outputs, fan_in))
        }
    with counted(counter, is_asked=layer.transforms):
        patches: dict[tuple[int, ...], Array] = {
            (b, c, *at): transformed(data, patch(b, c, *at))
            for b, c in grid((batch, channels))
            for at in tiles
        }
    sums = {
        (b, out, *at): products(b, out, *at) for b, out in grid((batch, outputs)) for at in tiles
    }
    found: dict[tuple[int, ...], Number] = {}
    with counted(counter, is_asked=layer.transforms):
        for (b, out, top, left), points_ in sums.items():
            made = transformed(back, points_)
            found |= {(b, out, top + i, left + j): made[i, j] for i, j in grid(tile)}

    def output(b: int, out: int, i: int, j: int) -> Number:
        value = found[b, out, rows[i], columns[j]]
        return value if bias is None else value + bias[out,]

    return Array.of((batch, outputs, len(rows), len(columns)), output)


def counted(counter: Counter, *, is_asked: bool) -> AbstractContextManager[None]:
    """Return a context that forgets what is counted inside unless that is asked for."""
    return nullcontext() if is_asked else counter.trial()


def transformed(matrices: Sequence[Matrix], lines: Array) -> Array:
    """Return M_1 X M_2ᵀ, row by row of the matrices; 0 and ±1 are no factors."""
    (first, second), (height, width) = matrices, lines.shape
    half = Array.of(
        (len(first), width),
        lambda i, j: _weighed(first[i], [lines[row, j] for row in range(height)]),
    )
    return Array.of(
        (len(first), len(second)),
        lambda i, j: _weighed(second[j], [half[i, column] for column in range(width)]),
    )


def _weighed(row: Sequence[Any], line: Sequence[Number]) -> Number:
    signed = {1: lambda x: x, -1: lambda x: -x}
    terms = [
        signed[int(factor)](x) if abs(factor) == 1 else x * float(factor)
        for factor, x in zip(row, line, strict=True)
        if factor != 0
    ]
    return total(terms)


REFERENCES: dict[type, Any] = {WinogradConv2d: winograd}
