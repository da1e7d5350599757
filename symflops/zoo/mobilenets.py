"""MobileNet V1 (Howard et al. 2017) and V2 (Sandler et al. 2018): depthwise convolutions between 1 × 1 ones.

>>> import symflops as sf
>>> alpha, rho = sf.dims("alpha rho", integer=False)
>>> mobilenet = sf.zoo.mobilenet_v1(width_mult=alpha)
>>> sf.cost(mobilenet, (3, 224 * rho, 224 * rho), assume="32 | 224*rho").macs
alpha*(539492352*alpha*rho**2 + 28224000*rho**2 + 1024000)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.activation import ReLU6
from symflops.layers.combine import Sequential
from symflops.layers.linear import Linear
from symflops.layers.mobile import InvertedResidual
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.blocks import ConvNormActivation
from symflops.zoo.multiples import Scaled, grown, multiples, multiplier, rounded
from symflops.zoo.published import Published, register, torchvision

if TYPE_CHECKING:
    from symflops.layers.base import Layer

#: Width and stride of the separable convolutions of V1: table 1. It prints stride 2 for the last one, but
#: its map stays 7 × 7, which is stride 1.
SEPARABLE = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)
#: Expansion, width, blocks and stride of the stages of V2: table 2.
BOTTLENECKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
WIDTHS = tuple(width for _, width, _, _ in BOTTLENECKS)
STEM, LAST = 32, 1280
RELU6 = ReLU6(inplace=True)


def _v1(num_classes: Any = 1000, width_mult: Any = 1) -> Sequential:
    """MobileNet: a 3 × 3 convolution, thirteen depthwise-separable ones, and one linear layer.

    ``width_mult`` is α, a number or a rational symbol; every width is α times its own and must come out
    whole. The resolution multiplier ρ is that of the input: ``(3, 224*rho, 224*rho)``.
    """
    alpha = multiplier("width_mult", width_mult)
    channels = STEM * alpha
    layers = [ConvNormActivation(3, channels, stride=2)]
    for width, stride in SEPARABLE:
        layers.append(
            Sequential(
                depthwise=ConvNormActivation(channels, channels, stride=stride, groups=channels),
                pointwise=ConvNormActivation(channels, width * alpha, 1),
            )
        )
        channels = width * alpha
    return Sequential(
        features=Sequential(*layers),
        avgpool=AdaptiveAvgPool2d(1),
        flatten=Flatten(),
        classifier=Linear(channels, num_classes),
    )


def _v2(num_classes: Any = 1000, width_mult: Any = 1, round_nearest: Any = 8) -> Sequential:
    """MobileNet V2: a 3 × 3 convolution, seventeen inverted residuals, a 1 × 1 one, and one linear layer.

    ``width_mult`` is α. As a number it gives widths rounded to multiples of ``round_nearest``; the 1280
    channels before the classifier are scaled only if it is above 1. As a symbol it rounds nothing: that the
    widths are such multiples, and α at most 1, are conditions.
    """
    alpha = multiplier("width_mult", width_mult)
    stem, *widths = (rounded(c * alpha, round_nearest) for c in (STEM, *WIDTHS))
    most, at_most_one = grown(alpha)
    last = rounded(LAST * most, round_nearest)
    layers: list[Layer] = [ConvNormActivation(3, stem, stride=2, activation=RELU6)]
    channels = stem
    for (expansion, _, blocks, stride), width in zip(BOTTLENECKS, widths, strict=True):
        for i in range(blocks):
            step = stride if i == 0 else 1
            layers.append(InvertedResidual(channels, width, step, expansion))
            channels = width
    layers.append(ConvNormActivation(channels, last, 1, activation=RELU6))
    return Scaled(
        (*multiples((stem, *widths), round_nearest), *at_most_one),
        features=Sequential(*layers),
        avgpool=AdaptiveAvgPool2d((1, 1)),
        flatten=Flatten(),
        classifier=Sequential(Dropout(0.2), Linear(last, num_classes)),
    )


mobilenet_v1 = register(
    "mobilenet_v1",
    _v1,
    "Howard et al. 2017, MobileNets: efficient convolutional neural networks for mobile vision "
    "applications, table 1",
    Published(
        "params", 4_231_976, "osmr/imgclsmob, gluon/README.md, MobileNet x1.0", (3, 224, 224)
    ),
    Published(
        "macs",
        568_740_352,
        "BelfortXP/Lecture-14-classnote, roofline model of MobileNet",
        (3, 224, 224),
    ),
)
mobilenet_v2 = register(
    "mobilenet_v2",
    _v2,
    "Sandler, Howard, Zhu, Zhmoginov and Chen 2018, MobileNetV2: inverted residuals and linear "
    "bottlenecks, table 2",
    *torchvision(3_504_872, 300_774_272),
)
