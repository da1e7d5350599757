"""ShuffleNet V1 (Zhang et al. 2018) and V2 (Ma et al. 2018): channels in groups, dealt out anew.

>>> import symflops as sf
>>> w = sf.dim("w")
>>> sf.cost(sf.zoo.shufflenet_v2_x1_0(width=w)).params
219*w**2/4 + 4430*w + 1028008
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.facts import divides, equal
from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.combine import Concat, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.linear import Linear
from symflops.layers.mobile import ShuffleUnit
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from symflops.layers.rearrange import ChannelShuffle
from symflops.layers.shape import Flatten, Split
from symflops.zoo.blocks import ConvNormActivation
from symflops.zoo.multiples import multiplier
from symflops.zoo.published import Published, register, torchvision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape

V1 = (
    "Zhang, Zhou, Lin and Sun 2018, ShuffleNet: an extremely efficient convolutional neural network for "
    "mobile devices, table 1"
)
V2 = (
    "Ma, Zhang, Zheng and Sun 2018, ShuffleNet V2: practical guidelines for efficient CNN architecture "
    "design, table 5"
)
#: Channels of the first stage of V1, by groups (table 1); they double from stage to stage.
FIRST = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
STEM = 24
DEPTHS = (4, 8, 4)


def _v1(num_classes: Any = 1000, groups: Any = 3, scale: Any = 1) -> Sequential:
    """ShuffleNet: a 3 × 3 convolution and a pooling, three stages of units, and one linear layer.

    ``groups`` is 1, 2, 3, 4 or 8; the paper gives the widths for these. ``scale`` (s of "ShuffleNet s×") is
    a number or a rational symbol that multiplies every width. The first unit's first convolution is not
    grouped.
    """
    if groups not in FIRST:
        message = f"shufflenet_v1: groups must be one of {', '.join(map(str, FIRST))}; got {groups}"
        raise ArgumentError(message)
    s = multiplier("scale", scale)
    channels, width = STEM * s, FIRST[groups] * s
    stages: dict[str, Layer] = {}
    for i, depth in enumerate(DEPTHS):
        first = ShuffleUnit(channels, width, groups, 2, grouped_first=i > 0)
        stages[f"stage{i + 2}"] = Sequential(
            first, *[ShuffleUnit(width, width, groups)] * (depth - 1)
        )
        channels, width = width, 2 * width
    return Sequential(
        conv1=ConvNormActivation(3, STEM * s, stride=2),
        maxpool=MaxPool2d(3, stride=2, padding=1),
        **stages,
        avgpool=AdaptiveAvgPool2d(1),
        flatten=Flatten(),
        fc=Linear(channels, num_classes),
    )


class ShuffleV2Unit(Layer):
    """1 × 1, depthwise 3 × 3 and 1 × 1 on half of the channels, behind the other half, then a shuffle.

    At stride 2 both halves are made of all channels: the other one by depthwise 3 × 3 and 1 × 1 (figure 3).
    """

    inp: Size
    oup: Size
    stride: Size = 1

    def needs(self) -> Iterable[Require]:
        """Two halves; at stride 1 the channels that come in."""
        yield Require(
            divides(2, self.oup),
            lambda: f"ShuffleV2Unit: oup must be even, got {self.oup}",
        )
        if self.stride == 1:
            yield Require(
                equal(self.inp, self.oup),
                lambda: (
                    f"ShuffleV2Unit: stride 1 keeps the {self.inp} channels, got oup = {self.oup}"
                ),
            )

    def forward(self, x: Shape) -> Forward:
        """Convolve one half or make two of them, lay them side by side, and shuffle."""
        half = self.oup / 2
        if self.stride == 1:
            side, y = yield "split", Split((half, half)), x
        else:
            branch = (*_depthwise(self.inp, self.stride), *_pointwise(self.inp, half))
            side = yield "branch1", Sequential(*branch), x
            y = x
        coming = half if self.stride == 1 else self.inp
        branch = (
            *_pointwise(coming, half),
            *_depthwise(half, self.stride),
            *_pointwise(half, half),
        )
        y = yield "branch2", Sequential(*branch), y
        y = yield "cat", Concat(), side, y
        return (yield "shuffle", ChannelShuffle(2), y)


def _pointwise(channels: Any, width: Any) -> tuple[Layer, ...]:
    conv = Conv2d(channels, width, 1, bias=False)
    return conv, BatchNorm2d(width), ReLU(inplace=True)


def _depthwise(channels: Any, stride: Any) -> tuple[Layer, ...]:
    conv = Conv2d(channels, channels, 3, stride, padding=1, groups=channels, bias=False)
    return conv, BatchNorm2d(channels)


def _v2(width: int, last: int) -> Any:
    def build(num_classes: Any = 1000, width: Any = width) -> Sequential:
        """ShuffleNet V2: a 3 × 3 convolution and a pooling, three stages, a 1 × 1 one, one linear layer.

        ``width`` is that of the first stage, even, and doubles from stage to stage; it may be a symbol.
        """
        stages: dict[str, Layer] = {}
        channels: Any = STEM
        for i, depth in enumerate(DEPTHS):
            out = 2**i * width
            blocks = [ShuffleV2Unit(channels, out, 2), *[ShuffleV2Unit(out, out)] * (depth - 1)]
            stages[f"stage{i + 2}"] = Sequential(*blocks)
            channels = out
        return Sequential(
            conv1=ConvNormActivation(3, STEM, stride=2),
            maxpool=MaxPool2d(3, stride=2, padding=1),
            **stages,
            conv5=ConvNormActivation(channels, last, 1),
            avgpool=AdaptiveAvgPool2d(1),
            flatten=Flatten(),
            fc=Linear(last, num_classes),
        )

    return build


shufflenet_v1 = register(
    "shufflenet_v1",
    _v1,
    V1,
    Published(
        "params", 1_865_728, "osmr/imgclsmob, gluon/README.md, ShuffleNet x1.0 (g=3)", (3, 224, 224)
    ),
)
shufflenet_v2_x0_5 = register(
    "shufflenet_v2_x0_5", _v2(48, 1024), V2, *torchvision(1_366_792, 40_476_448)
)
shufflenet_v2_x1_0 = register(
    "shufflenet_v2_x1_0", _v2(116, 1024), V2, *torchvision(2_278_604, 144_907_992)
)
shufflenet_v2_x1_5 = register(
    "shufflenet_v2_x1_5", _v2(176, 1024), V2, *torchvision(3_503_624, 295_759_392)
)
shufflenet_v2_x2_0 = register(
    "shufflenet_v2_x2_0", _v2(244, 2048), V2, *torchvision(7_393_996, 583_253_464)
)
