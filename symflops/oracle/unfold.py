"""Windows laid out as columns, and columns added up where their windows lie."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from symflops.errors import ShapeError
from symflops.layers.unfold import Fold, Unfold
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import inside, must_be, numbers, starts

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number

AXES = 2


def places(layer: Any, sizes: list[int]) -> list[list[tuple[int, ...]]]:
    """Return, window by window, where its taps lie on a map; some may lie on its padding."""
    kernel, stride, padding, dilation = (
        numbers(getattr(layer, name), AXES)
        for name in ("kernel_size", "stride", "padding", "dilation")
    )
    rows, columns = (
        starts(n, k, s, (p, p), d)
        for n, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True)
    )
    return [
        [(i + a * dilation[0], j + b * dilation[1]) for a, b in grid(kernel)]
        for i in rows
        for j in columns
    ]


def unfold(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the entries of every window as a column, channel by channel."""
    (x,) = inputs
    batch, channels, *sizes = x.shape
    windows = places(layer, sizes)
    taps, zero = len(windows[0]), counter.number(0)

    def entry(b: int, row: int, column: int) -> Number:
        where = windows[column][row % taps]
        return x[b, row // taps, *where] if inside(x, where) else zero

    return Array.of((batch, channels * taps, len(windows)), entry)


def fold(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the sums of all entries that fall on one place; those on the padding are made too."""
    (x,) = inputs
    batch, rows, columns = x.shape
    sizes = numbers(layer.output_size, AXES)
    windows = places(layer, sizes)
    taps = len(windows[0])
    must_be(layer, "columns", columns, len(windows))
    if rows % taps:
        message = f"Fold: {rows} channels are no whole number of windows of {taps}"
        raise ShapeError(message)
    landed: dict[tuple[int, ...], list[Number]] = defaultdict(list)
    for b, row, column in grid(x.shape):
        landed[b, row // taps, *windows[column][row % taps]].append(x[b, row, column])
    sums = {place: total(entries) for place, entries in landed.items()}
    zero = counter.number(0)
    shape = (batch, rows // taps, *sizes)
    return Array.of(shape, lambda *place: sums.get(place, zero))


REFERENCES: dict[type, Any] = {Unfold: unfold, Fold: fold}
