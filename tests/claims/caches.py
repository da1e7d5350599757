"""What decoding keeps of every token: keys and values, and latents for them."""

from __future__ import annotations

from functools import cache

from claims.held import Held
from sympy import Rational

import symflops as sf

D, L, V, b, d, d_c, d_h, h, n, n_c, n_h, n_kv, n_l, p, s = sf.dims(
    "D L V b d d_c d_h h n n_c n_h n_kv n_l p s"
)


@cache
def model(name, tokens=1, **options):
    return sf.cost(sf.zoo.model(name, **options), (tokens,))


def heads():
    """n_h heads of d_h in n_l blocks, one token."""
    layers = sf.zoo.gpt(V, n_c, D, n_l, n_h, head_dim=d_h)
    return sf.cost(layers, (1,)).kv_cache_size("float16")


@cache
def large():
    """The 52·10⁹ parameters of Anthropic's model, as Kipply has it: the last of 2048 tokens."""
    layers = sf.zoo.gpt(V, 2048, 8192, 64, 64, cache_length=2047)
    return sf.cost(layers, convention="2mac")


def projected():
    return 64 * sum(large()[f"h.0.attn.{name}_proj"].flops for name in "kv")


def attended():
    """Scores, and what they weigh, of the last of n_c tokens."""
    layers = sf.zoo.gpt(V, n_c, d, n_l, n_h, cache_length=n_c - 1)
    found = sf.cost(layers, convention="2mac", assume="n_c >= 2")
    return n_l * sum(found[f"h.0.attn.{name}"].flops for name in ("scores", "weighting"))


def grouped(width, *shape):
    """Bytes of Llama's cache at p an element."""
    return sf.cost(sf.zoo.llama(V, width, L, n, n_kv), shape).kv_cache * p


def latent():
    layers = sf.zoo.deepseek_v3(num_layers=L, kv_lora_rank=d_c, qk_rope_head_dim=sf.dim("d_R"))
    return sf.cost(layers, (b, s), assume="L >= 3").kv_cache * p


def gpt3(width=12288):
    """Four sequences of 4096 tokens; the number of heads is no matter, but it divides the width."""
    found = model("gpt3_175b", 4096, n_ctx=4096, d_model=width, num_heads=8)
    return 4 * found.kv_cache_size("float16")


def saved(bits=16):
    """What DeepSeek-V2 saves of the cache of the model before it."""
    before = model("llama", num_layers=95, d_model=8192, num_heads=64, kv_heads=8).kv_cache
    return 1 - Rational(model("deepseek_v2").kv_cache * bits, before * 16)


def of_all_heads():
    """A latent of DeepSeek-V2 for keys and values of 128 heads."""
    layer = sf.MultiheadAttention(5120, 128, head_dim=128)
    keys = sf.cost(sf.Repeat(layer, 60), (1, 5120)).kv_cache
    return Rational(model("deepseek_v2").kv_cache, keys)


CLAIMS = {
    "KP-1": Held(heads),
    "KP-2": Held(projected),
    "KP-5": Held(attended),
    "SB-7": Held(lambda: sf.cost(sf.zoo.gpt(V, 8192, 8192, 64, 64), (8192,)).kv_cache_size("int8")),
    "SB-18": Held(lambda: model("llama2_13b", 8192).kv_cache_size("bfloat16")),
    "KV-1": Held(lambda: grouped(d, b, s)),
    "KV-5": Held(latent),
    "KV-6": Held(lambda: grouped(h, 1)),
    "KV-9": Held(
        gpt3,
        alternatives=lambda: {"h=12000": gpt3(12000), "h=12888 as printed": gpt3(12888)},
    ),
    "KV-12": Held(
        lambda: {"elements only": saved(), "with 6-bit KV": saved(6)},
        exact=saved,
        alternatives=lambda: {"elements only": saved(), "with 6-bit KV": saved(6)},
        text="latex",
    ),
    "KV-13": Held(of_all_heads, text="latex"),
    "KV-17": Held(lambda: model("llama2_7b").kv_cache_size("bfloat16")),
}
