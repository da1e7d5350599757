"""ConvNeXt (Liu et al. 2022, A ConvNet for the 2020s): residual networks with the choices of vision transformers.

>>> import symflops as sf
>>> w, L = sf.dims("w L")
>>> sf.cost(sf.zoo.convnext_tiny(width=w, depths=(3, 3, L, 3))).params
128*L*w**2 + 232*L*w + 1824*w**2 + 10009*w + 1000
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.layers.activation import GELU
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.combine import Add, Sequential
from symflops.layers.conv import Conv2d, channels_match
from symflops.layers.depth import Repeat
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Flatten, Permute
from symflops.primitives import elementwise
from symflops.trace import Shape, Weight
from symflops.zoo.published import register, sizes, torchvision

if TYPE_CHECKING:
    from collections.abc import Iterable

PAPER = "Liu, Mao, Wu, Feichtenhofer, Darrell and Xie 2022, A ConvNet for the 2020s, section 3 and table 9"
EPS = 1e-6
TO_LAST, TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)  # where the channels go


class LayerScale(Layer):
    """γ·x of (B, C, H, W) with one learned γ a channel: one product an element, params C.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> cost = sf.cost(LayerScale(C), (C, H, W))
    >>> cost.flops, cost.params
    (C*H*W, C)

    Raises:
        ShapeError: other channels than num_features.

    Source: Touvron et al. 2021, Going deeper with image transformers, section 2.
    """

    num_features: Size
    rank: ClassVar[int | None] = 4

    def needs(self) -> Iterable[Require]:
        """Features."""
        return positive(self, "num_features")

    def forward(self, x: Shape) -> Forward:
        """Scale every channel."""
        batch, channels, *positions = x
        yield channels_match(self, channels, self.num_features)
        weight = Weight("weight", self.num_features)
        yield "scale", elementwise("mul", (channels, *positions, batch), "norm", (weight,))
        return x


class LayerNorm2d(Layer):
    """Layer normalisation over the channels of every position of (B, C, H, W)."""

    num_features: Size
    eps: Size = EPS
    rank: ClassVar[int | None] = 4

    def forward(self, x: Shape) -> Forward:
        """Put the channels last, normalise them, and put them back."""
        y = yield "last", Permute(TO_LAST), x
        y = yield "norm", LayerNorm(self.num_features, self.eps), y
        return (yield "first", Permute(TO_FIRST), y)


class CNBlock(Layer):
    """Depthwise 7 × 7, normalisation, and two linear layers with 4·C between, scaled and added (figure 4)."""

    dim: Size

    def forward(self, x: Shape) -> Forward:
        """Apply the body, scale it, and add the input; no block is dropped at inference."""
        body = Sequential(
            Conv2d(self.dim, self.dim, 7, padding=3, groups=self.dim),
            Permute(TO_LAST),
            LayerNorm(self.dim, EPS),
            Linear(self.dim, 4 * self.dim),
            GELU(),
            Linear(4 * self.dim, self.dim),
            Permute(TO_FIRST),
        )
        y = yield "block", body, x
        y = yield "layer_scale", LayerScale(self.dim), y
        return (yield "add", Add(), y, x)


def convnext(depths: tuple[Any, ...], width: Any, num_classes: Any) -> Sequential:
    """Return the 4 × 4 stem, stages that double the width and halve the map, and one linear layer."""
    stem = Conv2d(3, width, 4, stride=4)
    layers: list[Layer] = [Sequential(stem, LayerNorm2d(width))]
    for i, depth in enumerate(sizes("depths", depths)):
        if i > 0:
            halve = Conv2d(width, 2 * width, 2, stride=2)
            layers.append(Sequential(LayerNorm2d(width), halve))
            width = 2 * width
        block = CNBlock(width)
        layers.append(
            Sequential(*[block] * int(depth)) if depth.is_Integer else Repeat(block, depth)
        )
    return Sequential(
        features=Sequential(*layers),
        avgpool=AdaptiveAvgPool2d(1),
        classifier=Sequential(LayerNorm2d(width), Flatten(1), Linear(width, num_classes)),
    )


def _builder(width: int, *depths: int) -> Any:
    def build(num_classes: Any = 1000, width: Any = width, depths: Any = depths) -> Sequential:
        """ConvNeXt: a 4 × 4 stem, stages of ``depths`` blocks, and one linear layer.

        ``width`` is that of the stem and the first stage, and doubles from stage to stage; the classes, the
        width and each depth may be symbols.
        """
        return convnext(depths, width, num_classes)

    return build


convnext_tiny = register(
    "convnext_tiny", _builder(96, 3, 3, 9, 3), PAPER, *torchvision(28_589_128, 4_455_531_264)
)
convnext_small = register(
    "convnext_small", _builder(96, 3, 3, 27, 3), PAPER, *torchvision(50_223_688, 8_683_712_256)
)
convnext_base = register(
    "convnext_base", _builder(128, 3, 3, 27, 3), PAPER, *torchvision(88_591_464, 15_354_729_472)
)
convnext_large = register(
    "convnext_large", _builder(192, 3, 3, 27, 3), PAPER, *torchvision(197_767_336, 34_361_433_600)
)
