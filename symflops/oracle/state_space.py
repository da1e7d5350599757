"""Mamba-2's and S4D's recurrences, position after position; their other forms as the papers list them."""

from __future__ import annotations

import cmath
import math
from typing import TYPE_CHECKING, Any

from symflops.layers.diagonal import S4D
from symflops.layers.state_space import SSD, Bias
from symflops.oracle.fourier import dot, transform
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.oracle.number import Counter, Number

Rows = list[list["Number"]]


def state_space_duality(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return y_t = h_t C_t + D·x_t head by head, by the recurrence or in chunks."""
    x, delta, b, c = inputs
    batch, length, _ = x.shape
    heads, width, states = int(layer.nheads), int(layer.headdim), int(layer.d_state)
    groups = int(layer.ngroups)
    must_be(layer, "x, Δ, B and C", [i.shape[2] for i in inputs],
            [heads * width, heads, groups * states, groups * states])  # fmt: skip
    logarithms = counter.weight(heads)
    through = counter.weight(heads) if layer.skip else None
    rates = [counter.number(-math.exp(a.value)) for a in logarithms.entries]
    scores: dict[tuple[int, int], list[Rows]] = {}
    made: dict[tuple[int, int], Rows] = {}
    for n, h in grid((batch, heads)):
        group = h // (heads // groups)
        xs = [[x[n, t, h * width + p] for p in range(width)] for t in range(length)]
        driven = [[value * delta[n, t, h] for value in xs[t]] for t in range(length)]
        ins, outs = (
            [[s[n, t, group * states + i] for i in range(states)] for t in range(length)]
            for s in (b, c)
        )
        slopes = [delta[n, t, h] * rates[h] for t in range(length)]
        if layer.chunk_size is None:
            made[n, h] = step_by_step(slopes, driven, ins, outs, counter.number(0))
        else:
            size = int(layer.chunk_size)
            if (n, group) not in scores:  # the heads of a group share them
                scores[n, group] = [
                    lower_products(outs[t : t + size], ins[t : t + size])
                    for t in range(0, length, size)
                ]
            made[n, h] = in_chunks(slopes, driven, ins, outs, scores[n, group], counter.number(0))
        if through is not None:
            made[n, h] = [
                [y + through[h,] * value for y, value in zip(*rows, strict=True)]
                for rows in zip(made[n, h], xs, strict=True)
            ]
    return Array.of(x.shape, lambda n, t, d: made[n, d // width][t][d % width])


def step_by_step(slopes: Sequence[Number], x: Rows, b: Rows, c: Rows, zero: Number) -> Rows:
    """Return what is read from a state that every position lets decay and adds to."""
    state = [[zero for _ in b[0]] for _ in x[0]]  # one that was handed over
    made = []
    for t, slope in enumerate(slopes):
        kept = slope.exp()
        state = [
            [kept * h + value * into for h, into in zip(row, b[t], strict=True)]
            for row, value in zip(state, x[t], strict=True)
        ]
        made.append([total([h * out for h, out in zip(row, c[t], strict=True)]) for row in state])
    return made


def lower_products(c: Rows, b: Rows) -> Rows:
    """Return the dot products C_i·B_j of the positions j ≤ i."""
    return [[total([p * q for p, q in zip(c[i], b[j], strict=True)]) for j in range(i + 1)]
            for i in range(len(c))]  # fmt: skip


def in_chunks(
    slopes: Sequence[Number], x: Rows, b: Rows, c: Rows, scores: list[Rows], zero: Number
) -> Rows:
    """Return the same from matrix products within chunks and a state handed on from each to the next."""
    states, width = range(len(b[0])), range(len(x[0]))
    state = [[zero for _ in states] for _ in width]  # one that was handed over
    made: Rows = []
    for chunk, products in enumerate(scores):
        size = len(products)
        at = range(chunk * size, (chunk + 1) * size)
        sums = [slopes[at[0]]]
        for t in at[1:]:
            sums.append(sums[-1] + slopes[t])
        own = [[products[i][j] * (sums[i] - sums[j]).exp() for j in range(i + 1)]
               for i in range(size)]  # fmt: skip
        to_end = [(sums[-1] - s).exp() for s in sums]
        from_start = [s.exp() for s in sums]
        for i, t in enumerate(at):
            within = [total([own[i][j] * x[at[j]][p] for j in range(i + 1)]) for p in width]
            before = [total([state[p][n] * c[t][n] for n in states]) for p in width]
            made.append([within[p] + before[p] * from_start[i] for p in width])
        late = [[to_end[i] * x[t][p] for p in width] for i, t in enumerate(at)]
        over = sums[-1].exp()
        state = [
            [
                over * state[p][n] + total([late[i][p] * b[t][n] for i, t in enumerate(at)])
                for n in states
            ]
            for p in width
        ]
    return made


def bias(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Add a weight to each of the last axis."""
    (x,) = inputs
    must_be(layer, "in_features", x.shape[-1], layer.in_features)
    weight = counter.weight(x.shape[-1])
    return Array.of(x.shape, lambda *at: x[at] + weight[at[-1],])


def diagonal(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return what a diagonal state-space model makes of every channel, and D·x."""
    (x,) = inputs
    batch, length, channels = x.shape
    must_be(layer, "d_model", channels, layer.d_model)
    poles, reads = known_before(counter, channels, int(layer.d_state))
    through = counter.weight(channels)
    made: dict[tuple[int, int], list[Number]] = {}
    for n, d in grid((batch, channels)):
        row = [x[n, t, d] for t in range(length)]
        run = recurrent if layer.mode == "recurrent" else convolved
        made[n, d] = run(row, poles[d], reads[d], counter, layer.size)
    return Array.of(x.shape, lambda n, t, d: made[n, d][t] + through[d,] * x[n, t, d])


def known_before(
    counter: Counter, channels: int, states: int
) -> tuple[list[list[complex]], list[list[complex]]]:
    """Return Ā = exp(ΔA) and 2·C·(Ā - 1)/A of every channel, which are plain numbers."""
    pairs = states // 2
    read = counter.weight(channels, pairs, 2)
    step = counter.weight(channels)
    real, imaginary = counter.weight(channels, pairs), counter.weight(channels, pairs)
    poles, reads = [], []
    for d in range(channels):
        a = [complex(-math.exp(real[d, i].value), imaginary[d, i].value) for i in range(pairs)]
        poles.append([cmath.exp(math.exp(step[d,].value) * value) for value in a])
        given = [complex(read[d, i, 0].value, read[d, i, 1].value) for i in range(pairs)]
        together = zip(given, poles[-1], a, strict=True)
        reads.append([2 * c * (pole - 1) / value for c, pole, value in together])
    return poles, reads


def recurrent(
    row: list[Number], poles: list[complex], reads: list[complex], counter: Counter, _: Any
) -> list[Number]:
    """Run the recurrence on pairs of real numbers, and read the real part."""
    state = [(counter.number(0), counter.number(0)) for _ in poles]
    made = []
    for x in row:
        state = [
            (re * a.real - im * a.imag + x, re * a.imag + im * a.real)
            for (re, im), a in zip(state, poles, strict=True)
        ]
        parts = [re * c.real - im * c.imag for (re, im), c in zip(state, reads, strict=True)]
        made.append(total(parts))
    return made


def convolved(
    row: list[Number], poles: list[complex], reads: list[complex], counter: Counter, size: Any
) -> list[Number]:
    """Convolve with the kernel Re Σ C̄ Ā^l, frequency by frequency."""
    points = 1
    while points < 2 * len(row) - 1:
        points *= 2
    points = points if size is None else int(size)
    zero, aside = counter.number(0), type(counter)()
    kernel = [
        sum((c * a**lag).real for c, a in zip(reads, poles, strict=True)) / points
        for lag in range(len(row))
    ]
    known = [(aside.number(value), aside.number(0)) for value in kernel]
    padding = [(zero, zero)] * (points - len(row))
    nothing = [(aside.number(0), aside.number(0))] * (points - len(row))
    spectrum = transform([*known, *nothing], -1)
    ours = transform([*((x, zero) for x in row), *padding], -1)
    back = transform([dot([pair]) for pair in zip(ours, spectrum, strict=True)], 1)
    return [real for real, _ in back[: len(row)]]


REFERENCES: dict[type, Any] = {SSD: state_space_duality, Bias: bias, S4D: diagonal}
