"""Swin transformers: attention inside windows, shifted in every other block, on maps that halve.

>>> import symflops as sf
>>> C, L, H, W = sf.dims("C L H W")
>>> model = sf.zoo.swin_t(embed_dim=C, depths=(2, 2, 2 * L, 2), num_heads=(C / 32, C / 16, C / 8, C / 4))
>>> cost = sf.cost(model, assume=("32 | C", "224 | H", "224 | W"))
>>> cost["features.5"].macs.factor()               # 2·L blocks of 12·hw·c² + 2·M²·hw·c, c = 4·C, hw = HW/16²
C*H*L*W*(24*C + 49)/16
>>> sf.cost(sf.zoo.swin_t()).at(H=224, W=224).macs
4490566656
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import sympy

from symflops.errors import ArgumentError
from symflops.exprs import ZERO
from symflops.fields import SAME, gathered
from symflops.floors import ceiling_quotient
from symflops.layers.base import Forward, Layer, Size, written
from symflops.layers.combine import Add, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.depth import Repeat
from symflops.layers.feedforward import FeedForward
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Flatten, Permute
from symflops.layers.window_attention import ShiftedWindowAttention, ShiftedWindowAttentionV2
from symflops.primitives import move
from symflops.zoo.published import register, sized, sizes, torchvision
from symflops.zoo.sublayers import sublayer

if TYPE_CHECKING:
    from symflops.fields import Axes
    from symflops.trace import Shape

SWIN = "Liu et al. 2021, Swin Transformer, section 3 and table 7"
SWIN_V2 = "Liu et al. 2022, Swin Transformer V2, section 3"
TWO = sympy.Integer(2)


class SwinBlock(Layer):
    """Attention in windows of (B, H, W, C) and a feed-forward network, a norm before each (figure 3b)."""

    dim: Size
    num_heads: Size
    window_size: Size
    shift_size: Size
    mlp_ratio: Size = 4

    def forward(self, x: Shape) -> Forward:
        """Attend in windows, then widen every position; no block is dropped at inference."""
        norm, network = LayerNorm(self.dim), FeedForward(self.dim, self.mlp_ratio * self.dim)
        attention = ShiftedWindowAttention(
            self.dim, self.window_size, self.shift_size, self.num_heads
        )
        x = yield from sublayer(x, ("norm1", norm), ("attn", attention))
        return (yield from sublayer(x, ("norm2", norm), ("mlp", network)))


class SwinBlockV2(SwinBlock):
    """Attention by cosines in windows of (B, H, W, C) and a feed-forward network, a norm behind each."""

    def forward(self, x: Shape) -> Forward:
        """Attend in windows, then widen every position; no block is dropped at inference."""
        norm, network = LayerNorm(self.dim), FeedForward(self.dim, self.mlp_ratio * self.dim)
        attention = ShiftedWindowAttentionV2(
            self.dim, self.window_size, self.shift_size, self.num_heads
        )
        y = yield "attn", attention, x
        y = yield "norm1", norm, y
        x = yield "attn_add", Add(), x, y
        y = yield "mlp", network, x
        y = yield "norm2", norm, y
        return (yield "mlp_add", Add(), x, y)


class Neighbours(Layer):
    """2 × 2 neighbours of (B, H, W, C) as the entries of one position: (B, ⌈H/2⌉, ⌈W/2⌉, 4·C); moves alone.

    A map of odd height or width gets zeros behind its last row or column.

    >>> import symflops as sf
    >>> H, W, C = sf.dims("H W C")
    >>> sf.cost(Neighbours(), (2 * H, 7, C)).output
    (H, 4, 4*C)
    """

    rank: ClassVar[int | None] = 4
    sample: ClassVar[str] = "H, W, C"

    def sees(self, *_: Shape) -> Axes:
        """Return the two rows and columns that became one."""
        both = gathered(TWO)
        return ((0, SAME), (1, both), (2, both), None)

    def forward(self, x: Shape) -> Forward:
        """Take every other row and column, four ways."""
        batch, *sizes, channels = x
        yield "concat", move()
        return (batch, *(ceiling_quotient(size, TWO) for size in sizes), 4 * channels)


class PatchMerging(Layer):
    """(B, H, W, C) to (B, ⌈H/2⌉, ⌈W/2⌉, 2·C): 2 × 2 neighbours times one matrix (Liu et al. 2021, section 3.1).

    The norm stands before the matrix, in version 2 behind it.
    """

    dim: Size
    norm_first: bool = True

    def forward(self, x: Shape) -> Forward:
        """Put neighbours together, normalise and reduce them."""
        y = yield "neighbours", Neighbours(), x
        reduction = Linear(4 * self.dim, 2 * self.dim, bias=False)
        if self.norm_first:
            y = yield "norm", LayerNorm(4 * self.dim), y
            return (yield "reduction", reduction, y)
        y = yield "reduction", reduction, y
        return (yield "norm", LayerNorm(2 * self.dim), y)


def stage(block: SwinBlock, depth: Any) -> Layer:
    """Return as many blocks, every other of which is shifted by half a window.

    They are a repetition of pairs; where the depth is odd, one more stands behind them.
    """
    plain = replace(block, shift_size=ZERO)
    shifted = replace(block, shift_size=sympy.floor(block.window_size / 2))
    if depth.is_Integer and depth % 2:
        pairs = (Repeat(Sequential(plain, shifted), (depth - 1) / 2),) if depth > 1 else ()
        return Sequential(*pairs, plain)
    return Repeat(Sequential(plain, shifted), depth / 2)


def _swin(
    num_classes: Any = 1000,
    patch_size: Any = 4,
    embed_dim: Any = 96,
    depths: Any = (2, 2, 6, 2),
    num_heads: Any = (3, 6, 12, 24),
    window_size: Any = 7,
    mlp_ratio: Any = 4,
) -> Sequential:
    """Patches, stages of blocks that attend inside windows, between them half the map and twice the width.

    ``depths`` are the blocks of each stage, ``num_heads`` the heads; every size may be a symbol. Every other
    block shifts its windows by half of one, ⌊M/2⌋. Maps are padded to whole windows: for other sizes than
    multiples of patch · 2³ · window, ceilings stay.
    """
    return swin(
        SwinBlock, num_classes, patch_size, embed_dim, depths, num_heads, window_size, mlp_ratio
    )


def _swin_v2(
    num_classes: Any = 1000,
    patch_size: Any = 4,
    embed_dim: Any = 96,
    depths: Any = (2, 2, 6, 2),
    num_heads: Any = (3, 6, 12, 24),
    window_size: Any = 8,
    mlp_ratio: Any = 4,
) -> Sequential:
    """Swin with attention by cosines, biases that a network makes of offsets, and a norm behind each part.

    Arguments as those of the first version.
    """
    return swin(
        SwinBlockV2, num_classes, patch_size, embed_dim, depths, num_heads, window_size, mlp_ratio
    )


def swin(
    kind: type[SwinBlock],
    num_classes: Any,
    patch_size: Any,
    width: Any,
    depths: Any,
    num_heads: Any,
    window_size: Any,
    mlp_ratio: Any,
) -> Sequential:
    """Return the network of blocks of a kind.

    Raises:
        ArgumentError: depths or heads that are no sizes, or not as many of one as of the other.
    """
    depths, heads = sizes("depths", depths), sizes("num_heads", num_heads)
    if len(depths) != len(heads):
        message = f"num_heads needs {len(depths)} entries, one for each stage, got {written(heads)}"
        raise ArgumentError(message)
    patches = Conv2d(3, width, patch_size, stride=patch_size)
    layers: list[Layer] = [Sequential(patches, Permute((0, 2, 3, 1)), LayerNorm(width))]
    for i, (depth, number) in enumerate(zip(depths, heads, strict=True)):
        if i > 0:
            layers.append(PatchMerging(width, norm_first=kind is SwinBlock))
            width = 2 * width
        layers.append(stage(kind(width, number, window_size, ZERO, mlp_ratio), depth))
    return Sequential(
        features=Sequential(*layers),
        norm=LayerNorm(width),
        permute=Permute((0, 3, 1, 2)),
        avgpool=AdaptiveAvgPool2d(1),
        flatten=Flatten(1),
        head=Linear(width, num_classes),
    )


TINY = {"depths": (2, 2, 6, 2), "embed_dim": 96, "num_heads": (3, 6, 12, 24)}
SMALL = {"depths": (2, 2, 18, 2), "embed_dim": 96, "num_heads": (3, 6, 12, 24)}
BASE = {"depths": (2, 2, 18, 2), "embed_dim": 128, "num_heads": (4, 8, 16, 32)}


def _member(letter: str, sizes: Any, params: int, macs: int, *, second: bool = False) -> Any:
    """Return a member of the family, or of its second version."""
    doc = (
        f"Swin{' V2' * second}-{letter.upper()}: {written(sizes['depths'])} blocks, the first of width "
        f"{sizes['embed_dim']}."
    )
    build = sized(_swin_v2 if second else _swin, doc, **sizes)
    numbers = torchvision(params, macs, 256 if second else 224)
    name = f"swin_{'v2_' * second}{letter}"
    return register(name, build, SWIN_V2 if second else SWIN, *numbers)


swin_t = _member("t", TINY, 28_288_354, 4_490_566_656)
swin_s = _member("s", SMALL, 49_606_258, 8_740_875_264)
swin_b = _member("b", BASE, 87_768_224, 15_430_946_816)
swin_v2_t = _member("t", TINY, 28_351_570, 5_939_690_496, second=True)
swin_v2_s = _member("s", SMALL, 49_737_442, 11_545_857_024, second=True)
swin_v2_b = _member("b", BASE, 87_930_848, 20_325_134_336, second=True)
