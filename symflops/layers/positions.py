"""Where a token stands: vectors added to those of the tokens, and tokens of one's own put in front."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from symflops.facts import at_least, equal
from symflops.fields import SAME, shifted
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.primitives import elementwise, move
from symflops.trace import Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Shape


def width_matches(layer: Layer, width: Size, expected: Size) -> Require:
    """Require the last axis to be as wide as the layer."""
    return Require(
        equal(width, expected),
        lambda: f"{type(layer).__name__} expects {expected} features on its last axis, got {width}",
    )


class LearnedPositions(Layer):
    """(B, N, D) plus a learned vector for each position: one addition an element. Params: n_ctx·D.

    The vectors of N of the n_ctx positions are added, from ``start`` on, which n_ctx must hold.

    >>> import symflops as sf
    >>> n_ctx, N, D = sf.dims("n_ctx N D")
    >>> cost = sf.cost(sf.LearnedPositions(n_ctx, D), (N, D))
    >>> cost.params, cost.adds, [str(condition) for condition in cost.conditions]
    (D*n_ctx, D*N, ['n_ctx >= N'])

    Raises:
        ArgumentError: n_ctx or d_model below 1, a start below 0.
        ShapeError: more positions than n_ctx, or another width than d_model.

    Source: Gehring et al. 2017, section 3.1; Radford et al. 2018; Dosovitskiy et al. 2021, equation 1.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    n_ctx: Size
    d_model: Size
    start: Size = dataclasses.field(default=0, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        yield from scalars(self, "n_ctx", "d_model")
        single(self, "start")
        yield from positive(self, "start", least=0)

    def forward(self, x: Shape) -> Forward:
        """Add the vectors of the positions."""
        _, positions, width = x
        yield width_matches(self, width, self.d_model)
        yield self.holds(self.start + positions)
        weights = (Weight("weight", self.n_ctx * self.d_model),)
        yield "add", elementwise("add", x, "other", weights)
        return x

    def holds(self, positions: Size) -> Require:
        """Require vectors for so many positions."""
        return Require(
            at_least(self.n_ctx, positions),
            lambda: f"LearnedPositions has {self.n_ctx} positions, got {positions}",
        )


class SinusoidalPositions(Layer):
    """(B, N, D) plus sines and cosines of the position: one addition an element, no params.

    sin(n/10000^(2i/D)) on axis 2i of position n, the cosine on axis 2i + 1: a table that is known before the
    input is, and not counted.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> cost = sf.cost(sf.SinusoidalPositions(D), (N, D))
    >>> cost.params, cost.flops
    (0, D*N)

    Raises:
        ArgumentError: d_model below 1.
        ShapeError: another width than d_model.

    Source: Vaswani et al. 2017, section 3.5.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    d_model: Size

    def needs(self) -> Iterable[Require]:
        """A width of at least 1."""
        return scalars(self, "d_model")

    def forward(self, x: Shape) -> Forward:
        """Add the sines and cosines."""
        *_, width = x
        yield width_matches(self, width, self.d_model)
        yield "add", elementwise("add", x)
        return x


class ClassToken(Layer):
    """(B, N, D) with ``n`` learned vectors in front: (B, N + n, D); moves alone. Params: n·D.

    Two of them are DeiT's class and distillation tokens, more the prompts of prompt tuning.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> cost = sf.cost(sf.ClassToken(D), (N, D))
    >>> cost.output, cost.params, cost.flops
    ((N + 1, D), D, 0)

    Raises:
        ArgumentError: d_model or n below 1.
        ShapeError: another width than d_model.

    Source: Devlin et al. 2019, section 3; Dosovitskiy et al. 2021, equation 1.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    d_model: Size
    n: Size = 1

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return scalars(self, "d_model", "n")

    def sees(self, *_: Shape) -> Axes:
        """Return the positions, moved by as many as stand in front."""
        return ((0, SAME), (1, shifted(self.n)), (2, SAME))

    def forward(self, x: Shape) -> Forward:
        """Put the learned vectors in front."""
        batch, positions, width = x
        yield width_matches(self, width, self.d_model)
        yield "concat", move((Weight("weight", self.n * self.d_model),))
        return (batch, positions + self.n, width)
