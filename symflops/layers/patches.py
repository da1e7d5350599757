"""Images as sequences: a vector for each square patch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.facts import divides
from symflops.layers.arguments import along, scalars
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.conv import Conv2d
from symflops.layers.shape import Flatten, Permute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class PatchEmbed(Layer):
    """(B, C, H, W) to (B, N, D): every P × P patch times one matrix, N = H·W/P² of them.

    A convolution with kernel and stride P, then its positions as one axis; ``flatten=False`` leaves the map,
    (B, D, H/P, W/P). Params: P²·C·D, and D with a bias; MACs: C·D·H·W. P must divide H and W.

    >>> import symflops as sf
    >>> P, D, H, W = sf.dims("P D H W")
    >>> cost = sf.cost(sf.PatchEmbed(3, D, P), (3, H, W))
    >>> cost.output, cost.params, cost.macs
    ((H*W/P**2, D), D*(3*P**2 + 1), 3*D*H*W)
    >>> [str(condition) for condition in cost.conditions]
    ['P | H', 'P | W']

    Raises:
        ArgumentError: sizes below 1.
        ShapeError: other channels than in_channels, a height or width that P does not divide.

    Source: Dosovitskiy et al. 2021, equation 1.
    """

    rank: ClassVar[int | None] = 4
    axes: ClassVar[int] = 2
    in_channels: Size
    embed_dim: Size
    patch_size: Size
    bias: bool = True
    flatten: bool = True

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        yield from scalars(self, "in_channels", "embed_dim")
        along(self, "patch_size")
        yield from positive(self, "patch_size")

    def forward(self, x: Shape) -> Forward:
        """Project every patch, and lay them out in a row."""
        sides = along(self, "patch_size")
        for name, size, side in zip(("height", "width"), x[2:], sides, strict=True):
            yield Require(
                divides(side, size),
                lambda name=name, size=size, side=side: (  # type: ignore[misc]
                    f"PatchEmbed needs a {name} divisible by {side}, got {size}"
                ),
                fact=True,
            )
        p = self.patch_size
        y = yield "proj", Conv2d(self.in_channels, self.embed_dim, p, p, bias=self.bias), x
        if not self.flatten:
            return y
        y = yield "flatten", Flatten(2), y
        return (yield "permute", Permute((0, 2, 1)), y)
