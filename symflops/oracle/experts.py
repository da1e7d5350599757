"""Mixture of experts by running it: tokens are routed by their scores to networks with weights of their own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from symflops.layers.adapters import ScaleBy
from symflops.layers.experts import Combine, Experts, Shares, TopK
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.oracle.number import Counter, Number
    from symflops.oracle.running import Run

Arrays = tuple[Array, ...]
Token = tuple[int, ...]


def top_k(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Look k times for the greatest entry that is left, and keep it with its place."""
    (x,) = inputs
    *lead, entries = x.shape
    values: list[Number] = []
    places: list[Number] = []
    for row in grid(lead):
        left = list(range(entries))
        for _ in range(int(layer.k)):
            best = left[0]
            for place in left[1:]:
                if x[*row, place] > x[*row, best]:
                    best = place
            left.remove(best)
            values.append(x[*row, best])
            places.append(run.counter.number(best))
    shape = (*lead, int(layer.k))
    return (*run.made(Array(shape, values)), *run.made(Array(shape, places)))


def shares(_: Any, inputs: Arrays, __: Counter) -> Array:
    """Divide every row by its sum."""
    (x,) = inputs
    *lead, entries = x.shape
    sums = {row: total([x[*row, i] for i in range(entries)]) for row in grid(lead)}
    return Array.of(x.shape, lambda *at: x[at] / sums[at[:-1]])


def scale_by(layer: Any, inputs: Arrays, _: Counter) -> Array:
    """Multiply every entry by the constant."""
    (x,) = inputs
    return Array(x.shape, [entry * float(layer.factor) for entry in x.entries])


def experts(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run each network on the tokens that chose it; with slots, on all of its slots, zeros in empty ones."""
    x, chosen = inputs
    *lead, width = x.shape
    number, k = int(layer.num_experts), int(layer.top_k)
    waiting: list[list[tuple[Token, int]]] = [[] for _ in range(number)]
    for token in grid(lead):
        for slot in range(k):
            waiting[int(chosen[*token, slot].value)].append((token, slot))
    tokens = len(list(grid(lead)))
    capacity = layer.capacity_factor
    slots = None if capacity is None else int(capacity * k * tokens / number)
    zero = run.counter.number(0)
    made: dict[tuple[Token, int], list[Number]] = {}
    for index, routed in enumerate(waiting):
        served = routed[:slots]
        rows = [[x[*token, i] for i in range(width)] for token, _ in served]
        rows += [[zero] * width] * ((slots or 0) - len(served))
        with _unused(run.counter, not rows):
            rows = rows or [[zero] * width]  # nobody came, and its weights are there all the same
            shape = (*(1 for _ in lead[1:]), len(rows), width)
            given = Array(shape, [entry for row in rows for entry in row])
            (output,) = run.child(str(index), layer.expert, (given,))
        width_out = output.shape[-1]
        must_be(layer, "tokens of the expert", output.shape[:-1], shape[:-1])
        for n, key in enumerate(served):
            made[key] = output.entries[n * width_out : (n + 1) * width_out]
    dropped = [zero] * width_out
    entries = [made.get((token, slot), dropped) for token in grid(lead) for slot in range(k)]
    return (Array((*lead, k, width_out), [entry for row in entries for entry in row]),)


@contextmanager
def _unused(counter: Counter, is_idle: bool) -> Iterator[None]:  # noqa: FBT001 - a condition
    """Count the weights of a network that nobody uses, and nothing of its work."""
    before = counter.operations.copy(), counter.activations
    yield
    if is_idle:
        counter.operations, counter.activations = before


def combine(_: Any, inputs: Arrays, __: Counter) -> Array:
    """Add up what the chosen networks made, each times its weight."""
    y, weights = inputs
    *lead, k, width = y.shape

    def entry(*at: int) -> Number:
        *token, i = at
        return total([y[*token, slot, i] * weights[*token, slot] for slot in range(k)])

    return Array.of((*lead, width), entry)


REFERENCES: dict[type, Any] = {Shares: shares, ScaleBy: scale_by, Combine: combine}
COMPOSED: dict[type, Any] = {TopK: top_k, Experts: experts}
