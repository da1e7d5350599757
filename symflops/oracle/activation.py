"""Activations by their definitions, element by element; softmax and its logarithm row by row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.activation import (
    GELU,
    GLU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LogSoftmax,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
)
from symflops.layers.rectifiers import (
    CELU,
    ELU,
    SELU,
    LeakyReLU,
    LogSigmoid,
    Mish,
    PReLU,
    RReLU,
    Softplus,
    Threshold,
)
from symflops.layers.shrinking import Hardshrink, Softshrink, Softsign, Tanhshrink
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.oracle.number import Counter, Number

ROOT_HALF = 1 / math.sqrt(2)
ROOT_TWO_OVER_PI = math.sqrt(2 / math.pi)
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017, section 2


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


def leaky(x: Number, slope: Number | float) -> Number:
    """Return x where x > 0, else slope·x."""
    below = slope * x
    return x if x > 0 else below


def exponential(x: Number, alpha: float) -> Number:
    """Return x where x > 0, else α·(exp(x) - 1)."""
    below = alpha * (x.exp() - 1)
    return x if x > 0 else below


def hard_sigmoid(x: Number) -> Number:
    """Return min(max(x + 3, 0), 6)/6."""
    return relu6(x + 3) / 6


def soft_plus(x: Number) -> Number:
    """Return log(1 + exp(x))."""
    return (1 + x.exp()).log()


def each(function: Callable[[Number], Number]) -> Callable[..., Array]:
    """Return the reference that applies a function to every element."""

    def reference(_: Any, inputs: tuple[Array, ...], __: Counter) -> Array:
        (x,) = inputs
        return Array(x.shape, [function(value) for value in x.entries])

    return reference


def gelu_of(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Apply GELU in the form that the layer asks for."""
    return each(gelu if layer.approximate == "none" else gelu_tanh)(layer, inputs, counter)


def leaky_relu(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Scale what lies below 0 by the slope given."""
    slope = float(layer.negative_slope)
    return each(lambda x: leaky(x, slope))(layer, inputs, counter)


def prelu(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Scale what lies below 0 by a learned slope, that of all or that of its channel."""
    (x,) = inputs
    number = int(layer.num_parameters)
    if number == 1:
        slope = counter.weight(1)
        return each(lambda value: leaky(value, slope[0,]))(layer, inputs, counter)
    must_be(layer, "channels", x.shape[1], number)
    slopes = counter.weight(number)
    return Array.of(x.shape, lambda b, c, *at: leaky(x[b, c, *at], slopes[c,]))


def elu(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Let x below 0 decay to -α."""
    return each(lambda x: exponential(x, float(layer.alpha)))(layer, inputs, counter)


def celu(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Let x below 0 decay to -α, at the slope 1."""
    alpha = float(layer.alpha)

    def value(x: Number) -> Number:
        below = alpha * ((x / alpha).exp() - 1)
        return x if x > 0 else below

    return each(value)(layer, inputs, counter)


def rrelu(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Scale what lies below 0 by the mean of the slopes."""
    slope = float(layer.lower + layer.upper) / 2
    return each(lambda x: leaky(x, slope))(layer, inputs, counter)


def threshold(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Put one value in place of all that is not above the threshold."""
    least, instead = float(layer.threshold), counter.number(float(layer.value))
    return each(lambda x: x if x > least else instead)(layer, inputs, counter)


def softshrink(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Draw every element towards 0 by λ."""
    lambd = float(layer.lambd)

    def value(x: Number) -> Number:
        less, more = x - lambd, x + lambd
        is_above, is_below = x > lambd, x < -lambd
        return less if is_above else more if is_below else counter.number(0)

    return each(value)(layer, inputs, counter)


def hardshrink(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Keep what is farther than λ from 0."""
    lambd = float(layer.lambd)

    def value(x: Number) -> Number:
        is_above, is_below = x > lambd, x < -lambd
        return x if is_above or is_below else counter.number(0)

    return each(value)(layer, inputs, counter)


def softplus(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return log(1 + exp(βx))/β; above the threshold x itself, which is chosen without being counted."""
    beta, threshold = float(layer.beta), float(layer.threshold)

    def value(x: Number) -> Number:
        soft = soft_plus(x) if beta == 1 else soft_plus(beta * x) / beta
        return x if beta * x.value > threshold else soft

    return each(value)(layer, inputs, counter)


def hardtanh(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Keep every element between two bounds."""
    low, high = (counter.number(float(bound)) for bound in layer.bounds)
    return each(lambda x: min(max(x, low), high))(layer, inputs, counter)


def glu(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Multiply the first half along the axis by the sigmoid of the second."""
    (x,) = inputs
    axis = int(layer.dim) % len(x.shape)
    half = x.shape[axis] // 2
    must_be(layer, "an axis of", x.shape[axis], 2 * half)

    def entry(*at: int) -> Number:
        gate = x[*at[:axis], at[axis] + half, *at[axis + 1 :]]
        return x[at] * sigmoid(gate)

    return Array.of((*x.shape[:axis], half, *x.shape[axis + 1 :]), entry)


def by_rows(function: Callable[[list[Number]], list[Number]]) -> Callable[..., Array]:
    """Return the reference that applies a function to every row along the axis."""

    def reference(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
        (x,) = inputs
        axis = int(layer.dim) % len(x.shape)
        rows = {}
        for others in grid((*x.shape[:axis], *x.shape[axis + 1 :])):
            row = [x[*others[:axis], i, *others[axis:]] for i in range(x.shape[axis])]
            rows[others] = function(row)
        return Array.of(x.shape, lambda *at: rows[(*at[:axis], *at[axis + 1 :])][at[axis]])

    return reference


def softmax(row: list[Number]) -> list[Number]:
    """Return exp(x - max x)/Σ exp(x - max x) for every x of a row."""
    greatest = max(row)
    powers = [(x - greatest).exp() for x in row]
    whole = total(powers)
    return [power / whole for power in powers]


def log_softmax(row: list[Number]) -> list[Number]:
    """Return x - max x - log Σ exp(x - max x) for every x of a row."""
    greatest = max(row)
    shifted = [x - greatest for x in row]
    logarithm = total([x.exp() for x in shifted]).log()
    return [x - logarithm for x in shifted]


REFERENCES: dict[type, Any] = {
    ReLU: each(relu),
    ReLU6: each(relu6),
    Sigmoid: each(sigmoid),
    Tanh: each(lambda x: x.tanh()),
    SiLU: each(lambda x: x * sigmoid(x)),
    GELU: gelu_of,
    LeakyReLU: leaky_relu,
    PReLU: prelu,
    ELU: elu,
    SELU: each(lambda x: SELU_SCALE * exponential(x, SELU_ALPHA)),
    Mish: each(lambda x: x * soft_plus(x).tanh()),
    Softplus: softplus,
    LogSigmoid: each(lambda x: -soft_plus(-x)),
    CELU: celu,
    RReLU: rrelu,
    Threshold: threshold,
    Softsign: each(lambda x: x / (1 + max(x, -x))),
    Softshrink: softshrink,
    Hardshrink: hardshrink,
    Tanhshrink: each(lambda x: x - x.tanh()),
    Hardswish: each(lambda x: x * relu6(x + 3) / 6),
    Hardsigmoid: each(hard_sigmoid),
    Hardtanh: hardtanh,
    GLU: glu,
    Softmax: by_rows(softmax),
    LogSoftmax: by_rows(log_softmax),
}
