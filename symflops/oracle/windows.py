"""Maps cut into windows position by position, biases of offsets and masks of regions, cosines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.cosine import BiasOfPairs, LogitScale, Normalize, Offsets
from symflops.layers.windows import WindowBias, WindowMerge, WindowPartition
from symflops.oracle.activation import sigmoid
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.oracle.number import Counter, Number

MASKED = -100.0  # what is added to the score of two positions that were no neighbours
TWICE_EIGHT = 16.0


def whole(size: int, window: int) -> int:
    """Return the first multiple of a window that is no less than a size."""
    padded = window
    while padded < size:
        padded += window
    return padded


def places(layer: Any, sizes: list[int]) -> Iterator[list[tuple[int, int]]]:
    """Yield the positions of each window, where they stand in the map, which may be beyond its end."""
    window, shift = numbers(layer.window_size, 2), numbers(layer.shift_size, 2)
    padded = [whole(n, m) for n, m in zip(sizes, window, strict=True)]
    moved = [0 if n == m else s for n, m, s in zip(padded, window, shift, strict=True)]
    counts = [n // m for n, m in zip(padded, window, strict=True)]
    for cell in grid(counts):
        positions = []
        for at in grid(window):
            if layer.grid:
                rolled = [i * n + c for i, n, c in zip(at, counts, cell, strict=True)]
            else:
                rolled = [c * m + i for c, m, i in zip(cell, window, at, strict=True)]
            i, j = ((r + s) % n for r, s, n in zip(rolled, moved, padded, strict=True))
            positions.append((i, j))
        yield positions


def partition(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every window as a row of positions; beyond the end of the map there are zeros."""
    (x,) = inputs
    batch, height, width, channels = x.shape
    zero, entries, count, positions = counter.number(0), [], 0, 0
    for b in range(batch):
        for window in places(layer, [height, width]):
            count, positions = count + 1, len(window)
            for i, j in window:
                inside = i < height and j < width
                entries += [x[b, i, j, c] if inside else zero for c in range(channels)]
    return Array((count, positions, channels), entries)


def merge(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return the map whose windows these are."""
    (x,) = inputs
    windows, positions, channels = x.shape
    height, width = numbers(layer.size, 2)
    where = {}
    cells = list(places(layer, [height, width]))
    must_be(layer, "positions", positions, len(cells[0]))
    must_be(layer, "windows that are a multiple of", windows % len(cells), 0)
    for g, window in enumerate(cells):
        where.update({(i, j): (g, p) for p, (i, j) in enumerate(window)})

    def entry(b: int, i: int, j: int, c: int) -> Number:
        g, p = where[i, j]
        return x[b * len(cells) + g, p, c]

    return Array.of((windows // len(cells), height, width, channels), entry)


def offset_of(window: list[int], p: int, q: int) -> int:
    """Return which of all offsets two positions of a window have, counted row by row."""
    index = 0
    for axis, size in enumerate(window):
        stride = math.prod(window[axis + 1 :])
        i, j = p // stride % size, q // stride % size
        index = index * (2 * size - 1) + i - j + size - 1
    return index


def window_bias(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every score plus its bias, and plus what rules it out where positions were rolled in."""
    x, *given = inputs
    window, windows = numbers(layer.window_size, 2), numbers(layer.windows, 2)
    size = math.prod(window)
    must_be(layer, "scores", x.shape[1:], (int(layer.num_heads), size, size))
    offsets = math.prod(2 * m - 1 for m in window)
    table = None if given else counter.weight(offsets, int(layer.num_heads))
    shift = [s if n > 1 else 0 for s, n in zip(numbers(layer.shift_size, 2), windows, strict=True)]
    regions = list(_regions(window, windows, shift))

    def entry(g: int, h: int, p: int, q: int) -> Number:
        if table is None:
            score = x[g, h, p, q] + given[0][0, h, p, q]
        else:
            score = x[g, h, p, q] + table[offset_of(window, p, q), h]
        if any(shift):
            here = regions[g % len(regions)]
            score = score + (0.0 if here[p] == here[q] else MASKED)
        return score

    return Array.of(x.shape, entry)


def _regions(window: list[int], windows: list[int], shift: list[int]) -> Iterator[list[Any]]:
    """Yield for each window which part of the map each position comes from: before the cut, or behind it."""
    for cell in grid(windows):
        found = []
        for at in grid(window):
            rolled = [c * m + i for c, m, i in zip(cell, window, at, strict=True)]
            sizes = [n * m for n, m in zip(windows, window, strict=True)]
            found.append([r >= n - s for r, n, s in zip(rolled, sizes, shift, strict=True)])
        yield found


def normalize(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return every row along an axis divided by its length, which is no less than eps."""
    (x,) = inputs
    axis = int(layer.dim) % len(x.shape)
    rows: dict[tuple[int, ...], Number] = {}
    for at in grid([1 if i == axis else n for i, n in enumerate(x.shape)]):
        row = [x[*at[:axis], i, *at[axis + 1 :]] for i in range(x.shape[axis])]
        length = total([value * value for value in row]).sqrt()
        rows[at] = max(length, length.counter.number(float(layer.eps)))
    return Array.of(x.shape, lambda *at: x[at] / rows[*at[:axis], 0, *at[axis + 1 :]])


def logit_scale(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every score times the scale of its head."""
    (x,) = inputs
    must_be(layer, "heads", x.shape[1], int(layer.num_heads))
    learned = counter.weight(int(layer.num_heads))
    most = counter.number(math.log(100))
    scales = [min(value, most).exp() for value in learned.entries]
    return Array.of(x.shape, lambda b, h, *at: x[b, h, *at] * scales[h])


def offsets(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return all offsets between positions of a window, on a logarithmic scale."""
    counter, window = x.entries[0].counter, numbers(layer.window_size, 2)

    def entry(_: int, index: int, axis: int) -> Number:
        columns = 2 * window[1] - 1
        offset = (index // columns, index % columns)[axis] - (window[axis] - 1)
        place = 8 * offset / (window[axis] - 1) if offset else 0.0
        return counter.number(math.copysign(math.log2(abs(place) + 1) / 3, place))

    return (Array.of((1, math.prod(2 * m - 1 for m in window), 2), entry),)


def bias_of_pairs(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return 16·σ of the entry of its offset for every pair of positions."""
    (x,) = inputs
    window = numbers(layer.window_size, 2)
    must_be(layer, "offsets", x.shape[1], math.prod(2 * m - 1 for m in window))
    size = math.prod(window)

    def entry(b: int, h: int, p: int, q: int) -> Number:
        return TWICE_EIGHT * sigmoid(x[b, offset_of(window, p, q), h])

    return Array.of((x.shape[0], x.shape[2], size, size), entry)


REFERENCES: dict[type, Any] = {
    WindowPartition: partition,
    WindowMerge: merge,
    WindowBias: window_bias,
    Normalize: normalize,
    LogitScale: logit_scale,
    BiasOfPairs: bias_of_pairs,
}
VIEWS: dict[type, Any] = {Offsets: offsets}
