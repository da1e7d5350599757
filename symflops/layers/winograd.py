"""Winograd's minimal filtering F(m × m, r × r): fewer products for convolutions of stride 1."""

from __future__ import annotations

from functools import lru_cache
from itertools import count, islice
from typing import TYPE_CHECKING, Any, ClassVar

from sympy import Integer, Rational

from symflops.errors import ArgumentError
from symflops.exprs import ONE, ZERO, product
from symflops.floors import ceiling_quotient
from symflops.layers.arguments import along
from symflops.layers.base import Forward, Require, Size, positive
from symflops.layers.conv import Kernels, steps_of_one
from symflops.primitives import bias_add, contract, separable
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import sympy

    from symflops.primitives import Matrix

MOST = 32  # points of F(m, r): matrices of larger numbers serve nobody


class WinogradConv2d(Kernels):
    """Convolution of stride 1 by Winograd's F(m × m, r × r), r = ``kernel_size``: tiles of m × m outputs.

    There are T = ⌈H_out/m⌉·⌈W_out/m⌉ tiles; the last ones hang over the end. Each is found from
    (m + r - 1)² entries of every channel: Aᵀ[Σ (G g Gᵀ) ⊙ (Bᵀ d B)]A.

    Products (MACs): (m + r - 1)²·(C_in/g)·C_out·T; additions over channels: one less than channels for each of
    (m + r - 1)²·C_out·T sums. With ``transforms`` also Bᵀ d B for C_in·T tiles and Aᵀ(…)A for C_out·T; with
    ``filter_transform`` G g Gᵀ for each of (C_in/g)·C_out filters, which is else done once and ahead. A, B
    and G are those of Cook and Toom (:func:`cook_toom`); entries 0 and ±1 take no product, and no sum is
    shared: 32 additions for the data of a tile of F(2 × 2, 3 × 3) and 24 for its outputs, as in the paper. An
    axis with m = 1 or r = 1 is not transformed. Params are those of :class:`Conv2d`: the filters, not their
    transforms.

    The conventions ``mac`` and ``2mac`` count the products that are done, and leave the transforms out. The
    effective FLOPs that papers report for it are those of :class:`Conv2d`.

    For symbols m or r the transforms have no closed form; ``transforms=False`` leaves the products, in all
    m²r²/(m + r - 1)² times less than a direct convolution takes where m divides H_out and W_out.

    >>> import symflops as sf
    >>> C_in, C_out, H, W = sf.dims("C_in C_out H W")
    >>> cost = sf.cost(sf.WinogradConv2d(C_in, C_out, 3), (C_in, 2 * H + 2, 2 * W + 2))
    >>> cost.macs   # 16 for 36
    16*C_in*C_out*H*W
    >>> cost["data"].adds, cost["output"].adds
    (32*C_in*H*W, 24*C_out*H*W)
    >>> m, r = sf.dims("m r")
    >>> tiled = sf.WinogradConv2d(C_in, C_out, r, m=m, transforms=False)
    >>> sf.cost(tiled, (C_in, m * H + r - 1, m * W + r - 1)).macs
    C_in*C_out*H*W*(m + r - 1)**2

    Raises:
        ArgumentError: a stride or dilation other than 1, symbols m or kernel_size with transforms.
        ShapeError: other channels than in_channels, or an input smaller than the kernel.

    Source: Lavin and Gray 2016, Fast algorithms for convolutional neural networks, section 4.1.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    m: Size = 2
    transforms: bool = True
    filter_transform: bool = False

    def needs(self) -> Iterable[Require]:
        """As all kernels, stride and dilation 1, and numbers where there are transforms."""
        yield from super().needs()
        yield from positive(self, "m")
        steps_of_one(self)
        sizes = self.tiles()
        if self.filter_transform and not self.transforms:
            message = "WinogradConv2d: filter_transform=True needs transforms=True"
            raise ArgumentError(message)
        numbers = [n for pair in sizes for n in pair]
        if self.transforms and not all(n.is_Integer for n in numbers):
            message = (
                f"WinogradConv2d: the transforms of F(m, r) need numbers for m and kernel_size, got m = "
                f"{self.m} and kernel_size = {self.kernel_size}; write transforms=False for the products"
            )
            raise ArgumentError(message)
        if self.transforms and any(m + r - 1 > MOST for m, r in sizes):
            message = f"WinogradConv2d: m + kernel_size - 1 is at most {MOST} with transforms"
            raise ArgumentError(message)

    def tiles(self) -> list[tuple[Any, Any]]:
        """Return m and r along each axis."""
        return list(zip(along(self, "m"), along(self, "kernel_size"), strict=True))

    def forward(self, x: Shape) -> Forward:
        """Transform tiles of the input, multiply point by point, and transform the sums back."""
        batch, channels, *_ = x
        _, output = yield from self.fitted(x)
        sizes = self.tiles()
        points = [m + r - 1 for m, r in sizes]
        tiles = [ceiling_quotient(n, m) for n, (m, _) in zip(output, sizes, strict=True)]
        fan_in, *taps = self.fan_in
        weight = Weight("weight", product((fan_in, *taps, self.out_channels)))
        if self.transforms:
            data, filters, outputs = zip(
                *(cook_toom(int(m), int(r)) for m, r in sizes), strict=True
            )
            yield "data", separable(data, (channels, *tiles, batch))
            if self.filter_transform:
                yield "filter", separable(filters, (fan_in, self.out_channels))
        sums = (*points, self.out_channels, *tiles, batch)
        yield "conv", contract((fan_in, *sums), sums, "dot.conv", (weight,))
        if self.transforms:
            yield "output", separable(outputs, (self.out_channels, *tiles, batch))
        if self.bias:
            added = (self.out_channels, *output, batch)
            yield "bias", bias_add(added, (Weight("bias", self.out_channels),))
        return (batch, self.out_channels, *output)


def points_of(number: int) -> list[sympy.Rational]:
    """Return as many points of 0, ±1, ±2, ±1/2, ±3, ±1/3, … as are asked for.

    >>> points_of(7)
    [0, 1, -1, 2, -2, 1/2, -1/2]
    """

    def endless() -> Iterator[sympy.Rational]:
        yield ZERO
        for n in count(1):
            for point in dict.fromkeys((Integer(n), Rational(1, n))):
                yield from (point, -point)

    return list(islice(endless(), number))


@lru_cache(maxsize=64)
def cook_toom(m: int, r: int) -> tuple[Matrix, Matrix, Matrix]:
    """Return Bᵀ, G and Aᵀ of F(m, r): m outputs of a filter of r taps from m + r - 1 products.

    Outputs Aᵀ[(G g) ⊙ (Bᵀ d)]. The points are 0, ±1, ±2, ±1/2, ±3, ±1/3, … and ∞, as many as products. The
    column of Aᵀ for a point a is (1, a, a², …), its row of G (1, a, a², …)/f with f = Π (a - b) over the other
    points b, and its row of Bᵀ the coefficients of Π (x - b); for ∞ they are the highest power alone, and the
    coefficients of Π (x - b) over all points. The sign of f is moved to Bᵀ.

    One output or one tap needs no points: F(1, r) is r products and their sum, F(m, 1) a product an output.

    >>> data, filters, outputs = cook_toom(2, 3)
    >>> for row in data:
    ...     print(*row)
    1 0 -1 0
    0 1 1 0
    0 -1 1 0
    0 -1 0 1

    Source: Winograd 1980, Arithmetic complexity of computations; Blahut 2010, Fast algorithms for signal
    processing, chapter 5.
    """
    if m == 1:
        return _unit(r), _unit(r), ((ONE,) * r,)
    if r == 1:
        return _unit(m), ((ONE,),) * m, _unit(m)
    points = points_of(m + r - 2)
    data: list[tuple[Any, ...]] = []
    filters: list[tuple[Any, ...]] = []
    for i, point in enumerate(points):
        others = points[:i] + points[i + 1 :]
        scale = product(point - other for other in others)
        sign = ONE if scale > 0 else -ONE
        data.append((*(sign * c for c in _coefficients(others)), ZERO))
        filters.append(tuple(point**k / (sign * scale) for k in range(r)))
    data.append(_coefficients(points))
    filters.append(_highest(r))
    columns = [*(tuple(point**k for k in range(m)) for point in points), _highest(m)]
    return tuple(data), tuple(filters), tuple(zip(*columns, strict=True))


def _unit(size: int) -> Matrix:
    """Return the matrix that leaves everything as it is."""
    return tuple(tuple(ONE if i == j else ZERO for j in range(size)) for i in range(size))


def _highest(size: int) -> tuple[sympy.Integer, ...]:
    return (*(ZERO,) * (size - 1), ONE)


def _coefficients(roots: Sequence[sympy.Rational]) -> tuple[sympy.Rational, ...]:
    """Return the coefficients of Π (x - root), the constant first."""
    found = [ONE]
    for root in roots:
        raised, scaled = [ZERO, *found], [*found, ZERO]
        found = [a - root * b for a, b in zip(raised, scaled, strict=True)]
    return tuple(found)
