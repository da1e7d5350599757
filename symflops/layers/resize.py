"""Enlarging maps: by copying neighbours, or by blending them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import cancel

from symflops.errors import ArgumentError, ShapeError
from symflops.fields import blended, mapped, scattered
from symflops.floors import quotient
from symflops.layers.base import Forward, Layer, Require, Size, option, per_axis, positive
from symflops.primitives import interpolate, move

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symflops.fields import Axes, Field
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

    def sees(self, *inputs: Shape) -> Axes:
        """Return the place or the neighbours that each position is made of."""
        _, _, *sizes = inputs[0]
        along = zip(sizes, self.output(sizes), strict=True)
        return mapped(len(inputs[0]), (self.field(size, out) for size, out in along))

    def field(self, size: Any, out: Any) -> Field | None:
        """Return the field along an axis; one of size 1 is seen whole."""
        if size == 1:
            return None
        if self.mode == "nearest":
            return scattered(cancel(out / size))
        corners = bool(self.align_corners)
        ratio = (out - 1) / (size - 1) if corners else out / size
        return blended(cancel(ratio), 0, 1, corners=corners)

    def output(self, sizes: Sequence[Any]) -> tuple[Any, ...]:
        """Return the sizes of the output's axes."""
        if self.size is not None:
            return per_axis(self.size, len(sizes), "size")
        factors = per_axis(self.scale_factor, len(sizes), "scale_factor")
        return tuple(quotient(n * f, 1) for n, f in zip(sizes, factors, strict=True))

    def forward(self, x: Shape) -> Forward:
        """Copy or blend neighbours for every output."""
        batch, channels, *sizes = x if len(x) > 2 else (*x, None)  # noqa: PLR2004 - batch, channels
        wanted = (4,) if self.mode == "bilinear" else (3, 4, 5)
        if len(x) not in wanted:
            message = f"Upsample in mode {self.mode!r} needs {wanted[0]} axes with the batch, got {len(x)}"
            raise ShapeError(message)
        output = self.output(sizes)
        outputs = (channels, *output, batch)
        yield "upsample", move() if self.mode == "nearest" else interpolate(outputs)
        return (batch, channels, *output)
