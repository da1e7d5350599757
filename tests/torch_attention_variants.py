"""Attention in windows, over latents and by kernels, in PyTorch's tensors."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional
from torch_attention import Learned, joined, rotated, seen, split

import symflops as sf
from symflops.layers.cosine import BiasOfPairs
from symflops.layers.heads import HeadLinear, JoinHeads, SplitHeads


def pair(value):
    return [int(v) for v in (value if isinstance(value, tuple) else (value, value))]


class Cut:
    """How a map falls into windows: padded, rolled, and its axes taken apart."""

    def __init__(self, layer, sizes):
        self.sizes, self.window = list(map(int, sizes)), pair(layer.window_size)
        self.grid = getattr(layer, "grid", False)
        self.counts = [-(-n // m) for n, m in zip(self.sizes, self.window, strict=True)]
        self.padded = [n * m for n, m in zip(self.counts, self.window, strict=True)]
        shift = pair(getattr(layer, "shift_size", 0))
        self.shift = [s if n > 1 else 0 for s, n in zip(shift, self.counts, strict=True)]

    @property
    def factors(self):
        """The sizes of the axes that rows and columns fall into, and their order in a row of windows."""
        (m, p), (n, q) = self.window, self.counts
        return (
            ((m, n), (p, q), (0, 2, 4, 1, 3, 5))
            if self.grid
            else ((n, m), (q, p), (0, 1, 3, 2, 4, 5))
        )

    def apart(self, x):
        """(B, H, W, C) as (B·windows, positions, C)."""
        rows, columns, order = self.factors
        (height, width), (tall, wide) = self.sizes, self.padded
        x = functional.pad(x, (0, 0, 0, wide - width, 0, tall - height))
        x = x.roll([-s for s in self.shift], (1, 2))
        x = x.unflatten(2, columns).unflatten(1, rows).permute(order)
        return x.flatten(0, 2).flatten(1, 2)

    def together(self, x):
        *_, order = self.factors
        x = x.unflatten(1, self.window).unflatten(0, (-1, *self.counts))
        x = x.permute([order.index(axis) for axis in range(6)])
        x = x.flatten(3, 4).flatten(1, 2).roll(self.shift, (1, 2))
        return x[:, : self.sizes[0], : self.sizes[1]]

    def mask(self):
        """-100 for two positions of a window of which one was rolled in along an axis and the other not."""
        axes = [torch.arange(n) >= n - s for n, s in zip(self.padded, self.shift, strict=True)]
        regions = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)[None].double()
        still = Cut.__new__(Cut)
        still.__dict__ |= self.__dict__ | {"sizes": self.padded, "shift": [0, 0]}
        flags = still.apart(regions)
        return -100.0 * (flags[:, :, None] != flags[:, None]).any(-1)


def pairs_of(table, window):
    """The entries of a table of offsets, (offsets, h), for all pairs of positions: (h, M², M²)."""
    at = torch.stack(torch.meshgrid(*map(torch.arange, window), indexing="ij"), -1).flatten(0, 1)
    offsets = at[:, None] - at[None] + torch.tensor(window) - 1
    return table[offsets[..., 0] * (2 * window[1] - 1) + offsets[..., 1]].permute(2, 0, 1)


class Network(nn.Module):
    """Biases that a network makes of offsets on a logarithmic scale."""

    def __init__(self, window, heads):
        super().__init__()
        self.window = window
        self.mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, heads, bias=False))

    def forward(self, dtype):
        axes = [8 * torch.arange(1 - m, m, dtype=dtype) / max(m - 1, 1) for m in self.window]
        offsets = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).flatten(0, 1)
        table = self.mlp(offsets.sign() * (offsets.abs() + 1).log2() / 3)
        return 16 * pairs_of(table, self.window).sigmoid()


class InWindows(nn.Module):
    """Attention between the positions of windows."""

    def __init__(self, width, heads, window, qkv_bias, proj_bias, *, cosine=False):
        super().__init__()
        self.heads, self.window, self.cosine = heads, window, cosine
        self.qkv = nn.Linear(width, 3 * width, qkv_bias)
        if cosine:
            self.scale, self.network = Learned(heads), Network(window, heads)
        else:
            self.table = Learned(math.prod(2 * m - 1 for m in window), heads)
        self.proj = nn.Linear(width, width, proj_bias)

    def forward(self, x, mask=None):
        q, k, v = (split(part, self.heads) for part in self.qkv(x).chunk(3, -1))
        if self.cosine:
            q, k = functional.normalize(q, dim=-1), functional.normalize(k, dim=-1)
            scale = self.scale.weight.clamp(max=math.log(100)).exp()
            scores = q @ k.transpose(-1, -2) * scale[:, None, None] + self.network(x.dtype)
        else:
            scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
            scores = scores + pairs_of(self.table.weight, self.window)
        if mask is not None:
            scores = scores + mask.repeat(len(x) // len(mask), 1, 1)[:, None]
        return self.proj(joined(scores.softmax(-1) @ v))


class Shifted(nn.Module):
    """Swin's attention, of either version."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        window, cosine = pair(layer.window_size), isinstance(layer, sf.ShiftedWindowAttentionV2)
        sizes = int(layer.dim), int(layer.num_heads), window
        self.inside = InWindows(*sizes, layer.qkv_bias, layer.proj_bias, cosine=cosine)

    def forward(self, x):
        cut = Cut(self.layer, x.shape[1:3])
        mask = cut.mask().to(x.dtype) if any(cut.shift) else None
        return cut.together(self.inside(cut.apart(x), mask))


class Partitioned(nn.Module):
    """MaxViT's block of attention."""

    def __init__(self, layer):
        super().__init__()
        width, part = int(layer.in_channels), int(layer.partition_size)
        self.windows = sf.WindowPartition(part, grid=layer.partition_type == "grid")
        heads, wide = width // int(layer.head_dim), width * int(layer.mlp_ratio)
        self.first = nn.LayerNorm(width)
        self.attention = InWindows(width, heads, [part, part], True, True)  # noqa: FBT003 - biases
        ends = nn.Linear(width, wide), nn.Linear(wide, width)
        self.second = nn.Sequential(nn.LayerNorm(width), ends[0], nn.GELU(), ends[1])

    def forward(self, x):
        cut = Cut(self.windows, x.shape[2:])
        y = cut.apart(x.permute(0, 2, 3, 1))
        y = self.attention(self.first(y)) + y
        y = self.second(y) + y
        return cut.together(y).permute(0, 3, 1, 2)


class OfWindows(nn.Module):
    """One of the layers inside attention in windows."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        if isinstance(layer, sf.WindowBias):
            offsets = math.prod(2 * m - 1 for m in pair(layer.window_size))
            self.table = Learned(offsets, int(layer.num_heads))
        if isinstance(layer, sf.LogitScale):
            self.scale = Learned(int(layer.num_heads))

    def forward(self, x):
        layer = self.layer
        if isinstance(layer, sf.WindowPartition):
            return Cut(layer, x.shape[1:3]).apart(x)
        if isinstance(layer, sf.WindowMerge):
            return Cut(layer, pair(layer.size)).together(x)
        if isinstance(layer, sf.LogitScale):
            return x * self.scale.weight.clamp(max=math.log(100)).exp()[:, None, None]
        if isinstance(layer, BiasOfPairs):
            return 16 * pairs_of(x[0], pair(layer.window_size)).sigmoid()[None]
        window = pair(layer.window_size)
        sizes = [n * m for n, m in zip(pair(layer.windows), window, strict=True)]
        cut = Cut(layer, sizes)
        x = x + pairs_of(self.table.weight, window)
        mask = cut.mask().to(x.dtype)
        return x + mask.repeat(len(x) // len(mask), 1, 1)[:, None] if any(cut.shift) else x


class OfHeads(nn.Module):
    """Heads taken apart, put together, and each times a matrix."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.heads = layer, int(layer.num_heads)
        if isinstance(layer, HeadLinear):
            self.matrix = Learned(self.heads, int(layer.out_features), int(layer.in_features))

    def forward(self, x, other=None):
        if isinstance(self.layer, HeadLinear):
            return joined(split(x, self.heads) @ self.matrix.weight.transpose(1, 2))
        if isinstance(self.layer, SplitHeads):
            parts = split(x, self.heads).split(list(map(int, self.layer.parts)), -1)
            several = tuple(map(joined, parts))
            return several if len(several) > 1 else several[0]
        own = split(x, self.heads) if self.layer.own else x[:, None].expand(-1, self.heads, -1, -1)
        return joined(torch.cat([own, split(other, self.heads)], -1))


class Latent(nn.Module):
    """DeepSeek's attention, with keys and values made, or over the latent itself."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        names = ("embed_dim", "num_heads", "kv_lora_rank", "qk_nope_head_dim", "v_head_dim")
        D, h, r, n, v = (int(getattr(layer, name)) for name in names)
        e = int(layer.qk_rope_head_dim)
        q = [nn.Linear(D, h * (n + e), bias=False)]
        if layer.q_lora_rank is not None:
            rank = int(layer.q_lora_rank)
            first = nn.Linear(D, rank, bias=False), nn.RMSNorm(rank)
            q = [*first, nn.Linear(rank, h * (n + e), bias=False)]
        self.q = nn.Sequential(*q)
        self.kv = nn.Linear(D, r + e, bias=False)
        self.norm = nn.RMSNorm(r)
        if layer.absorb:
            self.up, self.down = Learned(h, r, n), Learned(h, v, r)
        else:
            self.up = nn.Linear(r, h * (n + v), bias=False)
        self.o = nn.Linear(h * v, D, bias=False)
        self.turns = sf.RotaryEmbedding(n + e, e), sf.RotaryEmbedding(e)

    def forward(self, x):
        h, n = int(self.layer.num_heads), int(self.layer.qk_nope_head_dim)
        e, rank = int(self.layer.qk_rope_head_dim), int(self.layer.kv_lora_rank)
        q = split(rotated(self.q(x), self.turns[0]), h)
        latent, key = self.kv(x).split([rank, e], -1)
        latent, key = self.norm(latent), rotated(key.clone(), self.turns[1])
        if self.layer.absorb:
            q = torch.cat([q[..., :e], q[..., e:] @ self.up.weight.transpose(1, 2)], -1)
            k, v = torch.cat([key, latent], -1)[:, None], latent[:, None]
        else:
            k, v = split(self.up(latent), h).tensor_split([n], -1)
            k = torch.cat([key[:, None].expand(-1, h, -1, -1), k], -1)
        scores = q @ k.transpose(-1, -2) / math.sqrt(n + e)
        if self.layer.causal:
            mask = sf.Scores(h, causal=True)
            scores = scores.masked_fill(~seen(mask, *scores.shape[-2:]), -math.inf)
        y = scores.softmax(-1) @ v
        return self.o(joined(y @ self.down.weight.transpose(1, 2) if self.layer.absorb else y))


class Kernel(nn.Module):
    """Sums of keys and values, asked by every query."""

    def __init__(self, layer):
        super().__init__()
        self.heads, self.causal = int(layer.num_heads), layer.causal

    def forward(self, q, k, v):
        q, k, v = (split(x, self.heads) for x in (q, k, v))
        if self.causal:
            state = (k[..., None] * v[..., None, :]).cumsum(2)
            keys = k.cumsum(2)
            return joined((q[..., None, :] @ state)[..., 0, :] / (q * keys).sum(-1, keepdim=True))
        return joined(
            q @ (k.transpose(-1, -2) @ v) / (q @ k.sum(2, keepdim=True).transpose(-1, -2))
        )


class Linearized(nn.Module):
    """Linear attention between its projections."""

    def __init__(self, layer):
        super().__init__()
        D, self.heads = int(layer.embed_dim), int(layer.num_heads)
        width = self.heads * int(layer.head_dim or D // self.heads)
        self.qkv = nn.ModuleList(nn.Linear(D, width, layer.bias) for _ in "qkv")
        self.maps = nn.ModuleList(feature_map(layer.feature_map) for _ in "qk")
        self.attention = Kernel(layer)
        self.out = nn.Linear(width, D, layer.bias)

    def forward(self, x, memory=None):
        memory = x if memory is None else memory
        inputs = zip(self.qkv, (x, memory, memory), strict=True)
        q, k, v = (projection(x) for projection, x in inputs)
        maps = zip(self.maps, (q, k), strict=True)
        q, k = (joined(features(split(x, self.heads))) for features, x in maps)
        return self.out(self.attention(q, k, v))


class Positive(nn.Module):
    """elu(x) + 1."""

    def forward(self, x):
        return functional.elu(x) + 1


def feature_map(layer):
    if isinstance(layer, sf.ELUPlusOne):
        return Positive()
    linear, _ = layer.layers
    return nn.Sequential(nn.Linear(int(linear.in_features), int(linear.out_features)), Positive())


class Rows(nn.Module):
    """Rows of length 1."""

    def __init__(self, layer):
        super().__init__()
        self.dim = int(layer.dim)

    def forward(self, x):
        return functional.normalize(x, dim=self.dim)


BUILT = {
    **dict.fromkeys((sf.ShiftedWindowAttention, sf.ShiftedWindowAttentionV2), Shifted),
    sf.PartitionAttention: Partitioned,
    **dict.fromkeys((sf.WindowPartition, sf.WindowMerge, sf.WindowBias), OfWindows),
    **dict.fromkeys((sf.LogitScale, BiasOfPairs), OfWindows),
    **dict.fromkeys((SplitHeads, JoinHeads, HeadLinear), OfHeads),
    sf.MultiheadLatentAttention: Latent,
    sf.LinearAttention: Linearized,
    sf.KernelAttention: Kernel,
    sf.ELUPlusOne: lambda _: Positive(),
    sf.Normalize: Rows,
}
