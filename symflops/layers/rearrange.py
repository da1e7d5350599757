"""Layers that only move elements: between channels and positions, between groups, and into a frame of zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import sympy

from symflops.errors import ArgumentError, ShapeError
from symflops.facts import at_least, divides
from symflops.fields import SAME, gathered, mapped, pointwise, scattered, shifted
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size, written
from symflops.primitives import move

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes, Field
    from symflops.trace import Shape

IMAGE = 4  # axes: the batch, channels, height, width


class PixelShuffle(Layer):
    """(B, C·r², H, W) to (B, C, r·H, r·W), r = ``upscale_factor``: moves alone (Shi et al. 2016, equation 4).

    >>> import symflops as sf
    >>> r, C, H, W = sf.dims("r C H W")
    >>> sf.cost(sf.PixelShuffle(r), (C * r**2, H, W)).output
    (C, H*r, W*r)

    Raises:
        ShapeError: channels that r² does not divide.
    """

    upscale_factor: Size

    def needs(self) -> Iterable[Require]:
        """A factor of at least 1."""
        return scalars(self, "upscale_factor")

    def sees(self, *inputs: Shape) -> Axes:
        """Return the position whose channels a position was made of: ⌊j/r⌋."""
        (x,) = inputs
        return (*pointwise(len(x) - 3), None, *_image(x, scattered(self.upscale_factor)))

    def forward(self, x: Shape) -> Forward:
        """Lay r² channels out as r × r positions."""
        *others, channels, height, width = image(self, x)
        r = self.upscale_factor
        yield Require(
            divides(r**2, channels),
            lambda: f"PixelShuffle needs channels divisible by {r**2}, got {channels}",
        )
        yield "shuffle", move()
        return (*others, channels / r**2, height * r, width * r)


class PixelUnshuffle(Layer):
    """(B, C, r·H, r·W) to (B, C·r², H, W), r = ``downscale_factor``: moves alone.

    What :class:`PixelShuffle` does (Shi et al. 2016), the other way round.

    >>> import symflops as sf
    >>> r, C, H, W = sf.dims("r C H W")
    >>> sf.cost(sf.PixelUnshuffle(r), (C, r * H, r * W)).output
    (C*r**2, H, W)

    Raises:
        ShapeError: a height or width that r does not divide.
    """

    downscale_factor: Size

    def needs(self) -> Iterable[Require]:
        """A factor of at least 1."""
        return scalars(self, "downscale_factor")

    def sees(self, *inputs: Shape) -> Axes:
        """Return the r × r positions that became channels of one."""
        (x,) = inputs
        return (*pointwise(len(x) - 3), None, *_image(x, gathered(self.downscale_factor)))

    def forward(self, x: Shape) -> Forward:
        """Lay r × r positions out as r² channels."""
        *others, channels, height, width = image(self, x)
        r = self.downscale_factor
        for name, size in (("height", height), ("width", width)):
            yield Require(
                divides(r, size),
                lambda name=name, size=size: (  # type: ignore[misc]
                    f"PixelUnshuffle needs a {name} divisible by {r}, got {size}"
                ),
            )
        yield "unshuffle", move()
        return (*others, channels * r**2, height / r, width / r)


def _image(x: Shape, field: Field) -> Axes:
    return tuple((axis, field) for axis in (len(x) - 2, len(x) - 1))


def image(layer: Layer, x: Shape) -> Shape:
    """Return a shape that ends in channels, height and width, behind the batch.

    Raises:
        ShapeError: it has fewer axes.
    """
    if len(x) < IMAGE:
        message = (
            f"{type(layer).__name__} needs (…, C, H, W) behind the batch, got {len(x) - 1} axes"
        )
        raise ShapeError(message)
    return x


class ChannelShuffle(Layer):
    """(B, C, …) with its channels dealt out anew: moves alone (Zhang et al. 2018, section 3.1).

    Channel i·C/g + j becomes channel j·g + i, so that every group of C/g gets channels from all g groups.

    >>> import symflops as sf
    >>> g, C, H, W = sf.dims("g C H W")
    >>> cost = sf.cost(sf.ChannelShuffle(g), (g * C, H, W))
    >>> cost.flops, cost.activations
    (0, C*H*W*g)

    Raises:
        ShapeError: channels that ``groups`` does not divide.
    """

    groups: Size

    def needs(self) -> Iterable[Require]:
        """At least one group."""
        return scalars(self, "groups")

    def sees(self, *inputs: Shape) -> Axes:
        """Return every position as it is."""
        return mapped(len(inputs[0]), (SAME,) * (len(inputs[0]) - 2))

    def forward(self, x: Shape) -> Forward:
        """Deal the channels out."""
        if len(x) < 3:  # noqa: PLR2004 - batch, channels and one more, as PyTorch asks for
            message = "ChannelShuffle needs (C, …) with one axis more at least behind the batch"
            raise ShapeError(message)
        yield Require(
            divides(self.groups, x[1]),
            lambda: (
                f"ChannelShuffle needs channels divisible by groups = {self.groups}, got {x[1]}"
            ),
        )
        yield "shuffle", move()
        return x


class ZeroPad(Layer):
    """The engine: zeros in front of and behind the spatial axes; a negative number of them crops."""

    axes: ClassVar[int]
    padding: Size

    def needs(self) -> Iterable[Require]:
        """Whole numbers, one for all sides or one a side."""
        _ = self.sides
        return ()

    @property
    def sides(self) -> tuple[tuple[sympy.Expr, sympy.Expr], ...]:
        """How many zeros there are in front and behind, from the first spatial axis to the last."""
        given, sides = self.padding, 2 * self.axes
        values = given if isinstance(given, tuple) else (given,) * sides
        whole = all(isinstance(n, sympy.Expr) and n.is_integer is not False for n in values)
        if len(values) != sides or not whole:
            message = (
                f"{type(self).__name__}: padding needs one whole number or {sides}, two an axis and the "
                f"last axis first; got {written(given)}"
            )
            raise ArgumentError(message)
        return tuple(zip(values[::2], values[1::2], strict=True))[::-1]

    def sees(self, *inputs: Shape) -> Axes:
        """Return the position that stood where one stands now."""
        return mapped(len(inputs[0]), (shifted(before) for before, _ in self.sides))

    def forward(self, x: Shape) -> Forward:
        """Frame every channel with zeros."""
        batch, channels, *sizes = x
        output = []
        for i, (size, sides) in enumerate(zip(sizes, self.sides, strict=True)):
            left = size + sum(n for n in sides if n.is_negative)
            yield Require(
                at_least(left, 1),
                lambda i=i, size=size: (  # type: ignore[misc]
                    f"{type(self).__name__} crops all of axis {i + 2}, of size {size}"
                ),
            )
            output.append(size + sum(sides))
        yield "pad", move()
        return (batch, channels, *output)


class ZeroPad1d(ZeroPad):
    """(B, C, L) with zeros around: ``padding`` (left, right), or one number for both; moves alone.

    >>> import symflops as sf
    >>> C, L, p = sf.dims("C L p")
    >>> sf.cost(sf.ZeroPad1d(p), (C, L)).output
    (C, L + 2*p)
    """

    axes: ClassVar[int] = 1
    rank: ClassVar[int | None] = 3


class ZeroPad2d(ZeroPad):
    """(B, C, H, W) with zeros around: ``padding`` (left, right, top, bottom); moves alone.

    One number is that of all sides; a negative one crops.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> cost = sf.cost(sf.ZeroPad2d((0, 1, 2, 3)), (C, H, W))
    >>> cost.output, cost.flops
    ((C, H + 5, W + 1), 0)

    Raises:
        ShapeError: an axis of which nothing is left.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4


class ZeroPad3d(ZeroPad):
    """(B, C, D, H, W) with zeros around: ``padding`` (left, right, top, bottom, front, back).

    Moves alone; one number is that of all sides.

    >>> import symflops as sf
    >>> sf.cost(sf.ZeroPad3d(1), sf.dims("C D H W")).output
    (C, D + 2, H + 2, W + 2)
    """

    axes: ClassVar[int] = 3
    rank: ClassVar[int | None] = 5
