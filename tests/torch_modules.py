"""PyTorch's own modules for layers, and the numbers of a run of the oracle put into them."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import torch
from torch import nn

import symflops as sf


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
COMPUTED_BY = {sf.Im2colConv2d: nn.Conv2d}


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
    if isinstance(layer, sf.Permute):
        return Called(lambda x: x.permute(plain(layer.dims)))
    if isinstance(layer, sf.Split):
        return Called(cut(layer))
    built = COMPUTED_BY.get(type(layer), getattr(nn, type(layer).__name__, None))(**fields(layer))
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
