"""Deformable convolution: taps at places that a convolution of its own predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.exprs import product
from symflops.facts import divides
from symflops.layers.activation import Sigmoid
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Require, Size
from symflops.layers.conv import Conv2d, Kernels
from symflops.layers.shape import Split
from symflops.primitives import bias_add, contract, elementwise, sample
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable


class DeformConv2d(Kernels):
    """Deformable convolution of (B, C_in, H, W): every tap moved by an offset that the layer finds itself.

    A convolution with the same windows predicts the offsets, 2·k² channels for each of ``offset_groups`` (its
    weights and its bias are the layer's own). Each tap of each channel is a bilinear sample, and the products
    with the weights are those of :class:`Conv2d`. With ``modulated`` (version 2) the offsets' convolution has
    3·k² channels; the last k² go through a sigmoid, and every sample is multiplied by its own.

    Counted, for n = H_out·W_out positions and q offset groups: the convolution of the offsets; for each of
    k²·q·n places 2 additions of the offset, 4 subtractions and 4 products for the 4 weights of its neighbours,
    found once for all channels of its group; for each of k²·C_in·n samples 4 products and 3 additions, with
    ``modulated`` one product more; then (C_in/g)·k²·C_out·n products. Rounding down to the neighbour and
    asking whether it lies on the map is indexing, which counts nothing. The MACs are the products of both
    convolutions.

    Params: 2·k²·q·(C_in·k² + 1) for the offsets (3·k²·q·(C_in·k² + 1) with ``modulated``), and those of Conv2d.
    The receptive field is that of the taps where they stand before they are moved.

    >>> import symflops as sf
    >>> C_in, C_out, H, W = sf.dims("C_in C_out H W")
    >>> layer = sf.DeformConv2d(C_in, C_out, 3, padding=1, bias=False)
    >>> cost = sf.cost(layer, (C_in, H, W))
    >>> cost["offset"].params, cost.macs
    (162*C_in + 18, 9*C_in*H*W*(C_out + 18))
    >>> cost["conv.sample"].flops
    63*C_in*H*W

    Raises:
        ArgumentError: groups or offset_groups that do not divide the channels, a size below 1.
        ShapeError: other channels than in_channels, or an input smaller than the kernel.

    Source: Dai et al. 2017, section 2.1; Zhu et al. 2019, section 3.2; torchvision.ops.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    offset_groups: Size = 1
    modulated: bool = False

    def needs(self) -> Iterable[Require]:
        """As all kernels, and offset groups that divide the channels."""
        yield from super().needs()
        yield from scalars(self, "offset_groups")
        yield Require(
            divides(self.offset_groups, self.in_channels),
            lambda: (
                f"DeformConv2d: in_channels = {self.in_channels} must be divisible by "
                f"offset_groups = {self.offset_groups}"
            ),
        )

    def forward(self, x: Shape) -> Forward:
        """Predict where the taps go, and convolve what is there."""
        yield from self.fitted(x)
        windows = (self.kernel_size, self.stride, self.padding, self.dilation)
        masks = product((*(w.kernel for w in self.windows()), self.offset_groups))
        offsets = 2 * masks  # a shift along the height and one along the width
        predicted = offsets + masks if self.modulated else offsets
        moved = yield "offset", Conv2d(self.in_channels, predicted, *windows), x
        convolution = MovedTaps(
            self.in_channels,
            self.out_channels,
            *windows,
            self.groups,
            self.bias,
            self.offset_groups,
        )
        if not self.modulated:
            return (yield "conv", convolution, x, moved)
        moved, mask = yield "split", Split((offsets, masks), 1), moved
        mask = yield "sigmoid", Sigmoid(), mask
        return (yield "conv", convolution, x, moved, mask)


class MovedTaps(Kernels):
    """A convolution whose taps stand where the second input moves them; a third weighs what is there."""

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    offset_groups: Size = 1

    def forward(self, x: Shape, *moved: Shape) -> Forward:
        """Sample every tap of every channel, and multiply the samples by the weights."""
        batch, channels, *_ = x
        windows, output = yield from self.fitted(x)
        taps = tuple(window.kernel for window in windows)
        values = (*taps, channels, *output, batch)
        yield from sample(values, (*taps, self.offset_groups, *output, batch))
        if len(moved) > 1:
            yield "modulate", elementwise("mul", values)
        outputs = (self.out_channels, *output, batch)
        weight = Weight("weight", product((*self.fan_in, self.out_channels)))
        yield "conv", contract((*self.fan_in, *outputs), outputs, "dot.conv", (weight,))
        if self.bias:
            yield "bias", bias_add(outputs, (Weight("bias", self.out_channels),))
        return (batch, self.out_channels, *output)
