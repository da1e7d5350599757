"""Mamba's scan, position after position: the state of every channel, and what is read from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.layers.selective import SelectiveScan
from symflops.oracle.number import Array, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def selective_scan(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return y_t = C_t h_t + D·x_t; A = -exp(A_log) is known before the input is."""
    x, delta, b, c = inputs
    batch, length, channels = x.shape
    states = b.shape[2]
    must_be(layer, "d_inner", channels, layer.d_inner)
    must_be(layer, "d_state", states, layer.d_state)
    logarithms = counter.weight(channels, states)
    rates = Array(logarithms.shape, [entry_of(counter, a) for a in logarithms.entries])
    through = counter.weight(channels) if layer.skip else None
    made: dict[tuple[int, ...], Number] = {}
    for n in range(batch):
        for d in range(channels):
            h = [counter.number(0) for _ in range(states)]  # a state that was handed over
            for t in range(length):
                for i in range(states):
                    kept = (delta[n, t, d] * rates[d, i]).exp()
                    driven = delta[n, t, d] * b[n, t, i]
                    h[i] = kept * h[i] + driven * x[n, t, d]
                y = total([c[n, t, i] * h[i] for i in range(states)])
                made[n, t, d] = y if through is None else y + through[d,] * x[n, t, d]
    return Array.of(x.shape, lambda *at: made[at])


def entry_of(counter: Counter, logarithm: Number) -> Number:
    """Return -exp of a weight, which is not counted."""
    return counter.number(-math.exp(logarithm.value))


REFERENCES: dict[type, Any] = {SelectiveScan: selective_scan}
