"""Llama: a decoder with RMS norms, rotary positions and a gated feed-forward network, without biases.

``llama()`` is the family in symbols; Mistral, Mixtral, Qwen2 and DeepSeek are built from its blocks.

>>> import symflops as sf
>>> sf.cost(sf.zoo.llama()).params
D*(2*D*L + 2*D*L*h_kv/h + 3*L*d_ff + 2*L + 2*V + 1)
>>> S = sf.dim("S")
>>> sf.cost(sf.zoo.llama3_8b(cache_length=S)).kv_cache            # for the next token: S + 1 positions
65536*S + 65536
>>> sf.cost(sf.zoo.llama3_8b()).params
8030261248
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.attention import MultiheadAttention
from symflops.layers.base import Forward, Layer
from symflops.layers.combine import Sequential, Shared
from symflops.layers.depth import Repeat
from symflops.layers.embedding import Embedding
from symflops.layers.feedforward import SwiGLU
from symflops.layers.linear import Linear
from symflops.layers.norm import RMSNorm
from symflops.symbols import dims
from symflops.zoo.published import Published, register, sized
from symflops.zoo.sublayers import sublayer
from symflops.zoo.tokens import tokens

if TYPE_CHECKING:
    from symflops.trace import Shape

LLAMA = "Touvron et al. 2023, LLaMA, section 2"
LLAMA2 = "Touvron et al. 2023, Llama 2, table 1 and section 2.2"
LLAMA3 = "Grattafiori et al. 2024, The Llama 3 herd of models, table 3"
V, D, L, h, h_kv, d_ff = dims("V D L h h_kv d_ff")
TOKENS = dims("N")


class LlamaBlock(Layer):
    """Attention and a feed-forward network, an RMS norm before each (Touvron et al. 2023, Llama 2, section 2.2)."""

    norm: Layer
    self_attn: Layer
    mlp: Layer

    def forward(self, x: Shape) -> Forward:
        """Attend, then widen every position."""
        norm = self.norm
        x = yield from sublayer(x, ("input_layernorm", norm), ("self_attn", self.self_attn))
        return (yield from sublayer(x, ("post_attention_layernorm", norm), ("mlp", self.mlp)))


def decoder(vocab_size: Any, d_model: Any, layers: Layer, *, tied: bool = False) -> Sequential:
    """Return a table of tokens, the layers, a norm, and a head; it is the table once more where ``tied``."""
    table: Layer = Embedding(vocab_size, d_model)
    head: Layer = Linear(d_model, vocab_size, bias=False)
    if tied:
        table, head = Shared("embed_tokens", table), Shared("embed_tokens", head)
    return Sequential(embed_tokens=table, layers=layers, norm=RMSNorm(d_model), lm_head=head)


def _llama(
    vocab_size: Any = V,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    kv_heads: Any = h_kv,
    d_ff: Any = d_ff,
    *,
    head_dim: Any = None,
    window: Any = None,
    qkv_bias: bool = False,
    tied: bool = False,
    causal: bool = False,
    cache_length: Any = None,
) -> Sequential:
    """Tokens, L blocks of attention and SwiGLU with RMS norms and rotary positions, a norm, and a head.

    Every size may be a symbol. Attention counts every pair of positions, as numbers in print do; with
    ``causal`` it counts those that the mask leaves, with ``window`` of these the last. ``cache_length=S`` is
    one decoding step: one token behind S others. ``tied``: the head is the table of tokens.
    """
    attention = MultiheadAttention(
        d_model,
        num_heads,
        bias=qkv_bias,
        out_bias=False,
        kv_heads=kv_heads,
        head_dim=head_dim,
        rotary=True,
        window=window,
        causal=causal,
        cache_length=cache_length,
    )
    block = LlamaBlock(RMSNorm(d_model), attention, SwiGLU(d_model, d_ff))
    return decoder(vocab_size, d_model, Repeat(block, num_layers), tied=tied)


llama = register("llama", _llama, LLAMA, usual=TOKENS, brings=tokens)


def member(
    name: str,
    paper: str,
    params: int,
    source: str,
    *,
    doc: str,
    context: int,
    **sizes: Any,
) -> Any:
    """Return a member of the family as a model: its sizes, and its parameters as others printed them."""
    build = sized(_llama, doc, **sizes)
    published = Published("params", params, source)
    return register(name, build, paper, published, usual=(context,), brings=tokens)


def _llama2(name: str, size: str, params: int, *sizes: int) -> Any:
    names = ("d_model", "num_layers", "num_heads", "kv_heads", "d_ff")
    return member(
        name,
        LLAMA2,
        params,
        "transformers, LlamaForCausalLM from the released configuration",
        doc=f"Llama 2 {size}, 4096 positions.",
        context=4096,
        vocab_size=32000,
        **dict(zip(names, sizes, strict=True)),
    )


def _llama3(name: str, size: str, params: int, *sizes: int) -> Any:
    names = ("d_model", "num_layers", "num_heads", "kv_heads", "d_ff")
    return member(
        name,
        LLAMA3,
        params,
        "the released weights, elements of all tensors",
        doc=f"Llama 3 {size}, 8192 positions (Llama 3.1 has the same sizes and 131,072).",
        context=8192,
        vocab_size=128256,
        **dict(zip(names, sizes, strict=True)),
    )


llama2_7b = _llama2("llama2_7b", "7B", 6_738_415_616, 4096, 32, 32, 32, 11008)
llama2_13b = _llama2("llama2_13b", "13B", 13_015_864_320, 5120, 40, 40, 40, 13824)
llama2_70b = _llama2("llama2_70b", "70B", 68_976_648_192, 8192, 80, 64, 8, 28672)
llama3_8b = _llama3("llama3_8b", "8B", 8_030_261_248, 4096, 32, 32, 8, 14336)
llama3_70b = _llama3("llama3_70b", "70B", 70_553_706_496, 8192, 80, 64, 8, 28672)
llama3_405b = _llama3("llama3_405b", "405B", 405_853_388_800, 16384, 126, 128, 8, 53248)
