"""Rotary positions: entries of queries and keys turned by angles that grow with the position."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.facts import at_least, divides
from symflops.fields import pointwise
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.primitives.attention import rotate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Shape


class RotaryEmbedding(Layer):
    """Entries of each head turned in pairs, (x·cos - y·sin, y·cos + x·sin), on (N, h·d).

    Of a head of d = ``head_dim`` entries the first ``rotary_dim`` are turned (left out: all): 2 multiplications
    and an addition or subtraction for each of them. Cosines and sines are known before the input is.

    >>> import symflops as sf
    >>> N, h, d = sf.dims("N h d")
    >>> cost = sf.cost(sf.RotaryEmbedding(d), (N, h * d))
    >>> cost.flops, cost.params
    (3*N*d*h, 0)
    >>> sf.cost(sf.RotaryEmbedding(64, 16), (N, 64 * h)).flops
    48*N*h

    Raises:
        ArgumentError: a rotary_dim that is odd or greater than head_dim.
        ShapeError: a width that is not one of whole heads.

    Source: Su et al. 2021, RoFormer, equation 34; Black et al. 2022 for a part of a head.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, h·d"
    head_dim: Size
    rotary_dim: Size = None

    def needs(self) -> Iterable[Require]:
        """An even number of entries, no more than a head has."""
        yield from scalars(self, "head_dim", "rotary_dim")
        turned = self.turned
        yield Require(
            divides(2, turned),
            lambda: f"RotaryEmbedding turns entries in pairs, and {turned} is odd",
        )
        yield Require(
            at_least(self.head_dim, turned),
            lambda: (
                f"RotaryEmbedding: rotary_dim = {turned} is more than head_dim = {self.head_dim}"
            ),
        )

    @property
    def turned(self) -> Size:
        """How many entries of a head are turned."""
        return self.head_dim if self.rotary_dim is None else self.rotary_dim

    def sees(self, *inputs: Shape) -> Axes:
        """Return every axis but the last, along which entries are paired."""
        return (*pointwise(len(inputs[0]) - 1), None)

    def forward(self, x: Shape) -> Forward:
        """Turn the first entries of every head."""
        batch, positions, width = x
        yield Require(
            divides(self.head_dim, width),
            lambda: f"RotaryEmbedding: {width} entries are not heads of {self.head_dim} each",
        )
        yield "rotate", rotate((self.turned, width / self.head_dim, positions, batch))
        return x
