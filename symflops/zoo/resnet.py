"""ResNet and its kin: ResNeXt, Wide ResNet, SE-ResNet, and ResNet as it was published.

One block serves all of them. As torchvision builds it, the stride of a bottleneck is in the 3 × 3 (v1.5);
in the published network (v1) it is in the first 1 × 1.

>>> import symflops as sf
>>> sf.cost(sf.zoo.resnet50(), assume=("32 | H", "32 | W")).macs
81456*H*W + 2048000
>>> L = sf.dim("L")
>>> sf.cost(sf.zoo.resnet50(depths=(3, 4, L, 3))).params
1117184*L + 18853928
>>> sf.cost(sf.zoo.resnet50_v1()).at(H=224, W=224).macs     # 3.8·10⁹ in the paper
3857973248
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.floors import quotient
from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Size, written
from symflops.layers.channel_attention import SqueezeExcitation
from symflops.layers.combine import Add, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.depth import Repeat
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from symflops.layers.shape import Flatten
from symflops.zoo.published import Published, register, sizes, torchvision

if TYPE_CHECKING:
    from symflops.trace import Shape

RESNET = "He, Zhang, Ren and Sun 2016, Deep residual learning for image recognition, table 1"
RESNEXT = "Xie, Girshick, Dollár, Tu and He 2017, Aggregated residual transformations, table 1"
WIDE = "Zagoruyko and Komodakis 2016, Wide residual networks, table 1 and section 3.5"
SENET = "Hu, Shen and Sun 2018, Squeeze-and-excitation networks, tables 1 and 2"


class Block(Layer):
    """Convolutions with a shortcut around them; ``width`` is that of its stage.

    ``reduction`` is that of a squeeze-and-excitation before the sum (Hu et al. 2018, figure 3).
    """

    expansion: ClassVar[int]
    in_channels: Size
    width: Size
    stride: Size = 1
    reduction: Size = None

    @property
    def out_channels(self) -> Any:
        """The channels behind the block."""
        return self.expansion * self.width

    def convolutions(self) -> tuple[Conv2d, ...]:
        """Return the convolutions of the body, in order."""
        raise NotImplementedError

    def forward(self, x: Shape) -> Forward:
        """Convolve and normalise, add the shortcut, and rectify."""
        y = x
        convolutions = self.convolutions()
        for i, conv in enumerate(convolutions, 1):
            y = yield f"conv{i}", conv, y
            y = yield f"bn{i}", BatchNorm2d(conv.out_channels), y
            if i < len(convolutions):
                y = yield f"relu{i}", ReLU(inplace=True), y
        if self.reduction is not None:
            squeezed = quotient(self.out_channels, self.reduction)
            y = yield "se_module", SqueezeExcitation(self.out_channels, squeezed), y
        if self.stride != 1 or self.in_channels != self.out_channels:
            conv = Conv2d(self.in_channels, self.out_channels, 1, stride=self.stride, bias=False)
            x = yield "downsample", Sequential(conv, BatchNorm2d(self.out_channels)), x
        y = yield "add", Add(), y, x
        return (yield "relu", ReLU(inplace=True), y)


class BasicBlock(Block):
    """Two 3 × 3 convolutions (He et al. 2016, figure 5, left)."""

    expansion: ClassVar[int] = 1

    def convolutions(self) -> tuple[Conv2d, ...]:
        """Return both, the stride in the first."""
        first = Conv2d(self.in_channels, self.width, 3, self.stride, padding=1, bias=False)
        return first, Conv2d(self.width, self.width, 3, padding=1, bias=False)


class Bottleneck(Block):
    """1 × 1, 3 × 3, 1 × 1, the last four times as wide as its stage (He et al. 2016, figure 5, right).

    The first two have ``groups`` groups of width · base_width/64 channels (Xie et al. 2017, figure 3c). The
    stride is in the 3 × 3, or as published in the first 1 × 1 (``stride_first``).
    """

    expansion: ClassVar[int] = 4
    groups: Size = 1
    base_width: Size = 64
    dilation: Size = 1
    stride_first: bool = False

    def convolutions(self) -> tuple[Conv2d, ...]:
        """Return all three, the stride in the second or the first."""
        group = self.width * self.base_width / 64
        inner = self.groups * (quotient(group, 1) if group.is_Rational else group)
        first, second = (self.stride, 1) if self.stride_first else (1, self.stride)
        d, g = self.dilation, self.groups
        return (
            Conv2d(self.in_channels, inner, 1, first, bias=False),
            Conv2d(inner, inner, 3, second, padding=d, dilation=d, groups=g, bias=False),
            Conv2d(inner, self.out_channels, 1, bias=False),
        )


def stage(first: Block, depth: Any, **after: Any) -> Sequential:
    """Return a block and ``depth`` - 1 more that keep the shape, so that the depth may be a symbol.

    ``after`` are the arguments that the others have of their own.
    """
    block = replace(first, in_channels=first.out_channels, stride=1, **after)
    if depth.is_Integer:
        return Sequential(first, *[block] * (int(depth) - 1))
    return Sequential(first, Repeat(block, depth - 1))


def resnet(
    block: type[Block],
    depths: tuple[Any, ...],
    num_classes: Any,
    width: Any,
    dilate: Any = (),
    **options: Any,
) -> Sequential:
    """Return stem, stages that double the width and halve the map, and the classifier.

    A stage after the first whose entry in ``dilate`` is true keeps its map and dilates its 3 × 3
    convolutions instead, from its second block on (Yu and Koltun 2016; torchvision).

    Raises:
        ArgumentError: depths that are no sizes, or ``dilate`` for another number of stages.
    """
    stages: dict[str, Layer] = {}
    channels, dilation = width, 1
    depths = sizes("depths", depths)
    if dilate and not (isinstance(dilate, tuple) and len(dilate) == len(depths) - 1):
        message = (
            f"replace_stride_with_dilation needs {len(depths) - 1} entries, one for each stage after the "
            f"first, got {written(dilate)}"
        )
        raise ArgumentError(message)
    for i, depth in enumerate(depths):
        own: dict[str, Any] = {"stride": 1 if i == 0 else 2}
        after = {}
        if i > 0 and dilate:
            own["dilation"] = dilation
            if dilate[i - 1]:
                own["stride"], dilation = 1, 2 * dilation
            after["dilation"] = dilation
        first = block(channels, width * 2**i, **own, **options)
        stages[f"layer{i + 1}"] = stage(first, depth, **after)
        channels = first.out_channels
    return Sequential(
        conv1=Conv2d(3, width, 7, stride=2, padding=3, bias=False),
        bn1=BatchNorm2d(width),
        relu=ReLU(inplace=True),
        maxpool=MaxPool2d(3, stride=2, padding=1),
        **stages,
        avgpool=AdaptiveAvgPool2d((1, 1)),
        flatten=Flatten(),
        fc=Linear(channels, num_classes),
    )


def _basic(*depths: int) -> Any:
    def build(num_classes: Any = 1000, width: Any = 64, depths: Any = depths) -> Sequential:
        """ResNet of two 3 × 3 convolutions a block: a stem, four stages, and one linear layer.

        ``width`` is that of the stem and the first stage, ``depths`` the blocks of each stage; all may be
        symbols.
        """
        return resnet(BasicBlock, depths, num_classes, width)

    return build


def _bottleneck(*depths: int, groups: int = 1, width_per_group: int = 64) -> Any:
    def build(
        num_classes: Any = 1000,
        width: Any = 64,
        depths: Any = depths,
        groups: Any = groups,
        width_per_group: Any = width_per_group,
        replace_stride_with_dilation: Any = (),
    ) -> Sequential:
        """ResNet of bottlenecks, the stride in the 3 × 3: a stem, four stages, and one linear layer.

        ``width`` is that of the stem and the first stage, ``depths`` the blocks of each stage, ``groups`` the
        cardinality, and ``width_per_group`` the width of a group at width 64; all may be symbols.
        """
        dilate = replace_stride_with_dilation
        options = {"groups": groups, "base_width": width_per_group}
        return resnet(Bottleneck, depths, num_classes, width, dilate, **options)

    return build


def _published(*depths: int) -> Any:
    def build(num_classes: Any = 1000, width: Any = 64, depths: Any = depths) -> Sequential:
        """ResNet of bottlenecks as published (v1): the stride is in the first 1 × 1.

        ``width``, ``depths`` and ``num_classes`` may be symbols.
        """
        return resnet(Bottleneck, depths, num_classes, width, stride_first=True)

    return build


def _squeezed(*depths: int) -> Any:
    def build(
        num_classes: Any = 1000, width: Any = 64, depths: Any = depths, reduction: Any = 16
    ) -> Sequential:
        """ResNet v1 with squeeze-and-excitation in every block, before its shortcut is added.

        ``width``, ``depths``, ``num_classes`` and ``reduction`` may be symbols. The stride is in the first
        1 × 1, and the layers of the excitation have biases, as in the released weights.
        """
        options = {"stride_first": True, "reduction": reduction}
        return resnet(Bottleneck, depths, num_classes, width, **options)

    return build


FIFTY, HUNDRED, MOST = (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3)

resnet18 = register("resnet18", _basic(2, 2, 2, 2), RESNET, *torchvision(11_689_512, 1_814_073_344))
resnet34 = register("resnet34", _basic(3, 4, 6, 3), RESNET, *torchvision(21_797_672, 3_663_761_408))
resnet50 = register(
    "resnet50", _bottleneck(*FIFTY), RESNET, *torchvision(25_557_032, 4_089_184_256)
)
resnet101 = register(
    "resnet101", _bottleneck(*HUNDRED), RESNET, *torchvision(44_549_160, 7_801_405_440)
)
resnet152 = register(
    "resnet152", _bottleneck(*MOST), RESNET, *torchvision(60_192_808, 11_513_626_624)
)
resnext50_32x4d = register(
    "resnext50_32x4d",
    _bottleneck(*FIFTY, groups=32, width_per_group=4),
    RESNEXT,
    *torchvision(25_028_904, 4_230_479_872),
)
resnext101_32x8d = register(
    "resnext101_32x8d",
    _bottleneck(*HUNDRED, groups=32, width_per_group=8),
    RESNEXT,
    *torchvision(88_791_336, 16_414_015_488),
)
resnext101_64x4d = register(
    "resnext101_64x4d",
    _bottleneck(*HUNDRED, groups=64, width_per_group=4),
    RESNEXT,
    *torchvision(83_455_272, 15_460_270_080),
)
wide_resnet50_2 = register(
    "wide_resnet50_2",
    _bottleneck(*FIFTY, width_per_group=128),
    WIDE,
    *torchvision(68_883_240, 11_398_021_120),
)
wide_resnet101_2 = register(
    "wide_resnet101_2",
    _bottleneck(*HUNDRED, width_per_group=128),
    WIDE,
    *torchvision(126_886_696, 22_753_050_624),
)
IMGCLSMOB = "osmr/imgclsmob, table of models (the released weights, converted)"


def _with_params(name: str, build: Any, paper: str, params: int) -> Any:
    return register(name, build, paper, Published("params", params, IMGCLSMOB, (3, 224, 224)))


resnet50_v1 = _with_params("resnet50_v1", _published(*FIFTY), RESNET, 25_557_032)
resnet101_v1 = _with_params("resnet101_v1", _published(*HUNDRED), RESNET, 44_549_160)
resnet152_v1 = _with_params("resnet152_v1", _published(*MOST), RESNET, 60_192_808)
se_resnet50 = _with_params("se_resnet50", _squeezed(*FIFTY), SENET, 28_088_024)
se_resnet101 = _with_params("se_resnet101", _squeezed(*HUNDRED), SENET, 49_326_872)
se_resnet152 = _with_params("se_resnet152", _squeezed(*MOST), SENET, 66_821_848)
