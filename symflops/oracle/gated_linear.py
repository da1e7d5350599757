"""Linear attention with a state that fades, position after position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.gated_linear import ForgetGate, GatedRecurrence
from symflops.oracle.activation import each, sigmoid
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def gated_recurrence(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return o_t = q_t S_t of every head."""
    q, k, v, *gates = inputs
    batch, length, _ = v.shape
    heads, keys, values = (int(n) for n in (layer.num_heads, layer.head_k_dim, layer.head_v_dim))
    must_be(layer, "q, k and v", [x.shape[2] for x in (q, k, v)],
            [heads * keys, heads * keys, heads * values])  # fmt: skip

    def gate(n: int, t: int, h: int, i: int) -> Number:
        if layer.decay == "fixed":
            return counter.number(1 - 2 ** (-5 - h))  # Sun et al. 2023, section 2.1
        return gates[0][n, t, h * keys + i if layer.decay == "vector" else h]

    made: dict[tuple[int, ...], Number] = {}
    for n, h in grid((batch, heads)):
        state = [[counter.number(0) for _ in range(values)] for _ in range(keys)]  # handed over
        for t in range(length):
            for i, j in grid((keys, values)):
                added = k[n, t, h * keys + i] * v[n, t, h * values + j]
                state[i][j] = gate(n, t, h, i) * state[i][j] + added
            for j in range(values):
                products = [q[n, t, h * keys + i] * state[i][j] for i in range(keys)]
                made[n, t, h * values + j] = total(products)
    return Array.of(v.shape, lambda *at: made[at])


def forget_gate(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return σ(x)^(1/τ) of every element."""
    power = 1 / float(layer.tau)
    return each(lambda x: sigmoid(x) ** power)(layer, inputs, counter)


REFERENCES: dict[type, Any] = {GatedRecurrence: gated_recurrence, ForgetGate: forget_gate}
