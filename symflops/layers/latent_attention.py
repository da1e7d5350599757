"""Latent attention: keys and values of all heads made from one short vector a position, which is what is kept."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.exprs import product
from symflops.layers.activation import Softmax
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.cache import Cached, Kept
from symflops.layers.heads import HeadLinear, JoinHeads, SplitHeads
from symflops.layers.linear import Linear
from symflops.layers.norm import RMSNorm
from symflops.layers.rotary import RotaryEmbedding
from symflops.layers.scores import MaskedSoftmax, ScaleScores, Scores, Weighting
from symflops.layers.shape import Split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class MultiheadLatentAttention(Layer):
    """Attention of (N, D) whose keys and values come from r_kv numbers a position, and d_r that are rotated.

    c = norm(W_a x) of r_kv, and k_r = rotate(W_r x) of d_r that all heads share: these are kept, ``kv_cache`` is
    (r_kv + d_r) for every position. A head's keys are d_n numbers made from c beside k_r, its values d_v numbers
    made from c; its queries d_n + d_r, from a latent of r_q if ``q_lora_rank`` is a number, directly if None.
    Latents are normalised (RMSNorm), no projection has a bias.

    Params: D·r_q + r_q + r_q·h·(d_n + d_r) for the queries (or D·h·(d_n + d_r)), D·(r_kv + d_r) + r_kv +
    r_kv·h·(d_n + d_v) for keys and values, and h·d_v·D. MACs: those of the matrices for each of N positions, and
    h·(d_n + d_r + d_v) for each pair. ``cache_length``: S positions are kept from before, and their keys and
    values are made anew. With ``absorb`` they never are: queries are brought to r_kv numbers a head instead,
    compared with c itself, and what the heads add up of c is brought to d_v: h·(2·r_kv + d_r) for each pair.

    >>> import symflops as sf
    >>> D, h, r_q, r, d_n, d_r, d_v, S = sf.dims("D h r_q r d_n d_r d_v S")
    >>> sizes = (D, h, r_q, r, d_n, d_r, d_v)
    >>> step = sf.cost(sf.MultiheadLatentAttention(*sizes, causal=True, cache_length=S), (1, D))
    >>> step.kv_cache
    (S + 1)*(d_r + r)
    >>> deepseek_v3 = sf.MultiheadLatentAttention(7168, 128, 1536, 512, 128, 64, 128)
    >>> sf.cost(deepseek_v3, (sf.dim("N"), 7168)).params
    187107328

    Raises:
        ArgumentError: sizes below 1, an odd number of entries to rotate.
        ShapeError: another width than embed_dim.

    Source: DeepSeek-AI 2024, DeepSeek-V2, section 2.1, equations 9 to 19 and appendix C, for ``absorb`` the end of
    section 2.1.2. Arguments are named as in the configuration of the models, hidden_size as ``embed_dim``.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    embed_dim: Size
    num_heads: Size
    q_lora_rank: Any
    kv_lora_rank: Size
    qk_nope_head_dim: Size
    qk_rope_head_dim: Size
    v_head_dim: Size
    causal: bool = dataclasses.field(default=False, kw_only=True)
    cache_length: Size = dataclasses.field(default=None, kw_only=True)
    absorb: bool = dataclasses.field(default=False, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and a cache of at least 0."""
        yield from scalars(
            self,
            "embed_dim",
            "num_heads",
            "q_lora_rank",
            "kv_lora_rank",
            "qk_nope_head_dim",
            "qk_rope_head_dim",
            "v_head_dim",
        )
        single(self, "cache_length")
        yield from positive(self, "cache_length", least=0)
        yield from RotaryEmbedding(self.qk_rope_head_dim).needs()

    @property
    def query_dim(self) -> Any:
        """How wide the queries of a head are: d_n + d_r."""
        return self.qk_nope_head_dim + self.qk_rope_head_dim

    def forward(self, x: Shape) -> Forward:
        """Make queries and the latent, attend, and project back."""
        q = yield from self.queries(x)
        latent, key = yield from self.latent(x)
        attended = self.absorbed if self.absorb else self.expanded
        y = yield from attended(q, latent, key)
        back = Linear(self.num_heads * self.v_head_dim, self.embed_dim, bias=False)
        return (yield "o_proj", back, y)

    def queries(self, x: Shape) -> Forward:
        """Return the queries, of which d_r entries a head are rotated."""
        width, rank = self.num_heads * self.query_dim, self.q_lora_rank
        if rank is None:
            q = yield "q_proj", Linear(self.embed_dim, width, bias=False), x
        else:
            q = yield "q_a_proj", Linear(self.embed_dim, rank, bias=False), x
            q = yield "q_a_layernorm", RMSNorm(rank), q
            q = yield "q_b_proj", Linear(rank, width, bias=False), q
        return (yield "q_rotary", RotaryEmbedding(self.query_dim, self.qk_rope_head_dim), q)

    def latent(self, x: Shape) -> Forward:
        """Return the latent and the part of the keys that all heads share, of the new positions."""
        sizes = self.kv_lora_rank, self.qk_rope_head_dim
        kept = product((sum(sizes), x[1] + (self.cache_length or 0), x[0]))
        projection = Kept(Linear(self.embed_dim, sum(sizes), bias=False), kept)
        both = yield "kv_a_proj_with_mqa", projection, x
        latent, key = yield "kv_split", Split(sizes, -1), both
        latent = yield "kv_a_layernorm", RMSNorm(self.kv_lora_rank), latent
        key = yield "k_rotary", RotaryEmbedding(self.qk_rope_head_dim), key
        return latent, key

    def lengthened(self, name: str, x: Shape) -> Forward:
        """Put what was kept from before in front."""
        if self.cache_length is None:
            return x
        return (yield f"{name}_cache", Cached(self.cache_length), x)

    def expanded(self, q: Shape, latent: Shape, key: Shape) -> Forward:
        """Make keys and values of all heads from the latent, and attend."""
        heads, sizes = self.num_heads, (self.qk_nope_head_dim, self.v_head_dim)
        latent = yield from self.lengthened("latent", latent)
        key = yield from self.lengthened("key", key)
        both = yield (
            "kv_b_proj",
            Linear(self.kv_lora_rank, heads * sum(sizes), bias=False),
            latent,
        )
        k, v = yield "kv_heads", SplitHeads(heads, sizes), both
        k = yield "k_join", JoinHeads(heads), key, k
        weights = yield from self.weights(q, k, heads)
        return (yield "weighting", Weighting(causal=self.causal), weights, v)

    def absorbed(self, q: Shape, latent: Shape, key: Shape) -> Forward:
        """Bring the queries to the latent, attend over it, and bring what comes of it to values."""
        heads, rank, sizes = (
            self.num_heads,
            self.kv_lora_rank,
            (self.qk_rope_head_dim, self.qk_nope_head_dim),
        )
        rotated, plain = yield "q_heads", SplitHeads(heads, sizes), q
        plain = yield "k_up", HeadLinear(heads, self.qk_nope_head_dim, rank), plain
        q = yield "q_join", JoinHeads(heads, own=True), rotated, plain
        both = yield "k_join", JoinHeads(1), key, latent
        both = yield from self.lengthened("latent", both)
        weights = yield from self.weights(q, both, 1)
        _, v = yield "latent_split", Split((self.qk_rope_head_dim, rank), -1), both
        y = yield "weighting", Weighting(1, causal=self.causal), weights, v
        return (yield "v_up", HeadLinear(heads, rank, self.v_head_dim), y)

    def weights(self, q: Shape, k: Shape, kv_heads: Any) -> Forward:
        """Return the weights of the keys for every query."""
        scores = Scores(self.num_heads, kv_heads, causal=self.causal)
        s = yield "scores", scores, q, k
        s = yield "scale", ScaleScores(self.query_dim, causal=self.causal), s
        softmax = MaskedSoftmax(causal=True) if self.causal else Softmax(-1)
        return (yield "softmax", softmax, s)
