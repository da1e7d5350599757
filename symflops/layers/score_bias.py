"""What positions add to scores: a slope a head, or a learned bias for every distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.facts import equal
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Require, Size
from symflops.layers.scores import SCORES, OverPairs
from symflops.primitives.attention import on_scores, pairs
from symflops.trace import Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class ScoreBias(OverPairs):
    """The engine: something added to each score of (h, N, M) that is seen; nothing to those of ``extra`` keys."""

    rank: ClassVar[int | None] = SCORES
    sample: ClassVar[str] = "h, N, M"

    def forward(self, x: Shape) -> Forward:
        """Add to every score."""
        batch, heads, queries, keys = x
        yield from self.pairs(queries, keys)
        among = pairs(queries, keys - self.extra, causal=self.causal, window=self.window)
        yield "bias", on_scores("add", among, (batch, heads), weights=self.weights())
        return x

    def weights(self) -> tuple[Weight, ...]:
        """Return what is learned."""
        return ()


class ALiBi(ScoreBias):
    """Scores less a slope a head times the distance, (h, N, M): one addition a score that is seen.

    The products m·(i - j) are known before the input is, and nothing is learned.

    >>> import symflops as sf
    >>> h, N = sf.dims("h N")
    >>> sf.cost(sf.ALiBi(causal=True), (h, N, N)).flops
    N*h*(N + 1)/2

    Source: Press, Smith and Lewis 2022, section 3.
    """


class RelativePositionBias(ScoreBias):
    """A learned bias a head and distance, added to (h, N, M): one addition a score that is seen.

    Params: num_buckets·h. Which bias stands where is known before the input is; taking it is no operation.
    With the distances of T5 in 32 buckets, ``RelativePositionBias(32, h)``; with Swin's windows of M × M,
    ``RelativePositionBias((2*M - 1)**2, h)``. ``Shared`` ties that of several blocks.

    >>> import symflops as sf
    >>> b, h, N = sf.dims("b h N")
    >>> cost = sf.cost(sf.RelativePositionBias(b, h), (h, N, N))
    >>> cost.params, cost.flops
    (b*h, N**2*h)

    Raises:
        ShapeError: scores of another number of heads.

    Source: Raffel et al. 2020, section 2.1; Liu et al. 2021, equation 4.
    """

    num_buckets: Size
    num_heads: Size

    def needs(self) -> Iterable[Require]:
        """Buckets and heads."""
        yield from super().needs()
        yield from scalars(self, "num_buckets", "num_heads")

    def weights(self) -> tuple[Weight, ...]:
        """Return the table, a row a bucket."""
        return (Weight("relative_position_bias_table", self.num_buckets * self.num_heads),)

    def forward(self, x: Shape) -> Forward:
        """Add the bias of its distance to every score."""
        yield Require(
            equal(x[1], self.num_heads),
            lambda: f"RelativePositionBias expects {self.num_heads} heads, got {x[1]}",
        )
        return (yield from super().forward(x))
