"""Transposed convolution by its definition: every input position scatters its products over the output."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from symflops.errors import ShapeError
from symflops.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be, numbers

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def transposed(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return what the products add up to at each place; the sums that padding cuts off are made too."""
    (x,) = inputs
    batch, channels, *sizes = x.shape
    must_be(layer, "in_channels", channels, layer.in_channels)
    kernel, stride, dilation, cut, extra = (
        numbers(getattr(layer, name), len(sizes))
        for name in ("kernel_size", "stride", "dilation", "padding", "output_padding")
    )
    groups = int(layer.groups)
    fan_out = int(layer.out_channels) // groups
    weight = counter.weight(channels, fan_out, *kernel)
    bias = counter.weight(fan_out * groups) if layer.bias else None
    landed: dict[tuple[int, ...], list[Number]] = defaultdict(list)
    for b, channel, *at in grid(x.shape):
        first = channel // (channels // groups) * fan_out  # of the channels that this group makes
        for out, *tap in grid((fan_out, *kernel)):
            place = (i * s + t * d for i, s, t, d in zip(at, stride, tap, dilation, strict=True))
            products = landed[b, first + out, *place]
            products.append(x[b, channel, *at] * weight[channel, out, *tap])
    sums = {place: total(products) for place, products in landed.items()}
    ends = [max(place[2 + axis] for place in sums) for axis in range(len(sizes))]
    output = [end + 1 - 2 * p + e for end, p, e in zip(ends, cut, extra, strict=True)]
    if min(output) < 1:
        message = f"{type(layer).__name__} leaves nothing: {output}"
        raise ShapeError(message)
    zero = counter.number(0)

    def entry(b: int, out: int, *at: int) -> Number:
        value = sums.get((b, out, *(i + p for i, p in zip(at, cut, strict=True))), zero)
        return value if bias is None else value + bias[out,]

    return Array.of((batch, fan_out * groups, *output), entry)


REFERENCES: dict[type, Any] = dict.fromkeys(
    (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d), transposed
)
