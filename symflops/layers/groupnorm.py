"""Normalisation of every sample by itself: by groups of channels, or channel by channel."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.facts import divides
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.conv import channels_match
from symflops.layers.norm import (
    gain_and_shift,
    scaled_and_shifted,
    stands_behind,
    with_channels,
)
from symflops.primitives import standardize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class GroupNorm(Layer):
    """(x - μ)/√(σ² + ε)·γ + β over groups of C/g channels of (B, C, …) (Wu and He 2018, section 3.1).

    A group of n = C/g·H·W entries takes 5n + 2, and γ and β, which every channel has, 2n more. Params 2C.

    >>> import symflops as sf
    >>> g, C, H, W = sf.dims("g C H W")
    >>> cost = sf.cost(sf.GroupNorm(g, C), (C, H, W))
    >>> cost.flops.expand(), cost.params
    (7*C*H*W + 2*g, 2*C)

    Raises:
        ArgumentError: channels that the groups do not divide.
        ShapeError: other channels than num_channels.
    """

    num_groups: Size
    num_channels: Size
    eps: Size = 1e-5
    affine: bool = True
    bias: bool = dataclasses.field(default=True, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Groups that divide the channels."""
        yield from scalars(self, "num_groups", "num_channels")
        yield Require(
            divides(self.num_groups, self.num_channels),
            lambda: (
                f"GroupNorm: num_channels = {self.num_channels} must be divisible by num_groups = "
                f"{self.num_groups}"
            ),
        )

    def sees_batch(self, shape: Shape) -> bool:
        """Whether the channels stand on the axis where a batch has them."""
        return stands_behind(shape, self.num_channels)

    def forward(self, x: Shape) -> Forward:
        """Standardize each group, then scale and shift every channel."""
        batch, channels, *sizes = with_channels(self, x)
        yield channels_match(self, channels, self.num_channels)
        gain, weights = gain_and_shift(self.num_channels, affine=self.affine, bias=self.bias)
        rows = (self.num_groups, batch)
        yield from standardize((channels, *sizes, batch), rows, gain, weights)
        return x


class InstanceNorm(Layer):
    """The engine: every channel of every sample by itself (Ulyanov et al. 2016)."""

    num_features: Size
    eps: Size = 1e-5
    momentum: Any = 0.1  # or None
    affine: bool = False
    track_running_stats: bool = False
    bias: bool = dataclasses.field(default=True, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Features."""
        return scalars(self, "num_features")

    def forward(self, x: Shape) -> Forward:
        """Standardize each channel, then scale and shift it."""
        batch, channels, *sizes = x
        if self.affine or self.track_running_stats:  # else PyTorch does not look at num_features
            yield channels_match(self, channels, self.num_features)
        gain, weights = gain_and_shift(self.num_features, affine=self.affine, bias=self.bias)
        elements = (channels, *sizes, batch)
        if self.track_running_stats:
            yield scaled_and_shifted(elements, weights)
        else:
            yield from standardize(elements, (channels, batch), gain, weights)
        return x


class InstanceNorm1d(InstanceNorm):
    """Instance normalisation of (B, C, L), as :class:`InstanceNorm2d`.

    >>> import symflops as sf
    >>> C, L = sf.dims("C L")
    >>> sf.cost(sf.InstanceNorm1d(C), (C, L)).flops
    C*(5*L + 2)
    """

    rank: ClassVar[int | None] = 3


class InstanceNorm2d(InstanceNorm):
    """(x - μ)/√(σ² + ε)·γ + β over each channel of (B, C, H, W) (Ulyanov et al. 2016, equation 3).

    A channel of n = H·W entries takes 5n + 2, and with ``affine`` γ and β 2n more; params then 2C. With
    ``track_running_stats`` the statistics are known at inference: a·x + b, 2n. Without either, as in
    PyTorch, ``num_features`` may be another number than the input has.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> sf.cost(sf.InstanceNorm2d(C), (C, H, W)).flops
    C*(5*H*W + 2)
    >>> cost = sf.cost(sf.InstanceNorm2d(C, affine=True), (C, H, W))
    >>> cost.flops, cost.params
    (C*(7*H*W + 2), 2*C)

    Raises:
        ShapeError: other channels than num_features, where it is looked at.
    """

    rank: ClassVar[int | None] = 4


class InstanceNorm3d(InstanceNorm):
    """Instance normalisation of (B, C, D, H, W), as :class:`InstanceNorm2d`.

    >>> import symflops as sf
    >>> C, D, H, W = sf.dims("C D H W")
    >>> sf.cost(sf.InstanceNorm3d(C), (C, D, H, W)).flops
    C*(5*D*H*W + 2)
    """

    rank: ClassVar[int | None] = 5
