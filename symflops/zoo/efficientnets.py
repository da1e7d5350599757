"""EfficientNet (Tan and Le 2019), scaled in width, depth and resolution, and V2 (Tan and Le 2021).

>>> import symflops as sf
>>> w = sf.dim("w", integer=False)
>>> cost = sf.cost(sf.zoo.efficientnet_b0(width_mult=w))
>>> cost.params, [str(condition) for condition in cost.conditions]
(3773312*w**2 + 1514236*w + 1000, ['8 | 16*w', '8 | 24*w', '8 | 40*w'])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symflops.errors import ArgumentError
from symflops.floors import quotient
from symflops.layers.activation import SiLU
from symflops.layers.channel_attention import SqueezeExcitation
from symflops.layers.combine import Sequential
from symflops.layers.linear import Linear
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.symbols import exact
from symflops.zoo.blocks import ConvNormActivation, Inverted, MBConv
from symflops.zoo.multiples import Scaled, multiples, multiplier, rounded
from symflops.zoo.published import register, torchvision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.layers.base import Layer

V1 = (
    "Tan and Le 2019, EfficientNet: rethinking model scaling for convolutional neural networks, "
    "table 1 and equation 3"
)
V2 = "Tan and Le 2021, EfficientNetV2: smaller models and faster training, table 4"
SILU = SiLU(inplace=True)


class Stage(NamedTuple):
    """A row of the tables: expansion, kernel, stride, width behind it, blocks, and which block."""

    expansion: int
    kernel: int
    stride: int
    width: Any
    depth: Any
    fused: bool = False


#: EfficientNet-B0 (Tan and Le 2019, table 1).
B0 = (
    Stage(1, 3, 1, 16, 1),
    Stage(6, 3, 2, 24, 2),
    Stage(6, 5, 2, 40, 2),
    Stage(6, 3, 2, 80, 3),
    Stage(6, 5, 1, 112, 3),
    Stage(6, 5, 2, 192, 4),
    Stage(6, 3, 1, 320, 1),
)
STEM, LAST = 32, 1280
#: EfficientNetV2-S (Tan and Le 2021, table 4); M and L are the released ones, which the paper scales from S.
S = (
    Stage(1, 3, 1, 24, 2, fused=True),
    Stage(4, 3, 2, 48, 4, fused=True),
    Stage(4, 3, 2, 64, 4, fused=True),
    Stage(4, 3, 2, 128, 6),
    Stage(6, 3, 1, 160, 9),
    Stage(6, 3, 2, 256, 15),
)
M = (
    Stage(1, 3, 1, 24, 3, fused=True),
    Stage(4, 3, 2, 48, 5, fused=True),
    Stage(4, 3, 2, 80, 5, fused=True),
    Stage(4, 3, 2, 160, 7),
    Stage(6, 3, 1, 176, 14),
    Stage(6, 3, 2, 304, 18),
    Stage(6, 3, 1, 512, 5),
)
L = (
    Stage(1, 3, 1, 32, 4, fused=True),
    Stage(4, 3, 2, 64, 7, fused=True),
    Stage(4, 3, 2, 96, 7, fused=True),
    Stage(4, 3, 2, 192, 10),
    Stage(6, 3, 1, 224, 19),
    Stage(6, 3, 2, 384, 25),
    Stage(6, 3, 1, 640, 7),
)


class FusedMBConv(Inverted):
    """k × k to more channels and 1 × 1 back; without an expansion one k × k (Tan and Le 2021, figure 2)."""

    def body(self) -> Iterable[Layer]:
        """Return what widens and what narrows, or the one convolution."""
        wide, k = self.expanded_channels, self.kernel_size
        yield ConvNormActivation(self.in_channels, wide, k, self.stride, activation=SILU)
        if wide != self.in_channels:
            yield ConvNormActivation(wide, self.out_channels, 1, activation=None)


def block(stage: Stage, channels: Any, stride: int) -> Layer:
    """Return a block of a stage that sees this many channels; its gate squeezes them to a quarter."""
    wide = stage.expansion * channels
    if stage.fused:
        return FusedMBConv(channels, wide, stage.width, stage.kernel, stride)
    quarter = quotient(channels, 4) if channels.is_Rational else channels / 4
    gate = SqueezeExcitation(wide, quarter, activation=SILU)
    return MBConv(channels, wide, stage.width, stage.kernel, stride, activation=SILU, gate=gate)


def efficientnet(
    stem: Any, stages: tuple[Stage, ...], last: Any, num_classes: Any, dropout: float
) -> Scaled:
    """Return the stem, the stages, a 1 × 1 convolution, and one linear layer."""
    channels = exact(stem)
    layers: list[Layer] = [ConvNormActivation(3, channels, stride=2, activation=SILU)]
    for stage in stages:
        width = exact(stage.width)
        first, later = block(stage, channels, stage.stride), block(stage, width, 1)
        layers.append(Sequential(first, *[later] * (int(stage.depth) - 1)))
        channels = width
    layers.append(ConvNormActivation(channels, last, 1, activation=SILU))
    return Scaled(
        multiples((stem, *(stage.width for stage in stages))),
        features=Sequential(*layers),
        avgpool=AdaptiveAvgPool2d(1),
        flatten=Flatten(),
        classifier=Sequential(Dropout(dropout, inplace=True), Linear(last, num_classes)),
    )


def _scaled(width: float, depth: float, dropout: float) -> Any:
    def build(
        num_classes: Any = 1000, width_mult: Any = width, depth_mult: Any = depth
    ) -> Sequential:
        """EfficientNet: B0's widths times ``width_mult``, its depths times ``depth_mult``, rounded up.

        As a number, ``width_mult`` gives widths rounded to multiples of 8; as a symbol it rounds nothing,
        and that the widths are such multiples is a condition. ``depth_mult`` is a number.
        """
        alpha, d = multiplier("width_mult", width_mult), multiplier("depth_mult", depth_mult)
        if not d.is_Rational:
            message = f"depth_mult must be a number: depths are rounded up; got {d}"
            raise ArgumentError(message)
        stages = tuple(
            stage._replace(
                width=rounded(stage.width * alpha),
                depth=-quotient(-stage.depth * d, 1),
            )
            for stage in B0
        )
        last = 4 * stages[-1].width
        return efficientnet(rounded(STEM * alpha), stages, last, num_classes, dropout)

    return build


def _fixed(stages: tuple[Stage, ...], dropout: float) -> Any:
    def build(num_classes: Any = 1000) -> Sequential:
        """EfficientNetV2: the first three stages fused, the others with depthwise convolutions and gates."""
        return efficientnet(stages[0].width, stages, LAST, num_classes, dropout)

    return build


efficientnet_b0 = register(
    "efficientnet_b0", _scaled(1, 1, 0.2), V1, *torchvision(5_288_548, 385_814_752)
)
efficientnet_b1 = register(
    "efficientnet_b1", _scaled(1, 1.1, 0.2), V1, *torchvision(7_794_184, 686_802_832, 240)
)
efficientnet_b2 = register(
    "efficientnet_b2", _scaled(1.1, 1.2, 0.3), V1, *torchvision(9_109_994, 1_087_529_456, 288)
)
efficientnet_b3 = register(
    "efficientnet_b3", _scaled(1.2, 1.4, 0.3), V1, *torchvision(12_233_232, 1_827_141_392, 300)
)
efficientnet_b4 = register(
    "efficientnet_b4", _scaled(1.4, 1.8, 0.4), V1, *torchvision(19_341_616, 4_393_771_024, 380)
)
efficientnet_b5 = register(
    "efficientnet_b5", _scaled(1.6, 2.2, 0.4), V1, *torchvision(30_389_784, 10_266_384_752, 456)
)
efficientnet_b6 = register(
    "efficientnet_b6", _scaled(1.8, 2.6, 0.5), V1, *torchvision(43_040_704, 19_067_593_536, 528)
)
efficientnet_b7 = register(
    "efficientnet_b7", _scaled(2, 3.1, 0.5), V1, *torchvision(66_347_960, 37_745_884_192, 600)
)
efficientnet_v2_s = register(
    "efficientnet_v2_s", _fixed(S, 0.2), V2, *torchvision(21_458_488, 8_365_617_152, 384)
)
efficientnet_v2_m = register(
    "efficientnet_v2_m", _fixed(M, 0.3), V2, *torchvision(54_139_356, 24_582_460_384, 480)
)
efficientnet_v2_l = register(
    "efficientnet_v2_l", _fixed(L, 0.4), V2, *torchvision(118_515_272, 56_079_699_008, 480)
)
