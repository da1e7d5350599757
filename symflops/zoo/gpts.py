"""GPT: a decoder alone. ``gpt()`` is the family in symbols, the others are its members.

>>> import symflops as sf
>>> sf.cost(sf.zoo.gpt()).params.expand()
12*D**2*L + 13*D*L + D*V + D*n_ctx + 2*D
>>> sf.cost(sf.zoo.gpt2()).params
124439808
>>> sf.cost(sf.zoo.gpt2(), (1024,), "2mac").flops
291648307200
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.attention import MultiheadAttention
from symflops.layers.base import Forward, Layer
from symflops.layers.combine import Sequential, Shared
from symflops.layers.depth import Repeat
from symflops.layers.embedding import Embedding
from symflops.layers.feedforward import FeedForward
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.positions import LearnedPositions
from symflops.symbols import dims
from symflops.zoo.published import Published, register, sized
from symflops.zoo.sublayers import sublayer
from symflops.zoo.tokens import tokens

if TYPE_CHECKING:
    from symflops.trace import Shape

GPT2 = "Radford et al. 2019, Language models are unsupervised multitask learners, table 2"
GPT3 = "Brown et al. 2020, Language models are few-shot learners, table 2.1"
V, n_ctx, D, L, h = dims("V n_ctx D L h")
TOKENS = dims("N")


class GPTBlock(Layer):
    """Attention and a feed-forward network, a norm before each (Radford et al. 2019, section 2.3)."""

    norm: Layer
    attn: Layer
    mlp: Layer

    def forward(self, x: Shape) -> Forward:
        """Attend, then widen every position."""
        x = yield from sublayer(x, ("ln_1", self.norm), ("attn", self.attn))
        return (yield from sublayer(x, ("ln_2", self.norm), ("mlp", self.mlp)))


def _gpt(
    vocab_size: Any = V,
    n_ctx: Any = n_ctx,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    d_ff: Any = None,
    *,
    kv_heads: Any = None,
    head_dim: Any = None,
    bias: bool = True,
    causal: bool = False,
    cache_length: Any = None,
) -> Sequential:
    """Tokens and learned positions, L blocks, a norm, and the table of tokens once more as the head.

    Every size may be a symbol. The feed-forward network is 4·D wide unless ``d_ff`` says otherwise; without
    ``bias`` neither layers nor norms have one. Attention counts every pair of positions, as numbers in print
    do; with ``causal`` it counts those that the mask leaves. ``cache_length=S`` is one decoding step: one
    token behind S others.
    """
    norm = LayerNorm(d_model, bias=bias)
    attention = MultiheadAttention(
        d_model,
        num_heads,
        bias=bias,
        kv_heads=kv_heads,
        head_dim=head_dim,
        causal=causal,
        cache_length=cache_length,
    )
    block = GPTBlock(norm, attention, FeedForward(d_model, d_ff, "gelu_tanh", bias))
    start = 0 if cache_length is None else cache_length
    return Sequential(
        wte=Shared("wte", Embedding(vocab_size, d_model)),
        wpe=LearnedPositions(n_ctx, d_model, start=start),
        h=Repeat(block, num_layers),
        ln_f=norm,
        lm_head=Shared("wte", Linear(d_model, vocab_size, bias=False)),
    )


gpt = register("gpt", _gpt, GPT2, usual=TOKENS, brings=tokens)


def _gpt2(name: str, size: str, *sizes: int) -> Any:
    d_model, num_layers, num_heads, params = sizes
    build = sized(
        _gpt,
        f"GPT-2 as released, {size}: {num_layers} blocks of width {d_model}, {num_heads} heads.",
        vocab_size=50257,
        n_ctx=1024,
        d_model=d_model,
        num_layers=num_layers,
        num_heads=num_heads,
    )
    published = Published("params", params, "KerasHub, gpt2_presets.py (the released weights)")
    return register(name, build, GPT2, published, usual=(1024,), brings=tokens)


gpt2 = _gpt2("gpt2", "124 M", 768, 12, 12, 124_439_808)
gpt2_medium = _gpt2("gpt2_medium", "355 M", 1024, 24, 16, 354_823_168)
gpt2_large = _gpt2("gpt2_large", "774 M", 1280, 36, 20, 774_030_080)
gpt2_xl = _gpt2("gpt2_xl", "1.6 B", 1600, 48, 25, 1_557_611_200)


def _gpt3(name: str, size: str, d_model: int, num_layers: int, num_heads: int) -> Any:
    doc = (
        f"GPT-3 {size}: {num_layers} blocks of width {d_model}, {num_heads} heads, 2048 positions.\n\n"
        "Attention is dense in every block; the published networks have locally banded sparse attention in "
        "every other one, whose bands are not in print. Sizes are those of table 2.1 with two exceptions, "
        "where heads times their width is not d_model: XL has 16 heads of 128 (printed: 24 of 128, at width "
        "2048), and 13B is 5120 wide, 40 heads of 128 (printed: 5140). With these, and with GPT-2's 50,257 "
        "tokens, the parameters of all eight are those of table D.1."
    )
    build = sized(
        _gpt,
        doc,
        vocab_size=50257,
        n_ctx=2048,
        d_model=d_model,
        num_layers=num_layers,
        num_heads=num_heads,
    )
    return register(name, build, GPT3, usual=(2048,), brings=tokens)


gpt3_small = _gpt3("gpt3_small", "Small, 125 M", 768, 12, 12)
gpt3_medium = _gpt3("gpt3_medium", "Medium, 350 M", 1024, 24, 16)
gpt3_large = _gpt3("gpt3_large", "Large, 760 M", 1536, 24, 16)
gpt3_xl = _gpt3("gpt3_xl", "XL, 1.3 B", 2048, 24, 16)
gpt3_2_7b = _gpt3("gpt3_2_7b", "2.7 B", 2560, 32, 32)
gpt3_6_7b = _gpt3("gpt3_6_7b", "6.7 B", 4096, 32, 32)
gpt3_13b = _gpt3("gpt3_13b", "13 B", 5120, 40, 40)
gpt3_175b = _gpt3("gpt3_175b", "175 B", 12288, 96, 96)
