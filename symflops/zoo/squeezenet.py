"""SqueezeNet (Iandola et al. 2016), as torchvision builds it: without bypasses, pooling that rounds up.

>>> import symflops as sf
>>> sf.cost(sf.zoo.squeezenet1_1(num_classes=sf.dim("K"))).params
513*K + 722496
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Concat, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.published import register, torchvision

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = "Iandola et al. 2016, SqueezeNet, table 1 and section 3.3"


class Fire(Layer):
    """1 × 1 to few channels (squeeze), then 1 × 1 and 3 × 3 side by side (expand; section 3.2)."""

    in_channels: Size
    squeeze: Size
    expand1x1: Size
    expand3x3: Size

    @property
    def out_channels(self) -> Any:
        """The channels of both expanding convolutions together."""
        return self.expand1x1 + self.expand3x3

    def forward(self, x: Shape) -> Forward:
        """Squeeze, expand in two ways, and lay both side by side."""
        x = yield "squeeze", Conv2d(self.in_channels, self.squeeze, 1), x
        x = yield "squeeze_activation", ReLU(inplace=True), x
        a = yield "expand1x1", Conv2d(self.squeeze, self.expand1x1, 1), x
        a = yield "expand1x1_activation", ReLU(inplace=True), a
        b = yield "expand3x3", Conv2d(self.squeeze, self.expand3x3, 3, padding=1), x
        b = yield "expand3x3_activation", ReLU(inplace=True), b
        return (yield "concat", Concat(), a, b)


#: Width of the squeeze and of each expansion of every fire module (table 1).
FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
#: Width and kernel of the stem, and the fire modules before which the map is halved.
STEMS = {"1_0": (96, 7, (0, 3, 7)), "1_1": (64, 3, (0, 2, 4))}


def squeezenet(version: str, num_classes: Any, dropout: Any) -> Sequential:
    """Return the stem, eight fire modules with pooling between them, and a convolution that classifies."""
    channels, kernel, pooled = STEMS[version]
    features: list[Layer] = [Conv2d(3, channels, kernel, stride=2), ReLU(inplace=True)]
    for i, (squeeze, expand) in enumerate(FIRES):
        if i in pooled:
            features.append(MaxPool2d(3, stride=2, ceil_mode=True))
        features.append(Fire(channels, squeeze, expand, expand))
        channels = 2 * expand
    return Sequential(
        features=Sequential(*features),
        classifier=Sequential(
            Dropout(dropout),
            Conv2d(channels, num_classes, 1),
            ReLU(inplace=True),
            AdaptiveAvgPool2d((1, 1)),
        ),
        flatten=Flatten(),
    )


def _builder(version: str) -> Any:
    def build(num_classes: Any = 1000, dropout: Any = 0.5) -> Sequential:
        """SqueezeNet: a convolution, eight fire modules, and a 1 × 1 convolution to the classes."""
        return squeezenet(version, num_classes, dropout)

    return build


squeezenet1_0 = register(
    "squeezenet1_0", _builder("1_0"), PAPER, *torchvision(1_248_424, 818_924_576)
)
squeezenet1_1 = register(
    "squeezenet1_1",
    _builder("1_1"),
    "Iandola et al. 2016, SqueezeNet (version 1.1, in the authors' repository)",
    *torchvision(1_235_496, 349_151_936),
)
