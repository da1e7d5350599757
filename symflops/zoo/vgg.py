"""VGG (Simonyan and Zisserman 2015), as torchvision builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.activation import ReLU
from symflops.layers.combine import Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.published import register, torchvision

if TYPE_CHECKING:
    from symflops.layers.base import Layer

PAPER = "Simonyan and Zisserman 2015, Very deep convolutional networks, table 1"
WIDTHS = (1, 2, 4, 8, 8)  # of the five stages, in units of the width
#: Convolutions in each stage: columns A, B, D and E of table 1.
DEPTHS = {
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}


def vgg(depths: tuple[int, ...], *, norm: bool, num_classes: Any, width: Any) -> Sequential:
    """Five stages of 3 × 3 convolutions, each with a pooling that halves, then three linear layers."""
    features: list[Layer] = []
    channels: Any = 3
    for depth, factor in zip(depths, WIDTHS, strict=True):
        for _ in range(depth):
            features.append(Conv2d(channels, factor * width, 3, padding=1))
            features.extend([BatchNorm2d(factor * width)] if norm else [])
            features.append(ReLU(inplace=True))
            channels = factor * width
        features.append(MaxPool2d(2, stride=2))
    hidden = 64 * width
    return Sequential(
        features=Sequential(*features),
        avgpool=AdaptiveAvgPool2d((7, 7)),
        flatten=Flatten(),
        classifier=Sequential(
            Linear(channels * 7 * 7, hidden),
            ReLU(inplace=True),
            Dropout(),
            Linear(hidden, hidden),
            ReLU(inplace=True),
            Dropout(),
            Linear(hidden, num_classes),
        ),
    )


def _builder(depths: tuple[int, ...], *, norm: bool) -> Any:
    def build(num_classes: Any = 1000, width: Any = 64) -> Sequential:
        """VGG: 3 × 3 convolutions in five stages of width, 2, 4, 8 and 8 times width."""
        return vgg(depths, norm=norm, num_classes=num_classes, width=width)

    return build


vgg11 = register("vgg11", _builder(DEPTHS["vgg11"], norm=False), PAPER, *torchvision(132_863_336))
vgg13 = register("vgg13", _builder(DEPTHS["vgg13"], norm=False), PAPER)
vgg16 = register(
    "vgg16", _builder(DEPTHS["vgg16"], norm=False), PAPER, *torchvision(138_357_544, 15_470_264_320)
)
vgg19 = register("vgg19", _builder(DEPTHS["vgg19"], norm=False), PAPER)
vgg11_bn = register("vgg11_bn", _builder(DEPTHS["vgg11"], norm=True), PAPER)
vgg13_bn = register("vgg13_bn", _builder(DEPTHS["vgg13"], norm=True), PAPER)
vgg16_bn = register(
    "vgg16_bn", _builder(DEPTHS["vgg16"], norm=True), PAPER, *torchvision(138_365_992)
)
vgg19_bn = register("vgg19_bn", _builder(DEPTHS["vgg19"], norm=True), PAPER)
