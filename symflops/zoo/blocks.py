"""Blocks that several families share: convolution with its normalisation, and what widens and narrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.centred import centred, normed
from symflops.layers.combine import Add, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.mobile import not_equal
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape

RELU = ReLU(inplace=True)


def ConvNormActivation(
    in_channels: Any,
    out_channels: Any,
    kernel_size: Any = 3,
    stride: Any = 1,
    *,
    groups: Any = 1,
    dilation: Any = 1,
    activation: Layer | None = RELU,
) -> Sequential:
    """Return a convolution without bias that keeps the size (at stride 1), its normalisation, an activation.

    >>> import symflops as sf
    >>> C, D, H, W = sf.dims("C D H W")
    >>> sf.cost(ConvNormActivation(C, D), (C, H, W)).params
    D*(9*C + 2)
    """
    conv = Conv2d(
        in_channels,
        out_channels,
        kernel_size,
        stride,
        padding=centred(exact(kernel_size)) * dilation,
        dilation=dilation,
        groups=groups,
        bias=False,
    )
    return normed(conv, "inference", *(() if activation is None else (activation,)))


class Inverted(Layer):
    """A body that widens, convolves, and narrows again; the input is added where the shape stays.

    ``inside`` is the body's name.
    """

    inside: ClassVar[str] = "block"
    in_channels: Size
    expanded_channels: Size
    out_channels: Size
    kernel_size: Size = 3
    stride: Size = 1

    def needs(self) -> Iterable[Require]:
        """To know whether there are a shortcut and something that widens."""
        if self.stride == 1 and self.in_channels != self.out_channels:
            yield not_equal(self, "in_channels", self.out_channels)
        if self.expanded_channels != self.in_channels:
            yield not_equal(self, "expanded_channels", self.in_channels)

    def body(self) -> Iterable[Layer]:
        """Return the layers of the body, in order."""
        raise NotImplementedError

    def forward(self, x: Shape) -> Forward:
        """Apply the body, and add the input to what has its shape."""
        y = yield self.inside, Sequential(*self.body()), x
        if self.stride == 1 and self.in_channels == self.out_channels:
            y = yield "add", Add(), y, x
        return y


class MBConv(Inverted):
    """1 × 1 to more channels (if there are more), depthwise, a gate (if any), 1 × 1 back, without activation.

    The inverted residual of MobileNet V3 and of EfficientNet; a dilation replaces the stride.
    """

    dilation: Size = 1
    activation: Layer = RELU
    gate: Layer | None = None

    def body(self) -> Iterable[Layer]:
        """Return what widens, the depthwise convolution, the gate, and what narrows."""
        wide = self.expanded_channels
        if wide != self.in_channels:
            yield ConvNormActivation(self.in_channels, wide, 1, activation=self.activation)
        yield ConvNormActivation(
            wide,
            wide,
            self.kernel_size,
            self.stride if self.dilation == 1 else 1,
            groups=wide,
            dilation=self.dilation,
            activation=self.activation,
        )
        if self.gate is not None:
            yield self.gate
        yield ConvNormActivation(wide, self.out_channels, 1, activation=None)
