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


def vgg(
    depths: tuple[int, ...], *, norm: bool, num_classes: Any, width: Any, dropout: Any
) -> Sequential:
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
            Dropout(dropout),
            Linear(hidden, hidden),
            ReLU(inplace=True),
            Dropout(dropout),
            Linear(hidden, num_classes),
        ),
    )


def _builder(depths: tuple[int, ...], *, norm: bool) -> Any:
    def build(num_classes: Any = 1000, width: Any = 64, dropout: Any = 0.5) -> Sequential:
        """VGG: 3 × 3 convolutions in five stages of width, 2, 4, 8 and 8 times width."""
        return vgg(depths, norm=norm, num_classes=num_classes, width=width, dropout=dropout)

    return build


PUBLISHED = {
    "vgg11": torchvision(132_863_336, 7_609_090_048),
    "vgg13": torchvision(133_047_848, 11_308_466_176),
    "vgg16": torchvision(138_357_544, 15_470_264_320),
    "vgg19": torchvision(143_667_240, 19_632_062_464),
    "vgg11_bn": torchvision(132_868_840, 7_609_090_048),
    "vgg13_bn": torchvision(133_053_736, 11_308_466_176),
    "vgg16_bn": torchvision(138_365_992, 15_470_264_320),
    "vgg19_bn": torchvision(143_678_248, 19_632_062_464),
}


def _vgg(name: str) -> Any:
    depths, norm = DEPTHS[name.removesuffix("_bn")], name.endswith("_bn")
    return register(name, _builder(depths, norm=norm), PAPER, *PUBLISHED[name])


vgg11, vgg11_bn = _vgg("vgg11"), _vgg("vgg11_bn")
vgg13, vgg13_bn = _vgg("vgg13"), _vgg("vgg13_bn")
vgg16, vgg16_bn = _vgg("vgg16"), _vgg("vgg16_bn")
vgg19, vgg19_bn = _vgg("vgg19"), _vgg("vgg19_bn")
