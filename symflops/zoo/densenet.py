"""DenseNet-BC (Huang et al. 2017): every layer sees the maps of all layers before it in its block.

A layer with C maps before it makes g new ones; a transition halves their number and the map.

>>> import symflops as sf
>>> g, L = sf.dims("g L")
>>> cost = sf.cost(sf.zoo.densenet121(growth_rate=g), assume=("4 | g",))
>>> cost.params
51957*g**2/8 + 81521*g/2 + 24024
>>> one = sf.cost(sf.zoo.densenet121(growth_rate=g, block_config=(L,), num_init_features=2 * g))
>>> one["features.denseblock1"].params
L*g*(2*L*g + L + 42*g + 11)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.floors import quotient
from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Concat, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.depth import Stack
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.published import register, sizes, torchvision

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = (
    "Huang, Liu, van der Maaten and Weinberger 2017, Densely connected convolutional networks, "
    "table 1 (DenseNet-BC)"
)


class DenseLayer(Layer):
    """1 × 1 to bn_size·g channels, 3 × 3 to g, laid behind the input; each normalised and rectified before.

    Params: bn_size·g·(C + 9g) of the convolutions and 2·(C + bn_size·g) of the normalisation (section 3).
    """

    in_channels: Size
    growth_rate: Size
    bn_size: Size = 4
    drop_rate: Size = 0

    def forward(self, x: Shape) -> Forward:
        """Make the new maps, and lay them behind the old ones."""
        inner = self.bn_size * self.growth_rate
        y = yield "norm1", BatchNorm2d(self.in_channels), x
        y = yield "relu1", ReLU(inplace=True), y
        y = yield "conv1", Conv2d(self.in_channels, inner, 1, bias=False), y
        y = yield "norm2", BatchNorm2d(inner), y
        y = yield "relu2", ReLU(inplace=True), y
        y = yield "conv2", Conv2d(inner, self.growth_rate, 3, padding=1, bias=False), y
        if self.drop_rate != 0:
            y = yield "dropout", Dropout(self.drop_rate), y
        return (yield "concat", Concat(), x, y)


def dense_block(depth: Any, channels: Any, growth_rate: Any, *options: Any) -> Layer:
    """Return ``depth`` layers, each with ``growth_rate`` channels more before it; the depth may be a symbol."""
    if not depth.is_Integer:
        return Stack(
            lambda i: DenseLayer(channels + i * growth_rate, growth_rate, *options), depth, start=0
        )
    return Sequential(
        **{
            f"denselayer{i + 1}": DenseLayer(channels + i * growth_rate, growth_rate, *options)
            for i in range(int(depth))
        }
    )


def transition(channels: Any, halved: Any) -> Sequential:
    """Return the layers between two blocks: half of the channels, and half of the map."""
    return Sequential(
        norm=BatchNorm2d(channels),
        relu=ReLU(inplace=True),
        conv=Conv2d(channels, halved, 1, bias=False),
        pool=AvgPool2d(2, stride=2),
    )


def densenet(
    growth_rate: Any,
    block_config: Any,
    num_init_features: Any,
    bn_size: Any,
    drop_rate: Any,
    num_classes: Any,
) -> Sequential:
    """Return stem, blocks with transitions between them, and the classifier."""
    channels = num_init_features
    features: dict[str, Layer] = {
        "conv0": Conv2d(3, channels, 7, stride=2, padding=3, bias=False),
        "norm0": BatchNorm2d(channels),
        "relu0": ReLU(inplace=True),
        "pool0": MaxPool2d(3, stride=2, padding=1),
    }
    depths = sizes("block_config", block_config)
    for i, depth in enumerate(depths, 1):
        options = (growth_rate, bn_size, drop_rate)
        features[f"denseblock{i}"] = dense_block(depth, channels, *options)
        channels = channels + depth * growth_rate
        if i < len(depths):
            features[f"transition{i}"] = transition(channels, quotient(channels, 2))
            channels = quotient(channels, 2)
    features["norm5"] = BatchNorm2d(channels)
    return Sequential(
        features=Sequential(**features),
        relu=ReLU(inplace=True),
        avgpool=AdaptiveAvgPool2d((1, 1)),
        flatten=Flatten(),
        classifier=Linear(channels, num_classes),
    )


def _builder(growth_rate: int, block_config: tuple[int, ...], num_init_features: int) -> Any:
    def build(
        num_classes: Any = 1000,
        growth_rate: Any = growth_rate,
        block_config: Any = block_config,
        num_init_features: Any = num_init_features,
        bn_size: Any = 4,
        drop_rate: Any = 0,
    ) -> Sequential:
        """DenseNet-BC: a stem, dense blocks with transitions between them, and one linear layer.

        ``growth_rate`` is how many maps a layer adds, ``block_config`` the layers of each block, ``bn_size``
        how many times the growth rate its 1 × 1 convolution is wide; all may be symbols. A transition
        keeps ⌊C/2⌋ channels: with 4 | g and an even stem the costs are polynomials in g.
        """
        return densenet(
            growth_rate, block_config, num_init_features, bn_size, drop_rate, num_classes
        )

    return build


densenet121 = register(
    "densenet121",
    _builder(32, (6, 12, 24, 16), 64),
    PAPER,
    *torchvision(7_978_856, 2_834_161_664),
)
densenet161 = register(
    "densenet161",
    _builder(48, (6, 12, 36, 24), 96),
    PAPER,
    *torchvision(28_681_000, 7_727_907_072),
)
densenet169 = register(
    "densenet169",
    _builder(32, (6, 12, 32, 32), 64),
    PAPER,
    *torchvision(14_149_480, 3_359_843_328),
)
densenet201 = register(
    "densenet201",
    _builder(32, (6, 12, 48, 32), 64),
    PAPER,
    *torchvision(20_013_928, 4_291_365_888),
)
