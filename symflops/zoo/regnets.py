"""RegNetX and RegNetY (Radosavovic et al. 2020): widths that grow linearly, quantised to a few stages."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.channel_attention import SqueezeExcitation
from symflops.layers.combine import Add, Sequential
from symflops.layers.linear import Linear
from symflops.layers.mobile import not_equal
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Flatten
from symflops.symbols import exact
from symflops.zoo.blocks import ConvNormActivation
from symflops.zoo.multiples import rounded
from symflops.zoo.published import register, torchvision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape

PAPER = "Radosavovic et al. 2020, Designing network design spaces, {}"
X, Y = PAPER.format("section 3.3"), PAPER.format("sections 3.3 and 4")
STEM = 32
QUANTUM = 8  # of the widths of blocks


class Line(NamedTuple):
    """The parameters of a network: blocks, first width, slope, ratio of widths, width of a group."""

    depth: int
    w_0: int
    w_a: float
    w_m: float
    group_width: int


def stages(line: Line) -> list[tuple[int, int]]:
    """Return width and depth of the stages that a line is quantised to (equations 2 to 4).

    u_j = w_0 + w_a·j is w_0·w_m^s with s = log(u_j/w_0)/log w_m; s is rounded to a whole number, and the
    width to a multiple of 8. Blocks of one width make a stage, whose width is made to fit its groups.

    >>> stages(Line(22, 24, 24.48, 2.54, 16))  # RegNetX-400MF
    [(32, 1), (64, 2), (160, 7), (400, 12)]
    """
    slope, ratio = Fraction(str(line.w_a)), Fraction(str(line.w_m))
    widths = []
    for j in range(line.depth):
        grown = 1 + slope * j / line.w_0
        power = 0
        while grown**2 > ratio ** (2 * power + 1):  # until s is below power + 1/2
            power += 1
        widths.append(round(line.w_0 * ratio**power / QUANTUM) * QUANTUM)
    return [
        (int(rounded(width, min(line.group_width, width))), len(list(blocks)))
        for width, blocks in groupby(widths)
    ]


class RegNetBlock(Layer):
    """1 × 1, 3 × 3 in groups of ``group_width`` channels, a gate (in Y), 1 × 1, around them a shortcut.

    The gate has a quarter of the channels that the block sees. The shortcut is a 1 × 1 convolution where
    the shape changes (figure 4).
    """

    in_channels: Size
    out_channels: Size
    group_width: Size
    stride: Size = 1
    gated: bool = False

    def needs(self) -> Iterable[Require]:
        """To know whether the shortcut is a convolution."""
        if self.stride == 1 and self.in_channels != self.out_channels:
            yield not_equal(self, "in_channels", self.out_channels)

    def forward(self, x: Shape) -> Forward:
        """Add the shortcut to the bottleneck, and rectify."""
        a, b = self.in_channels, self.out_channels
        side = x
        if self.stride != 1 or a != b:
            shortcut = ConvNormActivation(a, b, 1, self.stride, activation=None)
            side = yield "proj", shortcut, x
        quarter = exact(round(Fraction(int(a), 4))) if a.is_Integer else a / 4
        gate = {"se": SqueezeExcitation(b, quarter)} if self.gated else {}
        y = yield (
            "f",
            Sequential(
                a=ConvNormActivation(a, b, 1),
                b=ConvNormActivation(b, b, 3, self.stride, groups=b / self.group_width),
                **gate,
                c=ConvNormActivation(b, b, 1, activation=None),
            ),
            x,
        )
        y = yield "add", Add(), side, y
        return (yield "activation", ReLU(inplace=True), y)


class RegNetStage(Layer):
    """Blocks of one width, the first of which halves the map; ``i`` is the place of the stage."""

    i: Size
    depth: Size
    in_channels: Size
    out_channels: Size
    group_width: Size
    gated: bool = False

    def forward(self, x: Shape) -> Forward:
        """Apply block after block, under the names that torchvision gives them."""
        width, options = self.out_channels, {"gated": self.gated}
        first = RegNetBlock(self.in_channels, width, self.group_width, 2, **options)
        later = RegNetBlock(width, width, self.group_width, **options)
        for j in range(int(self.depth)):
            x = yield f"block{self.i}-{j}", later if j else first, x
        return x


def regnet(line: Line, num_classes: Any, *, gated: bool) -> Sequential:
    """Return a 3 × 3 convolution, the stages, each of which halves the map, and one linear layer."""
    trunk: dict[str, Layer] = {}
    channels = STEM
    for i, (width, depth) in enumerate(stages(line), 1):
        group = min(line.group_width, width)
        trunk[f"block{i}"] = RegNetStage(i, depth, channels, width, group, gated)
        channels = width
    return Sequential(
        stem=ConvNormActivation(3, STEM, stride=2),
        trunk_output=Sequential(**trunk),
        avgpool=AdaptiveAvgPool2d((1, 1)),
        flatten=Flatten(),
        fc=Linear(channels, num_classes),
    )


def _x(*line: Any) -> Any:
    def build(num_classes: Any = 1000) -> Sequential:
        """RegNetX: bottlenecks of ratio 1 with grouped 3 × 3 convolutions, in stages on a line."""
        return regnet(Line(*line), num_classes, gated=False)

    return build


def _y(*line: Any) -> Any:
    def build(num_classes: Any = 1000) -> Sequential:
        """RegNetY: RegNetX with squeeze-and-excitation behind the 3 × 3 convolutions."""
        return regnet(Line(*line), num_classes, gated=True)

    return build


regnet_x_400mf = register(
    "regnet_x_400mf", _x(22, 24, 24.48, 2.54, 16), X, *torchvision(5_495_976, 413_812_608)
)
regnet_x_800mf = register(
    "regnet_x_800mf", _x(16, 56, 35.73, 2.28, 16), X, *torchvision(7_259_656, 799_699_712)
)
regnet_x_1_6gf = register(
    "regnet_x_1_6gf", _x(18, 80, 34.01, 2.25, 24), X, *torchvision(9_190_136, 1_602_849_792)
)
regnet_x_3_2gf = register(
    "regnet_x_3_2gf", _x(25, 88, 26.31, 2.25, 48), X, *torchvision(15_296_552, 3_176_621_952)
)
regnet_x_8gf = register(
    "regnet_x_8gf", _x(23, 80, 49.56, 2.88, 120), X, *torchvision(39_572_648, 7_995_132_416)
)
regnet_x_16gf = register(
    "regnet_x_16gf", _x(22, 216, 55.59, 2.1, 128), X, *torchvision(54_278_536, 15_940_755_456)
)
regnet_x_32gf = register(
    "regnet_x_32gf", _x(23, 320, 69.86, 2.0, 168), X, *torchvision(107_811_560, 31_735_929_792)
)
regnet_y_400mf = register(
    "regnet_y_400mf", _y(16, 48, 27.89, 2.09, 8), Y, *torchvision(4_344_144, 401_842_848)
)
regnet_y_800mf = register(
    "regnet_y_800mf", _y(14, 56, 38.84, 2.4, 16), Y, *torchvision(6_432_512, 833_856_256)
)
regnet_y_1_6gf = register(
    "regnet_y_1_6gf", _y(27, 48, 20.71, 2.65, 24), Y, *torchvision(11_202_430, 1_612_076_160)
)
regnet_y_3_2gf = register(
    "regnet_y_3_2gf", _y(21, 80, 42.63, 2.66, 24), Y, *torchvision(19_436_338, 3_176_482_752)
)
regnet_y_8gf = register(
    "regnet_y_8gf", _y(17, 192, 76.82, 2.19, 56), Y, *torchvision(39_381_472, 8_473_070_592)
)
regnet_y_16gf = register(
    "regnet_y_16gf", _y(18, 200, 106.23, 2.48, 112), Y, *torchvision(83_590_140, 15_911_510_272)
)
regnet_y_32gf = register(
    "regnet_y_32gf", _y(20, 232, 115.89, 2.53, 232), Y, *torchvision(145_046_770, 32_279_552_832)
)
regnet_y_128gf = register(
    "regnet_y_128gf",
    _y(27, 456, 160.83, 2.52, 264),
    Y,
    *torchvision(644_812_894, 374_570_006_400, 384),
)
