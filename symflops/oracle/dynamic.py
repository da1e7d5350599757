"""Kernels blended sample by sample, and each sample convolved with its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.dynamic import BlendedKernels
from symflops.oracle.conv import slid
from symflops.oracle.number import Array, total
from symflops.oracle.sliding import must_be, numbers

if TYPE_CHECKING:
    from symflops.oracle.number import Counter


def blended_kernels(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every sample convolved with Σ_k π_k W_k, plus Σ_k π_k b_k."""
    x, attention = inputs
    batch, channels, *sizes = x.shape
    count, outputs = int(layer.kernels), int(layer.out_channels)
    must_be(layer, "in_channels", channels, layer.in_channels)
    must_be(layer, "attention", attention.shape, (batch, count))
    shape = (outputs, channels // int(layer.groups), *numbers(layer.kernel_size, len(sizes)))
    weights = counter.weight(count, *shape)
    biases = counter.weight(count, outputs) if layer.bias else None

    def blend(several: Array, b: int) -> Array:
        def entry(*at: int) -> Any:
            return total([attention[b, k] * several[k, *at] for k in range(count)])

        return Array.of(several.shape[1:], entry)

    made = []
    for b in range(batch):
        sample = Array.of((1, channels, *sizes), lambda _, *at, b=b: x[b, *at])
        bias = None if biases is None else blend(biases, b)
        made.append(slid(layer, sample, blend(weights, b), bias, counter))
    entries = [number for sample in made for number in sample.entries]
    return Array((batch, *made[0].shape[1:]), entries)


REFERENCES: dict[type, Any] = {BlendedKernels: blended_kernels}
