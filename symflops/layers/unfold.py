"""Windows laid out as columns: im2col, its inverse, and convolution as a matrix product over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.exprs import product
from symflops.facts import divides, equal
from symflops.fields import mapped
from symflops.layers.arguments import along
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.conv import Conv1d, Kernels, alike_on_both_sides, windows_fit
from symflops.layers.shape import Unflatten
from symflops.primitives import move, reduce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Shape


class Unfold(Layer):
    """im2col: the k × k windows of (B, C, H, W) as columns (B, C·k², H_out·W_out); moves alone.

    The output is the extra memory that im2col takes: C·k²·H_out·W_out elements for each sample.
    H_out = ⌊(H + 2p - d(k - 1) - 1)/s⌋ + 1. Receptive fields end here, as with Flatten: what follows has no
    height and no width.

    >>> import symflops as sf
    >>> k, C, H, W = sf.dims("k C H W")
    >>> cost = sf.cost(sf.Unfold(k), (C, H, W))
    >>> cost.activations, cost.flops
    (C*k**2*(H - k + 1)*(W - k + 1), 0)

    Raises:
        ShapeError: an input smaller than the window.

    Source: Chellapilla et al. 2006, High performance convolutional neural networks; PyTorch's Unfold.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    kernel_size: Size
    dilation: Size = 1
    padding: Size = 0
    stride: Size = 1

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return windows_are_sizes(self)

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - whatever the input is
        """Return nothing of the axes that become one: the columns run along all of them."""
        return mapped(3, (None,))

    def forward(self, x: Shape) -> Forward:
        """Lay every window out as a column."""
        batch, channels, *sizes = x
        windows = alike_on_both_sides(self)
        counts = yield from windows_fit(self, windows, sizes)
        yield "unfold", move()
        taps = product(window.kernel for window in windows)
        return (batch, channels * taps, product(counts))


class Fold(Layer):
    """col2im: columns (B, C·k², H_out·W_out) added up to (B, C, H, W), what :class:`Unfold` laid out.

    Every entry of a column is added where its tap falls; additions = entries less places that any window
    reaches. What falls on padding is added up as well and cut off, as in :class:`ConvTranspose2d`; how many
    places are reached, and what is assumed of symbols, is said there.

    >>> import symflops as sf
    >>> C = sf.dim("C")
    >>> sf.cost(sf.Fold(4, 2), (4 * C, 9)).adds   # 9 windows of 2 × 2 entries on 4 × 4 places
    20*C
    >>> sf.cost(sf.Fold(4, 2, stride=2), (4 * C, 4)).adds   # nothing meets
    0

    Raises:
        ShapeError: k² that does not divide the channels, or another number of columns than windows.

    Source: PyTorch's Fold.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 3
    output_size: Size
    kernel_size: Size
    dilation: Size = 1
    padding: Size = 0
    stride: Size = 1

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        along(self, "output_size")
        yield from positive(self, "output_size")
        yield from windows_are_sizes(self)

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - whatever the input is
        """Return nothing of the columns: a position may see any of them."""
        return mapped(2 + self.axes, (None,) * self.axes)

    def forward(self, x: Shape) -> Forward:
        """Add every entry where its tap falls."""
        batch, entries, columns = x
        windows = alike_on_both_sides(self)
        sizes = along(self, "output_size")
        counts = yield from windows_fit(self, windows, sizes)
        taps = product(window.kernel for window in windows)
        yield Require(
            divides(taps, entries),
            lambda: f"Fold needs channels divisible by the {taps} taps of a window, got {entries}",
        )
        yield Require(
            equal(columns, product(counts)),
            lambda: f"Fold expects {product(counts)} columns, one a window, got {columns}",
        )
        reached = []
        for window, count in zip(windows, counts, strict=True):
            places, relations = window.covered(count)
            reached.append(places)
            for relation in relations:
                yield Require(relation, lambda r=relation: f"counting its sums needs {r}")  # type: ignore[misc]
        channels = entries / taps
        yield "fold", reduce((taps, channels, *counts, batch), (channels, *reached, batch))
        return (batch, channels, *sizes)


def windows_are_sizes(layer: Unfold | Fold) -> Iterable[Require]:
    """Require sizes of at least 1, one an axis."""
    yield from positive(layer, "kernel_size", "dilation", "stride")
    yield from positive(layer, "padding", least=0)
    alike_on_both_sides(layer)


class Im2colConv2d(Kernels):
    """Convolution of (B, C_in, H, W) as a matrix product over the columns of im2col.

    Products (C_in/g)·k²·C_out·H_out·W_out, sums and params are those of :class:`Conv2d`, and so is the value.
    The columns are what it takes in addition: C_in·k²·H_out·W_out elements for each sample, k² times the input
    at stride 1.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> plain = sf.cost(sf.Conv2d(C_in, C_out, k), (C_in, H, W))
    >>> lowered = sf.cost(sf.Im2colConv2d(C_in, C_out, k), (C_in, H, W))
    >>> (lowered.flops - plain.flops).expand()
    0
    >>> lowered["unfold"].activations
    C_in*k**2*(H - k + 1)*(W - k + 1)

    Raises:
        ArgumentError: groups that do not divide the channels, 'same' with a stride or an even kernel.
        ShapeError: other channels than in_channels, or an input smaller than the kernel.

    Source: Chellapilla et al. 2006, High performance convolutional neural networks for document processing.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4

    def needs(self) -> Iterable[Require]:
        """As all kernels, and padding alike on both sides."""
        yield from super().needs()
        for window in self.windows() if self.padding == "same" else ():
            yield Require(
                divides(2, window.reach),
                lambda window=window: (  # type: ignore[misc]
                    f"Im2colConv2d: padding='same' needs an odd kernel: PyTorch's Unfold pads both sides "
                    f"alike, and dilation·(kernel_size - 1) is {window.reach}"
                ),
            )

    def forward(self, x: Shape) -> Forward:
        """Lay the windows out as columns, multiply the matrix of weights by them, and restore the axes."""
        windows, output = yield from self.fitted(x)
        same = self.padding == "same"
        pads = tuple(window.reach / 2 if same else window.before for window in windows)
        unfold = Unfold(self.kernel_size, self.dilation, pads, self.stride)
        y = yield "unfold", unfold, x
        taps = product(window.kernel for window in windows)
        matrix = Conv1d(
            self.in_channels * taps, self.out_channels, 1, groups=self.groups, bias=self.bias
        )
        y = yield "product", matrix, y
        return (yield "unflatten", Unflatten(2, tuple(output)), y)
