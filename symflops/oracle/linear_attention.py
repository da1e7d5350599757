"""Linear attention by its recurrence: sums of keys and values, asked by every query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.linear_attention import ELUPlusOne, KernelAttention
from symflops.oracle.activation import each, exponential
from symflops.oracle.number import Array, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number

Rows = list[list["Number"]]
Sums = tuple[Rows, list["Number"]]  # of φ(k)vᵀ, and of φ(k)


def kernel_attention(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return what every query finds in the sums over the keys that it sees."""
    q, k, v = inputs
    heads = int(layer.num_heads)
    batch, queries, width = q.shape
    must_be(layer, "keys", k.shape, (batch, k.shape[1], width))
    must_be(layer, "values", v.shape[:2], k.shape[:2])
    must_be(layer, "whole heads, and left of them", (width % heads, v.shape[2] % heads), (0, 0))
    if layer.causal:
        must_be(layer, "keys", k.shape[1], queries)
    found: dict[tuple[int, int], list[list[Number]]] = {}
    for b in range(batch):
        for h in range(heads):
            rows = [_head(x, b, h, heads) for x in inputs]
            sums = _before(counter, len(rows[1][0]), len(rows[2][0])) if layer.from_state else None
            run = _step_by_step if layer.causal else _whole
            found[b, h] = run(rows[0], rows[1], rows[2], sums)
    d = v.shape[2] // heads
    return Array.of((batch, queries, heads * d), lambda b, n, i: found[b, i // d][n][i % d])


def _head(x: Array, b: int, h: int, heads: int) -> Rows:
    """Return the rows of one head of one sample."""
    size = x.shape[2] // heads
    return [[x[b, n, h * size + i] for i in range(size)] for n in range(x.shape[1])]


def _step_by_step(q: Rows, k: Rows, v: Rows, sums: Sums | None) -> Rows:
    """Return what every query finds in the sums up to its own position."""
    found = []
    for query, key, value in zip(q, k, v, strict=True):
        sums = _more(sums, key, value)
        found.append(_asked(query, sums))
    return found


def _whole(q: Rows, k: Rows, v: Rows, sums: Sums | None) -> Rows:
    """Return what every query finds in the sums over all positions."""
    for key, value in zip(k, v, strict=True):
        sums = _more(sums, key, value)
    return [_asked(query, sums) for query in q]


def _before(counter: Counter, r: int, d: int) -> Sums:
    state, keys = counter.constant(r, d), counter.constant(r)
    return [[state[i, j] for j in range(d)] for i in range(r)], list(keys.entries)


def _more(sums: Sums | None, key: list[Number], value: list[Number]) -> Sums:
    """Return the sums with one more key and value."""
    outer = [[a * b for b in value] for a in key]
    if sums is None:
        return outer, key
    state = [
        [a + b for a, b in zip(*rows, strict=True)] for rows in zip(sums[0], outer, strict=True)
    ]
    return state, [a + b for a, b in zip(sums[1], key, strict=True)]


def _asked(query: list[Number], sums: Sums | None) -> list[Number]:
    """Return q·S/(q·z)."""
    assert sums is not None  # noqa: S101 - there is a key at least
    state, keys = sums
    normalizer = total([a * b for a, b in zip(query, keys, strict=True)])
    columns = zip(*state, strict=True)
    dots = [total([a * b for a, b in zip(query, column, strict=True)]) for column in columns]
    return [dot / normalizer for dot in dots]


REFERENCES: dict[type, Any] = {
    KernelAttention: kernel_attention,
    ELUPlusOne: each(lambda x: exponential(x, 1.0) + 1),
}
