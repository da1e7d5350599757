"""Transforms by constant matrices, and Fourier transforms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.exprs import ZERO, log2
from symflops.primitives.core import elementwise, sized, step_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sympy

    from symflops.primitives.core import Size
    from symflops.tally import Operation, Role
    from symflops.trace import Step, Weight

Matrix = tuple[tuple[Any, ...], ...]  # of exact numbers, row by row


def separable(matrices: Sequence[Matrix], maps: Size) -> Step:
    """Return constant matrices applied to maps along one axis after the other: M_1 X M_2ᵀ.

    A row of a matrix takes, for every line that it meets, a product for each entry that is neither 0 nor ±1
    and an addition less than it has entries other than 0. No sum is shared between rows.

    >>> differences = ((1, -1, 0), (0, 1, -1))
    >>> dict(separable((differences, differences), 1).counts)   # 2 for each of 3 columns, then of 2 rows
    {('add', 'other'): 10}
    """
    maps, order = sized(maps)
    sizes = [len(matrix[0]) for matrix in matrices]
    products = sums = ZERO
    for axis, matrix in enumerate(matrices):
        lines = math.prod(sizes[:axis] + sizes[axis + 1 :])
        entries = [abs(entry) for row in matrix for entry in row if entry != 0]
        products += lines * sum(entry != 1 for entry in entries)
        sums += lines * (len(entries) - len(matrix))
        sizes[axis] = len(matrix)
    return step_of("transform", "other", order, mul=products * maps, add=sums * maps)


def fourier(transforms: Size, points: sympy.Expr) -> Step:
    """Return radix-2 Fourier transforms of n complex points, n a power of 2: (n/2)·log₂ n butterflies each.

    A butterfly u ± w·v takes one complex product (4 multiplications, an addition and a subtraction) and two
    complex sums, whatever w is: 10 operations, 5·n·log₂ n a transform. Source: Cooley and Tukey 1965.

    >>> from symflops import dim
    >>> dict(fourier(1, dim("n")).counts)[("mul", "other")]
    2*n*log2(n)
    """
    transforms, order = sized(transforms)
    butterflies = transforms * points / 2 * log2(points)
    products, sums = 4 * butterflies, 3 * butterflies
    order = (*order, points, log2(points))
    return step_of("fourier", "other", order, mul=products, add=sums, sub=sums)


def two_spectra(pairs: Size, *, joined: bool = False) -> Step:
    """Return what parts one transform of two real rows, x + i·y, into the spectra of both.

    Two frequencies k and n - k take 4 sums and 4 products by ½; ``joined`` is the way back, 4 sums.

    >>> sum(count for _, count in two_spectra(1).counts), sum(
    ...     count for _, count in two_spectra(1, joined=True).counts
    ... )
    (8, 4)
    """
    sums: dict[Operation, int] = {"add": 2, "sub": 2}
    return elementwise(sums if joined else {**sums, "mul": 4}, pairs)


def complex_contract(
    products: Size, outputs: Size, role: Role = "dot.other", weights: tuple[Weight, ...] = ()
) -> Step:
    """Return dot products of complex numbers: a product takes 4 multiplications and 2 sums, a sum 2.

    >>> dict(complex_contract(3, 1).counts)   # 3 products, 2 sums
    {('mul', 'dot.other'): 12, ('add', 'dot.other'): 7, ('sub', 'dot.other'): 3}
    """
    products, order = sized(products)
    outputs, _ = sized(outputs)
    sums = products + 2 * (products - outputs)
    return step_of(
        "complex_contract", role, order, weights, mul=4 * products, add=sums, sub=products
    )
