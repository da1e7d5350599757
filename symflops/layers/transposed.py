"""Transposed convolution in one, two and three dimensions: each input position scatters k² products.

Source of the arithmetic: Dumoulin and Visin 2016, A guide to convolution arithmetic, section 4; PyTorch's
ConvTranspose2d.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.exprs import product
from symflops.facts import Facts, at_least, more_than
from symflops.fields import mapped, spread_out
from symflops.layers.arguments import along, scalars
from symflops.layers.base import Forward, Layer, Require, Size, option, positive
from symflops.layers.conv import AXES, alike_on_both_sides, channels_match, groups_divide
from symflops.primitives import bias_add, contract
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.geometry import Window


class TransposedConvolution(Layer):
    """The engine: every input position times every weight, added up where they fall (Dumoulin and Visin 2016)."""

    axes: ClassVar[int]
    in_channels: Size
    out_channels: Size
    kernel_size: Size
    stride: Size = 1
    padding: Size = 0
    output_padding: Size = 0
    groups: Size = 1
    bias: bool = True
    dilation: Size = 1
    padding_mode: str = "zeros"

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, groups that divide the channels, a small enough output_padding."""
        yield from scalars(self, "in_channels", "out_channels", "groups")
        yield from positive(self, "kernel_size", "stride", "dilation")
        yield from positive(self, "padding", "output_padding", least=0)
        option(self, "padding_mode", ("zeros",))
        for window, extra in zip(self.windows(), self.extras(), strict=True):
            yield from self.is_small(extra, window)
        yield from groups_divide(self)

    def windows(self) -> tuple[Window, ...]:
        """Return the window along each axis, with what is cut off before and after."""
        return alike_on_both_sides(self)

    def extras(self) -> tuple[Any, ...]:
        """Return the output padding of each axis."""
        return along(self, "output_padding")

    def is_small(self, extra: Any, window: Window) -> Iterable[Require]:
        """Require the output padding to be smaller than the stride or the dilation, as PyTorch does."""
        decided = Facts()
        smaller = [more_than(step, extra) for step in (window.stride, window.dilation)]
        if not any(decided.decide(relation) for relation in smaller):
            open_ones = [r for r in smaller if decided.decide(r) is None]
            yield Require(
                (open_ones or smaller)[0],
                lambda: (
                    f"{type(self).__name__}: output_padding must be smaller than stride or dilation, "
                    f"got output_padding {extra}, stride {window.stride}, dilation {window.dilation}"
                ),
            )

    def forward(self, x: Shape) -> Forward:
        """Multiply every input position by the kernels, add up what meets, and cut the padding off."""
        batch, channels, *sizes = x
        yield channels_match(self, channels, self.in_channels)
        windows, reached, output = self.windows(), [], []
        for axis, (window, extra) in enumerate(zip(windows, self.extras(), strict=True)):
            covered, relations = window.covered(sizes[axis])
            for relation in relations:
                yield Require(relation, lambda r=relation: f"counting its sums needs {r}")  # type: ignore[misc]
            reached.append(covered)
            output.append(window.canvas(sizes[axis]) - window.before - window.after + extra)
            yield self.is_left(axis, output[axis])
        taps = tuple(window.kernel for window in windows)
        filters = (self.in_channels, *taps, self.out_channels / self.groups)
        weight = Weight("weight", product(filters))
        outputs = (self.out_channels, *reached, batch)
        yield "conv", contract((*filters, *sizes, batch), outputs, "dot.conv", (weight,))
        if self.bias:
            added = (self.out_channels, *output, batch)
            yield "bias", bias_add(added, (Weight("bias", self.out_channels),))
        return (batch, self.out_channels, *output)

    def is_left(self, axis: int, size: Any) -> Require:
        """Require that padding does not cut everything off."""
        kind, name = type(self).__name__, AXES[self.axes][axis]
        return Require(
            at_least(size, 1),
            lambda: (
                f"{kind}: padding {self.padding} cuts everything off: an output {name} of {size} is "
                "left; enlarge the input or pad less"
            ),
        )

    def sees(self, *inputs: Shape) -> Axes:
        """Return the positions whose products fall on one place, over all channels."""
        return mapped(len(inputs[0]), map(spread_out, self.windows()))


class ConvTranspose1d(TransposedConvolution):
    """Transposed convolution of (B, C_in, L) to (B, C_out, L_out).

    Products: C_in·(C_out/g)·k·L. L_out = (L - 1)·s - 2p + d(k - 1) + output_padding + 1. Sums, params and what
    else tools print as in :class:`ConvTranspose2d`.

    >>> import symflops as sf
    >>> k, C_in, C_out, L = sf.dims("k C_in C_out L")
    >>> sf.cost(sf.ConvTranspose1d(C_in, C_out, k), (C_in, L)).macs
    C_in*C_out*L*k
    """

    axes: ClassVar[int] = 1
    rank: ClassVar[int | None] = 3


class ConvTranspose2d(TransposedConvolution):
    """Transposed convolution of (B, C_in, H, W) to (B, C_out, H_out, W_out), each group of channels apart.

    H_out = (H - 1)·s - 2p + d(k - 1) + output_padding + 1. Every input position takes part in one product for
    each weight of its channel, those included that ``padding`` cuts off afterwards:
    products (MACs) = C_in·(C_out/g)·k²·H·W. Params: C_in·(C_out/g)·k², and C_out with a bias.

    Additions = products less outputs that any product reaches, and one more an output of the cropped map
    with a bias. Reached is, along one axis, the set {i·s + t·d : 0 ≤ i < H, 0 ≤ t < k}; two pairs (i, t)
    fall on one place where i grows by d/γ and t falls by s/γ, γ = gcd(s, d), so that it has
    H·k - max(0, H - d/γ)·max(0, k - s/γ) members: (H - 1)·s + k for d = 1 and k ≥ s. Where that is a matter of
    symbols, k ≥ s/γ and H ≥ d/γ are assumed.

    Some tools (thop, torchinfo, torchprofile) print k²·C_in·(C_out/g)·H_out·W_out instead: the products that a
    convolution over the input with zeros put between its positions would take. That is H_out·W_out/(H·W)
    times as many, about s², and the same for s = 1 where H_out = H. PyTorch's FlopCounterMode, fvcore,
    ptflops and calflops count as it is done here.

    >>> import symflops as sf
    >>> k, s, C_in, C_out, H, W = sf.dims("k s C_in C_out H W")
    >>> cost = sf.cost(sf.ConvTranspose2d(C_in, C_out, k, s), (C_in, H, W))
    >>> cost.macs
    C_in*C_out*H*W*k**2
    >>> cost.output
    (C_out, H*s + k - s, W*s + k - s)
    >>> [str(condition) for condition in cost.conditions]
    ['k >= s']
    >>> sf.cost(sf.ConvTranspose2d(32, 16, 4, stride=2, padding=1), (32, 14, 14)).macs
    1605632

    Raises:
        ArgumentError: groups that do not divide the channels, a size below 1, an output_padding that is
            neither smaller than stride nor than dilation.
        ShapeError: other channels than in_channels, or padding that leaves nothing.

    Source: Dumoulin and Visin 2016, section 4; PyTorch's ConvTranspose2d.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4


class ConvTranspose3d(TransposedConvolution):
    """Transposed convolution of (B, C_in, D, H, W) to (B, C_out, D_out, H_out, W_out).

    Products: C_in·(C_out/g)·k³·D·H·W; sums, params and sizes as in :class:`ConvTranspose2d`.

    >>> import symflops as sf
    >>> k, C_in, C_out, D, H, W = sf.dims("k C_in C_out D H W")
    >>> sf.cost(sf.ConvTranspose3d(C_in, C_out, k), (C_in, D, H, W)).macs
    C_in*C_out*D*H*W*k**3
    """

    axes: ClassVar[int] = 3
    rank: ClassVar[int | None] = 5
