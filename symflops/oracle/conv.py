"""Convolution by its definition: each output is a sum of products of taps and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.conv import Conv1d, Conv2d, Conv3d
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import inside, must_be, numbers, starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.oracle.number import Counter, Number


def convolution(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the convolution; taps on padding are products too, unless count_padding is off."""
    (x,) = inputs
    must_be(layer, "in_channels", x.shape[1], layer.in_channels)
    outputs, fan_in = int(layer.out_channels), x.shape[1] // int(layer.groups)
    weight = counter.weight(outputs, fan_in, *numbers(layer.kernel_size, len(x.shape) - 2))
    bias = counter.weight(outputs) if layer.bias else None
    return slid(layer, x, weight, bias, counter)


def positions(layer: Any, sizes: Sequence[int]) -> list[list[list[int]]]:
    """Return along each axis, window by window, where its taps lie."""
    kernel = numbers(layer.kernel_size, len(sizes))
    dilation = numbers(layer.dilation, len(sizes))
    stride = numbers(layer.stride, len(sizes))
    parts = zip(sizes, kernel, stride, _pads(layer, kernel), dilation, strict=True)
    return [
        [[start + d * t for t in range(k)] for start in starts(n, k, s, pads, d)]
        for n, k, s, pads, d in parts
    ]


def slid(layer: Any, x: Array, weight: Array, bias: Array | None, counter: Counter) -> Array:
    """Return what kernels make of the windows under them."""
    batch, _, *sizes = x.shape
    outputs, fan_in, *kernel = weight.shape
    places = positions(layer, sizes)
    group_size = outputs // int(layer.groups)
    mode, zero = getattr(layer, "padding_mode", "zeros"), counter.number(0)

    def entry(b: int, out: int, *window: int) -> Number:
        products = []
        first = out // group_size * fan_in  # of the channels that this group sees
        for channel in range(fan_in):
            for tap in grid(kernel):
                where = [place[w][t] for place, w, t in zip(places, window, tap, strict=True)]
                if not getattr(layer, "count_padding", True) and not inside(x, where):
                    continue
                value = _tap(x, (b, first + channel), where, mode, zero)
                products.append(value * weight[out, channel, *tap])
        dot = total(products) if products else zero
        return dot if bias is None else dot + bias[out,]

    return Array.of((batch, outputs, *map(len, places)), entry)


def _pads(layer: Any, kernel: list[int]) -> list[tuple[int, int]]:
    if layer.padding == "valid":
        return [(0, 0) for _ in kernel]
    if layer.padding == "same":  # as many positions as the window is longer than one tap
        spans = [
            d * (k - 1) for k, d in zip(kernel, numbers(layer.dilation, len(kernel)), strict=True)
        ]
        return [(span // 2, span - span // 2) for span in spans]
    return [(p, p) for p in numbers(layer.padding, len(kernel))]


def _tap(x: Array, lead: tuple[int, ...], where: list[int], mode: str, zero: Number) -> Number:
    """Return the entry at a position, or what the padding puts there."""
    if inside(x, where):
        return x[*lead, *where]
    if mode == "zeros":
        return zero
    sizes = x.shape[len(lead) :]
    return x[*lead, *(_BEYOND[mode](i, size) for i, size in zip(where, sizes, strict=True))]


_BEYOND = {
    "replicate": lambda i, size: min(max(i, 0), size - 1),
    "circular": lambda i, size: i % size,
    "reflect": lambda i, size: abs(i) if i < size else 2 * (size - 1) - i,
}

REFERENCES: dict[type, Any] = dict.fromkeys((Conv1d, Conv2d, Conv3d), convolution)
