"""Enlarging maps: by copying neighbours, or by blending them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Expr, cancel

from symflops.errors import ArgumentError, ShapeError
from symflops.exprs import ZERO
from symflops.fields import SAME, Field, blended, mapped, scattered
from symflops.floors import quotient
from symflops.layers.arguments import along
from symflops.layers.base import Forward, Layer, Require, Size, option, per_axis, positive
from symflops.primitives import interpolate, move

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symflops.fields import Axes
    from symflops.trace import Shape


@dataclass(frozen=True)
class Blend:
    """A mode: how many neighbours it blends along how many axes, and how many of them lie before."""

    taps: int
    axes: int
    before: int = 0

    @property
    def is_linear(self) -> bool:
        """Whether it blends the two neighbours of a place."""
        return self.taps == 2  # noqa: PLR2004 - one on each side


#: PyTorch's modes that blend, by their names; "nearest" copies.
BLENDS = {
    "linear": Blend(2, 1),
    "bilinear": Blend(2, 2),
    "trilinear": Blend(2, 3),
    "bicubic": Blend(4, 2, before=1),  # Keys 1981
}


class Upsample(Layer):
    """Enlarge the spatial axes of (B, C, …) to ``size``, or by ``scale_factor`` (rounded down).

    ``"nearest"`` copies: no operation. The others blend neighbours along one axis after the other, as PyTorch
    computes them; an output takes

    - ``"linear"``, of (B, C, L): 2 multiplications and 1 addition;
    - ``"bilinear"``, of (B, C, H, W): 6 and 3, λ₀(μ₀a + μ₁b) + λ₁(μ₀c + μ₁d);
    - ``"trilinear"``, of (B, C, D, H, W): 14 and 7;
    - ``"bicubic"``, of (B, C, H, W): 20 and 15, four blends of 4 along the rows and one along the column.

    The weights λ and μ, a few a row and a column, are not counted.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> cost = sf.cost(sf.Upsample(scale_factor=2, mode="bilinear"), (C, H, W))
    >>> cost.output, cost.flops
    ((C, 2*H, 2*W), 36*C*H*W)
    >>> sf.cost(sf.Upsample(scale_factor=2, mode="bicubic"), (C, H, W)).flops
    140*C*H*W

    Raises:
        ArgumentError: neither or both of size and scale_factor, a factor that is not above 0, align_corners
            where nothing is blended.
        ShapeError: an input with other axes than the mode takes.
    """

    size: Size = None
    scale_factor: Size = None
    mode: str = "nearest"
    align_corners: Any = None
    recompute_scale_factor: Any = None

    def needs(self) -> Iterable[Require]:
        """One of size and scale_factor, a mode that exists, and options that go with it."""
        option(self, "mode", ("nearest", *BLENDS))
        option(self, "align_corners", (None, True, False))
        option(self, "recompute_scale_factor", (None, True, False))
        if (self.size is None) == (self.scale_factor is None):
            message = "Upsample needs either size or scale_factor"
            raise ArgumentError(message)
        if self.mode == "nearest" and self.align_corners is not None:
            message = f"Upsample: align_corners needs a mode that blends: {', '.join(BLENDS)}"
            raise ArgumentError(message)
        if self.size is not None and self.recompute_scale_factor:
            message = "Upsample: recompute_scale_factor needs scale_factor in place of size"
            raise ArgumentError(message)
        yield from positive(self, "size")
        factors = (
            self.scale_factor if isinstance(self.scale_factor, tuple) else (self.scale_factor,)
        )
        for factor in factors:
            if isinstance(factor, Expr) and factor.is_nonpositive:
                message = f"Upsample: scale_factor must be above 0, got {factor}"
                raise ArgumentError(message)

    def sees(self, *inputs: Shape) -> Axes:
        """Return the place or the neighbours that each position is made of."""
        _, _, *sizes = inputs[0]
        given = None if self.recompute_scale_factor else self.scale_factor
        factors = per_axis(given, len(sizes), "scale_factor")
        parts = zip(sizes, self.output(sizes), factors, strict=True)
        return mapped(len(inputs[0]), (self.field(*part) for part in parts))

    def field(self, size: Any, out: Any, factor: Any) -> Field | None:
        """Return the field along an axis; one of size 1 that is enlarged is seen whole.

        As in PyTorch, the places follow the factor that was given, not the sizes that came of it, unless
        corners are aligned or an axis that keeps its size would be blended.
        """
        blend = BLENDS.get(self.mode)
        ratio = cancel(out / size) if factor is None else factor
        if ratio == 1 or (out == size and blend and blend.is_linear):
            return SAME
        if size == 1:
            return None
        if out == 1 and self.align_corners:
            return Field(size, ((ZERO, ZERO),))  # the first corner
        if blend is None:
            return scattered(ratio)
        corners = bool(self.align_corners)
        ratio = cancel((out - 1) / (size - 1)) if corners else ratio
        return blended(ratio, blend.before, blend.taps - 1 - blend.before, corners=corners)

    def output(self, sizes: Sequence[Any]) -> tuple[Any, ...]:
        """Return the sizes of the output's axes."""
        if self.size is not None:
            return along(self, "size", len(sizes))
        factors = along(self, "scale_factor", len(sizes))
        return tuple(quotient(n * f, 1) for n, f in zip(sizes, factors, strict=True))

    def forward(self, x: Shape) -> Forward:
        """Copy or blend neighbours for every output."""
        blend = BLENDS.get(self.mode)
        wanted = range(3, 6) if blend is None else (blend.axes + 2,)
        if len(x) not in wanted:
            axes = f"{wanted[0]} axes" if blend else "3 to 5 axes"
            message = f"Upsample in mode {self.mode!r} needs {axes} with the batch, got {len(x)}"
            raise ShapeError(message)
        batch, channels, *sizes = x
        output = self.output(sizes)
        outputs = (channels, *output, batch)
        yield "upsample", interpolate(outputs, blend.taps, blend.axes) if blend else move()
        return (batch, channels, *output)
