"""Heads side by side, entry by entry: in parts, together, and times a matrix each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.heads import HeadLinear, JoinHeads, SplitHeads
from symflops.oracle.number import Array, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def split_heads(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return each part of every head, side by side."""
    heads, parts = int(layer.num_heads), [int(part) for part in layer.parts]
    must_be(layer, "width", x.shape[2], heads * sum(parts))
    made, start = [], 0
    for part in parts:

        def entry(b: int, n: int, i: int, part: int = part, start: int = start) -> Number:
            return x[b, n, i // part * sum(parts) + start + i % part]

        made.append(Array.of((*x.shape[:2], heads * part), entry))
        start += part
    return tuple(made)


def join_heads(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return for each head what the first input has for it, or for all, and then the second's."""
    first, second = inputs
    heads = int(layer.num_heads)
    must_be(layer, "positions", second.shape[:2], first.shape[:2])
    widths = first.shape[2], second.shape[2]
    for width in widths if layer.own else widths[1:]:
        must_be(layer, "whole heads, and left of them", width % heads, 0)
    a = widths[0] // heads if layer.own else widths[0]
    b = widths[1] // heads

    def entry(at: int, n: int, i: int) -> Number:
        head, place = i // (a + b), i % (a + b)
        if place < a:
            return first[at, n, head * a + place if layer.own else place]
        return second[at, n, head * b + place - a]

    return Array.of((*first.shape[:2], heads * (a + b)), entry)


def head_linear(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every head times its matrix."""
    (x,) = inputs
    heads, a, b = (int(size) for size in (layer.num_heads, layer.in_features, layer.out_features))
    must_be(layer, "width", x.shape[2], heads * a)
    weight = counter.weight(heads, b, a)

    def entry(at: int, n: int, i: int) -> Number:
        head, out = i // b, i % b
        return total([x[at, n, head * a + j] * weight[head, out, j] for j in range(a)])

    return Array.of((*x.shape[:2], heads * b), entry)


REFERENCES: dict[type, Any] = {JoinHeads: join_heads, HeadLinear: head_linear}
VIEWS: dict[type, Any] = {SplitHeads: split_heads}
