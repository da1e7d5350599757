"""MaxViT: convolution, attention inside windows, and attention over a grid, in every block.

>>> import symflops as sf
>>> cost = sf.cost(sf.zoo.maxvit_t(), assume=("224 | H", "224 | W"))
>>> cost.params, cost.at(H=224, W=224).macs
(30919624, 5558046720)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.floors import quotient
from symflops.layers.activation import GELU, SiLU, Tanh
from symflops.layers.base import Forward, Layer, Size, written
from symflops.layers.channel_attention import SqueezeExcitation
from symflops.layers.combine import Add, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.depth import Repeat
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d, LayerNorm
from symflops.layers.pool import AdaptiveAvgPool2d, AvgPool2d
from symflops.layers.shape import Flatten
from symflops.layers.window_attention import PartitionAttention
from symflops.zoo.blocks import ConvNormActivation
from symflops.zoo.published import register, sizes, torchvision

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = "Tu et al. 2022, MaxViT, section 3 and table 1"


class PreNormMBConv(Layer):
    """A norm, 1 × 1 to 4·C channels, depthwise 3 × 3, squeeze-and-excitation, 1 × 1 back; the input is added.

    Where the block halves the map or changes the channels, the input is pooled and projected before
    (Tu et al. 2022, section 3.3; torchvision).
    """

    in_channels: Size
    out_channels: Size
    stride: Size = 1

    def forward(self, x: Shape) -> Forward:
        """Project the input where its shape changes, and add the body to it."""
        y = x
        if self.stride != 1 or self.in_channels != self.out_channels:
            proj: tuple[Layer, ...] = (Conv2d(self.in_channels, self.out_channels, 1),)
            if self.stride != 1:
                proj = (AvgPool2d(3, self.stride, padding=1), *proj)
            y = yield "proj", Sequential(*proj), x
        wide, act = 4 * self.out_channels, GELU()
        body = Sequential(
            pre_norm=BatchNorm2d(self.in_channels),
            conv_a=ConvNormActivation(self.in_channels, wide, 1, activation=act),
            conv_b=ConvNormActivation(wide, wide, 3, self.stride, groups=wide, activation=act),
            squeeze_excitation=SqueezeExcitation(wide, quotient(self.out_channels, 4), SiLU()),
            conv_c=Conv2d(wide, self.out_channels, 1),
        )
        x = yield "layers", body, x
        return (yield "add", Add(), y, x)


class MaxViTLayer(Layer):
    """Convolution, attention inside windows, attention over a grid (Tu et al. 2022, figure 2)."""

    conv: PreNormMBConv
    head_dim: Size
    partition_size: Size

    def forward(self, x: Shape) -> Forward:
        """Apply the three, one after the other."""
        sizes = (self.conv.out_channels, self.head_dim, self.partition_size)
        x = yield "MBconv", self.conv, x
        x = yield "window_attention", PartitionAttention(*sizes, "window"), x
        return (yield "grid_attention", PartitionAttention(*sizes, "grid"), x)


def block(first: MaxViTLayer, depth: Any) -> Sequential:
    """Return a layer that halves the map, and ``depth`` - 1 more that keep it."""
    conv = replace(first.conv, in_channels=first.conv.out_channels, stride=1)
    others = () if depth == 1 else (Repeat(replace(first, conv=conv), depth - 1),)
    return Sequential(first, *others)


def _maxvit(
    num_classes: Any = 1000,
    stem_channels: Any = 64,
    block_channels: Any = (64, 128, 256, 512),
    block_layers: Any = (2, 2, 5, 2),
    head_dim: Any = 32,
    partition_size: Any = 7,
) -> Sequential:
    """MaxViT-T: two convolutions, blocks that each halve the map, and a head of two linear layers.

    ``block_channels`` and ``block_layers`` are the width and the layers of each block; every size may be a
    symbol. Windows of ``partition_size`` must fill the map of every block.
    """
    widths, depths = sizes("block_channels", block_channels), sizes("block_layers", block_layers)
    if len(widths) != len(depths):
        message = (
            f"block_layers needs {len(widths)} entries, one for each block, got {written(depths)}"
        )
        raise ArgumentError(message)
    before, blocks = stem_channels, []
    for width, depth in zip(widths, depths, strict=True):
        first = MaxViTLayer(PreNormMBConv(before, width, 2), head_dim, partition_size)
        blocks.append(block(first, depth))
        before = width
    stem = ConvNormActivation(3, stem_channels, 3, 2, activation=GELU())
    return Sequential(
        stem=Sequential(stem, Sequential(Conv2d(stem_channels, stem_channels, 3, padding=1))),
        blocks=Sequential(*blocks),
        classifier=Sequential(
            AdaptiveAvgPool2d(1),
            Flatten(),
            LayerNorm(before),
            Linear(before, before),
            Tanh(),
            Linear(before, num_classes, bias=False),
        ),
    )


maxvit_t = register("maxvit_t", _maxvit, PAPER, *torchvision(30_919_624, 5_558_046_720))
