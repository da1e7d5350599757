"""Composition: layers that run other layers, and the joins of what they return."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from symflops.errors import SymflopsError
from symflops.layers.combine import (
    Add,
    Concat,
    Multiply,
    Parallel,
    Residual,
    Sequential,
    Shared,
)
from symflops.layers.depth import Repeat, Stack
from symflops.layers.replacing import Replaced
from symflops.oracle.number import Array
from symflops.oracle.sliding import must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Number
    from symflops.oracle.running import Run

Arrays = tuple[Array, ...]


def sequential(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run one layer after the other."""
    for name, child in layer.children:
        inputs = run.child(name, child, inputs)
    return inputs


def residual(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Add what the body and the shortcut return."""
    y = run.child("body", layer.body, inputs)
    side = inputs if layer.shortcut is None else run.child("shortcut", layer.shortcut, inputs)
    return run.made(_between(layer, (*y, *side), lambda a, b: a + b))


def parallel(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run every branch, on the one input or on its own."""
    own = len(inputs) == len(layer.children)
    outputs = [
        run.child(name, child, (inputs[i],) if own else inputs)
        for i, (name, child) in enumerate(layer.children)
    ]
    return tuple(array for several in outputs for array in several)


def branches(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Return what is to be joined: what the branches return, or without any the inputs."""
    return parallel(layer, inputs, run) if layer.children else inputs


def concat(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Lay one behind the other along an axis."""
    parts = branches(layer, inputs, run)
    axis = int(layer.dim) % len(parts[0].shape)
    owner = [(part, i) for part in parts for i in range(part.shape[axis])]
    for part in parts:
        others = [n for i, n in enumerate(part.shape) if i != axis]
        must_be(layer, "sizes", others, [n for i, n in enumerate(parts[0].shape) if i != axis])

    def entry(*at: int) -> Number:
        part, i = owner[at[axis]]
        return part[*at[:axis], i, *at[axis + 1 :]]

    shape = (*parts[0].shape[:axis], len(owner), *parts[0].shape[axis + 1 :])
    return run.made(Array.of(shape, entry))


def add(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Add the branches, entry by entry."""
    return run.made(_between(layer, branches(layer, inputs, run), lambda a, b: a + b))


def multiply(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Multiply the branches, entry by entry."""
    return run.made(_between(layer, branches(layer, inputs, run), lambda a, b: a * b))


def _between(layer: Any, parts: Arrays, operation: Any) -> Array:
    result = parts[0]
    for part in parts[1:]:
        result = _broadcast(layer, result, part, operation)
    return result


def _broadcast(layer: Any, a: Array, b: Array, operation: Any) -> Array:
    """Apply an operation between all entries; an axis of size 1 is stretched to the other's."""
    rank = max(len(a.shape), len(b.shape))
    a, b = (x.reshaped((*(1,) * (rank - len(x.shape)), *x.shape)) for x in (a, b))
    for m, n in zip(a.shape, b.shape, strict=True):
        must_be(layer, "sizes that fit", m == n or 1 in (m, n), expected=True)
    shape = [n if m == 1 else m for m, n in zip(a.shape, b.shape, strict=True)]

    def taken(x: Array, at: tuple[int, ...]) -> Number:
        return x[tuple(0 if n == 1 else i for i, n in zip(at, x.shape, strict=True))]

    return Array.of(shape, lambda *at: operation(taken(a, at), taken(b, at)))


def repeat(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run the body again and again, each time with weights of its own; what it does not return stays."""
    outputs = inputs
    for i in range(int(layer.n)):
        outputs = run.child(str(i), layer.body, (*outputs, *inputs[len(outputs) :]))
    return outputs


def stack(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run block after block; the first is block 0, or block 1 where block 0 cannot be."""
    start = layer.start
    if start is None:
        start = 0 if _runs(layer, 0, inputs, run) or not _runs(layer, 1, inputs, run) else 1
    outputs = inputs
    for i in range(int(layer.n)):
        block = layer.block_at(start + i)
        outputs = run.child(str(i), block, (*outputs, *inputs[len(outputs) :]))
    return outputs


def _runs(layer: Any, i: int, inputs: Arrays, run: Run) -> bool:
    with run.counter.trial():
        try:
            run.child(str(i), layer.block_at(i), inputs)
        except SymflopsError:
            return False
    return True


def shared(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run the layer with the weights that bear the name, everywhere or in the layer around."""
    around = ".".join(run.path[:-1])
    with run.counter.tied(around + layer.name if layer.name.startswith(".") else layer.name):
        return run.apply(layer.layer, inputs)


def replaced(layer: Any, inputs: Arrays, run: Run) -> Arrays:
    """Run the layer with others in place of some of the layers in it."""
    replacements = (*run.replacements, layer.replacement)
    return dataclasses.replace(run, replacements=replacements).apply(layer.layer, inputs)


REFERENCES: dict[type, Any] = {
    Replaced: replaced,
    Sequential: sequential,
    Residual: residual,
    Parallel: parallel,
    Concat: concat,
    Add: add,
    Multiply: multiply,
    Repeat: repeat,
    Stack: stack,
    Shared: shared,
}
