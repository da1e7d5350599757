"""Dynamic convolution: several kernels, blended anew for every sample by attention over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.exprs import product
from symflops.facts import at_least, equal
from symflops.floors import quotient
from symflops.layers.activation import ReLU, Softmax
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Require, Size
from symflops.layers.conv import Kernels
from symflops.layers.linear import Linear
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.shape import Flatten
from symflops.primitives import bias_add, contract
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable


class DynamicConv2d(Kernels):
    """Dynamic convolution of (B, C_in, H, W): one convolution a sample, its kernel Σ_k π_k(x)·W_k.

    The attention π is a global mean, a fully connected layer to ⌊C_in/r⌋, ReLU, one to K, and a softmax (at
    inference its temperature is 1). Blending the K kernels and biases takes K products and K - 1 additions
    for each of their entries, once a sample.

    MACs: C_in²/r + C_in·K/r for π where r divides C_in, K·(C_in/g)·C_out·k² + K·C_out for the blend, and the
    convolution's own. Params: K kernels, K·C_out biases, and the two fully connected layers with theirs.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W, K = sf.dims("k C_in C_out H W K")
    >>> cost = sf.cost(sf.DynamicConv2d(C_in, C_out, k, padding="same", kernels=K), (C_in, H, W))
    >>> cost["conv"].params
    C_out*K*(C_in*k**2 + 1)
    >>> cost["conv"].macs
    C_out*(C_in*H*W*k**2 + C_in*K*k**2 + K)

    Raises:
        ArgumentError: groups that do not divide the channels, a reduction that leaves no channel.
        ShapeError: other channels than in_channels, or an input smaller than the kernel.

    Source: Chen et al. 2020, Dynamic convolution: attention over convolution kernels, section 3.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    kernels: Size = 4
    reduction: Size = 4

    def needs(self) -> Iterable[Require]:
        """As all kernels, at least one of them, and a channel that is left to find the attention from."""
        yield from super().needs()
        yield from scalars(self, "kernels", "reduction")
        yield Require(
            at_least(self.squeezed, 1),
            lambda: (
                f"DynamicConv2d: reduction = {self.reduction} leaves none of in_channels = "
                f"{self.in_channels} to find the attention from"
            ),
        )

    @property
    def squeezed(self) -> Size:
        """The channels that the attention is found from."""
        return quotient(self.in_channels, self.reduction)

    def forward(self, x: Shape) -> Forward:
        """Find the attention over the kernels, blend them, and convolve."""
        s = yield "pool", AdaptiveAvgPool2d(1), x
        s = yield "flatten", Flatten(), s
        s = yield "fc1", Linear(self.in_channels, self.squeezed), s
        s = yield "relu", ReLU(), s
        s = yield "fc2", Linear(self.squeezed, self.kernels), s
        attention = yield "softmax", Softmax(dim=-1), s
        windows = (self.kernel_size, self.stride, self.padding, self.dilation)
        blended = BlendedKernels(
            self.in_channels, self.out_channels, *windows, self.groups, self.bias, self.kernels
        )
        return (yield "conv", blended, x, attention)


class BlendedKernels(Kernels):
    """A convolution whose kernel is a sum of several, weighed for each sample by the second input."""

    axes: ClassVar[int] = 2
    kernels: Size = 4

    def forward(self, x: Shape, attention: Shape) -> Forward:
        """Blend kernels and biases, convolve, and add the bias."""
        batch, *_ = x
        yield Require(
            equal(attention[-1], self.kernels),
            lambda: f"there are {self.kernels} kernels to blend, got weights for {attention[-1]}",
        )
        _, output = yield from self.fitted(x)
        outputs = (self.out_channels, *output, batch)
        filters = (*self.fan_in, self.out_channels)
        weight = Weight("weight", product((self.kernels, *filters)))
        blend = ((self.kernels, *filters, batch), (*filters, batch))
        yield "blend", contract(*blend, "dot.other", (weight,))
        if self.bias:
            biases = Weight("bias", product((self.kernels, self.out_channels)))
            added = ((self.kernels, self.out_channels, batch), (self.out_channels, batch))
            yield "blend_bias", contract(*added, "dot.other", (biases,))
        yield "conv", contract((*self.fan_in, *outputs), outputs, "dot.conv")
        if self.bias:
            yield "bias", bias_add(outputs)
        return (batch, self.out_channels, *output)
