"""Tokens by their definitions: a row of a table for each, what its position adds, and learned ones in front."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.embedding import Embedding
from symflops.layers.positions import ClassToken, LearnedPositions, SinusoidalPositions
from symflops.oracle.number import Array
from symflops.oracle.sliding import must_be
from symflops.zoo.vits import ImagePositions

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def token(number: Number, words: int) -> int:
    """Return the word that a drawn number stands for: one of them each, between -1 and 1."""
    return min(int((number.value + 1) / 2 * words), words - 1)


def embedding(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the row of every token's word."""
    (x,) = inputs
    words, width = int(layer.num_embeddings), int(layer.embedding_dim)
    table = counter.weight(words, width)
    return Array.of((*x.shape, width), lambda *at: table[token(x[at[:-1]], words), at[-1]])


def learned_positions(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Add to every vector the learned one of its position."""
    (x,) = inputs
    _, positions, width = x.shape
    must_be(layer, "a width of", width, layer.d_model)
    start = int(layer.start)
    fits = start + positions <= int(layer.n_ctx)
    must_be(layer, "as many positions at least as", fits, expected=True)
    table = counter.weight(int(layer.n_ctx), width)
    return Array.of(x.shape, lambda b, n, d: x[b, n, d] + table[start + n, d])


def sinusoidal_positions(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Add to every vector the sines and cosines of its position, which are constants."""
    (x,) = inputs
    width = x.shape[2]
    must_be(layer, "a width of", width, layer.d_model)

    def wave(n: int, d: int) -> Number:
        angle = n / 10000 ** (2 * (d // 2) / width)
        return counter.number(math.cos(angle) if d % 2 else math.sin(angle))

    return Array.of(x.shape, lambda b, n, d: x[b, n, d] + wave(n, d))


def class_token(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the learned vectors, then those of the input."""
    (x,) = inputs
    batch, positions, width = x.shape
    must_be(layer, "a width of", width, layer.d_model)
    first = int(layer.n)
    tokens = counter.weight(first, width)
    shape = (batch, first + positions, width)
    return Array.of(shape, lambda b, n, d: tokens[n, d] if n < first else x[b, n - first, d])


REFERENCES: dict[type, Any] = {
    Embedding: embedding,
    **dict.fromkeys((LearnedPositions, ImagePositions), learned_positions),
    SinusoidalPositions: sinusoidal_positions,
    ClassToken: class_token,
}
