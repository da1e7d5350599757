"""Enlarged maps: for every output the nearest entry, or a blend of those around."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.resize import Upsample
from symflops.oracle.number import Array

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def upsample(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return the nearest entry, or a blend of the four around, for every output."""
    (x,) = inputs
    axes = [Enlarged(layer, i, size) for i, size in enumerate(x.shape[2:])]

    def nearest(b: int, c: int, *at: int) -> Number:
        return x[b, c, *(axis.nearest(i) for axis, i in zip(axes, at, strict=True))]

    def bilinear(b: int, c: int, i: int, j: int) -> Number:
        (top, bottom, l0, l1), (left, right, m0, m1) = axes[0].around(i), axes[1].around(j)
        above = m0 * x[b, c, top, left] + m1 * x[b, c, top, right]
        below = m0 * x[b, c, bottom, left] + m1 * x[b, c, bottom, right]
        return l0 * above + l1 * below

    entry = nearest if layer.mode == "nearest" else bilinear
    return Array.of((*x.shape[:2], *(axis.output for axis in axes)), entry)


class Enlarged:
    """One axis of an upsampled map: its new size, and where its entries come from."""

    def __init__(self, layer: Any, axis: int, size: int) -> None:
        given = layer.scale_factor if layer.size is None else layer.size
        value = given[axis] if isinstance(given, tuple) else given
        self.size = size
        self.output = math.floor(size * value) if layer.size is None else int(value)
        self.scale = float(1 / value) if layer.size is None else size / self.output
        self.corners = bool(layer.align_corners)
        if self.corners:
            self.scale = (size - 1) / (self.output - 1) if self.output > 1 else 0

    def nearest(self, i: int) -> int:
        """Return the entry that output i copies."""
        return min(math.floor(i * self.scale), self.size - 1)

    def around(self, i: int) -> tuple[int, int, float, float]:
        """Return the two entries that output i lies between, and how much it takes of each."""
        source = i * self.scale if self.corners else max((i + 0.5) * self.scale - 0.5, 0)
        before = min(math.floor(source), self.size - 1)
        after = min(before + 1, self.size - 1)
        return before, after, 1 - (source - before), source - before


REFERENCES: dict[type, Any] = {Upsample: upsample}
