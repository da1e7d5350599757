"""Attention over channels: weights of the channels, found from the whole map, that scale the map."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.facts import at_least
from symflops.layers.activation import ReLU, Sigmoid
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.centred import centred, odd
from symflops.layers.combine import Add, Concat, Multiply, Sequential, Shared
from symflops.layers.conv import Conv1d, Conv2d, channels_match
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.reduction import Amax, Mean
from symflops.layers.shape import Flatten, Permute, Unflatten
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class SqueezeExcitation(Layer):
    """x · σ(W₂ δ(W₁ mean(x))): each channel of (B, C, H, W) scaled by a weight found from all of them.

    Mean of every map, a 1 × 1 convolution to c channels, δ, one back to C, σ, and one product an element.
    Params: 2·C·c + C + c; without the biases 2·C²/r at c = C/r, as the paper states it. MACs: 2·C·c.

    >>> import symflops as sf
    >>> C, c, H, W = sf.dims("C c H W")
    >>> cost = sf.cost(sf.SqueezeExcitation(C, c), (C, H, W))
    >>> cost.params, cost.macs
    (2*C*c + C + c, 2*C*c)

    Raises:
        ArgumentError: channels below 1, an activation that is no layer (write ReLU(), not ReLU).
        ShapeError: other channels than input_channels.

    Source: Hu et al. 2018, section 3, equation 5 for the parameters; torchvision.ops.
    """

    rank: ClassVar[int | None] = 4
    input_channels: Size
    squeeze_channels: Size
    activation: Layer = ReLU()
    scale_activation: Layer = Sigmoid()

    def needs(self) -> Iterable[Require]:
        """Channels of at least 1."""
        return scalars(self, "input_channels", "squeeze_channels")

    def forward(self, x: Shape) -> Forward:
        """Squeeze the map to one number a channel, excite, and scale the map."""
        s = yield "avgpool", AdaptiveAvgPool2d(1), x
        s = yield "fc1", Conv2d(self.input_channels, self.squeeze_channels, 1), s
        s = yield "activation", self.activation, s
        s = yield "fc2", Conv2d(self.squeeze_channels, self.input_channels, 1), s
        s = yield "scale_activation", self.scale_activation, s
        return (yield "scale", Multiply(), s, x)


class ECA(Layer):
    """x · σ(conv(mean(x))): each channel of (B, C, H, W) scaled by a weight found from its k neighbours.

    Mean of every map, one convolution of k taps that runs across the channels, σ, and one product an element.
    Params: k, there is no bias. MACs: k·C.

    >>> import symflops as sf
    >>> C, k, H, W = sf.dims("C k H W")
    >>> cost = sf.cost(sf.ECA(C, k), (C, H, W))
    >>> cost.params, cost.macs
    (k, C*k)

    Raises:
        ArgumentError: an even kernel.
        ShapeError: other channels than given.

    Source: Wang et al. 2020, ECA-Net, section 3.2; the authors' eca_module.py.
    """

    rank: ClassVar[int | None] = 4
    channels: Size
    kernel_size: Size = 3

    def needs(self) -> Iterable[Require]:
        """Channels of at least 1, and an odd kernel."""
        single(self, "kernel_size")
        yield from scalars(self, "channels")
        yield from odd(self, "kernel_size")

    def forward(self, x: Shape) -> Forward:
        """Average the map, look at the neighbours of each channel, and scale the map."""
        k = self.kernel_size
        yield channels_match(self, x[1], self.channels)
        s = yield "avg_pool", AdaptiveAvgPool2d(1), x
        s = yield "flatten", Flatten(), s
        s = yield "row", Unflatten(1, (1, self.channels)), s
        s = yield "conv", Conv1d(1, 1, k, padding=centred(k), bias=False), s
        s = yield "sigmoid", Sigmoid(), s
        s = yield "column", Permute((0, 2, 1)), s
        s = yield "unflatten", Unflatten(2, (1, 1)), s
        return (yield "scale", Multiply(), s, x)


class CBAM(Layer):
    """Channels of (B, C, H, W) scaled by weights found from the map, then positions by weights found from all.

    Channel weights σ(MLP(mean) + MLP(greatest)), one MLP C → C/r → C for both; then position weights
    σ(conv([mean; greatest] over the channels)), a k × k convolution without bias and batch normalisation.
    Params: 2·C²/r + C/r + C and 2·k² + 2. The equations of the paper have neither biases nor the
    normalisation: ``bias=False, form="folded"`` leaves 2·C²/r + 2·k². Of a number of channels the hidden ones
    are ⌊C/r⌋; a symbol is taken to be a multiple.

    >>> import symflops as sf
    >>> C, r, H, W = sf.dims("C r H W")
    >>> sf.cost(sf.CBAM(C, r, bias=False, form="folded"), (C, H, W)).params
    2*C**2/r + 98
    >>> cost = sf.cost(sf.CBAM(C), (C, H, W))
    >>> cost.macs, [str(condition) for condition in cost.conditions]
    (C**2/4 + 98*H*W, ['16 | C'])

    Raises:
        ArgumentError: a reduction to no channels, an even kernel.
        ShapeError: other channels than given.

    Source: Woo et al. 2018, section 3, equations 2 and 3; the authors' cbam.py.
    """

    rank: ClassVar[int | None] = 4
    channels: Size
    reduction: Size = 16
    kernel_size: Size = 7
    bias: bool = dataclasses.field(default=True, kw_only=True)
    form: str = dataclasses.field(default="inference", kw_only=True)

    def needs(self) -> Iterable[Require]:
        """At least one hidden channel, and an odd kernel."""
        yield from scalars(self, "channels", "reduction")
        yield from odd(self, "kernel_size")
        yield from BatchNorm2d(1, form=self.form).needs()
        yield Require(
            at_least(self.hidden, 1),
            lambda: f"CBAM: reduction = {self.reduction} leaves none of {self.channels} channels",
        )

    @property
    def hidden(self) -> Any:
        """The channels inside the MLP."""
        hidden = self.channels / self.reduction
        return exact(hidden.p // hidden.q) if hidden.is_Rational else hidden

    def forward(self, x: Shape) -> Forward:
        """Scale the channels, then the positions."""
        yield channels_match(self, x[1], self.channels)
        x = yield from self.scaled_channels(x)
        return (yield from self.scaled_positions(x))

    def scaled_channels(self, x: Shape) -> Forward:
        """Scale every channel by what one MLP makes of its mean and of its greatest entry."""
        mlp = Sequential(
            Linear(self.channels, self.hidden, self.bias),
            ReLU(),
            Linear(self.hidden, self.channels, self.bias),
        )
        a = yield "mean", Mean((2, 3)), x
        a = yield "mlp_of_mean", Shared(".mlp", mlp), a
        b = yield "max", Amax((2, 3)), x
        b = yield "mlp_of_max", Shared(".mlp", mlp), b
        s = yield "add", Add(), a, b
        s = yield "sigmoid", Sigmoid(), s
        s = yield "unflatten", Unflatten(1, (self.channels, 1, 1)), s
        return (yield "scale", Multiply(), s, x)

    def scaled_positions(self, x: Shape) -> Forward:
        """Scale every position by what a convolution makes of mean and greatest entry of its channels."""
        k = self.kernel_size
        b = yield "max_of_channels", Amax(1, keepdim=True), x
        a = yield "mean_of_channels", Mean(1, keepdim=True), x
        s = yield "concat", Concat(), b, a
        s = yield "conv", Conv2d(2, 1, k, padding=centred(k), bias=False), s
        s = yield "bn", BatchNorm2d(1, form=self.form), s
        s = yield "sigmoid_of_positions", Sigmoid(), s
        return (yield "scale_positions", Multiply(), s, x)
