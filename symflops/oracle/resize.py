"""Enlarged maps: for every output the nearest entry, or a blend of those around."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.resize import Upsample
from symflops.oracle.number import Array, total

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


A = -0.75  # what makes PyTorch's cubic kernel (Keys 1981, equation 4) the one that it is


def upsample(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return the nearest entry, or a blend of those around, for every output."""
    (x,) = inputs
    axes = [Enlarged(layer, i, size) for i, size in enumerate(x.shape[2:])]

    def nearest(b: int, c: int, *at: int) -> Number:
        return x[b, c, *(axis.nearest(i) for axis, i in zip(axes, at, strict=True))]

    def blended(before: tuple[int, ...], at: tuple[int, ...]) -> Number:
        """Blend along the first axis that is left what the axes behind it give."""
        if not at:
            return x[before]
        axis = axes[len(axes) - len(at)]
        around = axis.cubic(at[0]) if layer.mode == "bicubic" else axis.linear(at[0])
        return total([weight * blended((*before, i), at[1:]) for i, weight in around])

    shape = (*x.shape[:2], *(axis.output for axis in axes))
    if layer.mode == "nearest":
        return Array.of(shape, nearest)
    return Array.of(shape, lambda b, c, *at: blended((b, c), at))


class Enlarged:
    """One axis of an upsampled map: its new size, and where its entries come from."""

    def __init__(self, layer: Any, axis: int, size: int) -> None:
        given = layer.scale_factor if layer.size is None else layer.size
        value = given[axis] if isinstance(given, tuple) else given
        self.size = size
        self.output = math.floor(size * value) if layer.size is None else int(value)
        by_sizes = layer.size is not None or layer.recompute_scale_factor
        self.scale = size / self.output if by_sizes else float(1 / value)
        self.corners = bool(layer.align_corners)
        if self.corners:
            self.scale = (size - 1) / (self.output - 1) if self.output > 1 else 0

    def nearest(self, i: int) -> int:
        """Return the entry that output i copies."""
        return min(math.floor(i * self.scale), self.size - 1)

    def linear(self, i: int) -> list[tuple[int, float]]:
        """Return the two entries that output i lies between, and how much it takes of each."""
        source = i * self.scale if self.corners else max((i + 0.5) * self.scale - 0.5, 0)
        before = min(math.floor(source), self.size - 1)
        after = min(before + 1, self.size - 1)
        return [(before, 1 - (source - before)), (after, source - before)]

    def cubic(self, i: int) -> list[tuple[int, float]]:
        """Return the four entries around output i, those at the ends again beyond, with their weights."""
        source = i * self.scale if self.corners else (i + 0.5) * self.scale - 0.5
        first = math.floor(source) - 1
        return [
            (min(max(tap, 0), self.size - 1), kernel(abs(source - tap)))
            for tap in range(first, first + 4)
        ]


def kernel(x: float) -> float:
    """Return the cubic kernel at distance x: one cubic up to 1, another up to 2."""
    if x <= 1:
        return (A + 2) * x**3 - (A + 3) * x**2 + 1
    return A * x**3 - 5 * A * x**2 + 8 * A * x - 4 * A


REFERENCES: dict[type, Any] = {Upsample: upsample}
