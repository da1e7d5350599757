"""The bilinear layer by its definition: y_k = x₁ᵀ A_k x₂ + b_k, the left product first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.bilinear import Bilinear
from symflops.oracle.number import Array, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def bilinear(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return x₁ᵀ A_k entry by entry, and its dot product with x₂."""
    x1, x2 = inputs
    *others, d1 = x1.shape
    *same, d2 = x2.shape
    must_be(layer, "in1_features", d1, layer.in1_features)
    must_be(layer, "in2_features", d2, layer.in2_features)
    must_be(layer, "other axes", same, others)
    outputs = int(layer.out_features)
    weight = counter.weight(outputs, d1, d2)
    bias = counter.weight(outputs) if layer.bias else None

    def entry(*index: int) -> Number:
        *at, k = index
        row = [total([x1[*at, i] * weight[k, i, j] for i in range(d1)]) for j in range(d2)]
        form = total([row[j] * x2[*at, j] for j in range(d2)])
        return form if bias is None else form + bias[k,]

    return Array.of((*others, outputs), entry)


REFERENCES: dict[type, Any] = {Bilinear: bilinear}
