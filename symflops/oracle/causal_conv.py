"""Causal convolution by its definition: a position sees itself and those before, zeros before the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.causal_conv import CausalConv1d
from symflops.oracle.number import Array, total
from symflops.oracle.sliding import must_be, numbers

if TYPE_CHECKING:
    from symflops.oracle.number import Counter, Number


def causal_convolution(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return for every position the products with the taps that end there."""
    (x,) = inputs
    batch, channels, length = x.shape
    must_be(layer, "in_channels", channels, layer.in_channels)
    (kernel,), (stride,), (dilation,) = (
        numbers(value, 1) for value in (layer.kernel_size, layer.stride, layer.dilation)
    )
    outputs, fan_in = int(layer.out_channels), channels // int(layer.groups)
    weight = counter.weight(outputs, fan_in, kernel)
    bias = counter.weight(outputs) if layer.bias else None
    zero, ends = counter.number(0), range(0, length, stride)

    def entry(b: int, out: int, position: int) -> Number:
        products = []
        group = out // (outputs // int(layer.groups))
        for channel in range(fan_in):
            for tap in range(kernel):
                where = ends[position] - dilation * (kernel - 1 - tap)
                if where < 0 and not layer.count_padding:
                    continue
                value = x[b, group * fan_in + channel, where] if where >= 0 else zero
                products.append(value * weight[out, channel, tap])
        dot = total(products)
        return dot if bias is None else dot + bias[out,]

    return Array.of((batch, outputs, len(ends)), entry)


REFERENCES: dict[type, Any] = {CausalConv1d: causal_convolution}
