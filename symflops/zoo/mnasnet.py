"""MnasNet-B1 (Tan et al. 2019): inverted residuals of several kernels and expansions, found by search.

>>> import symflops as sf
>>> alpha = sf.dim("alpha", integer=False)
>>> sf.cost(sf.zoo.mnasnet1_0(width_mult=alpha)).params
2493440*alpha**2 + 606312*alpha + 1283560
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.layers.activation import ReLU
from symflops.layers.centred import centred
from symflops.layers.combine import Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.blocks import Inverted
from symflops.zoo.multiples import Scaled, multiples, multiplier, rounded
from symflops.zoo.published import register, torchvision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.layers.base import Layer

PAPER = (
    "Tan, Chen, Pang, Vasudevan, Sandler, Howard and Le 2019, MnasNet: platform-aware neural "
    "architecture search for mobile (B1, the network without squeeze-and-excitation)"
)
#: Width, kernel, stride, expansion and blocks of the stages.
STAGES = (
    (24, 3, 2, 3, 3),
    (40, 5, 2, 3, 3),
    (80, 5, 2, 6, 3),
    (96, 3, 1, 6, 2),
    (192, 5, 2, 6, 4),
    (320, 3, 1, 6, 1),
)
STEM, SEPARABLE, LAST = 32, 16, 1280


class MnasBlock(Inverted):
    """1 × 1 to t times the channels, depthwise k × k, both with ReLU, and 1 × 1 back."""

    inside: ClassVar[str] = "layers"

    def body(self) -> Iterable[Layer]:
        """Return what widens, the depthwise convolution, and what narrows, layer by layer."""
        wide, k = self.expanded_channels, self.kernel_size
        yield from (Conv2d(self.in_channels, wide, 1, bias=False), BatchNorm2d(wide))
        yield ReLU(inplace=True)
        yield Conv2d(wide, wide, k, self.stride, padding=centred(k), groups=wide, bias=False)
        yield from (BatchNorm2d(wide), ReLU(inplace=True))
        yield from (Conv2d(wide, self.out_channels, 1, bias=False), BatchNorm2d(self.out_channels))


def _builder(usual: float) -> Any:
    def build(num_classes: Any = 1000, width_mult: Any = usual) -> Sequential:
        """MnasNet-B1: a 3 × 3 convolution, a separable one, six stages, a 1 × 1 one, and one linear layer.

        ``width_mult`` is α (torchvision's ``alpha``). As a number it gives widths rounded to multiples of 8;
        as a symbol it rounds nothing, and that the widths are such multiples is a condition. The 1280
        channels before the classifier stay.
        """
        alpha = multiplier("width_mult", width_mult)
        scaled = [rounded(c * alpha) for c in (STEM, SEPARABLE, *(s[0] for s in STAGES))]
        stem, channels, *widths = scaled
        layers: list[Layer] = [
            Conv2d(3, stem, 3, stride=2, padding=1, bias=False),
            BatchNorm2d(stem),
            ReLU(inplace=True),
            Conv2d(stem, stem, 3, padding=1, groups=stem, bias=False),
            BatchNorm2d(stem),
            ReLU(inplace=True),
            Conv2d(stem, channels, 1, bias=False),
            BatchNorm2d(channels),
        ]
        for (_, kernel, stride, expansion, depth), width in zip(STAGES, widths, strict=True):
            first = MnasBlock(channels, expansion * channels, width, kernel, stride)
            later = MnasBlock(width, expansion * width, width, kernel)
            layers.append(Sequential(first, *[later] * (depth - 1)))
            channels = width
        layers += [Conv2d(channels, LAST, 1, bias=False), BatchNorm2d(LAST), ReLU(inplace=True)]
        return Scaled(
            multiples(scaled),
            layers=Sequential(*layers),
            avgpool=AdaptiveAvgPool2d(1),
            flatten=Flatten(),
            classifier=Sequential(Dropout(0.2, inplace=True), Linear(LAST, num_classes)),
        )

    return build


mnasnet0_5 = register("mnasnet0_5", _builder(0.5), PAPER, *torchvision(2_218_512, 104_455_968))
mnasnet0_75 = register("mnasnet0_75", _builder(0.75), PAPER, *torchvision(3_170_208, 215_493_104))
mnasnet1_0 = register("mnasnet1_0", _builder(1), PAPER, *torchvision(4_383_312, 314_415_872))
mnasnet1_3 = register("mnasnet1_3", _builder(1.3), PAPER, *torchvision(6_282_256, 526_362_432))
