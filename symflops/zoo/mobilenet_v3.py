"""MobileNet V3 (Howard et al. 2019): inverted residuals with gates and hard activations, found by search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from symflops.errors import ArgumentError
from symflops.floors import quotient
from symflops.layers.activation import Hardsigmoid, Hardswish, ReLU
from symflops.layers.channel_attention import SqueezeExcitation
from symflops.layers.combine import Sequential
from symflops.layers.linear import Linear
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.blocks import ConvNormActivation, MBConv
from symflops.zoo.multiples import Scaled, multiples, multiplier, rounded
from symflops.zoo.published import register, torchvision

if TYPE_CHECKING:
    from symflops.layers.base import Layer

PAPER = "Howard et al. 2019, Searching for MobileNetV3, {}"
STEM = 16
RE, HS = ReLU(inplace=True), Hardswish(inplace=True)


class Row(NamedTuple):
    """A row of the tables: kernel, widths inside and behind the block, SE or none, activation, stride."""

    kernel: int
    expanded: Any
    out: Any
    gate: str
    activation: Layer
    stride: int


LARGE = (  # table 1
    Row(3, 16, 16, "-", RE, 1),
    Row(3, 64, 24, "-", RE, 2),
    Row(3, 72, 24, "-", RE, 1),
    Row(5, 72, 40, "SE", RE, 2),
    Row(5, 120, 40, "SE", RE, 1),
    Row(5, 120, 40, "SE", RE, 1),
    Row(3, 240, 80, "-", HS, 2),
    Row(3, 200, 80, "-", HS, 1),
    Row(3, 184, 80, "-", HS, 1),
    Row(3, 184, 80, "-", HS, 1),
    Row(3, 480, 112, "SE", HS, 1),
    Row(3, 672, 112, "SE", HS, 1),
    Row(5, 672, 160, "SE", HS, 2),
    Row(5, 960, 160, "SE", HS, 1),
    Row(5, 960, 160, "SE", HS, 1),
)
SMALL = (  # table 2
    Row(3, 16, 16, "SE", RE, 2),
    Row(3, 72, 24, "-", RE, 2),
    Row(3, 88, 24, "-", RE, 1),
    Row(5, 96, 40, "SE", HS, 2),
    Row(5, 240, 40, "SE", HS, 1),
    Row(5, 240, 40, "SE", HS, 1),
    Row(5, 120, 48, "SE", HS, 1),
    Row(5, 144, 48, "SE", HS, 1),
    Row(5, 288, 96, "SE", HS, 2),
    Row(5, 576, 96, "SE", HS, 1),
    Row(5, 576, 96, "SE", HS, 1),
)
TAIL = 3  # blocks at the end that a dilated backbone dilates, and a reduced one halves
#: Channels before the classifier.
LAST = {LARGE: 1280, SMALL: 1024}


def scaled(rows: tuple[Row, ...], width_mult: Any, *, reduced_tail: bool) -> tuple[Row, ...]:
    """Return the rows at a width; with a reduced tail the widths of its last blocks are half."""
    found = []
    for i, row in enumerate(rows):
        in_tail = reduced_tail and i >= len(rows) - TAIL
        out = row.out // 2 if in_tail else row.out
        expanded = row.expanded // 2 if in_tail and i > len(rows) - TAIL else row.expanded
        found.append(
            row._replace(expanded=rounded(expanded * width_mult), out=rounded(out * width_mult))
        )
    return tuple(found)


def squeezed(expanded: Any) -> Any:
    """Return the channels inside a gate: a quarter, rounded."""
    return rounded(quotient(expanded, 4) if expanded.is_Rational else expanded / 4)


def features(stem: Any, rows: tuple[Row, ...], *, dilated: bool = False) -> Sequential:
    """Return the stem, the blocks, and the 1 × 1 convolution that makes six times the channels.

    Dilated, the last stage keeps its map and dilates its kernels by 2 instead (section 6.4).
    """
    layers: list[Layer] = [ConvNormActivation(3, stem, stride=2, activation=HS)]
    channels = stem
    for i, row in enumerate(rows):
        quarter = squeezed(row.expanded)
        gate = SqueezeExcitation(row.expanded, quarter, scale_activation=Hardsigmoid())
        layers.append(
            MBConv(
                channels,
                row.expanded,
                row.out,
                row.kernel,
                row.stride,
                dilation=2 if dilated and i >= len(rows) - TAIL else 1,
                activation=row.activation,
                gate=gate if row.gate == "SE" else None,
            )
        )
        channels = row.out
    return Sequential(*layers, ConvNormActivation(channels, 6 * channels, 1, activation=HS))


def _builder(table: tuple[Row, ...]) -> Any:
    def build(
        num_classes: Any = 1000,
        width_mult: Any = 1,
        reduced_tail: bool = False,  # noqa: FBT001, FBT002 - torchvision's argument
        dilated: bool = False,  # noqa: FBT001, FBT002 - torchvision's argument
    ) -> Sequential:
        """MobileNet V3: a 3 × 3 convolution, inverted residuals, a 1 × 1 one, and two linear layers.

        ``width_mult`` is α. As a number it gives widths rounded to multiples of 8; as a symbol it rounds
        nothing, and that the widths are such multiples is a condition. So are those inside the gates, a
        quarter of the channels: some are rounded even at α = 1 (18 to 24), where the symbol is refused. With
        a reduced tail the widths of the last three blocks are half, dilated they keep their map.
        """
        for name, value in (("reduced_tail", reduced_tail), ("dilated", dilated)):
            if not isinstance(value, bool):
                message = f"{name} must be True or False, got {value}"
                raise ArgumentError(message)
        alpha = multiplier("width_mult", width_mult)
        rows = scaled(table, alpha, reduced_tail=reduced_tail)
        stem = rounded(STEM * alpha)
        last = rounded(LAST[table] // (2 if reduced_tail else 1) * alpha)
        inside = [n for row in rows for n in (row.expanded, row.out)]
        gates = [squeezed(row.expanded) for row in rows if row.gate == "SE"]
        return Scaled(
            multiples((stem, *inside, *gates, last)),
            features=features(stem, rows, dilated=dilated),
            avgpool=AdaptiveAvgPool2d(1),
            flatten=Flatten(),
            classifier=Sequential(
                Linear(6 * rows[-1].out, last),
                HS,
                Dropout(0.2, inplace=True),
                Linear(last, num_classes),
            ),
        )

    return build


mobilenet_v3_large = register(
    "mobilenet_v3_large",
    _builder(LARGE),
    PAPER.format("table 1"),
    *torchvision(5_483_032, 216_589_760),
)
mobilenet_v3_small = register(
    "mobilenet_v3_small",
    _builder(SMALL),
    PAPER.format("table 2"),
    *torchvision(2_542_856, 56_510_400),
)
