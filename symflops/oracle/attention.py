"""Attention by its definitions: loops over queries and the keys that each of them sees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.cache import Appended, Cached, Kept, Memory, Precomputed
from symflops.layers.rotary import RotaryEmbedding
from symflops.layers.score_bias import ALiBi, RelativePositionBias
from symflops.layers.scores import MaskedSoftmax, ScaleScores, Scores, Weighting
from symflops.oracle.activation import softmax
from symflops.oracle.number import Array, Number, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.oracle.number import Counter
    from symflops.oracle.running import Run

Arrays = tuple[Array, ...]


def sees(layer: Any, queries: int, keys: int) -> Callable[[int, int], bool]:
    """Return whether query i sees key j: all keys, or those that a mask leaves."""
    positions = keys - int(layer.extra)

    def seen(i: int, j: int) -> bool:
        back = positions - queries + i - j  # how far the key stands before the query
        if j >= positions:
            return True
        if layer.window is not None:
            return 0 <= back < int(layer.window)
        return back >= 0 or not layer.causal

    return seen


def scores(layer: Any, inputs: Arrays, counter: Counter) -> Array:
    """Return a dot product for every query and key of a head, and nothing where the key is not seen."""
    q, k = inputs
    batch, queries, width = q.shape
    _, keys, own = k.shape
    heads = int(layer.num_heads)
    shared = heads if layer.kv_heads is None else int(layer.kv_heads)
    each = width // heads
    must_be(layer, "whole heads of", (heads * each, shared * each), (width, own))
    seen = sees(layer, queries, keys)

    def entry(b: int, h: int, i: int, j: int) -> Number:
        if not seen(i, j):
            return counter.number(-math.inf)
        first, theirs = h * each, h // (heads // shared) * each
        return total([q[b, i, first + d] * k[b, j, theirs + d] for d in range(each)])

    return Array.of((batch, heads, queries, keys), entry)


def on_scores(
    change: Callable[[Any, Number, tuple[int, ...], Array], Number],
) -> Callable[..., Array]:
    """Return the reference of a layer that changes each score that is seen."""

    def reference(layer: Any, inputs: Arrays, counter: Counter) -> Array:
        (x,) = inputs
        seen = sees(layer, *x.shape[2:])
        hidden = counter.number(-math.inf)
        return Array.of(
            x.shape, lambda *at: change(layer, x[at], at, x) if seen(*at[2:]) else hidden
        )

    return reference


def distance(layer: Any, at: tuple[int, ...], x: Array) -> int | None:
    """Return how far a key stands before a query; nothing where it is no position."""
    positions = x.shape[3] - int(layer.extra)
    return None if at[3] >= positions else positions - x.shape[2] + at[2] - at[3]


def less_with_distance(layer: Any, score: Number, at: tuple[int, ...], x: Array) -> Number:
    """Add a slope a head, 2^(-8/h), 2^(-16/h), …, times the distance, which is a constant."""
    far = distance(layer, at, x)
    if far is None:
        return score
    slope = 2 ** (-8 * (at[1] + 1) / x.shape[1])
    return score + -slope * abs(far)


def relative_bias(layer: Any, inputs: Arrays, counter: Counter) -> Array:
    """Add the learned bias of a head and a distance; beyond the last bucket all are alike."""
    (x,) = inputs
    buckets, heads = int(layer.num_buckets), int(layer.num_heads)
    must_be(layer, "heads", x.shape[1], heads)
    table = counter.weight(buckets, heads)

    def biased(of: Any, score: Number, at: tuple[int, ...], x: Array) -> Number:
        far = distance(of, at, x)
        return score if far is None else score + table[min(abs(far), buckets - 1), at[1]]

    return on_scores(biased)(layer, inputs, counter)


def masked_softmax(layer: Any, inputs: Arrays, counter: Counter) -> Array:
    """Return a softmax a query over the keys that it sees, and 0 for the others."""
    (x,) = inputs
    *others, queries, keys = x.shape
    seen = sees(layer, queries, keys)
    rows = {}
    for *at, i in grid((*others, queries)):
        visible = [j for j in range(keys) if seen(i, j)]
        weights = softmax([x[*at, i, j] for j in visible])
        rows[*at, i] = dict(zip(visible, weights, strict=True))
    nothing = counter.number(0)
    return Array.of(x.shape, lambda *at: rows[at[:-1]].get(at[-1], nothing))


def weighting(layer: Any, inputs: Arrays, _: Counter) -> Array:
    """Add up the values that a query sees, each times its weight."""
    weights, v = inputs
    batch, heads, queries, keys = weights.shape
    must_be(layer, "values", v.shape[1], keys)
    shared = heads if layer.kv_heads is None else int(layer.kv_heads)
    each = v.shape[2] // shared
    seen = sees(layer, queries, keys)

    def entry(b: int, i: int, place: int) -> Number:
        h, d = divmod(place, each)
        theirs = h // (heads // shared) * each + d
        visible = (j for j in range(keys) if seen(i, j))
        return total([weights[b, h, i, j] * v[b, j, theirs] for j in visible])

    return Array.of((batch, queries, heads * each), entry)


def rotary(layer: Any, inputs: Arrays, _: Counter) -> Array:
    """Turn entries 2i and 2i + 1 of a head by n·10000^(-2i/r), for the first r entries."""
    (x,) = inputs
    width = int(layer.head_dim)
    turned = width if layer.rotary_dim is None else int(layer.rotary_dim)

    def entry(b: int, n: int, place: int) -> Number:
        at = place % width
        if at >= turned:
            return x[b, n, place]
        angle = n * 10000 ** (-2 * (at // 2) / turned)
        if at % 2:
            return x[b, n, place] * math.cos(angle) + x[b, n, place - 1] * math.sin(angle)
        return x[b, n, place] * math.cos(angle) - x[b, n, place + 1] * math.sin(angle)

    return Array.of(x.shape, entry)


def appended(layer: Any, inputs: Arrays, counter: Counter) -> Array:
    """Lay a learned row, or one of zeros, behind the others."""
    (x,) = inputs
    batch, positions, width = x.shape
    must_be(layer, "a width of", width, layer.width)
    row = counter.weight(width) if layer.learned else None
    zero = counter.number(0)

    def entry(b: int, n: int, d: int) -> Number:
        if n < positions:
            return x[b, n, d]
        return zero if row is None else row[d,]

    return Array.of((batch, positions + 1, width), entry)


def cached(layer: Any, x: Array) -> Arrays:
    """Return positions that were there before, in front of the new ones."""
    batch, positions, width = x.shape
    before = int(layer.length)
    known = x.entries[0].counter.draw(batch, before, width)

    def entry(b: int, n: int, d: int) -> Number:
        return known[b, n, d] if n < before else x[b, n - before, d]

    return (Array.of((batch, before + positions, width), entry),)


def memory(layer: Any, x: Array) -> Arrays:
    """Return another sequence."""
    shape = (x.shape[0], int(layer.length), int(layer.width))
    return (x.entries[0].counter.draw(*shape),)


def kept(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run the layer; what is kept of it takes nothing."""
    return run.apply(layer.layer, inputs)


def precomputed(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run the layer, and forget what it took: that was before."""
    counter = run.counter
    before = counter.operations.copy(), counter.activations
    outputs = run.apply(layer.layer, inputs)
    counter.operations, counter.activations = before
    return outputs


REFERENCES: dict[type, Any] = {
    Scores: scores,
    ScaleScores: on_scores(lambda layer, x, *_: x / math.sqrt(float(layer.head_dim))),
    ALiBi: on_scores(less_with_distance),
    RelativePositionBias: relative_bias,
    MaskedSoftmax: masked_softmax,
    Weighting: weighting,
    RotaryEmbedding: rotary,
    Appended: appended,
}
VIEWS: dict[type, Any] = {Cached: cached, Memory: memory}
COMPOSED: dict[type, Any] = {Kept: kept, Precomputed: precomputed}
