"""Activations by their definitions, element by element; softmax row by row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.activation import GELU, ReLU, ReLU6, Sigmoid, SiLU, Softmax, Tanh
from symflops.oracle.number import Array, grid, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.oracle.number import Counter, Number

ROOT_HALF = 1 / math.sqrt(2)
ROOT_TWO_OVER_PI = math.sqrt(2 / math.pi)


def relu(x: Number) -> Number:
    """Return max(x, 0)."""
    return max(x, x.counter.number(0))


def relu6(x: Number) -> Number:
    """Return min(max(x, 0), 6)."""
    return min(relu(x), x.counter.number(6))


def sigmoid(x: Number) -> Number:
    """Return 1/(1 + exp(-x))."""
    return 1 / (1 + (-x).exp())


def gelu(x: Number) -> Number:
    """Return ½·x·(1 + erf(x/√2))."""
    return 0.5 * x * (1 + (x * ROOT_HALF).erf())


def gelu_tanh(x: Number) -> Number:
    """Return ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))."""
    return 0.5 * x * (1 + (ROOT_TWO_OVER_PI * (x + 0.044715 * x * x * x)).tanh())


def each(function: Callable[[Number], Number]) -> Callable[..., Array]:
    """Return the reference that applies a function to every element."""

    def reference(_: Any, inputs: tuple[Array, ...], __: Counter) -> Array:
        (x,) = inputs
        return Array(x.shape, [function(value) for value in x.entries])

    return reference


def gelu_of(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Apply GELU in the form that the layer asks for."""
    return each(gelu if layer.approximate == "none" else gelu_tanh)(layer, inputs, counter)


def softmax(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return exp(x - max x)/Σ exp(x - max x) along the axis."""
    (x,) = inputs
    axis = int(layer.dim) % len(x.shape)
    rows = {}
    for others in grid((*x.shape[:axis], *x.shape[axis + 1 :])):
        row = [x[*others[:axis], i, *others[axis:]] for i in range(x.shape[axis])]
        greatest = max(row)
        powers = [(value - greatest).exp() for value in row]
        whole = total(powers)
        rows[others] = [power / whole for power in powers]
    return Array.of(x.shape, lambda *at: rows[(*at[:axis], *at[axis + 1 :])][at[axis]])


REFERENCES: dict[type, Any] = {
    ReLU: each(relu),
    ReLU6: each(relu6),
    Sigmoid: each(sigmoid),
    Tanh: each(lambda x: x.tanh()),
    SiLU: each(lambda x: x * sigmoid(x)),
    GELU: gelu_of,
    Softmax: softmax,
}
