"""Language models: parameters and FLOPs of GPT, Llama, BERT, T5 and the first transformers."""

from __future__ import annotations

from functools import cache

from claims.held import Held

import symflops as sf

B, D, F, H, L, N, Q, T, V = sf.dims("B D F H L N Q T V")
a, b, d, d_a, d_f, d_m, e, f, h, k, l, n_c, n_l, s = sf.dims(  # noqa: E741
    "a b d d_a d_f d_m e f h k l n_c n_l s"
)
SOFTMAX = sf.conventions.named("2mac").counting("softmax")


@cache
def model(name, **options):
    return sf.cost(sf.zoo.model(name, **options))


def gpt(*shape, **options):
    """GPT with the letters of most of the claims."""
    return sf.cost(sf.zoo.gpt(V, s, h, l, a, **options), shape or (s,), "2mac")


def without_positions():
    return gpt().without("wpe")


def kaplan(**options):
    """Blocks whose attention is d_a wide, in one head for all; Kaplan et al. have a context of n_c tokens."""
    layers = sf.zoo.gpt(V, n_c, d_m, n_l, 1, d_f, head_dim=d_a, **options)
    return sf.cost(layers, (n_c,), "2mac")


def matrices(*, bias=False):
    """The blocks without their norms."""
    return kaplan(bias=bias)["h"].without("LayerNorm")


def attended(*, causal=False):
    """What a token takes in all blocks beside the products with parameters."""
    return kaplan(causal=causal).per("token")["h"].without("Linear").flops


def kept_in_blocks(*, causal=False):
    return 2 * N + attended(causal=causal)


def gpt2(**options):
    return model("gpt2", **options)


def networks_of_gpt3():
    """Matrices of the feed-forward networks in all blocks."""
    return 96 * model("gpt3_175b", bias=False)["h.0.mlp"].params


def nanogpt():
    """A training step of one sequence: three times what goes forward."""
    layers = sf.zoo.gpt(V, T, d, L, 1, bias=False)
    return 3 * sf.cost(layers, (T,), "2mac").flops


def counted_by_nanogpt():
    """Parameters without those of the positions."""
    layers = sf.zoo.gpt(V, T, d, L, 1, bias=False)
    return sf.cost(layers, (T,)).without("wpe").params


#: What the notebook puts into the formula: heads of Q entries, and every parameter but those of positions.
PUT_IN = {"N": counted_by_nanogpt(), "H": d / Q}


def hoffmann(convention="exact"):
    """The blocks alone."""
    layers = sf.zoo.gpt(V, s, d, L, h, f, head_dim=k)
    return sf.cost(layers, (s,), convention)["h"]


def recomputed():
    """Training where the blocks go forward twice, with a batch of b."""
    once = gpt(b, s)
    return 4 * once["h"].flops + 3 * once["lm_head"].flops


def gated(width, wide, *shape):
    return sf.cost(sf.SwiGLU(width, wide), (*shape, width), "2mac")


def norms(cost):
    return cost.params - cost.without("LayerNorm").params


def of_one_norm():
    """Llama with a single norm in each block, and none behind them."""
    layers = sf.zoo.llama(32000, 4096, 64, 32, 32, 16384)
    return sf.cost(layers).params - 64 * 4096 - sf.cost(layers)["norm"].params


def trained(words, forward):
    """Three times what goes forward, for T tokens."""
    return forward * sf.cost(sf.Linear(h, words, bias=False), (T, h), "2mac").flops


CLAIMS = {
    "GP-1": Held(gpt, "params"),
    "GP-2": Held(
        without_positions,
        "params",
        strict=lambda: gpt().params,
        verdict="correct",
        why="without the positions, as the setting has it, nothing is left to agree on",
    ),
    "GP-3": Held(lambda: gpt2(bias=False), "params"),
    "GP-4": Held(gpt2, "params"),
    "GP-6": Held(networks_of_gpt3, text="latex"),
    "GP-7": Held(
        lambda: matrices(bias=True),
        "params",
        exact=lambda: matrices().params,
        strict=lambda: kaplan()["h"].params + kaplan()["ln_f"].params,
    ),
    "GP-8": Held(
        lambda: {
            "full attention": kept_in_blocks(),
            "causal average": kept_in_blocks(causal=True),
        },
        exact=kept_in_blocks,
        alternatives=lambda: {
            "full attention": kept_in_blocks(),
            "causal average": kept_in_blocks(causal=True),
        },
    ),
    "GP-9": Held(lambda: 3 * D * kept_in_blocks()),
    "GP-10": Held(lambda: 6 * model("gpt3_175b").params * 300 * 10**9, text="latex"),
    "GP-11": Held(lambda: sf.cost(sf.zoo.gpt2(), (1024,)), "flops", told={"convention": "2mac"}),
    "GP-12": Held(
        nanogpt,
        told={"symbols": PUT_IN},
        verdict="wrong",
        why="it does not leave small terms out, it has 6·T·d·(2L + 1) too many: gains of norms, that take no product",
    ),
    "GP-14": Held(
        hoffmann,
        "flops",
        exact=lambda: hoffmann("chinchilla").flops,
        strict=lambda: hoffmann(SOFTMAX).flops,
    ),
    "GP-18": Held(recomputed),
    "GP-22": Held(
        lambda: gated(D, 8 * D / 3, B, L).flops,
        alternatives=lambda: {"MACs": gated(D, 8 * D / 3, B, L).macs},
    ),
    "GP-24": Held(lambda: sf.cost(sf.zoo.gpt(V, s, H, l, a))["h.0"], "params"),
    "GP-26": Held(lambda: model("bert_large"), "params", text="latex"),
    "SB-2": Held(lambda: 3 * gated(D, F, B, T).flops),
    "SB-6": Held(
        of_one_norm,
        verdict="wrong",
        why="not the result was rounded but what went in, and the result is 8 % off",
    ),
    "SB-19": Held(lambda: model("llama3_70b"), "params", text="latex"),
    "EA-1": Held(lambda: norms(gpt())),
    "EA-7": Held(lambda: trained(V, 3), alternatives=lambda: {"forward only": trained(V, 1)}),
    "MG-6": Held(lambda: gated(h, e * h, T).flops),
    "LL-3": Held(lambda: model("llama3_405b"), "params"),
    "LL-5": Held(lambda: model("llama2_70b"), "params"),
    "TF-1": Held(lambda: model("transformer_base"), "params", text="≈ 65M"),
    "TF-2": Held(lambda: model("transformer_big"), "params", text="latex"),
}
