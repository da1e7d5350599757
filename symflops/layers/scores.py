"""The inner layers of attention, one a row: scores, their scale, softmax over keys, weighted values."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ShapeError
from symflops.facts import at_least, divides, equal
from symflops.fields import SAME, all_but
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.combine import same_size
from symflops.primitives.attention import (
    attention_softmax,
    on_scores,
    pairs,
    scores,
    weighted_values,
)
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Shape

SCORES = 4  # axes: batch, heads, queries, keys


class OverPairs(Layer):
    """The engine: a layer over the scores (B, h, N, M) of M keys for N queries, of which a mask leaves some.

    ``causal``: a query sees its own position and those before it; the last query stands at the last key.
    ``window``: of these it sees the last w. The last ``extra`` keys are no positions, and seen by every query.
    Counts are those of the pairs that are seen; a step knows the count over all pairs too.
    """

    causal: bool = dataclasses.field(default=False, kw_only=True)
    window: Size = dataclasses.field(default=None, kw_only=True)
    extra: Size = dataclasses.field(default=0, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """A window of at least 1."""
        yield from scalars(self, "window")
        single(self, "extra")
        yield from positive(self, "extra", least=0)

    def pairs(self, queries: Any, keys: Any) -> Forward:
        """Return the pairs of a query and a key that are seen; under a mask each query stands at a key."""
        kind, extra, least = type(self).__name__, self.extra, self.extra
        if self.causal or self.window is not None:
            least = queries + extra
        if least != 0:
            yield Require(
                at_least(keys, least),
                lambda: f"{kind} needs at least {least} keys under its mask, got {keys}",
            )
        return pairs(queries, keys, causal=self.causal, window=self.window, extra=extra)

    def axes(self, x: Shape) -> Shape:
        """Return a shape that is one of scores.

        Raises:
            ShapeError: it has other axes.
        """
        if len(x) != SCORES:
            message = (
                f"{type(self).__name__} needs scores (B, h, N, M), got {len(x)} axes with the batch"
            )
            raise ShapeError(message)
        return x


class Scores(OverPairs):
    """q·k for every pair of a query and a key, head by head: (N, h·d) and (M, h_kv·d) to (h, N, M).

    Each score takes d products and d - 1 additions. ``kv_heads`` that are fewer serve h/h_kv heads each, with
    the same keys. Which pairs count is said by ``causal``, ``window`` and ``extra``.

    >>> import symflops as sf
    >>> N, M, h, d = sf.dims("N M h d")
    >>> cost = sf.cost(sf.Scores(h), [(N, h * d), (M, h * d)])
    >>> cost.output, cost.macs
    ((h, N, M), M*N*d*h)
    >>> sf.cost(sf.Scores(h, causal=True), [(N, h * d), (N, h * d)]).macs
    N*d*h*(N + 1)/2

    Raises:
        ArgumentError: kv_heads that do not divide num_heads.
        ShapeError: queries and keys of other widths.

    Source: Vaswani et al. 2017, equation 1; Ainslie et al. 2023 for fewer heads of keys.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, h·d"
    num_heads: Size
    kv_heads: Size = None

    def needs(self) -> Iterable[Require]:
        """Heads that share keys evenly."""
        yield from super().needs()
        yield from heads(self)

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - positions are seen whole
        """Return the batch: a score sees the whole of a query and a key."""
        return ((0, SAME), None, None, None)

    def forward(self, q: Shape, k: Shape) -> Forward:
        """Multiply every query with the keys that it sees."""
        batch, queries, width = q
        yield same_size("Scores", 0, batch, k[0])
        own = yield from head_width(self, "queries", width, self.num_heads)
        theirs = yield from head_width(self, "keys", k[2], kv_heads(self))
        yield Require(
            equal(own, theirs),
            lambda: f"Scores: queries have {own} entries a head, and keys {theirs}",
        )
        among = yield from self.pairs(queries, k[1])
        yield "scores", scores(own, among, (self.num_heads, batch))
        return (batch, self.num_heads, queries, k[1])


class ScaleScores(OverPairs):
    """Scores (B, h, N, M) divided by √d, d being the width of a head: one division a score.

    The root is a constant.

    >>> import symflops as sf
    >>> sf.cost(sf.ScaleScores(sf.dim("d")), sf.dims("h N M")).flops
    M*N*h

    Source: Vaswani et al. 2017, equation 1.
    """

    rank: ClassVar[int | None] = SCORES
    sample: ClassVar[str] = "h, N, M"
    head_dim: Size

    def needs(self) -> Iterable[Require]:
        """A width of at least 1."""
        yield from super().needs()
        yield from scalars(self, "head_dim")

    def forward(self, x: Shape) -> Forward:
        """Divide every score."""
        batch, heads, queries, keys = x
        among = yield from self.pairs(queries, keys)
        yield "scale", on_scores("div", among, (batch, heads))
        return x


class MaskedSoftmax(OverPairs):
    """A softmax a query over the keys that it sees, (B, h, N, M): 5n - 2 operations for n of them, else 0.

    What a mask rules out is not computed; the softmax over all keys is what the step knows beside.

    >>> import symflops as sf
    >>> cost = sf.cost(sf.MaskedSoftmax(causal=True), sf.dims("h N N"))
    >>> cost.flops
    N*h*(5*N + 1)/2

    Source: Vaswani et al. 2017, section 3.2.3.
    """

    rank: ClassVar[int | None] = SCORES
    sample: ClassVar[str] = "h, N, M"

    def sees(self, *inputs: Shape) -> Axes:
        """Return the other axes as they are; that of the keys is seen whole."""
        return all_but(SCORES - 1, len(inputs[0]))

    def forward(self, x: Shape) -> Forward:
        """Normalize the scores of every query."""
        batch, heads, queries, keys = x
        among = yield from self.pairs(queries, keys)
        yield "softmax", attention_softmax(among, (batch, heads))
        return x


class Weighting(OverPairs):
    """Σ a·v over the keys, head by head: weights (h, N, M) and values (M, h_kv·d) to (N, h·d).

    An entry that sees n keys takes n products and n - 1 additions.

    >>> import symflops as sf
    >>> N, M, h, d = sf.dims("N M h d")
    >>> cost = sf.cost(sf.Weighting(), [(h, N, M), (M, h * d)], batched=False)
    >>> cost.output, cost.macs
    ((N, d*h), M*N*d*h)

    Raises:
        ShapeError: as many values as there are not keys, or heads that do not share them evenly.

    Source: Vaswani et al. 2017, equation 1.
    """

    kv_heads: Size = None

    def needs(self) -> Iterable[Require]:
        """Heads of values of at least 1."""
        yield from super().needs()
        yield from scalars(self, "kv_heads")

    def sees_batch(self, shape: Shape) -> bool:
        """Whether weights have an axis too many."""
        return len(shape) > SCORES

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - positions are seen whole
        """Return the batch: an output sees every position."""
        return ((0, SAME), None, None)

    def forward(self, weights: Shape, v: Shape) -> Forward:
        """Add up the values that a query sees, each times its weight."""
        batch, heads, queries, keys = self.axes(weights)
        if len(v) != SCORES - 1:
            message = f"Weighting needs values (B, M, h·d), got {len(v)} axes with the batch"
            raise ShapeError(message)
        yield same_size("Weighting", 0, batch, v[0])
        yield Require(
            equal(keys, v[1]), lambda: f"Weighting: there are {keys} keys, and {v[1]} values"
        )
        shared = heads if self.kv_heads is None else self.kv_heads
        yield share_evenly("Weighting", heads, shared)
        width = yield from head_width(self, "values", v[2], shared)
        among = yield from self.pairs(queries, keys)
        yield "weighting", weighted_values(width, among, (batch, heads))
        return (batch, queries, heads * width)


def kv_heads(layer: Any) -> Any:
    """Return how many heads keys and values have: left out, as many as the queries."""
    return layer.num_heads if layer.kv_heads is None else layer.kv_heads


def heads(layer: Any) -> Iterable[Require]:
    """Require heads, of which those of keys and values serve equally many of the others each."""
    yield from scalars(layer, "num_heads", "kv_heads")
    if layer.kv_heads is not None:
        yield share_evenly(type(layer).__name__, layer.num_heads, layer.kv_heads)


def share_evenly(kind: str, heads: Any, shared: Any) -> Require:
    """Require the heads of keys and values to divide those of the queries."""
    return Require(
        divides(shared, heads),
        lambda: f"{kind}: kv_heads = {shared} must divide num_heads = {heads}",
        fact=True,
    )


def head_width(layer: Layer, of: str, width: Any, heads: Any) -> Forward:
    """Return how wide a head is, which must be whole."""
    yield Require(
        divides(heads, width),
        lambda: (
            f"{type(layer).__name__}: the width {width} of the {of} is not one of {heads} heads"
        ),
    )
    return exact(width) / heads
