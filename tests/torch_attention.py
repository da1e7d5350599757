"""Attention in PyTorch's tensors: all pairs at once, and a mask over what is not seen."""

from __future__ import annotations

import math

import torch
from torch import nn

import symflops as sf
from symflops.layers.cache import Appended


class Learned(nn.Module):
    """One learned tensor."""

    def __init__(self, *shape):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))


def split(x, heads):
    """(B, N, h·d) as (B, h, N, d)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def joined(x):
    """(B, h, N, d) as (B, N, h·d)."""
    return x.transpose(1, 2).flatten(2)


def distances(queries, keys, extra):
    """How far each key stands before each query, the last query being at the last key that is a position."""
    positions = keys - extra
    at = torch.arange(positions - queries, positions)
    return at[:, None] - torch.arange(positions)[None]


def seen(layer, queries, keys):
    extra = int(layer.extra)
    back = distances(queries, keys, extra)
    mask = torch.ones_like(back, dtype=torch.bool)
    if layer.causal or layer.window is not None:
        mask &= back >= 0
    if layer.window is not None:
        mask &= back < int(layer.window)
    return nn.functional.pad(mask, (0, extra), value=True)


class Part(nn.Module):
    """One of the layers inside attention."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        if isinstance(layer, sf.RelativePositionBias):
            self.table = Learned(int(layer.num_buckets), int(layer.num_heads))
        if isinstance(layer, Appended) and layer.learned:
            self.row = Learned(int(layer.width))

    def forward(self, x, other=None):
        layer = self.layer
        if isinstance(layer, sf.RotaryEmbedding):
            return rotated(x, layer)
        if isinstance(layer, Appended):
            row = self.row.weight if layer.learned else torch.zeros(x.shape[2], dtype=x.dtype)
            return torch.cat([x, row.expand(x.shape[0], 1, -1)], 1)
        if isinstance(layer, sf.Scores):
            shared = int(layer.kv_heads or layer.num_heads)
            q, k = split(x, int(layer.num_heads)), split(other, shared)
            x = q @ repeated(k, q).transpose(-1, -2)
        if isinstance(layer, sf.ScaleScores):
            x = x / math.sqrt(layer.head_dim)
        if isinstance(layer, sf.ALiBi | sf.RelativePositionBias):
            x = x + nn.functional.pad(self.bias(x), (0, int(layer.extra)))
        mask = seen(layer, *x.shape[-2:])
        if isinstance(layer, sf.MaskedSoftmax):
            return x.masked_fill(~mask, -math.inf).softmax(-1)
        if isinstance(layer, sf.Weighting):
            heads = x.shape[1]
            values = split(other, int(layer.kv_heads or heads))
            return joined(x.masked_fill(~mask, 0) @ repeated(values, x))
        return x.masked_fill(~mask, -math.inf)

    def bias(self, x):
        """What is added to the scores of positions."""
        _, heads, queries, keys = x.shape
        far = distances(queries, keys, int(self.layer.extra)).abs()
        if isinstance(self.layer, sf.RelativePositionBias):
            buckets = int(self.layer.num_buckets)
            return self.table.weight[far.clamp(max=buckets - 1)].permute(2, 0, 1)
        slopes = 2 ** (-8 * torch.arange(1, heads + 1, dtype=x.dtype) / heads)
        return -slopes[:, None, None] * far


def repeated(shared, like):
    """Heads of keys or values, each as often as it serves one of the others."""
    return shared.repeat_interleave(like.shape[1] // shared.shape[1], 1)


def rotated(x, layer):
    width = int(layer.head_dim)
    turned = int(layer.rotary_dim or width)
    heads = x.unflatten(-1, (-1, width))
    rates = 10000 ** (-torch.arange(0, turned, 2, dtype=x.dtype) / turned)
    angles = torch.arange(x.shape[1], dtype=x.dtype)[:, None, None] * rates
    pairs = torch.view_as_complex(heads[..., :turned].unflatten(-1, (-1, 2)).contiguous())
    pairs = torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles))
    return torch.cat([pairs.flatten(-2), heads[..., turned:]], -1).flatten(2)


class Attention(nn.Module):
    """The whole: PyTorch's own projections and norms, and the parts above."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        D, h = int(layer.embed_dim), int(layer.num_heads)
        shared = int(layer.kv_heads or h)
        d = int(layer.head_dim or D // h)
        k_bias = layer.bias if layer.k_bias is None else layer.k_bias
        self.q = nn.Linear(D, h * d, layer.bias)
        self.k = nn.Linear(int(layer.kdim or D), shared * d, k_bias)
        self.v = nn.Linear(int(layer.vdim or D), shared * d, layer.bias)
        if layer.qk_norm is not None:
            self.norms = nn.ModuleList([nn.RMSNorm(d), nn.RMSNorm(d)])
        rows = [Appended(shared * d, learned=learned) for learned in (True, False)]
        extra = [
            row
            for row, on in zip(rows, (layer.add_bias_kv, layer.add_zero_attn), strict=True)
            if on
        ]
        self.more = nn.ModuleList(nn.Sequential(*map(Part, extra)) for _ in "kv")
        mask = {"causal": layer.causal, "window": layer.window, "extra": len(extra)}
        self.scores = Part(sf.Scores(h, shared, **mask))
        self.scale = Part(sf.ScaleScores(d, **mask)) if layer.scale else nn.Identity()
        self.bias = nn.Identity()
        if layer.score_bias is not None:
            arguments = (
                () if isinstance(layer.score_bias, sf.ALiBi) else (layer.score_bias.num_buckets, h)
            )
            self.bias = Part(type(layer.score_bias)(*arguments, **mask))
        self.softmax = Part(sf.MaskedSoftmax(**mask))
        self.weighting = Part(sf.Weighting(shared, **mask))
        self.turn = nn.Identity()
        if layer.rotary:
            self.turn = Part(sf.RotaryEmbedding(d, layer.rotary_dim))
        out_bias = layer.bias if layer.out_bias is None else layer.out_bias
        self.out = nn.Linear(h * d, D, out_bias) if layer.out_proj else nn.Identity()

    def forward(self, query, key=None, value=None):
        key = query if key is None else key
        value = key if value is None else value
        if not self.layer.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        q, k, v = self.q(query), self.k(key), self.v(value)
        if self.layer.qk_norm is not None:
            q, k = (
                norm(x.unflatten(-1, (-1, norm.normalized_shape[0]))).flatten(2)
                for norm, x in zip(self.norms, (q, k), strict=True)
            )
        k, v = (more(x) for more, x in zip(self.more, (self.turn(k), v), strict=True))
        weights = self.softmax(self.bias(self.scale(self.scores(self.turn(q), k))))
        y = self.out(self.weighting(weights, v))
        return y if self.layer.batch_first else y.transpose(0, 1)


BUILT = {
    sf.MultiheadAttention: Attention,
    **dict.fromkeys((sf.Scores, sf.ScaleScores, sf.MaskedSoftmax, sf.Weighting, sf.ALiBi), Part),
    **dict.fromkeys((sf.RelativePositionBias, sf.RotaryEmbedding, Appended), Part),
}
