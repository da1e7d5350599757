"""The fully connected layer by its definition: y = x Wᵀ + b on the last axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.linear import Linear
from symflops.oracle.number import Array, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def linear(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return a dot product with a row of the matrix for every output."""
    (x,) = inputs
    *others, features = x.shape
    must_be(layer, "in_features", features, layer.in_features)
    outputs = int(layer.out_features)
    weight = counter.weight(outputs, features)
    bias = counter.weight(outputs) if layer.bias else None

    def entry(*index: int) -> Number:
        *position, out = index
        products = [x[*position, i] * weight[out, i] for i in range(features)]
        dot = total(products)
        return dot if bias is None else dot + bias[out,]

    return Array.of((*others, outputs), entry)


REFERENCES: dict[type, Any] = {Linear: linear}
