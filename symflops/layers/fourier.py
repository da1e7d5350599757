"""Convolution in the frequency domain: transforms, products point by point, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sympy import Integer, Rational

from symflops.errors import ArgumentError, ShapeError
from symflops.exprs import log2, product
from symflops.facts import at_least, divides
from symflops.layers.base import Forward, Require, Size, per_axis, positive
from symflops.layers.conv import AXES, Kernels, steps_of_one
from symflops.primitives import bias_add, complex_contract, elementwise, fourier, two_spectra
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable


HALF = Rational(1, 2)


class FFTConv2d(Kernels):
    """Convolution of stride 1 by radix-2 Fourier transforms of n × n points, over whole maps.

    n = ``size``, a power of two of at least H + k - 1, so that nothing wraps around (for numbers the smallest
    one, unless given; one an axis, or one for both). Rows are transformed, then columns: a map takes 2n
    transforms of n points, and each of them (n/2)·log₂ n butterflies of one complex product and two complex
    sums. In real operations, 4 products and 2 sums for a complex product and 2 for a complex sum, that is
    10·n²·log₂ n for each of C_in maps and again for each of C_out; products by 1 and i are counted as any.

    Between them, for each of n² frequencies, C_out sums of C_in/g complex products: the MACs are the real
    products, 4·(C_in/g)·C_out·n². With ``real`` two rows of real numbers share a transform, x + i·y, whose
    spectra are parted by 4 sums and 4 products by ½ for each pair of frequencies k and n - k and joined again
    by 4 sums, and n/2 + 1 columns are left of n: about half of everything.

    The conventions ``mac`` and ``2mac`` count the real products between the transforms, 4 or 8 a complex one,
    and leave the transforms out. The convolution that it stands for is :class:`Conv2d`.

    The filters' transforms are done once and ahead, 1/n² for the inverse within; ``filter_transform`` counts
    them: k² products by 1/n² and a transform for each of (C_in/g)·C_out. Params are those of :class:`Conv2d`.

    >>> import symflops as sf
    >>> n, k, C_in, C_out, H, W = sf.dims("n k C_in C_out H W")
    >>> cost = sf.cost(sf.FFTConv2d(C_in, C_out, k, size=n, bias=False), (C_in, H, W))
    >>> cost.macs
    4*C_in*C_out*n**2
    >>> cost.flops
    2*n**2*(4*C_in*C_out + 5*C_in*log2(n) + 5*C_out*log2(n) - C_out)
    >>> print(*cost.conditions, sep=", ")
    H >= k, W >= k, n + 1 >= H + k, log2(n) is a whole number, n + 1 >= W + k
    >>> sf.cost(sf.FFTConv2d(1, 1, 5), (1, 28, 28)).macs   # n = 32
    4096

    Raises:
        ArgumentError: a stride or dilation other than 1, a size that is no power of two.
        ShapeError: a size below H + k - 1, or none where H or k is a symbol.

    Source: Mathieu et al. 2014, Fast training of convolutional networks through FFTs, section 2; Vasilache et
    al. 2015, Fast convolutional nets with fbfft; Cooley and Tukey 1965.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    size: Size = None
    real: bool = False
    filter_transform: bool = False

    def needs(self) -> Iterable[Require]:
        """As all kernels, stride and dilation 1, and a size that is a power of two."""
        yield from super().needs()
        yield from positive(self, "size", least=2 if self.real else 1)
        steps_of_one(self)
        for n in per_axis(self.size, self.axes, "size"):
            if n is not None and n.is_Integer and not log2(n).is_Integer:
                message = f"FFTConv2d: size must be a power of two, got {n}"
                raise ArgumentError(message)

    def points(self, sizes: Iterable[Any]) -> Forward:
        """Return the points along each axis: those given, or the smallest power of two that serves."""
        found = []
        given = per_axis(self.size, self.axes, "size")
        names = AXES[self.axes]
        for name, n, size, window in zip(names, given, sizes, self.windows(), strict=True):
            least = size + window.kernel - 1
            if n is None and not least.is_Integer:
                message = (
                    f"FFTConv2d needs its size, a power of two of at least {least}, where that is a "
                    "symbol: write size=…"
                )
                raise ShapeError(message)
            points = (
                Integer(1 << max(int(least) - 1, int(self.real)).bit_length()) if n is None else n
            )
            yield Require(
                at_least(points, least),
                lambda n=points, least=least, name=name: (  # type: ignore[misc]
                    f"FFTConv2d: size must be at least {least} along the {name}, got {n}"
                ),
            )
            yield Require(divides(1, log2(points)), lambda n=points: f"{n} is no power of two")  # type: ignore[misc]
            found.append(points)
        return found

    def forward(self, x: Shape) -> Forward:
        """Transform every map, multiply frequency by frequency, and transform the sums back."""
        batch, channels, *sizes = x
        _, output = yield from self.fitted(x)
        points = yield from self.points(sizes)
        fan_in, *taps = self.fan_in
        filters = (fan_in, self.out_channels)
        weight = Weight("weight", product((*taps, *filters)))
        yield from self.transforms("data", (channels, batch), points)
        if self.filter_transform:
            yield "filter_scale", elementwise("mul", (*taps, *filters))
            yield from self.transforms("filter", filters, points)
        height, width = points
        frequencies = (self.out_channels, height, *self.columns(width), batch)
        products = complex_contract((fan_in, *frequencies), frequencies, "dot.conv", (weight,))
        yield "conv", products
        yield from self.transforms("output", (self.out_channels, batch), points, back=True)
        if self.bias:
            added = (self.out_channels, *output, batch)
            yield "bias", bias_add(added, (Weight("bias", self.out_channels),))
        return (batch, self.out_channels, *output)

    def columns(self, width: Any) -> tuple[Any, ...]:
        """Return how many frequencies a row has, as factors: of real numbers n/2 + 1 say all."""
        return (width + 2, HALF) if self.real else (width,)

    def transforms(
        self, name: str, maps: tuple[Any, ...], points: Any, *, back: bool = False
    ) -> Forward:
        """Yield what transforming maps takes: their rows, then the columns; or the other way round."""
        height, width = points
        rows = (height, HALF) if self.real else (height,)
        steps = [
            ("rows", fourier((*maps, *rows), width)),
            ("columns", fourier((*maps, *self.columns(width)), height)),
        ]
        if self.real:  # the frequencies 0 and n/2 have no partner: their spectra are real
            pairs = (*maps, *rows, width - 2, HALF)
            steps.insert(1, ("pairs", two_spectra(pairs, joined=back)))
        for part, step in reversed(steps) if back else steps:
            yield f"{name}_{part}", step
