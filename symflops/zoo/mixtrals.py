"""Mistral 7B, whose attention sees a window of positions, and Mixtral, whose tokens meet two experts of eight.

``mixtral()`` is the family in symbols.

>>> import symflops as sf
>>> family = sf.cost(sf.zoo.mixtral())
>>> (family.params - family.active_params).expand()                # the experts that a token does not meet
3*D*E*L*d_ff - 3*D*L*d_ff*k
>>> sf.cost(sf.zoo.mistral_7b()).params
7241732096
>>> cost = sf.cost(sf.zoo.mixtral_8x7b())
>>> cost.params, cost.active_params
(46702792704, 12879925248)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.attention import MultiheadAttention
from symflops.layers.depth import Repeat
from symflops.layers.experts import MixtureOfExperts
from symflops.layers.feedforward import SwiGLU
from symflops.layers.norm import RMSNorm
from symflops.symbols import dims
from symflops.zoo.llamas import LlamaBlock, decoder, member
from symflops.zoo.published import Published, register, sized
from symflops.zoo.tokens import tokens

if TYPE_CHECKING:
    from symflops.layers.combine import Sequential

MISTRAL = "Jiang et al. 2023, Mistral 7B, table 1"
MIXTRAL = "Jiang et al. 2024, Mixtral of experts, table 1"
V, D, L, h, h_kv, d_ff, E, k = dims("V D L h h_kv d_ff E k")

mistral_7b = member(
    "mistral_7b",
    MISTRAL,
    7_241_732_096,
    "the released weights (v0.1), elements of all tensors",
    doc=(
        "Mistral 7B, v0.1: a position sees the last 4096, its own among them (section 2 of the paper). "
        "``window=None, causal=True`` is v0.2, ``window=None`` counts every pair."
    ),
    context=8192,
    vocab_size=32000,
    d_model=4096,
    num_layers=32,
    num_heads=32,
    kv_heads=8,
    d_ff=14336,
    window=4096,
)


def _mixtral(
    vocab_size: Any = V,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    kv_heads: Any = h_kv,
    d_ff: Any = d_ff,
    num_experts: Any = E,
    top_k: Any = k,
    *,
    head_dim: Any = None,
    causal: bool = False,
    cache_length: Any = None,
) -> Sequential:
    """Mistral's blocks without the window, experts in the place of each SwiGLU, of which a token meets ``top_k``.

    The weights of the chosen experts are those of a softmax over all, divided by their sum, as the released
    network computes what the paper writes as a softmax over the chosen (equation 1 and section 2.1).
    Every size may be a symbol. Attention counts every pair of positions, as numbers in print do; with
    ``causal`` it counts those that the mask leaves. ``cache_length=S`` is one decoding step: one token behind
    S others.
    """
    attention = MultiheadAttention(
        d_model,
        num_heads,
        bias=False,
        kv_heads=kv_heads,
        head_dim=head_dim,
        rotary=True,
        causal=causal,
        cache_length=cache_length,
    )
    experts = MixtureOfExperts(d_model, num_experts, top_k, SwiGLU(d_model, d_ff))
    block = LlamaBlock(RMSNorm(d_model), attention, experts)
    return decoder(vocab_size, d_model, Repeat(block, num_layers))


mixtral = register("mixtral", _mixtral, MIXTRAL, usual=dims("N"), brings=tokens)
mixtral_8x7b = register(
    "mixtral_8x7b",
    sized(
        _mixtral,
        "Mixtral 8×7B: 32 blocks, two of eight experts.",
        vocab_size=32000,
        d_model=4096,
        num_layers=32,
        num_heads=32,
        kv_heads=8,
        d_ff=14336,
        num_experts=8,
        top_k=2,
    ),
    MIXTRAL,
    Published(
        "params",
        46_702_792_704,
        "transformers, MixtralForCausalLM from the released configuration",
    ),
    usual=(32768,),
    brings=tokens,
)
