"""Enlarging maps: by copying neighbours, or by blending them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError, ShapeError
from symflops.floors import quotient
from symflops.layers.base import Forward, Layer, Require, Size, option, per_axis, positive
from symflops.primitives import interpolate, move

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class Upsample(Layer):
    """Enlarge the spatial axes of (B, C, …) to ``size``, or by ``scale_factor`` (rounded down).

    ``"nearest"`` copies: no operation. ``"bilinear"`` takes 6 multiplications and 3 additions an output,
    λ₀(μ₀a + μ₁b) + λ₁(μ₀c + μ₁d), as PyTorch computes it; the weights λ and μ, one pair a row and a
    column, are not counted.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> cost = sf.cost(sf.Upsample(scale_factor=2, mode="bilinear"), (C, H, W))
    >>> cost.output, cost.flops
    ((C, 2*H, 2*W), 36*C*H*W)

    Raises:
        ArgumentError: neither or both of size and scale_factor.
    """

    size: Size = None
    scale_factor: Size = None
    mode: str = "nearest"
    align_corners: Any = None
    recompute_scale_factor: Any = None

    def needs(self) -> Iterable[Require]:
        """One of size and scale_factor, and a mode that exists."""
        option(self, "mode", ("nearest", "bilinear"))
        if (self.size is None) == (self.scale_factor is None):
            message = "Upsample needs either size or scale_factor"
            raise ArgumentError(message)
        yield from positive(self, "size")

    def forward(self, x: Shape) -> Forward:
        """Copy or blend neighbours for every output."""
        batch, channels, *sizes = x if len(x) > 2 else (*x, None)  # noqa: PLR2004 - batch, channels
        wanted = (4,) if self.mode == "bilinear" else (3, 4, 5)
        if len(x) not in wanted:
            message = f"Upsample in mode {self.mode!r} needs {wanted[0]} axes with the batch, got {len(x)}"
            raise ShapeError(message)
        if self.size is not None:
            output = per_axis(self.size, len(sizes), "size")
        else:
            factors = per_axis(self.scale_factor, len(sizes), "scale_factor")
            output = tuple(quotient(n * f, 1) for n, f in zip(sizes, factors, strict=True))
        outputs = (channels, *output, batch)
        yield "upsample", move() if self.mode == "nearest" else interpolate(outputs)
        return (batch, channels, *output)
