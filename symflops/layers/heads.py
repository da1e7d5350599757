"""Heads side by side on one axis, h·d wide: taken apart, put together, and each with a matrix of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import sympy

from symflops.errors import ArgumentError
from symflops.exprs import product
from symflops.facts import equal
from symflops.fields import pointwise
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size, positive, written
from symflops.layers.combine import same_size
from symflops.layers.scores import head_width
from symflops.primitives import contract, move
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes

ROWS = 3  # axes: the batch, positions, heads side by side


class OfHeads(Layer):
    """The engine: a layer over heads side by side, (B, N, h·d)."""

    rank: ClassVar[int | None] = ROWS
    sample: ClassVar[str] = "N, h·d"
    num_heads: Size

    def needs(self) -> Iterable[Require]:
        """At least one head."""
        return scalars(self, "num_heads")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - they all have the same axes
        """Return every axis but that of the heads."""
        return (*pointwise(ROWS - 1), None)


class SplitHeads(OfHeads):
    """(N, h·(a + b + …)) as (N, h·a), (N, h·b), …: the parts of every head side by side; a view.

    >>> import symflops as sf
    >>> from symflops.layers.heads import SplitHeads
    >>> N, h, a, b = sf.dims("N h a b")
    >>> sf.cost(SplitHeads(h, (a, b)), (N, h * (a + b))).output
    ((N, a*h), (N, b*h))

    Raises:
        ArgumentError: no tuple of sizes.
        ShapeError: another width.
    """

    parts: Any

    def needs(self) -> Iterable[Require]:
        """At least one head, and parts that are sizes."""
        if not isinstance(self.parts, tuple) or not self.parts:
            message = f"SplitHeads: parts must be a tuple of sizes, got {written(self.parts)}"
            raise ArgumentError(message)
        yield from super().needs()
        yield from positive(self, "parts")

    def forward(self, x: Shape) -> Forward:
        """Take the heads apart."""
        batch, positions, width = x
        expected = self.num_heads * sympy.Add(*self.parts)
        yield Require(
            equal(width, expected),
            lambda: f"SplitHeads expects {expected} entries on its last axis, got {width}",
        )
        return tuple((batch, positions, self.num_heads * part) for part in self.parts)


class JoinHeads(OfHeads):
    """(N, a) or (N, h·a), and (N, h·b), as (N, h·(a + b)), head by head; moves alone.

    The first input is one head's, and goes before each head of the second; with ``own`` it has h of them.

    >>> import symflops as sf
    >>> from symflops.layers.heads import JoinHeads
    >>> N, h, a, b = sf.dims("N h a b")
    >>> cost = sf.cost(JoinHeads(h), [(N, a), (N, h * b)])
    >>> cost.output, cost.flops
    ((N, h*(a + b)), 0)

    Raises:
        ShapeError: other positions, or a width that is not one of whole heads.
    """

    own: bool = False

    def forward(self, first: Shape, second: Shape) -> Forward:
        """Lay the parts of every head one behind the other."""
        batch, positions, width = first
        yield same_size("JoinHeads", 0, batch, second[0])
        yield same_size("JoinHeads", 1, positions, second[1])
        a = width
        if self.own:
            a = yield from head_width(self, "first input", width, self.num_heads)
        b = yield from head_width(self, "second input", second[2], self.num_heads)
        yield "join", move()
        return (batch, positions, self.num_heads * (a + b))


class HeadLinear(OfHeads):
    """y = W_i x for each head i, with a matrix of its own: (N, h·a) to (N, h·b). Params and MACs: h·a·b.

    >>> import symflops as sf
    >>> from symflops.layers.heads import HeadLinear
    >>> N, h, a, b = sf.dims("N h a b")
    >>> cost = sf.cost(HeadLinear(h, a, b), (N, h * a))
    >>> cost.params, cost.macs
    (a*b*h, N*a*b*h)

    Raises:
        ArgumentError: sizes below 1.
        ShapeError: another width than h·a.
    """

    in_features: Size
    out_features: Size

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return scalars(self, "num_heads", "in_features", "out_features")

    def forward(self, x: Shape) -> Forward:
        """Multiply every head by its matrix."""
        batch, positions, width = x
        expected = self.num_heads * self.in_features
        yield Require(
            equal(width, expected),
            lambda: f"HeadLinear expects {expected} entries on its last axis, got {width}",
        )
        rows = (batch, self.num_heads, positions)
        weight = Weight("weight", product((self.num_heads, self.in_features, self.out_features)))
        products = (*rows, self.in_features, self.out_features)
        yield "linear", contract(products, (*rows, self.out_features), "dot.linear", (weight,))
        return (batch, positions, self.num_heads * self.out_features)
