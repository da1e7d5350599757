"""Means of windows, blends of neighbours, and samples between positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.primitives.core import elementwise, sized, step_of

if TYPE_CHECKING:
    from symflops.primitives.core import Size, Steps
    from symflops.trace import Step


def window_mean(taps: Size, outputs: Size) -> Step:
    """Return means of windows: n entries take n - 1 additions and one division.

    Counts: ``taps - outputs`` additions, ``outputs`` divisions.

    >>> from symflops import dims
    >>> k, H = dims("k H")
    >>> dict(window_mean((k, H), H).counts)
    {('add', 'pool'): H*k - H, ('div', 'pool'): H}
    """
    taps, order = sized(taps)
    outputs, _ = sized(outputs)
    return step_of("mean", "pool", order, add=taps - outputs, div=outputs)


def interpolate(outputs: Size, taps: int = 2, axes: int = 2) -> Step:
    """Return blends of ``taps`` neighbours along each axis in turn; their weights are not counted.

    A blend of t values takes t multiplications and t - 1 additions. The last axis is blended first, t rows
    of it for every blend along the axis before: t + t² + … multiplications and (t - 1)(1 + t + …) additions
    an output. Bilinear, λ₀(μ₀a + μ₁b) + λ₁(μ₀c + μ₁d): 6 and 3. Bicubic: 20 and 15.

    >>> from symflops import dims
    >>> dict(interpolate(dims("H W")).counts)
    {('mul', 'other'): 6*H*W, ('add', 'other'): 3*H*W}
    """
    blends = sum(taps**axis for axis in range(axes))
    return elementwise({"mul": taps * blends, "add": (taps - 1) * blends}, outputs)


def sample(values: Size, places: Size) -> Steps:
    """Return bilinear samples at places that were moved by offsets, Σ w·x over the 4 neighbours.

    A place takes 2 additions of its offset, 2 subtractions for its fractions, 2 for what they lack to 1, and
    4 products for the weights of its neighbours; a value 4 products and 3 additions. Source: Dai et al. 2017,
    equations 3 and 4.

    >>> from symflops import dims
    >>> C, H, W = dims("C H W")
    >>> [dict(step.counts)[("mul", "other")] for _, step in sample((C, H, W), (H, W))]
    [4*H*W, 4*C*H*W]
    """
    weights = elementwise({"add": 2, "sub": 4, "mul": 4}, places)
    return (("weights", weights), ("sample", elementwise({"mul": 4, "add": 3}, values)))
