"""What vision models of the zoo have of their own, entry by entry: neighbours, products of pairs, modulation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.oracle.activation import each, sigmoid
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be
from symflops.zoo.clips import QuickGELU, Similarity
from symflops.zoo.dits import Modulate, Timesteps
from symflops.zoo.swins import Neighbours

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def neighbours(_: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the entries of 2 × 2 positions side by side; beyond the end of the map there are zeros."""
    (x,) = inputs
    batch, height, width, channels = x.shape
    zero, entries = counter.number(0), []
    rows, columns = range(0, height, 2), range(0, width, 2)
    for b, i, j in ((b, i, j) for b in range(batch) for i in rows for j in columns):
        for di, dj in ((0, 0), (1, 0), (0, 1), (1, 1)):
            inside = i + di < height and j + dj < width
            entries += [x[b, i + di, j + dj, c] if inside else zero for c in range(channels)]
    return Array((batch, len(rows), len(columns), 4 * channels), entries)


def similarity(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the product of every image with every text, times the exponential of a learned number."""
    image, text = inputs
    width = image.shape[1]
    must_be(layer, "entries", text.shape[1], width)
    scale = counter.weight(1)[0,].exp()

    def entry(b: int, m: int) -> Number:
        return total([image[b, e] * text[m, e] for e in range(width)]) * scale

    return Array.of((image.shape[0], text.shape[0]), entry)


def timesteps(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return constants for every step."""
    (x,) = inputs
    must_be(layer, "steps a sample", x.shape[1], 1)
    shape = (x.shape[0], int(layer.frequencies))
    return Array(shape, [counter.number(1) for _ in grid(shape)])


def modulate(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return every row times one more than its scale, and shifted."""
    x, shift, scale = inputs
    must_be(layer, "shifts", shift.shape, scale.shape)
    gain = Array(scale.shape, [1 + entry for entry in scale.entries])
    return Array.of(x.shape, lambda b, n, d: x[b, n, d] * gain[b, 0, d] + shift[b, 0, d])


REFERENCES: dict[type, Any] = {
    Neighbours: neighbours,
    QuickGELU: each(lambda x: x * sigmoid(1.702 * x)),
    Similarity: similarity,
    Timesteps: timesteps,
    Modulate: modulate,
}
