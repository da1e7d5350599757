"""PyTorch's own modules for layers, and the numbers of a run of the oracle put into them."""

from __future__ import annotations

import dataclasses
import inspect
import math
from fractions import Fraction

import torch
import torch_attention
import torch_attention_variants
import torch_scans
from torch import nn

import symflops as sf
from symflops.zoo.convnext import LayerScale


class Add(nn.Module):
    """The sum (or the product, or the concatenation) of what the branches return."""

    def __init__(self, branches, join):
        super().__init__()
        self.branches, self.join = nn.ModuleList(branches), join

    def forward(self, x):
        return self.join([branch(x) for branch in self.branches])


class Reduction(nn.Module):
    """The mean or the greatest entry along axes."""

    def __init__(self, layer):
        super().__init__()
        self.function = {sf.Mean: torch.mean, sf.Amax: torch.amax}[type(layer)]
        self.dim, self.keepdim = plain(layer.dim), layer.keepdim

    def forward(self, x):
        return self.function(x, dim=self.dim, keepdim=self.keepdim)


class Deformable(nn.Module):
    """Deformable convolution, its samples by ``grid_sample``."""

    def __init__(self, layer):
        super().__init__()
        given = fields(layer)
        self.shifts, self.modulated = given.pop("offset_groups"), given.pop("modulated")
        self.plain = nn.Conv2d(**given)
        self.taps = math.prod(self.plain.kernel_size)
        given |= {"out_channels": (2 + self.modulated) * self.taps * self.shifts}
        self.offset = nn.Conv2d(**given | {"groups": 1, "bias": True})
        self.unfold = nn.Unfold(self.plain.kernel_size, self.plain.dilation, 0, self.plain.stride)

    def modules(self):
        yield from (self, self.offset, self.plain)

    def forward(self, x):
        batch, channels, *sizes = x.shape
        moved = self.offset(x)
        *_, height, width = moved.shape
        moved = moved.reshape(batch, -1, self.taps * self.shifts, height, width)
        split = 2 * self.taps * self.shifts
        moved = moved.reshape(batch, -1, height, width)
        offsets = moved[:, :split].reshape(batch * self.shifts, self.taps, 2, height, width)
        offsets = offsets.permute(0, 1, 3, 4, 2)
        grid = self.places(x)[None] + offsets
        scale = torch.tensor(sizes, dtype=x.dtype)
        grid = ((2 * grid + 1) / scale - 1).flip(-1)  # to -1 … 1, the width first
        maps = x.reshape(batch * self.shifts, -1, *sizes)
        grid = grid.reshape(batch * self.shifts, self.taps * height, width, 2)
        samples = nn.functional.grid_sample(maps, grid, align_corners=False)
        samples = samples.reshape(batch, self.shifts, -1, self.taps, height, width)
        if self.modulated:
            mask = moved[:, split:].sigmoid()
            samples = samples * mask.reshape(batch, self.shifts, 1, self.taps, height, width)
        weight = self.plain.weight.reshape(self.plain.out_channels, -1, 1, 1)
        samples = samples.reshape(batch, channels * self.taps, height, width)
        return nn.functional.conv2d(samples, weight, self.plain.bias, groups=self.plain.groups)

    def places(self, x):
        """Where the taps stand before they are moved: by unfolding the map of all indices."""
        plain = self.plain
        reach = [d * (k - 1) for d, k in zip(plain.dilation, plain.kernel_size, strict=True)]
        pads = {"valid": (0, 0), "same": [r // 2 for r in reach]}.get(plain.padding, plain.padding)
        sizes = [n + 2 * p for n, p in zip(x.shape[2:], pads, strict=True)]
        axes = (torch.arange(n, dtype=x.dtype) - p for n, p in zip(sizes, pads, strict=True))
        laid_out = self.unfold(torch.stack(torch.meshgrid(*axes, indexing="ij"))[None])
        output = [(n - r - 1) // s + 1 for n, r, s in zip(sizes, reach, plain.stride, strict=True)]
        return laid_out.reshape(2, self.taps, *output).permute(1, 2, 3, 0)


class Dynamic(nn.Module):
    """Dynamic convolution: a kernel for every sample, blended by attention."""

    def __init__(self, layer):
        super().__init__()
        given = fields(layer)
        kernels, channels = given.pop("kernels"), given["in_channels"]
        squeezed = channels // given.pop("reduction")
        self.attention = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(channels, squeezed),
            nn.ReLU(),
            nn.Linear(squeezed, kernels),
            nn.Softmax(-1),
        )
        self.plain = nn.Conv2d(**given)
        shape = (kernels, *self.plain.weight.shape)
        self.plain.weight = nn.Parameter(torch.zeros(shape))
        if self.plain.bias is not None:
            self.plain.bias = nn.Parameter(torch.zeros(shape[:2]))

    def forward(self, x):
        outputs = []
        for one, weights in zip(x, self.attention(x), strict=True):
            blend = [
                None if p is None else torch.tensordot(weights, p, 1)
                for p in (self.plain.weight, self.plain.bias)
            ]
            given = (getattr(self.plain, name) for name in ("stride", "padding", "dilation"))
            outputs.append(
                nn.functional.conv2d(one[None], *blend, *given, groups=self.plain.groups)
            )
        return torch.cat(outputs)


class Scaled(nn.Module):
    """Every channel of a map times a number of its own."""

    def __init__(self, layer):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(plain(layer.num_features), 1, 1))

    def forward(self, x):
        return self.weight * x


class Looked(nn.Module):
    """An embedding; a number between -1 and 1 stands for one of the words."""

    def __init__(self, layer):
        super().__init__()
        self.table = nn.Embedding(**fields(layer))

    def forward(self, x):
        words = self.table.num_embeddings
        return self.table(((x + 1) / 2 * words).long().clamp(max=words - 1))


class Placed(nn.Module):
    """Vectors for positions: added (learned, or sines and cosines), or put in front."""

    def __init__(self, layer):
        super().__init__()
        self.width, self.kind = plain(layer.d_model), type(layer)
        self.start = plain(getattr(layer, "start", 0))
        rows = {sf.LearnedPositions: "n_ctx", sf.ClassToken: "n"}.get(self.kind)
        if rows:
            self.rows = nn.Parameter(torch.zeros(plain(getattr(layer, rows)), self.width))

    def forward(self, x):
        batch, positions, _ = x.shape
        if self.kind is sf.ClassToken:
            return torch.cat([self.rows.expand(batch, -1, -1), x], 1)
        if self.kind is sf.LearnedPositions:
            return x + self.rows[self.start : self.start + positions]
        places = torch.arange(positions, dtype=x.dtype)[:, None]
        even = torch.arange(0, self.width, 2, dtype=x.dtype)
        angles = places / 10000 ** (even / self.width)
        return x + torch.stack([angles.sin(), angles.cos()], -1).flatten(1)[:, : self.width]


class Patches(nn.Module):
    """A convolution whose windows lie side by side, then its positions as one axis."""

    def __init__(self, layer):
        super().__init__()
        side = plain(layer.patch_size)
        self.proj = nn.Conv2d(
            plain(layer.in_channels), plain(layer.embed_dim), side, side, bias=layer.bias
        )
        self.flat = layer.flatten

    def forward(self, x):
        y = self.proj(x)
        return y.flatten(2).transpose(1, 2) if self.flat else y


class FeedForward(nn.Module):
    """Two matrices and an activation, or three with a gate."""

    def __init__(self, layer):
        super().__init__()
        gated = getattr(layer, "gated", True)
        narrow = plain(layer.d_model)
        wide = plain(layer.d_ff) or 4 * narrow
        default = {sf.SwiGLU: "silu", sf.GeGLU: "gelu"}.get(type(layer))
        word = default or layer.activation
        self.first = nn.Linear(narrow, wide, layer.bias)
        self.gated = nn.Linear(narrow, wide, layer.bias) if gated else None
        self.last = nn.Linear(wide, narrow, layer.bias)
        self.act = ACTIVATIONS[word] if isinstance(word, str) else module(word)

    def forward(self, x):
        y = self.act(self.first(x))
        return self.last(y if self.gated is None else y * self.gated(x))


class Mixture(nn.Module):
    """Experts that tokens are sent to, those that came for each one after the other."""

    def __init__(self, layer):
        super().__init__()
        number, width = plain(layer.num_experts), plain(layer.d_model)
        self.layer = layer
        self.router = nn.Linear(width, number, layer.router_bias)
        self.experts = nn.ModuleList(module(layer.expert) for _ in range(number))
        self.shared = None if layer.shared is None else module(layer.shared)
        self.gate = nn.Linear(width, 1, bias=False) if layer.shared_gate else None

    def forward(self, x):
        tokens = x.flatten(0, -2)
        scores = self.router(tokens)
        scores = scores.sigmoid() if self.layer.scoring == "sigmoid" else scores.softmax(-1)
        weights, chosen = scores.topk(plain(self.layer.top_k))
        if self.layer.normalize:
            weights = weights / weights.sum(-1, keepdim=True)
        weights = weights * (plain(self.layer.scaling) or 1)
        y = sum(self.made_by(i, tokens, weights, chosen) for i in range(len(self.experts)))
        y = y.reshape(*x.shape[:-1], -1)
        if self.shared is None:
            return y
        z = self.shared(x)
        return y + (z if self.gate is None else z * self.gate(x).sigmoid())

    def made_by(self, index, tokens, weights, chosen):
        """What one expert adds to each token."""
        came = (chosen == index).nonzero()
        rows = tokens[came[:, 0]]
        if self.layer.capacity_factor is not None:
            slots = plain(self.layer.capacity_factor * chosen.numel() / len(self.experts))
            came, rows = came[:slots], rows[:slots]
            rows = torch.cat([rows, rows.new_zeros(slots - len(rows), rows.shape[-1])])
        made = self.experts[index](rows)[: len(came)]
        added = made.new_zeros(len(tokens), made.shape[-1])
        return added.index_add(0, came[:, 0], made * weights[came[:, 0], came[:, 1], None])


class Adapted(nn.Module):
    """A low-rank matrix beside a matrix, or a bottleneck with a skip."""

    def __init__(self, layer):
        super().__init__()
        self.base, self.scale = None, 1
        if isinstance(layer, sf.Adapter):
            narrow, wide = plain(layer.bottleneck), plain(layer.d_model)
            word = layer.activation
            act = Called(ACTIVATIONS[word]) if isinstance(word, str) else module(word)
            self.beside = nn.Sequential(nn.Linear(wide, narrow), act, nn.Linear(narrow, wide))
            return
        self.base, self.beside, rank = module(layer.linear), None, plain(layer.r)
        if not layer.merged:
            self.scale = 1 if layer.alpha is None else plain(layer.alpha) / rank
            self.beside = nn.Sequential(
                nn.Linear(self.base.in_features, rank, bias=False),
                nn.Linear(rank, self.base.out_features, bias=False),
            )

    def forward(self, x):
        y = x if self.base is None else self.base(x)
        return y if self.beside is None else y + self.scale * self.beside(x)


class Steps(nn.Module):
    """PyTorch's recurrent modules, in float64, where its counter sees what they do inside."""

    def __init__(self, layer):
        super().__init__()
        given = fields(layer)
        has_one = given.pop("bias_vectors") == 1
        self.is_cell, kind = isinstance(layer, CELLS), getattr(nn, type(layer).__name__)
        if given.get("num_layers") == 1:
            given["dropout"] = 0  # there is nothing between layers, and PyTorch says so
        if isinstance(layer, sf.LSTMCell) and given.pop("proj_size") != 0:
            kind, given["proj_size"] = nn.LSTM, plain(layer.proj_size)  # of one step
        self.built = kind(**given)
        if has_one:
            for name in [name for name, _ in self.built.named_parameters() if "bias_hh" in name]:
                second = torch.zeros_like(getattr(self.built, name))
                delattr(self.built, name)
                self.built.register_buffer(name, second)
        self.double().eval()

    def forward(self, *given):
        x, *state = (tensor.double() for tensor in given)
        if not self.is_cell:
            return self.built(x)[0]
        if isinstance(self.built, nn.LSTM):
            state = tuple(part[None] for part in state)
            _, made = self.built(x[None], state or None)
            return tuple(part[0] for part in made)
        if isinstance(self.built, nn.LSTMCell):
            return self.built(x, tuple(state) or None)
        return self.built(x, *state)


CELLS = (sf.RNNCell, sf.LSTMCell, sf.GRUCell)
ACTIVATIONS = {
    "relu": torch.relu,
    "gelu": nn.functional.gelu,
    "gelu_tanh": nn.GELU("tanh"),
    "silu": nn.functional.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


class Called(nn.Module):
    """A function of tensors."""

    def __init__(self, function):
        super().__init__()
        self.forward = function


def cut(layer):
    """torch.split with the layer's arguments; a single part comes alone."""

    def parts(x):
        several = x.split(plain(layer.split_size_or_sections), plain(layer.dim))
        return several if len(several) > 1 else several[0]

    return parts


def plain(value):
    """A field of a layer as a Python number, or a tuple of them."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if value is None or isinstance(value, str | bool):
        return value
    fraction = Fraction(str(value))
    return int(fraction) if fraction.denominator == 1 else float(fraction)


#: The fields that PyTorch's class has too, by the name of the class.
OURS_ALONE = {"count_padding", "form", "inplace", "return_indices"}


def fields(layer):
    names = [f.name for f in dataclasses.fields(layer) if f.name not in OURS_ALONE]
    values = {name: plain(getattr(layer, name)) for name in names}
    if isinstance(layer, sf.AvgPool1d | sf.AvgPool2d | sf.AvgPool3d | sf.MaxPool1d):
        values["stride"] = values["stride"] or values["kernel_size"]
    return values


#: Layers that compute by an algorithm of their own what PyTorch has under another name.
COMPUTED_BY = dict.fromkeys((sf.Im2colConv2d, sf.WinogradConv2d, sf.FFTConv2d), nn.Conv2d)
BUILT = {
    sf.DeformConv2d: Deformable,
    sf.DynamicConv2d: Dynamic,
    LayerScale: Scaled,
    sf.Embedding: Looked,
    sf.PatchEmbed: Patches,
    **dict.fromkeys((sf.LearnedPositions, sf.SinusoidalPositions, sf.ClassToken), Placed),
    **dict.fromkeys((sf.FeedForward, sf.SwiGLU, sf.GeGLU), FeedForward),
    **dict.fromkeys((*CELLS, sf.RNN, sf.LSTM, sf.GRU), Steps),
    sf.MixtureOfExperts: Mixture,
    **dict.fromkeys((sf.LoRA, sf.Adapter), Adapted),
    **torch_attention.BUILT,
    **torch_attention_variants.BUILT,
    **torch_scans.BUILT,
}


VIEWS = {
    sf.Permute: lambda layer: lambda x: x.permute(plain(layer.dims)),
    sf.Select: lambda layer: lambda x: x.select(plain(layer.dim), plain(layer.index)),
    sf.Split: cut,
}


def joined(layer):
    if isinstance(layer, sf.Concat):
        return lambda outputs: torch.cat(outputs, layer.dim)
    if isinstance(layer, sf.Add):
        return sum
    return lambda outputs: torch.stack(outputs).prod(0)


def module(layer):
    """Return PyTorch's module that computes what the layer does."""
    if isinstance(layer, sf.Sequential):
        return nn.Sequential(*map(module, layer.layers))
    if isinstance(layer, sf.Residual):
        shortcut = nn.Identity() if layer.shortcut is None else module(layer.shortcut)
        return Add([module(layer.body), shortcut], sum)
    if isinstance(layer, sf.Add | sf.Multiply | sf.Concat):
        return Add([module(child) for _, child in layer.children], joined(layer))
    if isinstance(layer, sf.Repeat):
        return nn.Sequential(*(module(layer.body) for _ in range(int(layer.n))))
    if isinstance(layer, sf.Mean | sf.Amax):
        return Reduction(layer)
    if type(layer) in VIEWS:
        return Called(VIEWS[type(layer)](layer))
    if type(layer) in BUILT:
        return BUILT[type(layer)](layer)
    if type(layer) in COMPUTED_BY:
        theirs = COMPUTED_BY[type(layer)]
        known = inspect.signature(theirs).parameters
        return theirs(**{name: value for name, value in fields(layer).items() if name in known})
    built = getattr(nn, type(layer).__name__)(**fields(layer))
    return built.train(getattr(layer, "form", "") == "training")


def tensor(array):
    """Return an array of the oracle as a tensor."""
    values = [number.value for number in array.entries]
    return torch.tensor(values, dtype=torch.float64).reshape(array.shape)


def filled(built, learned):
    """Put the learned arrays of a run into a module's weights and running statistics, in order."""
    built = built.double()
    slots = []
    for part in built.modules():
        slots += part.parameters(recurse=False)
        if not part.training:
            slots += [b for name, b in part.named_buffers(recurse=False) if "running" in name]
    with torch.no_grad():
        for slot, array in zip(slots, learned, strict=True):
            slot.copy_(tensor(array).reshape(slot.shape))
    return built
