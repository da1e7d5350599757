"""Pooling: windows that are compared or averaged, channel by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.exprs import ONE
from symflops.facts import at_least
from symflops.fields import SAME, mapped, sliding
from symflops.geometry import Window, adaptive_taps
from symflops.layers.arguments import along, single
from symflops.layers.base import Forward, Layer, Require, Size, per_axis, positive
from symflops.layers.conv import window_fits
from symflops.primitives import reduce, window_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Shape, Step


class Pool(Layer):
    """The engine: a window a channel, with PyTorch's rules for its position."""

    axes: ClassVar[int]
    kernel_size: Size
    stride: Size = None
    padding: Size = 0

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1; padding of at most half the kernel, as PyTorch asks for."""
        yield from positive(self, "kernel_size", "stride")
        yield from positive(self, "padding", least=0)
        self.windows()  # one value an axis
        for k, p in zip(along(self, "kernel_size"), along(self, "padding"), strict=True):
            if p != 0:
                yield Require(
                    at_least(k, 2 * p),
                    lambda k=k, p=p: (  # type: ignore[misc]
                        f"{type(self).__name__}: padding must be at most half the kernel_size {k}, "
                        f"got {p}"
                    ),
                )

    def windows(self) -> tuple[Window, ...]:
        """Return the window along each axis; the stride is the kernel unless given."""
        kernel, padding = along(self, "kernel_size"), along(self, "padding")
        stride = kernel if self.stride is None else along(self, "stride")
        dilation = along(self, "dilation") if hasattr(self, "dilation") else (ONE,) * self.axes
        parts = zip(kernel, stride, padding, dilation, strict=True)
        return tuple(Window(k, s, p, p, d) for k, s, p, d in parts)

    def forward(self, x: Shape) -> Forward:
        """Slide the window over every channel."""
        batch, channels, *sizes = x
        windows = self.windows()
        ceil_mode = bool(getattr(self, "ceil_mode", False))
        for axis, (window, size) in enumerate(zip(windows, sizes, strict=True)):
            yield from window_fits(self, axis, window, size, ceil_mode=ceil_mode)
        output = [w.outputs(n, ceil_mode=ceil_mode) for w, n in zip(windows, sizes, strict=True)]
        outputs = (channels, *output, batch)
        yield "pool", self.step((*(w.kernel for w in windows), *outputs), outputs)
        return (batch, channels, *output)

    def sees(self, *inputs: Shape) -> Axes:
        """Return a window of every axis."""
        return mapped(len(inputs[0]), map(sliding, self.windows()))

    def step(self, taps: tuple[Any, ...], outputs: tuple[Any, ...]) -> Step:
        """Return what the windows take."""
        raise NotImplementedError


class MaxPool(Pool):
    """The greatest of each window."""

    dilation: Size = 1
    return_indices: bool = False
    ceil_mode: bool = False

    def needs(self) -> Iterable[Require]:
        """As every pool, and a dilation of at least 1."""
        yield from super().needs()
        yield from positive(self, "dilation")

    def step(self, taps: tuple[Any, ...], outputs: tuple[Any, ...]) -> Step:
        """Return k² - 1 comparisons an output."""
        return reduce(taps, outputs, "cmp", "pool")


class MaxPool1d(MaxPool):
    """The greatest of k entries of (B, C, L): k - 1 comparisons an output.

    Sizes as in :class:`MaxPool2d`.

    >>> import symflops as sf
    >>> C, *sizes = sf.dims("C L")
    >>> sf.cost(sf.MaxPool1d(2), (C, *(2 * n for n in sizes))).flops
    C*L
    """

    axes: ClassVar[int] = 1
    rank: ClassVar[int | None] = 3


class MaxPool2d(MaxPool):
    """The greatest of k × k entries of (B, C, H, W): k² - 1 comparisons an output.

    H_out = ⌊(H + 2p - d(k - 1) - 1)/s⌋ + 1 with s = k unless given; ``ceil_mode`` rounds up, but starts no
    window behind the input and its left padding.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> cost = sf.cost(sf.MaxPool2d(3, stride=2, padding=1), (C, H, W))
    >>> cost.output
    (C, floor(H/2 + 1/2), floor(W/2 + 1/2))
    >>> cost.at(C=1, H=6, W=6).flops   # 3² - 1 for each of 9
    72

    Raises:
        ArgumentError: padding over half the kernel.
        ShapeError: an input smaller than the window.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4


class MaxPool3d(MaxPool):
    """The greatest of k × k × k entries of (B, C, D, H, W): k³ - 1 comparisons an output.

    Sizes as in :class:`MaxPool2d`.

    >>> import symflops as sf
    >>> C, *sizes = sf.dims("C D H W")
    >>> sf.cost(sf.MaxPool3d(2), (C, *(2 * n for n in sizes))).flops
    7*C*D*H*W
    """

    axes: ClassVar[int] = 3
    rank: ClassVar[int | None] = 5


class AvgPool(Pool):
    """The mean of each window; padding counts as entries, whatever it is divided by."""

    ceil_mode: bool = False
    count_include_pad: bool = True

    def step(self, taps: tuple[Any, ...], outputs: tuple[Any, ...]) -> Step:
        """Return k² - 1 additions and a division an output."""
        return window_mean(taps, outputs)


class AvgPool1d(AvgPool):
    """The mean of k entries of (B, C, L): k - 1 additions and a division an output.

    Sizes as in :class:`AvgPool2d`.

    >>> import symflops as sf
    >>> C, *sizes = sf.dims("C L")
    >>> sf.cost(sf.AvgPool1d(2), (C, *(2 * n for n in sizes))).flops
    2*C*L
    """

    axes: ClassVar[int] = 1
    rank: ClassVar[int | None] = 3


class DividedPool(AvgPool):
    """A mean that may be divided by another number than that of its entries."""

    divisor_override: Size = None

    def needs(self) -> Iterable[Require]:
        """As every pool, and a divisor of at least 1."""
        yield from super().needs()
        single(self, "divisor_override")
        yield from positive(self, "divisor_override")


class AvgPool2d(DividedPool):
    """The mean of k × k entries of (B, C, H, W): k² - 1 additions and a division an output.

    >>> import symflops as sf
    >>> k, C, H, W = sf.dims("k C H W")
    >>> sf.cost(sf.AvgPool2d(k, stride=1), (C, H, W)).adds
    C*(k**2 - 1)*(H - k + 1)*(W - k + 1)
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4


class AvgPool3d(DividedPool):
    """The mean of k × k × k entries of (B, C, D, H, W): k³ - 1 additions and a division an output.

    Sizes as in :class:`AvgPool2d`.

    >>> import symflops as sf
    >>> C, *sizes = sf.dims("C D H W")
    >>> sf.cost(sf.AvgPool3d(2), (C, *(2 * n for n in sizes))).flops
    8*C*D*H*W
    """

    axes: ClassVar[int] = 3
    rank: ClassVar[int | None] = 5


class AdaptivePool(Layer):
    """The engine: as many windows a channel as asked for, from ⌊i·In/Out⌋ to ⌈(i + 1)·In/Out⌉."""

    axes: ClassVar[int]
    output_size: Size

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1; None keeps one of several axes."""
        given = per_axis(self.output_size, self.axes, "output_size")
        if given == (None,):
            message = f"{type(self).__name__}: output_size must be a number, got {self.output_size}"
            raise ArgumentError(message)
        return positive(self, "output_size")

    def sees(self, *inputs: Shape) -> Axes:
        """Return nothing of axes that are pooled: a position sees all of them."""
        axes = len(inputs[0]) - 2
        given = per_axis(self.output_size, axes, "output_size")
        return mapped(axes + 2, (SAME if out is None else None for out in given))

    def forward(self, x: Shape) -> Forward:
        """Pool every window of every channel."""
        batch, channels, *sizes = x
        given = per_axis(self.output_size, len(sizes), "output_size")
        output = [size if out is None else out for size, out in zip(sizes, given, strict=True)]
        taps = [adaptive_taps(n, out) for n, out in zip(sizes, output, strict=True)]
        yield "pool", self.step((*taps, channels, batch), (channels, *output, batch))
        return (batch, channels, *output)

    def step(self, taps: tuple[Any, ...], outputs: tuple[Any, ...]) -> Step:
        """Return what the windows take."""
        raise NotImplementedError


class AdaptiveAvgPool(AdaptivePool):
    """The mean of each window."""

    def step(self, taps: tuple[Any, ...], outputs: tuple[Any, ...]) -> Step:
        """Return an addition less than taps, and a division, an output."""
        return window_mean(taps, outputs)


class AdaptiveAvgPool1d(AdaptiveAvgPool):
    """The mean of as many windows as asked for, of (B, C, L) to (B, C, output_size).

    Windows as in :class:`AdaptiveAvgPool2d`.

    >>> import symflops as sf
    >>> sf.cost(sf.AdaptiveAvgPool1d(1), sf.dims("C L")).flops   # L - 1 additions and a division
    C*L
    """

    axes: ClassVar[int] = 1
    rank: ClassVar[int | None] = 3


class AdaptiveAvgPool2d(AdaptiveAvgPool):
    """The mean of as many windows as asked for, of (B, C, H, W) to (B, C, *output_size).

    Window i of an axis runs from ⌊i·In/Out⌋ to ⌈(i + 1)·In/Out⌉, so an axis has In + Out - gcd(In, Out) taps;
    one addition less than taps, and a division, an output. ``None`` keeps the size of an axis.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> sf.cost(sf.AdaptiveAvgPool2d(1), (C, H, W)).flops   # H·W - 1 additions and a division
    C*H*W
    >>> sf.cost(sf.AdaptiveAvgPool2d(7), (1, 10, 10)).adds  # (10 + 7 - 1)² - 7²
    207
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4


class AdaptiveAvgPool3d(AdaptiveAvgPool):
    """The mean of as many windows as asked for, of (B, C, D, H, W) to (B, C, *output_size).

    Windows as in :class:`AdaptiveAvgPool2d`.

    >>> import symflops as sf
    >>> sf.cost(sf.AdaptiveAvgPool3d((1, None, None)), sf.dims("C D H W")).flops
    C*D*H*W
    """

    axes: ClassVar[int] = 3
    rank: ClassVar[int | None] = 5


class AdaptiveMaxPool(AdaptivePool):
    """The greatest of each window."""

    return_indices: bool = False

    def step(self, taps: tuple[Any, ...], outputs: tuple[Any, ...]) -> Step:
        """Return a comparison less than taps an output."""
        return reduce(taps, outputs, "cmp", "pool")


class AdaptiveMaxPool1d(AdaptiveMaxPool):
    """The greatest of as many windows as asked for, of (B, C, L) to (B, C, output_size).

    Windows as in :class:`AdaptiveMaxPool2d`.

    >>> import symflops as sf
    >>> sf.cost(sf.AdaptiveMaxPool1d(1), sf.dims("C L")).flops
    C*(L - 1)
    """

    axes: ClassVar[int] = 1
    rank: ClassVar[int | None] = 3


class AdaptiveMaxPool2d(AdaptiveMaxPool):
    """The greatest of as many windows as asked for, of (B, C, H, W) to (B, C, *output_size).

    Windows as in :class:`AdaptiveAvgPool2d`: an axis has In + Out - gcd(In, Out) taps. One comparison less
    than taps an output.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> sf.cost(sf.AdaptiveMaxPool2d(1), (C, H, W)).flops
    C*(H*W - 1)
    >>> sf.cost(sf.AdaptiveMaxPool2d(7), (1, 10, 10)).flops  # (10 + 7 - 1)² - 7²
    207
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4


class AdaptiveMaxPool3d(AdaptiveMaxPool):
    """The greatest of as many windows as asked for, of (B, C, D, H, W) to (B, C, *output_size).

    Windows as in :class:`AdaptiveMaxPool2d`.

    >>> import symflops as sf
    >>> sf.cost(sf.AdaptiveMaxPool3d(1), sf.dims("C D H W")).flops
    C*(D*H*W - 1)
    """

    axes: ClassVar[int] = 3
    rank: ClassVar[int | None] = 5
