"""Entries moved to another place, one by one: what is moved costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.rearrange import (
    ChannelShuffle,
    PixelShuffle,
    PixelUnshuffle,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from symflops.oracle.number import Array, grid
from symflops.oracle.sliding import inside, must_be

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def pixel_shuffle(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return r × r positions for every r² channels that follow one another."""
    (x,) = inputs
    r = int(layer.upscale_factor)
    *others, channels, height, width = x.shape
    must_be(layer, "channels that are a multiple of", channels % r**2, 0)

    def entry(*at: int) -> Number:
        *before, c, i, j = at
        return x[*before, (c * r + i % r) * r + j % r, i // r, j // r]

    return Array.of((*others, channels // r**2, height * r, width * r), entry)


def pixel_unshuffle(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return r² channels for every r × r positions."""
    (x,) = inputs
    r = int(layer.downscale_factor)
    *others, channels, height, width = x.shape
    must_be(layer, "sizes that are multiples of", (height % r, width % r), (0, 0))

    def entry(*at: int) -> Number:
        *before, c, i, j = at
        return x[*before, c // r**2, i * r + c // r % r, j * r + c % r]

    return Array.of((*others, channels * r**2, height // r, width // r), entry)


def channel_shuffle(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return the channels dealt out: the first of every group, then the second, and so on."""
    (x,) = inputs
    groups, channels = int(layer.groups), x.shape[1]
    must_be(layer, "channels that are a multiple of", channels % groups, 0)
    size = channels // groups
    dealt = [group * size + c for c, group in grid((size, groups))]
    return Array.of(x.shape, lambda b, c, *at: x[b, dealt[c], *at])


def zero_pad(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the input in a frame of zeros, or what is left of it where the frame is negative."""
    (x,) = inputs
    axes, zero = len(x.shape) - 2, counter.number(0)
    given = layer.padding if isinstance(layer.padding, tuple) else (layer.padding,) * (2 * axes)
    last_first = [(int(given[2 * i]), int(given[2 * i + 1])) for i in range(axes)]
    positions = [
        list(range(-before, size + after))
        for (before, after), size in zip(reversed(last_first), x.shape[2:], strict=True)
    ]

    def entry(b: int, c: int, *at: int) -> Number:
        where = [along[i] for along, i in zip(positions, at, strict=True)]
        return x[b, c, *where] if inside(x, where) else zero

    return Array.of((*x.shape[:2], *map(len, positions)), entry)


REFERENCES: dict[type, Any] = {
    PixelShuffle: pixel_shuffle,
    PixelUnshuffle: pixel_unshuffle,
    ChannelShuffle: channel_shuffle,
    **dict.fromkeys((ZeroPad1d, ZeroPad2d, ZeroPad3d), zero_pad),
}
