"""Views: the same entries in another shape, order or grouping. A view has no entries of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.shape import (
    AlphaDropout,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    Flatten,
    Identity,
    Permute,
    Select,
    Split,
    Unflatten,
)
from symflops.oracle.number import Array
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Number


def same(_: Any, x: Array) -> tuple[Array, ...]:
    """Return the input itself."""
    return (x,)


def flatten(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return the same entries with several axes seen as one."""
    start, end = (int(dim) % len(x.shape) for dim in (layer.start_dim, layer.end_dim))
    one = math.prod(x.shape[start : end + 1])
    return (x.reshaped((*x.shape[:start], one, *x.shape[end + 1 :])),)


def unflatten(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return the same entries with one axis seen as several; -1 is counted up until they are as many."""
    axis = int(layer.dim) % len(x.shape)
    given = [int(n) for n in layer.unflattened_size]
    sizes = [n if n != -1 else 1 for n in given]
    while -1 in given and math.prod(sizes) < x.shape[axis]:
        sizes[given.index(-1)] += 1
    must_be(layer, "an axis of", x.shape[axis], math.prod(sizes))
    return (x.reshaped((*x.shape[:axis], *sizes, *x.shape[axis + 1 :])),)


def permute(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return the same entries with the axes in another order."""
    order = [int(dim) % len(x.shape) for dim in layer.dims]
    must_be(layer, "axes", len(x.shape), len(order))

    def entry(*at: int) -> Number:
        where = dict(zip(order, at, strict=True))
        return x[[where[axis] for axis in range(len(order))]]

    return (Array.of([x.shape[axis] for axis in order], entry),)


def split(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return the same entries in several parts, cut one after the other off an axis."""
    axis = int(layer.dim) % len(x.shape)
    given, parts, start = layer.split_size_or_sections, [], 0
    left = [int(n) for n in given] if isinstance(given, tuple) else None
    while start < x.shape[axis]:
        size = left.pop(0) if left else min(int(given), x.shape[axis] - start)
        parts.append(cut(x, axis, start, size))
        start += size
    must_be(layer, "parts that make up", x.shape[axis], start)
    return tuple(parts)


def select(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return the entries that stand at one place of an axis, without that axis."""
    axis = int(layer.dim) % len(x.shape)
    index = int(layer.index)
    must_be(layer, "an entry among", -x.shape[axis] <= index < x.shape[axis], expected=True)
    one = cut(x, axis, index % x.shape[axis], 1)
    return (one.reshaped((*x.shape[:axis], *x.shape[axis + 1 :])),)


def cut(x: Array, axis: int, start: int, size: int) -> Array:
    """Return the entries of an axis from ``start`` on."""
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
    return Array.of(shape, lambda *at: x[*at[:axis], start + at[axis], *at[axis + 1 :]])


VIEWS: dict[type, Any] = {
    **dict.fromkeys((Identity, Dropout, Dropout1d, Dropout2d, Dropout3d, AlphaDropout), same),
    Flatten: flatten,
    Unflatten: unflatten,
    Permute: permute,
    Select: select,
    Split: split,
}
