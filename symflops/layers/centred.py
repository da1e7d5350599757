"""Convolutions whose kernel has a middle, padded so that stride 1 keeps the map, and what follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.facts import divides
from symflops.layers.arguments import along
from symflops.layers.base import Layer, Require, positive
from symflops.layers.combine import Sequential
from symflops.layers.norm import BatchNorm2d

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.layers.conv import Conv2d


PLANE = 2  # axes


def centred(kernel_size: Any) -> Any:
    """Return the padding that centres an odd kernel: (k - 1)/2."""
    if isinstance(kernel_size, tuple):
        return tuple(map(centred, kernel_size))
    return (kernel_size - 1) / 2


def odd(layer: Layer, *names: str) -> Iterable[Require]:
    """Require the kernels in these fields to be odd."""
    yield from positive(layer, *names)
    for name in names:
        for size in dict.fromkeys(along(layer, name, PLANE)):
            yield Require(
                divides(2, size - 1),
                lambda name=name, size=size: (  # type: ignore[misc]
                    f"{type(layer).__name__}: {name} must be odd, got {size}"
                ),
            )


def normed(conv: Conv2d, form: str, *activation: Layer) -> Sequential:
    """Return a convolution with its batch normalisation and activation behind it."""
    return Sequential(conv, BatchNorm2d(conv.out_channels, form=form), *activation)
