"""Attention over channels: weights of the channels, found from the whole map, that scale the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.layers.activation import ReLU, Sigmoid
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.combine import Multiply
from symflops.layers.conv import Conv2d
from symflops.layers.pool import AdaptiveAvgPool2d

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class SqueezeExcitation(Layer):
    """x · σ(W₂ δ(W₁ mean(x))): each channel of (B, C, H, W) scaled by a weight found from all of them.

    Mean of every map, a 1 × 1 convolution to c channels, δ, one back to C, σ, and one product an element.
    Params: 2·C·c + C + c; without the biases 2·C²/r at c = C/r, as the paper states it. MACs: 2·C·c.

    >>> import symflops as sf
    >>> C, c, H, W = sf.dims("C c H W")
    >>> cost = sf.cost(sf.SqueezeExcitation(C, c), (C, H, W))
    >>> cost.params, cost.macs
    (2*C*c + C + c, 2*C*c)

    Raises:
        ArgumentError: channels below 1, an activation that is no layer (write ReLU(), not ReLU).
        ShapeError: other channels than input_channels.

    Source: Hu et al. 2018, section 3, equation 5 for the parameters; torchvision.ops.
    """

    rank: ClassVar[int | None] = 4
    input_channels: Size
    squeeze_channels: Size
    activation: Layer = ReLU()
    scale_activation: Layer = Sigmoid()

    def needs(self) -> Iterable[Require]:
        """Channels of at least 1."""
        return positive(self, "input_channels", "squeeze_channels")

    def forward(self, x: Shape) -> Forward:
        """Squeeze the map to one number a channel, excite, and scale the map."""
        s = yield "avgpool", AdaptiveAvgPool2d(1), x
        s = yield "fc1", Conv2d(self.input_channels, self.squeeze_channels, 1), s
        s = yield "activation", self.activation, s
        s = yield "fc2", Conv2d(self.squeeze_channels, self.input_channels, 1), s
        s = yield "scale_activation", self.scale_activation, s
        return (yield "scale", Multiply(), s, x)
