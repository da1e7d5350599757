"""Taps where offsets move them, each a bilinear sample of the four entries around it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.deformable import MovedTaps
from symflops.oracle.conv import positions
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import inside, must_be, numbers

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number

#: Along one axis: the entry before, the one behind, and the weights of both.
Neighbours = tuple[int, int, "Number", "Number"]


def moved_taps(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return products of weights and samples; a mask, if there is one, weighs the samples."""
    x, offsets, *masks = inputs
    batch, channels, *sizes = x.shape
    rows, columns = positions(layer, sizes)
    kernel = numbers(layer.kernel_size, len(sizes))
    shifts, taps = int(layer.offset_groups), math.prod(kernel)
    must_be(layer, "offsets", offsets.shape, (batch, 2 * taps * shifts, len(rows), len(columns)))
    outputs, fan_in = int(layer.out_channels), channels // int(layer.groups)
    weight = counter.weight(outputs, fan_in, *kernel)
    bias = counter.weight(outputs) if layer.bias else None
    zero = counter.number(0)

    def corners(b: int, group: int, t: int, i: int, j: int) -> list[tuple[int, int, Number]]:
        first = 2 * (group * taps + t)
        down, right = offsets[b, first, i, j], offsets[b, first + 1, i, j]
        top, bottom, *vertical = _around(down + rows[i][t // kernel[1]])
        before, after, *horizontal = _around(right + columns[j][t % kernel[1]])
        places = grid((2, 2))
        return [
            ((top, bottom)[v], (before, after)[h], vertical[v] * horizontal[h]) for v, h in places
        ]

    samples: dict[tuple[int, ...], Number] = {}
    for b, group, t, i, j in grid((batch, shifts, taps, len(rows), len(columns))):
        around = corners(b, group, t, i, j)
        size = channels // shifts
        for channel in range(group * size, (group + 1) * size):
            value = total(
                [w * (x[b, channel, r, c] if inside(x, (r, c)) else zero) for r, c, w in around]
            )
            if masks:
                value = value * masks[0][b, group * taps + t, i, j]
            samples[b, channel, t, i, j] = value

    def entry(b: int, out: int, i: int, j: int) -> Number:
        start = out // (outputs // int(layer.groups)) * fan_in
        dot = total(
            [
                samples[b, start + channel, t, i, j] * weight[out, channel, *divmod(t, kernel[1])]
                for channel in range(fan_in)
                for t in range(taps)
            ]
        )
        return dot if bias is None else dot + bias[out,]

    return Array.of((batch, outputs, len(rows), len(columns)), entry)


def _around(place: Number) -> Neighbours:
    """Return the whole places before and behind, and how much each of them weighs."""
    before = math.floor(place.value)
    fraction = place - before
    return before, before + 1, 1 - fraction, fraction


REFERENCES: dict[type, Any] = {MovedTaps: moved_taps}
