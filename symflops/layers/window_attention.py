"""Attention inside windows of a map: Swin's, shifted, and the windows and grids of MaxViT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.facts import divides
from symflops.layers.activation import GELU, Softmax
from symflops.layers.arguments import along, scalars
from symflops.layers.base import Forward, Layer, Require, Size, option, positive
from symflops.layers.combine import Add
from symflops.layers.conv import channels_match
from symflops.layers.cosine import ContinuousBias, LogitScale, Normalize
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.scores import ScaleScores, Scores, Weighting
from symflops.layers.shape import Flatten, Permute, Split, Unflatten
from symflops.layers.windows import WindowBias, WindowMerge, WindowPartition, expected_size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class WindowAttention(Layer):
    """The engine: attention between the positions of windows (B·G, M², C), with biases of their offsets.

    Projections to queries, keys and values at once, scores, their scale, the bias (and mask), a softmax, the
    weighted values and a projection, each a row.
    """

    dim: Size
    num_heads: Size
    window_size: Size
    qkv_bias: bool = True
    proj_bias: bool = True
    shift_size: Size = 0
    windows: Size = 1
    cosine: bool = False

    def needs(self) -> Iterable[Require]:
        """Heads that divide the width."""
        yield from heads_divide(self)

    def forward(self, x: Shape) -> Forward:
        """Attend inside every window."""
        heads = self.num_heads
        qkv = yield "qkv", Linear(self.dim, 3 * self.dim, self.qkv_bias), x
        q, k, v = yield "split", Split(self.dim, -1), qkv
        if self.cosine:
            q = yield from self.normalized("q", q)
            k = yield from self.normalized("k", k)
        scores = yield "scores", Scores(heads), q, k
        scale = LogitScale(heads) if self.cosine else ScaleScores(self.dim / heads)
        scores = yield "scale", scale, scores
        bias = WindowBias(self.window_size, heads, self.shift_size, self.windows)
        if self.cosine:
            made = yield "position_bias", ContinuousBias(self.window_size, heads), scores
            scores = yield "bias", bias, scores, made
        else:
            scores = yield "bias", bias, scores
        weights = yield "softmax", Softmax(-1), scores
        y = yield "weighting", Weighting(), weights, v
        return (yield "proj", Linear(self.dim, self.dim, self.proj_bias), y)

    def normalized(self, name: str, x: Shape) -> Forward:
        """Give every head of queries or keys the length 1."""
        y = yield f"{name}_heads", Unflatten(-1, (self.num_heads, -1)), x
        y = yield f"{name}_norm", Normalize(), y
        return (yield f"{name}_flat", Flatten(2), y)


def heads_divide(layer: Any) -> Iterable[Require]:
    """Require heads, as many as divide the width."""
    yield from scalars(layer, "dim", "num_heads")
    yield Require(
        divides(layer.num_heads, layer.dim),
        lambda: (
            f"{type(layer).__name__}: num_heads = {layer.num_heads} must divide dim = {layer.dim}"
        ),
        fact=True,
    )


class ShiftedWindowAttention(Layer):
    """Attention inside M × M windows of (B, H, W, C), shifted or not: Swin's W-MSA and SW-MSA.

    The map is padded to ⌈H/M⌉·⌈W/M⌉ whole windows. On whole ones MACs are 4·H·W·C² + 2·M²·H·W·C, and params
    4·C² + 4·C + (2M - 1)²·h, the last for the biases of offsets. A score takes one division by √(C/h), one
    addition of its bias, and where the map is shifted one for the mask, in all windows. An axis that one window
    covers is not shifted: where that is a symbol's matter, min(⌈H/M⌉ + ⌈W/M⌉ - 2, 1) says whether any is.
    Dropout drops nothing at inference. ``window_size`` and ``shift_size`` are one number, or one an axis.

    >>> import symflops as sf
    >>> M, h, C, H, W = sf.dims("M h C H W")
    >>> attention = sf.ShiftedWindowAttention(C, M, 0, h)
    >>> cost = sf.cost(attention, (H, W, C), assume=("M | H", "M | W"))
    >>> cost.macs
    2*C*H*W*(2*C + M**2)
    >>> sf.cost(sf.ShiftedWindowAttention(96, 7, 3, 3), (56, 56, 96)).params
    37755

    Raises:
        ArgumentError: heads that do not divide dim, a window below 1, a shift below 0.
        ShapeError: other channels than dim.

    Source: Liu et al. 2021, Swin Transformer, sections 3.1 and 3.2, equations 2 and 4; torchvision.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    sample: ClassVar[str] = "H, W, C"
    cosine: ClassVar[bool] = False
    dim: Size
    window_size: Size
    shift_size: Size
    num_heads: Size
    qkv_bias: bool = True
    proj_bias: bool = True
    attention_dropout: Size = 0.0
    dropout: Size = 0.0

    def needs(self) -> Iterable[Require]:
        """Heads that divide the width, a window of at least 1, and a shift of at least 0."""
        yield from heads_divide(self)
        yield from WindowPartition(self.window_size, self.shift_size).needs()

    def forward(self, x: Shape) -> Forward:
        """Cut the map into windows, attend inside each of them, and put them together."""
        yield expected_size(self, "channels", x[3], self.dim)
        windows = self.window_size, self.shift_size
        y = yield "partition", WindowPartition(*windows), x
        counts = WindowPartition(*windows).counts(x[1:3])
        attention = WindowAttention(
            self.dim,
            self.num_heads,
            self.window_size,
            self.qkv_bias,
            self.proj_bias,
            self.shift_size,
            counts,
            self.cosine,
        )
        y = yield from attention.forward(y)
        return (yield "merge", WindowMerge(*windows, size=tuple(x[1:3])), y)


class ShiftedWindowAttentionV2(ShiftedWindowAttention):
    """Attention by cosines inside M × M windows of (B, H, W, C): that of Swin V2.

    Queries and keys have the length 1, scores a learned scale a head instead of 1/√d, and the biases are
    16·σ of what a network 2 → 512 → h makes of the (2M - 1)² offsets, once a pass. On whole windows MACs are
    4·H·W·C² + 2·M²·H·W·C + 512·(2M - 1)²·(h + 2); params 4·C² + 4·C + h + 512·h + 1536. The bias of the keys is
    kept at 0, a parameter and an addition like the others.

    >>> import symflops as sf
    >>> M, h, C, H, W = sf.dims("M h C H W")
    >>> cost = sf.cost(sf.ShiftedWindowAttentionV2(C, M, 0, h), (H, W, C), assume=("M | H", "M | W"))
    >>> cost.params
    4*C**2 + 4*C + 513*h + 1536
    >>> (cost.macs - 512 * (2 * M - 1) ** 2 * (h + 2)).factor()
    2*C*H*W*(2*C + M**2)

    Raises:
        ArgumentError: heads that do not divide dim, a window below 1, a shift below 0.
        ShapeError: other channels than dim.

    Source: Liu et al. 2022, Swin Transformer V2, section 3.3, equations 2 to 4; torchvision.
    """

    cosine: ClassVar[bool] = True


class PartitionAttention(Layer):
    """MaxViT's attention on (B, C, H, W): inside P × P windows, or over P × P positions spread over a grid.

    A block with normalisation first: attention with biases of offsets, then a network C → m·C → C, each added
    to its input. ``partition_type`` "window" takes neighbours together, "grid" positions that are H/P rows and
    W/P columns apart. MACs: 4·H·W·C² + 2·P²·H·W·C and 2·m·H·W·C². ``grid_size``, where given, is the (H, W) of
    the map; dropout drops nothing at inference.

    >>> import symflops as sf
    >>> C, d, P, H, W = sf.dims("C d P H W")
    >>> block = sf.PartitionAttention(C, d, P, "grid")
    >>> sf.cost(block, (C, H, W), assume=("P | H", "P | W")).macs
    2*C*H*W*(6*C + P**2)

    Raises:
        ArgumentError: a partition_type that is neither, or a head_dim that does not divide in_channels.
        ShapeError: other channels than in_channels, or a map that P × P windows do not fill.

    Source: Tu et al. 2022, MaxViT, sections 3.1 and 3.2; torchvision's PartitionAttentionLayer.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    in_channels: Size
    head_dim: Size
    partition_size: Size
    partition_type: str
    grid_size: Size = None
    mlp_ratio: Size = 4
    activation_layer: Layer = GELU()
    norm_layer: Layer | None = None
    attention_dropout: Size = 0.0
    mlp_dropout: Size = 0.0
    p_stochastic_dropout: Size = 0.0

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and heads that make up the channels."""
        option(self, "partition_type", ("window", "grid"))
        yield from scalars(self, "in_channels", "head_dim", "partition_size", "mlp_ratio")
        yield Require(
            divides(self.head_dim, self.in_channels),
            lambda: (
                f"PartitionAttention: head_dim = {self.head_dim} must divide in_channels = "
                f"{self.in_channels}"
            ),
            fact=True,
        )
        if self.grid_size is not None:
            _ = along(self, "grid_size")
            yield from positive(self, "grid_size")

    def fits(self, sizes: Iterable[Any]) -> Iterable[Require]:
        """Require whole windows, and the size of the map where it is given."""
        for name, size in zip(("height", "width"), sizes, strict=True):
            yield Require(
                divides(self.partition_size, size),
                lambda name=name, size=size: (  # type: ignore[misc]
                    f"PartitionAttention needs a {name} divisible by partition_size = "
                    f"{self.partition_size}, got {size}"
                ),
                fact=True,
            )
        if self.grid_size is not None:
            for size, expected in zip(sizes, along(self, "grid_size"), strict=True):
                yield expected_size(self, "positions an axis of the map", size, expected)

    def forward(self, x: Shape) -> Forward:
        """Cut the map, attend inside every part, widen every position, and put the map together."""
        width, part = self.in_channels, self.partition_size
        yield channels_match(self, x[1], width)
        yield from self.fits(x[2:])
        is_grid = self.partition_type == "grid"
        y = yield "last", Permute((0, 2, 3, 1)), x
        y = yield "partition", WindowPartition(part, grid=is_grid), y
        z = yield "attn_norm", self.norm_layer or LayerNorm(width), y
        z = yield "attn", WindowAttention(width, width / self.head_dim, part), z
        y = yield "attn_add", Add(), z, y
        z = yield "mlp_norm", LayerNorm(width), y
        z = yield "fc1", Linear(width, self.mlp_ratio * width), z
        z = yield "act", self.activation_layer, z
        z = yield "fc2", Linear(self.mlp_ratio * width, width), z
        y = yield "mlp_add", Add(), z, y
        y = yield "merge", WindowMerge(part, grid=is_grid, size=tuple(x[2:])), y
        return (yield "first", Permute((0, 3, 1, 2)), y)
