"""DeepSeek-V2 and V3: latent attention, and behind the first blocks many small experts beside shared ones.

``deepseek()`` is the family in symbols.

>>> import symflops as sf
>>> sf.cost(sf.zoo.deepseek()).kv_cache
L*N*(d_r + r_kv)
>>> cost = sf.cost(sf.zoo.deepseek_v3())
>>> cost.params, cost.active_params
(671026404352, 37552282624)
>>> S = sf.dim("S")
>>> sf.cost(sf.zoo.deepseek_v3(cache_length=S)).kv_cache          # 61 blocks, 512 + 64 a position
35136*S + 35136
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.layers.combine import Sequential
from symflops.layers.depth import Repeat
from symflops.layers.experts import MixtureOfExperts
from symflops.layers.feedforward import SwiGLU
from symflops.layers.latent_attention import MultiheadLatentAttention
from symflops.layers.norm import RMSNorm
from symflops.symbols import dims
from symflops.zoo.llamas import LlamaBlock, decoder
from symflops.zoo.published import Published, register, sized
from symflops.zoo.tokens import tokens

if TYPE_CHECKING:
    from symflops.layers.base import Layer

DEEPSEEK_V2 = "DeepSeek-AI 2024, DeepSeek-V2, section 3.1.2"
DEEPSEEK_V3 = "DeepSeek-AI 2024, DeepSeek-V3, section 4.2"
V, D, L, h, L_d, d_ff, d_e, E, k, E_s = dims("V D L h L_d d_ff d_e E k E_s")
r_q, r_kv, d_n, d_r, d_v = dims("r_q r_kv d_n d_r d_v")


def _deepseek(
    vocab_size: Any = V,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    dense_layers: Any = L_d,
    d_ff: Any = d_ff,
    expert_d_ff: Any = d_e,
    num_experts: Any = E,
    top_k: Any = k,
    shared_experts: Any = E_s,
    q_lora_rank: Any = r_q,
    kv_lora_rank: Any = r_kv,
    qk_nope_head_dim: Any = d_n,
    qk_rope_head_dim: Any = d_r,
    v_head_dim: Any = d_v,
    *,
    scoring: str = "sigmoid",
    normalize: bool = True,
    scaling: Any = 2.5,
    causal: bool = False,
    cache_length: Any = None,
    absorb: bool = False,
) -> Sequential:
    """Tokens, ``dense_layers`` blocks with one SwiGLU, the others with experts, a norm, and a head.

    Every size may be a symbol; dense blocks and shared experts may be 0. A token meets ``top_k`` experts of
    ``num_experts`` and the shared ones, which are one as wide as all of them. Experts are chosen among all:
    that the released networks choose groups of them first, and that V3 corrects the router's scores by a bias
    (an addition an expert), is not counted, nor is the module that predicts a second token in training.
    Attention counts every pair of positions, as numbers in print do; with ``causal`` it counts those that the
    mask leaves. ``cache_length=S`` is one decoding step, one token behind S others; with ``absorb`` keys and
    values are not made anew for it.
    """
    attention = MultiheadLatentAttention(
        d_model,
        num_heads,
        q_lora_rank,
        kv_lora_rank,
        qk_nope_head_dim,
        qk_rope_head_dim,
        v_head_dim,
        causal=causal,
        cache_length=cache_length,
        absorb=absorb,
    )
    shared = SwiGLU(d_model, shared_experts * expert_d_ff) if shared_experts != 0 else None
    experts = MixtureOfExperts(
        d_model,
        num_experts,
        top_k,
        SwiGLU(d_model, expert_d_ff),
        shared=shared,
        scoring=scoring,
        normalize=normalize,
        scaling=scaling,
    )
    with_experts = num_layers - dense_layers
    if with_experts.is_negative:
        message = f"dense_layers = {dense_layers} are more than num_layers = {num_layers}"
        raise ArgumentError(message)

    def blocks(mlp: Layer, n: Any) -> Repeat:
        return Repeat(LlamaBlock(RMSNorm(d_model), attention, mlp), n)

    layers = {"dense": blocks(SwiGLU(d_model, d_ff), dense_layers)} if dense_layers != 0 else {}
    if with_experts != 0 or not layers:
        layers["moe"] = blocks(experts, with_experts)
    return decoder(vocab_size, d_model, Sequential(**layers))


#: The attention of both.
ATTENTION = {
    "num_heads": 128,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
}

deepseek = register("deepseek", _deepseek, DEEPSEEK_V3, usual=dims("N"), brings=tokens)
deepseek_v2 = register(
    "deepseek_v2",
    sized(
        _deepseek,
        "DeepSeek-V2: 60 blocks, the first dense; 6 of 160 experts and two shared ones, chosen by a softmax.",
        vocab_size=102400,
        d_model=5120,
        num_layers=60,
        dense_layers=1,
        d_ff=12288,
        expert_d_ff=1536,
        num_experts=160,
        top_k=6,
        shared_experts=2,
        scoring="softmax",
        normalize=False,
        scaling=16,
        **ATTENTION,
    ),
    DEEPSEEK_V2,
    Published("params", 235_741_434_880, "the released weights, elements of all tensors"),
    usual=(4096,),
    brings=tokens,
)
deepseek_v3 = register(
    "deepseek_v3",
    sized(
        _deepseek,
        "DeepSeek-V3: 61 blocks, three dense; 8 of 256 experts and a shared one.",
        vocab_size=129280,
        d_model=7168,
        num_layers=61,
        dense_layers=3,
        d_ff=18432,
        expert_d_ff=2048,
        num_experts=256,
        top_k=8,
        shared_experts=1,
        **ATTENTION,
    ),
    DEEPSEEK_V3,
    Published(
        "params",
        671_026_404_352,
        "transformers, DeepseekV3ForCausalLM from the released configuration",
    ),
    usual=(4096,),
    brings=tokens,
)
