"""Models of the zoo as modules of torch."""

from __future__ import annotations

import torch
import torch_modules
from torch import nn

from symflops.layers.combine import Container
from symflops.zoo.published import Model
from symflops.zoo.resnet import Block


class ResidualBlock(nn.Module):
    """What a residual block of the zoo does."""

    def __init__(self, block):
        super().__init__()
        body = []
        for conv in block.convolutions():
            made = torch_modules.module(conv)
            body += [made, nn.BatchNorm2d(made.out_channels).eval(), nn.ReLU()]
        self.body, self.relu = nn.Sequential(*body[:-1]), body[-1]
        self.downsample = nn.Identity()
        if block.stride != 1 or block.in_channels != block.out_channels:
            sizes = int(block.in_channels), int(block.out_channels)
            conv = nn.Conv2d(*sizes, 1, stride=int(block.stride), bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(sizes[1]).eval())

    def forward(self, x):
        return self.relu(self.body(x) + self.downsample(x))


def module(layer):
    if isinstance(layer, Model):
        return module(layer.body)
    if isinstance(layer, Block):
        return ResidualBlock(layer)
    if isinstance(layer, Container):
        return nn.Sequential(*(module(child) for _, child in layer.children))
    return torch_modules.module(layer)


def on(device, layer, shape):
    """Return the layer as a module, and an input for it, both on a device."""
    with torch.device(device):
        return module(layer).eval(), torch.zeros(shape)
