"""Linear attention: a kernel in place of the softmax, so that keys and values are summed up once."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ShapeError
from symflops.exprs import ZERO, product
from symflops.facts import divides, equal
from symflops.fields import SAME
from symflops.layers.activation import DEFINITIONS, Activation
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.combine import same_size
from symflops.layers.linear import Linear
from symflops.layers.scores import head_width
from symflops.layers.shape import Flatten, Unflatten
from symflops.primitives import contract, elementwise, reduce

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.fields import Axes
    from symflops.tally import Operation, Role
    from symflops.trace import Shape

ROLE: Role = "dot.attention"


class ELUPlusOne(Activation):
    """φ(x) = elu(x) + 1, which is positive: 5 operations an element, those of ELU and an addition.

    >>> import symflops as sf
    >>> sf.cost(sf.ELUPlusOne(), sf.dims("N D")).flops
    5*D*N

    Source: Katharopoulos et al. 2020, equation 7.
    """

    def operations(self) -> Mapping[Operation, int]:
        """Return what one element takes."""
        return {**DEFINITIONS["elu"], "add": 1}


class KernelAttention(Layer):
    """φ(q)ᵀS/(φ(q)ᵀz) with S = Σ φ(k)vᵀ and z = Σ φ(k), head by head: (N, h·r), (M, h·r), (M, h·d) to (N, h·d).

    For a head: S takes M·r·d products and (M - 1)·r·d sums, z (M - 1)·r sums, φ(q)ᵀS N·r·d products and
    N·(r - 1)·d sums, φ(q)ᵀz N·r products and N·(r - 1) sums, and N·d divisions follow. ``causal``: position i
    sums up keys and values to i, S_i = S_(i - 1) + φ(k_i)v_iᵀ, which takes the same; S and z are what the next
    step needs, r·d + r for each head. With ``from_state`` there are an S and a z from before, and all M terms
    are added to them.

    >>> import symflops as sf
    >>> N, h, r, d = sf.dims("N h r d")
    >>> q, k, v = (N, h * r), (N, h * r), (N, h * d)
    >>> cost = sf.cost(sf.KernelAttention(h, causal=True), [q, k, v])
    >>> cost.macs, cost.kv_cache
    (N*h*r*(2*d + 1), h*r*(d + 1))

    Raises:
        ArgumentError: no heads.
        ShapeError: widths that are not of whole heads, as many values as there are not keys, or causal over
            another number of keys than queries.

    Source: Katharopoulos et al. 2020, equations 4 to 6, and 9 to 12 for the causal form.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, h·d"
    num_heads: Size
    causal: bool = dataclasses.field(default=False, kw_only=True)
    from_state: bool = dataclasses.field(default=False, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """At least one head."""
        return scalars(self, "num_heads")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - positions are seen whole
        """Return the batch: an output sees every position."""
        return ((0, SAME), None, None)

    def forward(self, q: Shape, k: Shape, v: Shape) -> Forward:
        """Sum up keys and values, ask the sums with every query, and divide."""
        batch, queries, width = q
        keys = k[1]
        yield from self.fits(q, k, v)
        r = yield from head_width(self, "queries", width, self.num_heads)
        d = yield from head_width(self, "values", v[2], self.num_heads)
        each = (batch, self.num_heads)
        state, total, rows = (*each, r, d), (*each, r), (*each, queries)
        kept = product(state) + product(total) if self.causal else ZERO
        step = contract((*each, keys, r, d), state, ROLE)
        yield "state", replace(step, cached=kept)
        yield "key_sum", reduce((*each, keys, r), total)
        if self.from_state:
            yield "state_before", elementwise("add", state)
            yield "key_sum_before", elementwise("add", total)
        yield "values", contract((*rows, r, d), (*rows, d), ROLE)
        yield "normalizer", contract((*rows, r), rows, ROLE)
        yield "normalize", elementwise("div", (*rows, d))
        return (batch, queries, self.num_heads * d)

    def fits(self, q: Shape, k: Shape, v: Shape) -> Iterable[Require]:
        """Require inputs that go together."""
        for name, (a, b) in {"batch": (q[0], k[0]), "values' batch": (k[0], v[0])}.items():
            yield same_size(f"KernelAttention ({name})", 0, a, b)
        yield Require(
            equal(q[2], k[2]),
            lambda: f"KernelAttention: queries are {q[2]} wide, and keys {k[2]}",
        )
        yield Require(
            equal(k[1], v[1]),
            lambda: f"KernelAttention: there are {k[1]} keys, and {v[1]} values",
        )
        if self.causal:
            yield Require(
                equal(q[1], k[1]),
                lambda: (
                    f"KernelAttention: causal needs as many keys as queries, got {k[1]} and {q[1]}"
                ),
            )


class LinearAttention(Layer):
    """φ(Q)(φ(K)ᵀV), each row divided by φ(q)ᵀΣφ(k), in h heads between projections on (N, D).

    MACs: 4·N·D² and, with r features a head and D = h·d, h·(2·N·r·d + N·r): linear in N. ``feature_map`` is φ, a
    layer: one that works entry by entry leaves r = d, another one is applied to each head, (…, d) to (…, r), such
    as Sequential(Linear(d, r), ELUPlusOne()). A second input is the memory (M, D) that keys and values come from.
    ``causal`` takes the same, step by step; ``from_state`` goes on from sums of positions before, so that one
    decoding step is N = 1. ``kv_cache``, causal: h·(r·d + r), whatever the length.

    >>> import symflops as sf
    >>> N, D, h = sf.dims("N D h")
    >>> cost = sf.cost(sf.LinearAttention(D, h), (N, D))
    >>> cost.params, cost.macs
    (4*D*(D + 1), D*N*(4*D + 2*D/h + 1))

    Raises:
        ArgumentError: heads that do not divide embed_dim without a head_dim.
        ShapeError: another width than embed_dim, a memory for causal attention.

    Source: Katharopoulos et al. 2020, Transformers are RNNs, equations 4 to 7, 9 to 12 and 16 to 20.
    """

    arity: ClassVar[int | None] = None
    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    embed_dim: Size
    num_heads: Size
    bias: bool = True
    head_dim: Size = dataclasses.field(default=None, kw_only=True)
    feature_map: Layer = dataclasses.field(default=ELUPlusOne(), kw_only=True)
    causal: bool = dataclasses.field(default=False, kw_only=True)
    from_state: bool = dataclasses.field(default=False, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Heads that are whole."""
        yield from scalars(self, "embed_dim", "num_heads", "head_dim")
        if self.head_dim is None:
            yield Require(
                divides(self.num_heads, self.embed_dim),
                lambda: (
                    f"LinearAttention: num_heads = {self.num_heads} must divide embed_dim = "
                    f"{self.embed_dim}; or give head_dim"
                ),
                fact=True,
            )

    @property
    def head_width(self) -> Any:
        """How wide a head is."""
        return self.embed_dim / self.num_heads if self.head_dim is None else self.head_dim

    def forward(self, query: Shape, *memory: Shape) -> Forward:
        """Project, map to features, sum up and ask, and project back."""
        if len(memory) > 1:
            message = f"LinearAttention takes a sequence, or one and a memory, got {1 + len(memory)} inputs"
            raise ShapeError(message)
        x = (*memory, query)[0]
        width = self.num_heads * self.head_width
        q = yield "q_proj", Linear(self.embed_dim, width, self.bias), query
        k = yield "k_proj", Linear(self.embed_dim, width, self.bias), x
        v = yield "v_proj", Linear(self.embed_dim, width, self.bias), x
        q = yield from self.features("q", q)
        k = yield from self.features("k", k)
        attention = KernelAttention(self.num_heads, causal=self.causal, from_state=self.from_state)
        y = yield "attention", attention, q, k, v
        return (yield "out_proj", Linear(width, self.embed_dim, self.bias), y)

    def features(self, role: str, x: Shape) -> Forward:
        """Apply the feature map, to heads one by one where it is more than entry by entry."""
        if isinstance(self.feature_map, Activation):
            return (yield f"{role}_features", self.feature_map, x)
        y = yield f"{role}_heads", Unflatten(-1, (self.num_heads, self.head_width)), x
        y = yield f"{role}_features", self.feature_map, y
        return (yield f"{role}_flat", Flatten(2), y)
