"""Attention: its core, its projections, masks, windows, other ways to it, and the blocks around it."""

from __future__ import annotations

from claims.held import Held

import symflops as sf

B, C, D, H, L, N, S, T, d, d_h = sf.dims("B C D H L N S T d d_h")
g, h, k, l, n, n_h, q, r, s, w = sf.dims("g h k l n n_h q r s w")  # noqa: E741
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj")
SOFTMAX = sf.conventions.named("2mac").counting("softmax")


def attention(width, heads, *shapes, **options):
    layer = sf.MultiheadAttention(width, heads, **options)
    return sf.cost(layer, [*shapes])


def core(width, heads, *shapes, **options):
    """Scores, the softmax of them, and what they weigh."""
    found = attention(width, heads, *shapes, **options)
    for name in PROJECTIONS:
        found = found.without(name)
    return found


def linear():
    """MACs of attention by r features of L tokens; those are summed up as by a row of L ones."""
    parts = sf.cost(sf.KernelAttention(1), [(L, r), (L, r), (L, d)])
    return parts.macs + sf.cost(sf.Linear(L, 1, bias=False), (r, L)).macs


def routed():
    """L tokens find the nearest of k centres, and each attends to the L/k tokens of its own."""
    nearest = sf.cost(sf.Linear(d, k, bias=False), (L, d)).macs
    return nearest + k * core(d, 1, (n, d)).macs.xreplace({n: L / k})


def windowed():
    """n queries, each of which sees w keys."""
    return n * core(d, 1, (1, d), (w, d)).macs


def block():
    """The block of a vision transformer."""
    return sf.TransformerEncoderLayer(D, h, 4 * D), (N, D)


def crossings():
    """From which number of tokens on the products of some layers outnumber those of others."""
    found = sf.cost(*block())
    attention = found["self_attn"]
    pairs = attention["scores"].macs + attention["weighting"].macs
    network = found.macs - attention.macs
    sides = {
        "attention matrix vs all linear layers": (pairs, found.macs - pairs),
        "attention matrix vs MLP": (pairs, network),
        "whole MSA vs MLP": (attention.macs, network),
    }
    return {name: sf.crossover(a, b, N).expr for name, (a, b) in sides.items()}


def intensity():
    """FLOPs for each byte, where queries, keys and values are read once, and what comes out is written once."""
    found = core(D, 1, (B, T, D), (B, S, D))
    whole = attention(D, 1, (B, T, D), (B, S, D))
    moved = sum(whole[name].activations for name in ("q_proj", "k_proj", "v_proj", "weighting"))
    return found.under("2mac").flops / (2 * moved)


def grouped(**options):
    """k heads of keys and values for n of queries, in l blocks."""
    layer = sf.MultiheadAttention(h, n, kv_heads=k, **options)
    return sf.cost(sf.Repeat(layer, l), (s, h))


def of_megatron(*, causal):
    found = attention(h, n, (B, s, h), kv_heads=g, head_dim=d, causal=causal, bias=False)
    return found.under("2mac").flops


def all_cores(**options):
    """The cores of L blocks."""
    layer = sf.MultiheadAttention(n_h * d_h, n_h, **options)
    found = sf.cost(sf.Repeat(layer, L), (n, n_h * d_h))
    for name in PROJECTIONS:
        found = found.without(f"0.{name}")
    return found


def flash():
    return core(d * n_h, n_h, (s, d * n_h), scale=False)


CLAIMS = {
    "TX-6": Held(linear, text="latex"),
    "TX-7": Held(routed, text="O(Lkd + L^2 d/k)"),
    "TX-10": Held(windowed, text="latex", told={"growing": ["n", "w"]}),
    "VT-1": Held(
        attention(C, 1, (h * w, C)),
        "flops",
        exact=attention(C, 1, (h * w, C)).macs,
        strict=attention(C, 1, (h * w, C)).under("2mac").flops,
    ),
    "VT-8": Held(
        block(),
        "flops",
        exact=sf.cost(*block()).macs,
        strict=sf.cost(*block(), "2mac").flops,
    ),
    "VT-9": Held(
        crossings,
        exact=lambda: crossings()["attention matrix vs MLP"],
        alternatives=crossings,
    ),
    "VT-14": Held(attention(d, H, (N, d)), "params"),
    "SB-9": Held(intensity),
    "EA-2": Held(
        grouped(),
        "params",
        told={"symbols": {"r": k / n}},
        exact=grouped(bias=False).params,
        strict=grouped().params,
    ),
    "EL-1": Held(
        attention(h, 1, (1, h), head_dim=q, bias=False)["out_proj"],
        "flops",
        told={"convention": "2mac"},
    ),
    "MG-4": Held(
        of_megatron(causal=True),
        told={"symbols": {"p": n * d / h}},
        strict=of_megatron(causal=False),
    ),
    "FA-1": Held(
        flash(),
        "flops",
        exact=flash().under("2mac").flops,
        strict=flash().under(SOFTMAX).flops,
    ),
    "FA-6": Held(
        all_cores().under("2mac").flops,
        alternatives={
            "causal": all_cores(causal=True).under("2mac").flops,
            "MACs": all_cores().macs,
        },
    ),
    "FA-7": Held(all_cores().macs.xreplace({L: 80, n_h: 64, n: 4096, d_h: 128})),
    "FA-8": Held(
        core(N * H, N, (B, T, N * H), (B, S, N * H)).under("2mac").flops,
        alternatives={"MACs": core(N * H, N, (B, T, N * H), (B, S, N * H)).macs},
    ),
}
