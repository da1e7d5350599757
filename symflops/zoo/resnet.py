"""ResNet (He et al. 2016), as torchvision builds it: the stride is in the 3 × 3 of a bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Add, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from symflops.layers.shape import Flatten
from symflops.zoo.published import register, torchvision

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = "He, Zhang, Ren and Sun 2016, Deep residual learning for image recognition, table 1"


class Block(Layer):
    """Convolutions with a shortcut around them; ``width`` is that of the inner convolutions."""

    expansion: ClassVar[int]
    in_channels: Size
    width: Size
    stride: Size = 1

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
        if self.stride != 1 or self.in_channels != self.out_channels:
            conv = Conv2d(self.in_channels, self.out_channels, 1, stride=self.stride, bias=False)
            x = yield "downsample", Sequential(conv, BatchNorm2d(self.out_channels)), x
        y = yield "add", Add(), y, x
        return (yield "relu", ReLU(inplace=True), y)


class BasicBlock(Block):
    """Two 3 × 3 convolutions (figure 5, left)."""

    expansion: ClassVar[int] = 1

    def convolutions(self) -> tuple[Conv2d, ...]:
        """Return both, the stride in the first."""
        first = Conv2d(self.in_channels, self.width, 3, self.stride, padding=1, bias=False)
        return first, Conv2d(self.width, self.width, 3, padding=1, bias=False)


class Bottleneck(Block):
    """1 × 1, 3 × 3, 1 × 1, the last four times as wide (figure 5, right); the stride is in the 3 × 3."""

    expansion: ClassVar[int] = 4

    def convolutions(self) -> tuple[Conv2d, ...]:
        """Return all three, the stride in the second."""
        return (
            Conv2d(self.in_channels, self.width, 1, bias=False),
            Conv2d(self.width, self.width, 3, self.stride, padding=1, bias=False),
            Conv2d(self.width, self.out_channels, 1, bias=False),
        )


def resnet(block: type[Block], depths: tuple[int, ...], num_classes: Any, width: Any) -> Sequential:
    """Return stem, four stages that double the width and halve the map, and the classifier."""
    stages: dict[str, Layer] = {}
    channels = width
    for i, depth in enumerate(depths):
        blocks = []
        for j in range(depth):
            blocks.append(block(channels, width * 2**i, 2 if i > 0 and j == 0 else 1))
            channels = blocks[-1].out_channels
        stages[f"layer{i + 1}"] = Sequential(*blocks)
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


def _builder(block: type[Block], *depths: int) -> Any:
    def build(num_classes: Any = 1000, width: Any = 64) -> Sequential:
        """ResNet: a stem, four stages of residual blocks, and one linear layer."""
        return resnet(block, depths, num_classes, width)

    return build


resnet18 = register(
    "resnet18", _builder(BasicBlock, 2, 2, 2, 2), PAPER, *torchvision(11_689_512, 1_814_073_344)
)
resnet34 = register("resnet34", _builder(BasicBlock, 3, 4, 6, 3), PAPER)
resnet50 = register(
    "resnet50", _builder(Bottleneck, 3, 4, 6, 3), PAPER, *torchvision(25_557_032, 4_089_184_256)
)
resnet101 = register("resnet101", _builder(Bottleneck, 3, 4, 23, 3), PAPER)
resnet152 = register("resnet152", _builder(Bottleneck, 3, 8, 36, 3), PAPER)
