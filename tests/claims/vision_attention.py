"""Attention and feed-forward layers as article 004 counts them for vision transformers."""

from __future__ import annotations

from functools import partial

from claims.held import Held

import symflops as sf

C_img, D, D_ff, D_h, H, N, P, h = sf.dims("C_img D D_ff D_h H N P h")
TOKENS = (N, D)


def attention(heads=h, **options):
    return sf.cost(sf.MultiheadAttention(D, heads, **options), TOKENS)


def projections():
    """Queries, keys and values of the same tokens."""
    each = (sf.Linear(D, D_h, bias=False) for _ in range(3))
    return sf.cost(sf.Parallel(*each), TOKENS)


def feedforward(convention="exact"):
    return sf.cost(sf.FeedForward(D, D_ff), TOKENS, convention)


def embedding(channels, *, bias=True):
    """Patches of P × P, as many as the map has."""
    layer = sf.PatchEmbed(channels, D, P, bias=bias)
    return sf.cost(layer, (channels, P * h, P * H)).params


patches = partial(embedding, C_img)

CLAIMS = {
    "S4-3": Held(
        projections(),
        ("macs", "flops"),
        told={"convention": "2mac"},
        exact=projections().under("2mac").flops,
        alternatives={
            "MACs": projections().macs,
            "FLOPs (2/MAC)": projections().under("2mac").flops,
        },
    ),
    "S4-4": Held(attention(1)["scores"], "macs"),
    "S4-5": Held(attention(), "macs"),
    "S4-6": Held(attention(H, out_proj=False), "macs", strict=attention(H).macs),
    "S4-7": Held(
        feedforward(), "flops", exact=feedforward().macs, strict=feedforward("2mac").flops
    ),
    # the words say "size of a patch": its side, its area, or all numbers in it
    "S4-10": Held(
        {
            "block size = P^2": embedding(1, bias=False),
            "block size = P^2*C, no bias": patches(bias=False),
        },
        exact=patches(),
        alternatives={
            "block size = P^2": embedding(1, bias=False),
            "block size = P^2*C, no bias": patches(bias=False),
            "block size = P": sf.cost(sf.Linear(P, D, bias=False), (P,)).params,
        },
    ),
    "S4-11": Held(attention(), "params", strict=attention(bias=False).params),
    "S4-12": Held(feedforward(), "params"),
    "S4-13": Held(
        {
            "fixed sinusoidal": sf.cost(sf.SinusoidalPositions(D), (N + 1, D)),
            "learnable (ViT default)": sf.cost(sf.LearnedPositions(N + 1, D), (N + 1, D)),
        },
        "params",
        exact=sf.cost(sf.LearnedPositions(N + 1, D), (N + 1, D)).params,
        alternatives={
            "fixed sinusoidal": sf.cost(sf.SinusoidalPositions(D), (N + 1, D)).params,
            "learnable (ViT default)": sf.cost(sf.LearnedPositions(N + 1, D), (N + 1, D)).params,
        },
    ),
}
