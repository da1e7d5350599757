"""Pooling by its definitions: the greatest or the mean of every window, channel by channel."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any

from symflops.layers.pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import inside, numbers, starts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symflops.oracle.number import Counter, Number


def max_pool(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the greatest of every window; padding is -∞ and is compared like any other."""
    (x,) = inputs
    windows = Windows(layer, x)
    padding = counter.number(-math.inf)

    def entry(b: int, c: int, *window: int) -> Number:
        taps = windows.taps(window)
        return max([x[b, c, *tap] if inside(x, tap) else padding for tap in taps])

    return Array.of((*x.shape[:2], *windows.counts), entry)


def avg_pool(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the mean of every window; padding is 0 and is added like any other."""
    (x,) = inputs
    windows = Windows(layer, x)
    padding = counter.number(0)
    override = getattr(layer, "divisor_override", None)

    def entry(b: int, c: int, *window: int) -> Number:
        taps = windows.taps(window)
        entries = [x[b, c, *tap] if inside(x, tap) else padding for tap in taps]
        if override is not None:
            divisor = int(override)
        elif layer.count_include_pad:
            divisor = sum(windows.in_padded(tap) for tap in taps)
        else:
            divisor = sum(inside(x, tap) for tap in taps)
        return total(entries) / divisor

    return Array.of((*x.shape[:2], *windows.counts), entry)


class Windows:
    """Where the windows of a pool lie on the spatial axes of its input."""

    def __init__(self, layer: Any, x: Array) -> None:
        self.sizes = x.shape[2:]
        axes = len(self.sizes)
        self.kernel = numbers(layer.kernel_size, axes)
        self.padding = numbers(layer.padding, axes)
        self.dilation = numbers(getattr(layer, "dilation", 1), axes)
        stride = self.kernel if layer.stride is None else numbers(layer.stride, axes)
        self.starts = [
            starts(n, k, s, (p, p), d, ceil=layer.ceil_mode)
            for n, k, s, p, d in zip(
                self.sizes, self.kernel, stride, self.padding, self.dilation, strict=True
            )
        ]
        self.counts = [len(found) for found in self.starts]

    def taps(self, window: Sequence[int]) -> list[list[int]]:
        """Return the positions that a window looks at."""
        first = [found[w] for found, w in zip(self.starts, window, strict=True)]
        return [
            [i + d * t for i, d, t in zip(first, self.dilation, tap, strict=True)]
            for tap in grid(self.kernel)
        ]

    def in_padded(self, where: Sequence[int]) -> bool:
        """Say whether a position lies on the padded axes, and not behind them."""
        return all(i < size + p for i, size, p in zip(where, self.sizes, self.padding, strict=True))


def adaptive_avg_pool(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return the mean of every window."""
    return _adaptive(layer, inputs, lambda entries: total(entries) / len(entries))


def adaptive_max_pool(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return the greatest of every window."""
    return _adaptive(layer, inputs, max)


def _adaptive(
    layer: Any, inputs: tuple[Array, ...], pooled: Callable[[list[Number]], Number]
) -> Array:
    """Pool windows from ⌊i·In/Out⌋ to ⌈(i + 1)·In/Out⌉, as many as asked for."""
    (x,) = inputs
    sizes, given = x.shape[2:], layer.output_size
    wanted = given if isinstance(given, tuple) else (given,) * len(sizes)
    outputs = [size if n is None else int(n) for n, size in zip(wanted, sizes, strict=True)]

    def entry(b: int, c: int, *window: int) -> Number:
        along = [
            range(i * size // out, -(-(i + 1) * size // out))
            for i, size, out in zip(window, sizes, outputs, strict=True)
        ]
        return pooled([x[b, c, *where] for where in product(*along)])

    return Array.of((*x.shape[:2], *outputs), entry)


REFERENCES: dict[type, Any] = {
    **dict.fromkeys((MaxPool1d, MaxPool2d, MaxPool3d), max_pool),
    **dict.fromkeys((AvgPool1d, AvgPool2d, AvgPool3d), avg_pool),
    **dict.fromkeys((AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d), adaptive_avg_pool),
    **dict.fromkeys((AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d), adaptive_max_pool),
}
