"""Runs a layer on drawn numbers: looks up what it computes, or runs the layers that it yields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.layers.base import IsBatched, Layer, Require, drive
from symflops.oracle import (
    activation,
    attention,
    bilinear,
    causal_conv,
    combine,
    conv,
    deformable,
    dynamic,
    embedding,
    experts,
    fourier,
    fused,
    gated_linear,
    heads,
    linear,
    linear_attention,
    models,
    norm,
    pooling,
    rearrange,
    recurrent,
    reduction,
    resize,
    scaling,
    selective,
    shape,
    state_space,
    transposed,
    unfold,
    vision,
    windows,
    winograd,
)
from symflops.trace import Condition, Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.layers.replacing import Replacement
    from symflops.oracle.number import Array, Counter

#: Layer → what it computes: (layer, inputs, counter) → output.
LEAVES: dict[type, Callable[[Any, tuple[Array, ...], Counter], Array]] = {
    layer: reference
    for family in (
        conv,
        causal_conv,
        transposed,
        unfold,
        linear,
        attention,
        embedding,
        bilinear,
        experts,
        deformable,
        dynamic,
        winograd,
        fourier,
        norm,
        activation,
        pooling,
        reduction,
        rearrange,
        resize,
        scaling,
        selective,
        state_space,
        gated_linear,
        windows,
        vision,
        heads,
        linear_attention,
    )
    for layer, reference in family.REFERENCES.items()
}
#: Layers that hand on what they got, and layers that run others.
VIEWS: dict[type, Any] = shape.VIEWS | models.VIEWS | windows.VIEWS | heads.VIEWS | attention.VIEWS
COMPOSED: dict[type, Any] = (
    attention.COMPOSED
    | combine.REFERENCES
    | models.REFERENCES
    | fused.REFERENCES
    | experts.COMPOSED
    | recurrent.REFERENCES
)


class NoReferenceError(Exception):
    """A layer for which nobody wrote down what it computes; ``where`` is its path."""

    def __init__(self, layer: Layer, path: tuple[str, ...]) -> None:
        self.kind, self.where = type(layer).__name__, ".".join(path)
        super().__init__(f"{self.kind} in {self.where}" if self.where else self.kind)


@dataclass(frozen=True)
class Run:
    """One run: what it counts, the path of the layer that it is in, whether its inputs are batches, and what is replaced."""

    counter: Counter
    path: tuple[str, ...] = ()
    batched: bool = True
    replacements: tuple[Replacement, ...] = ()

    def apply(self, layer: Layer, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        """Return what a layer makes of its inputs."""
        for place, replacement in reversed(tuple(enumerate(self.replacements))):
            if replacement.takes(layer):
                around = replace(self, replacements=self.replacements[:place])
                return around.apply(replacement.made(layer), inputs)
        kind = type(layer)
        if kind in VIEWS:
            views: tuple[Array, ...] = VIEWS[kind](layer, *inputs)
            return views
        if kind in LEAVES:
            output = LEAVES[kind](layer, inputs, self.counter)
            is_view = any(output.entries is x.entries for x in inputs)
            return (output,) if is_view else self.made(output)
        if kind in COMPOSED:
            outputs: tuple[Array, ...] = COMPOSED[kind](layer, inputs, self)
            return outputs
        return self.yielded(layer, inputs)

    def child(self, name: str, layer: Layer, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        """Return what a child makes of its inputs."""
        return replace(self, path=(*self.path, name)).apply(layer, inputs)

    def made(self, output: Array) -> tuple[Array, ...]:
        """Note that new entries came to be."""
        self.counter.activations += len(output.entries)
        return (output,)

    def yielded(self, layer: Layer, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        """Run a layer that only yields other layers and hands on what they return.

        Raises:
            NoReferenceError: it yields a step, or returns a shape that no layer returned.
        """
        if hasattr(layer, "trace"):
            raise NoReferenceError(layer, self.path)
        outputs = drive(
            layer.forward(*map(Seen.of, inputs)), lambda item: self._made_of(layer, item)
        )
        several = (outputs,) if isinstance(outputs, Seen) else outputs
        if not isinstance(several, tuple) or not all(isinstance(x, Seen) for x in several):
            raise NoReferenceError(layer, self.path)
        return tuple(x.array for x in several)

    def _made_of(self, layer: Layer, item: Any) -> Seen | tuple[Seen, ...] | bool | None:
        """Run what a layer yields, and return the shapes of what that made."""
        match item:
            case (str(name), Layer() as child, *shapes) if all(isinstance(x, Seen) for x in shapes):
                made = tuple(map(Seen.of, self.child(name, child, _arrays(shapes))))
                return made[0] if len(made) == 1 else made
            case IsBatched():
                return self.batched
            case Require() | Condition():
                return None
        raise NoReferenceError(layer, self.path)


class Seen(Shape):
    """A shape that remembers the array that it is the shape of."""

    array: Array

    @classmethod
    def of(cls, array: Array) -> Seen:
        """Return the shape of an array."""
        seen = cls(map(sympy.Integer, array.shape))
        seen.array = array
        return seen


def _arrays(shapes: list[Seen]) -> tuple[Array, ...]:
    return tuple(x.array for x in shapes)
