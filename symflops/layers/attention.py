"""Multi-head attention: heads that share keys or not, over itself or a memory, in full or under a mask."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError, ShapeError
from symflops.exprs import minimum, product
from symflops.facts import divides, equal
from symflops.layers.activation import Softmax
from symflops.layers.arguments import portions, scalars, single
from symflops.layers.base import Forward, IsBatched, Layer, Require, Size, option, positive
from symflops.layers.cache import Appended, Cached, Kept, Memory, Precomputed
from symflops.layers.combine import Shared, same_size
from symflops.layers.fused import Fused
from symflops.layers.linear import Linear
from symflops.layers.rotary import RotaryEmbedding
from symflops.layers.scores import (
    MaskedSoftmax,
    OverPairs,
    ScaleScores,
    Scores,
    Weighting,
    heads,
    kv_heads,
)
from symflops.layers.shape import Flatten, Permute, Unflatten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class MultiheadAttention(Layer):
    """softmax(QKᵀ/√d)·V in h heads, between projections, on (N, D), over itself or a memory (M, D').

    Queries are projected to h·d, keys and values to h_kv·d, and what the heads return back to D. d is D/h
    unless ``head_dim`` says otherwise, h_kv is h unless ``kv_heads`` says less (1: one head of keys and values
    for all). A second input is the memory that keys and values come from; with three, each has its own, as in
    PyTorch; or ``kv_length`` is the length of a memory that is no input, as wide as ``kdim`` (``vdim``).

    MACs: 4·N·D² + 2·N²·D in full. ``causal``: a position sees itself and those before it, N(N + 1)/2 pairs for
    N². ``window``: it sees the last w of these alone, m·N - m(m - 1)/2 pairs with m = min(N, w).
    ``cache_length``: keys and values of S positions before are there, N new ones are projected, and S + N are
    seen; this is for self-attention, a memory has no positions before. ``memory_cached``: the keys and values
    of the memory are there from a step before, and are not made again; their weights count. What a mask rules out is not counted, and is known beside (a convention may count it).

    ``rotary`` turns queries and keys (``rotary_dim`` entries of a head, left out: all), ``qk_norm`` is a layer
    that normalizes the d entries of each of their heads, ``score_bias`` one that adds to the scores (ALiBi(),
    RelativePositionBias(…)), ``scale`` the division by √d. ``fused``: of all between the projections the output
    alone is stored, and is one row. ``batch_first=False``, which is PyTorch's default and not this one's, puts
    the batch second where there is one, (N, B, D).

    Params: 4·D² + 4·D. ``bias`` goes for all projections, ``out_bias`` for the last alone, ``k_bias`` for the
    keys. ``kv_cache``: 2·h_kv·d for each of the S + N positions (min(S + N, w) under a window), or for each of
    the M of a memory; an encoder, which takes no next step, has ``keeps=False``.

    >>> import symflops as sf
    >>> N, D, h, S = sf.dims("N D h S")
    >>> cost = sf.cost(sf.MultiheadAttention(D, h), (N, D))
    >>> cost.params, cost.macs, [str(c) for c in cost.conditions]
    (4*D*(D + 1), 2*D*N*(2*D + N), ['h | D'])
    >>> step = sf.cost(sf.MultiheadAttention(D, h, causal=True, cache_length=S), (1, D))
    >>> step.macs, step.kv_cache
    (2*D*(2*D + S + 1), 2*D*(S + 1))

    Raises:
        ArgumentError: heads that do not divide the width, a dropout outside of 0 to 1, or arguments that say
            nothing together.
        ShapeError: inputs of other widths, a causal mask between sequences of two lengths, or a memory beside
            ``cache_length``.

    Source: Vaswani et al. 2017, section 3.2; Shazeer 2019 and Ainslie et al. 2023 for fewer heads of keys;
    PyTorch's MultiheadAttention.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    arity: ClassVar[int | None] = None
    embed_dim: Size
    num_heads: Size
    dropout: Size = 0.0
    bias: bool = True
    add_bias_kv: bool = False
    add_zero_attn: bool = False
    kdim: Size = None
    vdim: Size = None
    batch_first: bool = True
    kv_heads: Size = dataclasses.field(default=None, kw_only=True)
    head_dim: Size = dataclasses.field(default=None, kw_only=True)
    causal: bool = dataclasses.field(default=False, kw_only=True)
    window: Size = dataclasses.field(default=None, kw_only=True)
    kv_length: Size = dataclasses.field(default=None, kw_only=True)
    cache_length: Size = dataclasses.field(default=None, kw_only=True)
    out_proj: bool = dataclasses.field(default=True, kw_only=True)
    out_bias: Any = dataclasses.field(default=None, kw_only=True)
    k_bias: Any = dataclasses.field(default=None, kw_only=True)
    rotary: bool = dataclasses.field(default=False, kw_only=True)
    rotary_dim: Size = dataclasses.field(default=None, kw_only=True)
    qk_norm: Layer | None = dataclasses.field(default=None, kw_only=True)
    score_bias: Layer | None = dataclasses.field(default=None, kw_only=True)
    scale: bool = dataclasses.field(default=True, kw_only=True)
    keeps: bool = dataclasses.field(default=True, kw_only=True)
    memory_cached: bool = dataclasses.field(default=False, kw_only=True)
    fused: bool = dataclasses.field(default=False, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Heads that are whole, and arguments that go together."""
        yield from scalars(self, "embed_dim", "kdim", "vdim", "head_dim", "window", "kv_length")
        single(self, "cache_length")
        portions(self, "dropout")
        yield from positive(self, "cache_length", least=0)
        yield from heads(self)
        for name in ("out_bias", "k_bias"):
            option(self, name, (None, True, False))
        kept = (("cache_length", "keeps"), ("memory_cached", "keeps"))
        needs = (("out_bias", "out_proj"), ("rotary_dim", "rotary"), *kept)
        for given, needed in needs:
            if getattr(self, given) and not getattr(self, needed):
                message = f"MultiheadAttention: {given}={getattr(self, given)} needs {needed}=True"
                raise ArgumentError(message)
        if self.cache_length is not None and self.kv_length is not None:
            message = f"MultiheadAttention: {ALONE}; got cache_length and kv_length"
            raise ArgumentError(message)
        if self.head_dim is None:
            yield Require(
                divides(self.num_heads, self.embed_dim),
                lambda: (
                    f"MultiheadAttention: num_heads = {self.num_heads} must divide embed_dim = "
                    f"{self.embed_dim}; or give head_dim"
                ),
                fact=True,
            )
        if self.rotary:
            yield from RotaryEmbedding(self.head_width, self.rotary_dim).needs()

    @property
    def head_width(self) -> Any:
        """How wide a head is, d."""
        return self.embed_dim / self.num_heads if self.head_dim is None else self.head_dim

    @property
    def mask(self) -> dict[str, Any]:
        """What the layers over pairs need to know of the mask."""
        extra = int(self.add_bias_kv) + int(self.add_zero_attn)
        return {"causal": self.causal, "window": self.window, "extra": extra}

    def forward(self, *inputs: Shape) -> Forward:
        """Project, compare, weigh, and project back; a batch that stands second is put first, and back."""
        if not 1 <= len(inputs) <= len(ROLES):
            message = f"MultiheadAttention takes 1 to 3 inputs, got {len(inputs)}"
            raise ShapeError(message)
        second = not self.batch_first and (yield IsBatched())
        if second:
            turned = []
            for role, x in zip(ROLES, inputs, strict=False):
                turned.append((yield f"{role}_batch_first", Permute((1, 0, 2)), x))
            inputs = tuple(turned)
        y = yield from self.attend(*(yield from self.sources(*inputs)))
        return (yield "batch_second", Permute((1, 0, 2)), y) if second else y

    def sources(self, query: Shape, *memory: Shape) -> Forward:
        """Return what queries, keys and values are made from."""
        if memory and self.cache_length is not None:
            message = f"MultiheadAttention: {ALONE}; got {1 + len(memory)} inputs"
            raise ShapeError(message)
        if memory and self.kv_length is not None:
            message = "MultiheadAttention: a memory comes as an input or by kv_length, not both"
            raise ShapeError(message)
        if self.kv_length is not None:
            kdim, vdim = self.widths
            key = yield "memory", Memory(self.kv_length, kdim), query
            memory = (key,)
            if vdim != kdim:
                memory = (key, (yield "memory_of_values", Memory(self.kv_length, vdim), query))
        if self.memory_cached and not memory:
            message = (
                "MultiheadAttention: memory_cached=True needs a memory, as an input or by kv_length"
            )
            raise ShapeError(message)
        key, value = (memory or (query,))[0], (memory or (query,))[-1]
        yield same_size("MultiheadAttention", 1, key[1], value[1])
        if self.causal or self.window is not None:
            yield Require(
                equal(query[1], key[1]),
                lambda: (
                    f"MultiheadAttention: under a causal mask or a window there must be as many keys as "
                    f"queries, got {query[1]} queries and {key[1]} keys; positions before are cache_length"
                ),
            )
        return query, key, value

    @property
    def widths(self) -> tuple[Any, Any]:
        """How wide the inputs of keys and values are."""
        return tuple(self.embed_dim if d is None else d for d in (self.kdim, self.vdim))

    def attend(self, query: Shape, key: Shape, value: Shape) -> Forward:
        """Return what the heads make of queries, keys and values, side by side or projected back."""
        inner, mask, shared = self.num_heads * self.head_width, self.mask, kv_heads(self)
        q = yield "q_proj", Linear(self.embed_dim, inner, self.bias), query
        k = yield from self.kept("k", key)
        v = yield from self.kept("v", value)
        q = yield from self.placed("q", self.num_heads, q)
        k = yield from self.placed("k", shared, k)
        k = yield from self.lengthened("k", k)
        v = yield from self.lengthened("v", v)
        core = Core(self.num_heads, shared, self.scale, self.score_bias, **mask)
        if self.fused:
            y = yield "core", Fused(core), q, k, v
        else:
            y = yield from core.forward(q, k, v)
        if not self.out_proj:
            return y
        bias = self.bias if self.out_bias is None else self.out_bias
        return (yield "out_proj", Linear(inner, self.embed_dim, bias), y)

    def kept(self, role: str, x: Shape) -> Forward:
        """Project to keys or values, which are kept with those before."""
        width = kv_heads(self) * self.head_width
        features = self.widths[role == "v"]
        bias = self.k_bias if role == "k" and self.k_bias is not None else self.bias
        projection = self.before(role, Linear(features, width, bias))
        if self.keeps:
            positions = x[1] + (self.cache_length or 0)
            if self.window is not None:
                positions = minimum(positions, self.window)
            projection = Kept(projection, product((width, positions, x[0])))
        return (yield f"{role}_proj", projection, x)

    def before(self, role: str, layer: Layer) -> Layer:
        """Return a layer, or for keys and values that are cached one that was applied before."""
        return Precomputed(layer) if self.memory_cached and role != "q" else layer

    def placed(self, role: str, heads: Any, x: Shape) -> Forward:
        """Normalize the entries of every head, and turn them by their position."""
        if self.qk_norm is not None:
            x = yield f"{role}_heads", Unflatten(2, (heads, self.head_width)), x
            x = yield f"{role}_norm", self.before(role, self.qk_norm), x
            x = yield f"{role}_flat", Flatten(2), x
        if self.rotary:
            rotary = RotaryEmbedding(self.head_width, self.rotary_dim)
            x = yield f"{role}_rotary", self.before(role, rotary), x
        return x

    def lengthened(self, role: str, x: Shape) -> Forward:
        """Put what the cache has before keys or values, and what PyTorch adds behind them."""
        if self.cache_length is not None:
            x = yield f"{role}_cache", Cached(self.cache_length), x
        if self.add_bias_kv:
            x = yield f"bias_{role}", Appended(x[2]), x
        if self.add_zero_attn:
            x = yield f"zero_{role}", Appended(x[2], learned=False), x
        return x


ALONE = "cache_length is for self-attention, the keys of a memory are all there at once"
ROLES = ("query", "key", "value")


class Core(OverPairs):
    """What attention does between its projections, head by head: softmax(QKᵀ/√d)·V, as PyTorch's function.

    >>> import symflops as sf
    >>> from symflops.layers.attention import Core
    >>> N, h, d = sf.dims("N h d")
    >>> sf.cost(Core(h), [(N, h * d)] * 3).macs
    2*N**2*d*h
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, h·d"
    num_heads: Size
    kv_heads: Size = None
    scale: bool = True
    score_bias: Layer | None = None

    def forward(self, q: Shape, k: Shape, v: Shape) -> Forward:
        """Compare queries with keys, and weigh the values."""
        mask = {name: getattr(self, name) for name in ("causal", "window", "extra")}
        s = yield "scores", Scores(self.num_heads, self.kv_heads, **mask), q, k
        if self.scale:
            s = yield "scale", ScaleScores(q[2] / self.num_heads, **mask), s
        if self.score_bias is not None:
            s = yield "score_bias", under(mask, self.score_bias), s
        is_full = not self.causal and self.window is None
        a = yield "softmax", Softmax(-1) if is_full else MaskedSoftmax(**mask), s
        return (yield "weighting", Weighting(kv_heads(self), **mask), a, v)


def under(mask: dict[str, Any], bias: Layer) -> Layer:
    """Return what is added to scores, where it knows of masks for those alone that a mask leaves."""
    if isinstance(bias, Shared):
        return dataclasses.replace(bias, layer=under(mask, bias.layer))
    return dataclasses.replace(bias, **mask) if isinstance(bias, OverPairs) else bias
