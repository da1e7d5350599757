"""Convolution in one, two and three dimensions: one engine, PyTorch's names.

Source of the arithmetic: Dumoulin and Visin 2016, A guide to convolution arithmetic; PyTorch's Conv2d.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.exprs import ONE, ZERO, product
from symflops.facts import at_least, divides, equal
from symflops.fields import mapped, sliding
from symflops.geometry import Window, same_padding
from symflops.layers.arguments import along, scalars
from symflops.layers.base import Forward, Layer, Require, Size, option, positive
from symflops.layers.combine import Sequential
from symflops.primitives import bias_add, contract
from symflops.symbols import exact
from symflops.trace import Condition, Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class Kernels(Layer):
    """What every convolution has: kernels of C_in/g channels that slide over the axes of (B, C_in, …)."""

    axes: ClassVar[int]
    in_channels: Size
    out_channels: Size
    kernel_size: Size
    stride: Size = 1
    padding: Any = 0  # sizes, 'same' or 'valid'
    dilation: Size = 1
    groups: Size = 1
    bias: bool = True

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, groups that divide the channels, a padding that is known."""
        yield from scalars(self, "in_channels", "out_channels", "groups")
        yield from positive(self, "kernel_size", "stride", "dilation")
        if isinstance(self.padding, str):
            option(self, "padding", ("same", "valid"))
            if self.padding == "same" and set(along(self, "stride")) != {1}:
                message = f"{type(self).__name__}: padding='same' needs stride 1, got stride {self.stride}"
                raise ArgumentError(message)
        else:
            yield from positive(self, "padding", least=0)
        self.windows()  # one value an axis
        yield from groups_divide(self)

    def windows(self) -> tuple[Window, ...]:
        """Return the window along each axis."""
        kernel, stride = along(self, "kernel_size"), along(self, "stride")
        dilation = along(self, "dilation")
        if self.padding == "same":
            pads = [same_padding(k, d) for k, d in zip(kernel, dilation, strict=True)]
        else:
            padding = (ZERO,) * self.axes if self.padding == "valid" else along(self, "padding")
            pads = [(p, p) for p in padding]
        parts = zip(kernel, stride, pads, dilation, strict=True)
        return tuple(Window(k, s, exact(p[0]), exact(p[1]), d) for k, s, p, d in parts)

    def fitted(self, x: Shape) -> Forward:
        """Check the input, and return the windows with how many of them there are along each axis."""
        _, channels, *sizes = x
        yield channels_match(self, channels, self.in_channels)
        windows = self.windows()
        return windows, (yield from windows_fit(self, windows, sizes))

    @property
    def fan_in(self) -> tuple[Any, ...]:
        """The factors of how many weights an output sees: C_in/g and the taps of every axis."""
        return (self.in_channels / self.groups, *(w.kernel for w in self.windows()))

    def sees(self, *inputs: Shape) -> Axes:
        """Return a window of every axis, over all channels."""
        return mapped(len(inputs[0]), map(sliding, self.windows()))


class Convolution(Kernels):
    """The engine: each output is a dot product over the taps of C_in/g channels (Dumoulin and Visin 2016)."""

    padding_mode: str = "zeros"
    count_padding: bool = dataclasses.field(default=True, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """As all kernels, and a padding mode that exists."""
        yield from super().needs()
        option(self, "padding_mode", PADDING_MODES)
        if not self.count_padding and self.padding_mode != "zeros":
            message = f"{type(self).__name__}: count_padding=False needs padding_mode='zeros'"
            raise ArgumentError(message)

    def forward(self, x: Shape) -> Forward:
        """Slide the kernels over the input, then add the bias."""
        batch, _, *sizes = x
        windows, output = yield from self.fitted(x)
        for axis, (window, size) in enumerate(zip(windows, sizes, strict=True)):
            yield from self.wraps_once(axis, window, size)
        weight = Weight("weight", product((*self.fan_in, self.out_channels)))
        if self.count_padding:
            outputs = (self.out_channels, *output, batch)
            yield "conv", contract((*self.fan_in, *outputs), outputs, "dot.conv", (weight,))
        else:
            yield from self.real_taps(windows, sizes, batch, weight)
        if self.bias:
            added = (self.out_channels, *output, batch)
            yield "bias", bias_add(added, (Weight("bias", self.out_channels),))
        return (batch, self.out_channels, *output)

    def wraps_once(self, axis: int, window: Window, size: Any) -> Iterable[Require]:
        """Require that reflected or circular padding is not longer than what it copies."""
        copied = {"reflect": size - 1, "circular": size}.get(self.padding_mode)
        if copied is not None:
            for padding in dict.fromkeys((window.before, window.after)):
                yield Require(
                    at_least(copied, padding),
                    lambda padding=padding: (  # type: ignore[misc]
                        f"{type(self).__name__}: padding_mode={self.padding_mode!r} can pad at most "
                        f"{copied} on axis {axis + 2}, got {padding}"
                    ),
                )

    def real_taps(
        self, windows: tuple[Window, ...], sizes: list[Any], batch: Any, weight: Weight
    ) -> Forward:
        """Count only the products whose tap is not padding."""
        taps, reached = [], []
        for window, size in zip(windows, sizes, strict=True):
            total, outputs, relations = window.taps(size)
            taps.append(total)
            reached.append(outputs)
            for relation in relations:
                yield Require(relation, lambda r=relation: f"count_padding=False needs {r}")  # type: ignore[misc]
        products = (self.in_channels / self.groups, self.out_channels, *taps, batch)
        outputs_ = (self.out_channels, *reached, batch)
        yield "conv", contract(products, outputs_, "dot.conv", (weight,))


class Conv1d(Convolution):
    """Convolution of (B, C_in, L) to (B, C_out, L_out), each group of channels apart.

    Products: (C_in/g)·k·C_out·L_out; sums: one less an output, one more with a bias.
    Params: (C_in/g)·k·C_out, and C_out with a bias. L_out = ⌊(L + 2p - d(k - 1) - 1)/s⌋ + 1.

    >>> import symflops as sf
    >>> k, C_in, C_out, L = sf.dims("k C_in C_out L")
    >>> sf.cost(sf.Conv1d(C_in, C_out, k, padding="same"), (C_in, L)).flops
    2*C_in*C_out*L*k

    Raises:
        ArgumentError: groups that do not divide the channels, a size below 1.
        ShapeError: other channels than in_channels, or an input shorter than the kernel.
    """

    axes: ClassVar[int] = 1
    rank: ClassVar[int | None] = 3


class Conv2d(Convolution):
    """Convolution of (B, C_in, H, W) to (B, C_out, H_out, W_out), each group of channels apart.

    Products (MACs): (C_in/g)·k²·C_out·H_out·W_out. Additions: (C_in·k²/g - 1)·C_out·H_out·W_out, and one an
    output more with a bias. Params: (C_in/g)·k²·C_out, and C_out with a bias.
    H_out = ⌊(H + 2p - d(k - 1) - 1)/s⌋ + 1. A tap on padding counts as a product, as in every paper;
    ``count_padding=False`` counts only the taps that are there.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> sf.cost(sf.Conv2d(C_in, C_out, k, padding="same", bias=False), (C_in, H, W)).flops
    C_out*H*W*(2*C_in*k**2 - 1)
    >>> sf.cost(sf.Conv2d(C_in, C_out, k, padding="same"), (C_in, H, W)).flops
    2*C_in*C_out*H*W*k**2

    Raises:
        ArgumentError: groups that do not divide the channels, a size below 1, 'same' with a stride.
        ShapeError: other channels than in_channels, or an input smaller than the kernel.

    Source: Dumoulin and Visin 2016, section 2; PyTorch's Conv2d.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4


class Conv3d(Convolution):
    """Convolution of (B, C_in, D, H, W) to (B, C_out, D_out, H_out, W_out).

    Products: (C_in/g)·k³·C_out·D_out·H_out·W_out; sums, params and sizes as in :class:`Conv2d`.

    >>> import symflops as sf
    >>> k, C_in, C_out, D, H, W = sf.dims("k C_in C_out D H W")
    >>> sf.cost(sf.Conv3d(C_in, C_out, k, padding="same"), (C_in, D, H, W)).macs
    C_in*C_out*D*H*W*k**3
    """

    axes: ClassVar[int] = 3
    rank: ClassVar[int | None] = 5


def groups_divide(layer: Any) -> Iterable[Require]:
    """Require the groups to divide the channels that come in and those that go out."""
    for name in ("in_channels", "out_channels") if layer.groups != 1 else ():
        channels = getattr(layer, name)
        yield Require(
            divides(layer.groups, channels),
            lambda name=name, channels=channels: (  # type: ignore[misc]
                f"{type(layer).__name__}: {name} = {channels} must be divisible by groups = "
                f"{layer.groups}"
            ),
        )


def steps_of_one(layer: Kernels) -> None:
    """Refuse a stride or a dilation other than 1.

    Raises:
        ArgumentError: one of them is another number, or a symbol.
    """
    for name in ("stride", "dilation"):
        if set(along(layer, name)) != {ONE}:
            value = getattr(layer, name)
            message = f"{type(layer).__name__} needs {name} 1, got {value}; write Conv2d for others"
            raise ArgumentError(message)


def channels_match(layer: Layer, got: Any, expected: Any) -> Require:
    """Require the channels of the input to be those that the layer was made for."""
    return Require(
        equal(got, expected),
        lambda: f"{type(layer).__name__} expects {expected} channels, got {got}",
    )


def alike_on_both_sides(layer: Any) -> tuple[Window, ...]:
    """Return the window along each axis of a layer that pads both sides by ``padding``."""
    names = ("kernel_size", "stride", "padding", "padding", "dilation")
    parts = (along(layer, name) for name in names)
    return tuple(Window(*part) for part in zip(*parts, strict=True))


AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def windows_fit(layer: Any, windows: tuple[Window, ...], sizes: Iterable[Any]) -> Forward:
    """Require every window to fit its axis, and return how many of them there are along each."""
    counts = []
    for axis, (window, size) in enumerate(zip(windows, sizes, strict=True)):
        yield from window_fits(layer, axis, window, size)
        counts.append(window.outputs(size))
    return counts


def window_fits(
    layer: Any, axis: int, window: Window, size: Any, *, ceil_mode: bool = False
) -> Iterable[Require | Condition]:
    """Require a window to fit its padded axis, and note what its stride leaves over."""
    kind, name = type(layer).__name__, AXES[layer.axes][axis]
    least = window.reach + (2 - window.stride if ceil_mode else 1)
    yield Require(
        window.fits(size, ceil_mode=ceil_mode),
        lambda: (
            f"{kind} needs a padded {name} of at least {least}, got "
            f"{size + window.before + window.after}; enlarge the input or pad it"
        ),
    )
    left = window.left_over(size)
    if left is not None and not ceil_mode:
        slack = window.slack(size)
        note = (
            f"{kind}: ⌊{slack}/{window.stride}⌋ = {slack // window.stride} steps along the {name}"
        )
        yield Condition(divides(window.stride, slack), "rounded", note=f"{note}, {left} left over")


def DepthwiseConv1d(channels: Size, kernel_size: Size, **options: Any) -> Conv1d:
    """Return the 1-d convolution with one group a channel: k·C·L products.

    >>> import symflops as sf
    >>> k, C, L = sf.dims("k C L")
    >>> sf.cost(sf.DepthwiseConv1d(C, k, padding="same"), (C, L)).macs
    C*L*k
    """
    return Conv1d(channels, channels, kernel_size, groups=channels, **options)


def DepthwiseConv2d(channels: Size, kernel_size: Size, **options: Any) -> Conv2d:
    """Return the 2-d convolution with one group a channel: k²·C·H·W products.

    >>> import symflops as sf
    >>> k, C, H, W = sf.dims("k C H W")
    >>> sf.cost(sf.DepthwiseConv2d(C, k, padding="same"), (C, H, W)).macs
    C*H*W*k**2
    """
    return Conv2d(channels, channels, kernel_size, groups=channels, **options)


def DepthwiseConv3d(channels: Size, kernel_size: Size, **options: Any) -> Conv3d:
    """Return the 3-d convolution with one group a channel: k³·C·D·H·W products.

    >>> import symflops as sf
    >>> k, C, D, H, W = sf.dims("k C D H W")
    >>> sf.cost(sf.DepthwiseConv3d(C, k, padding="same"), (C, D, H, W)).macs
    C*D*H*W*k**3
    """
    return Conv3d(channels, channels, kernel_size, groups=channels, **options)


def PointwiseConv2d(in_channels: Size, out_channels: Size, **options: Any) -> Conv2d:
    """Return the 1 × 1 convolution: C_in·C_out·H·W products.

    >>> import symflops as sf
    >>> C_in, C_out, H, W = sf.dims("C_in C_out H W")
    >>> sf.cost(sf.PointwiseConv2d(C_in, C_out), (C_in, H, W)).macs
    C_in*C_out*H*W
    """
    return Conv2d(in_channels, out_channels, 1, **options)


def SeparableConv2d(
    in_channels: Size, out_channels: Size, kernel_size: Size, *, bias: bool = True, **options: Any
) -> Sequential:
    """Return a depthwise convolution and then a pointwise one (Howard et al. 2017, section 3.1).

    MACs: C_in·H·W·(k² + C_out).

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> sf.cost(sf.SeparableConv2d(C_in, C_out, k, padding="same"), (C_in, H, W)).macs
    C_in*H*W*(C_out + k**2)
    """
    return Sequential(
        depthwise=DepthwiseConv2d(in_channels, kernel_size, bias=bias, **options),
        pointwise=PointwiseConv2d(in_channels, out_channels, bias=bias),
    )
