"""Scaling by what is learned: every channel times its own number (Touvron et al. 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.oracle.number import Array
from symflops.oracle.sliding import must_be
from symflops.zoo.convnext import LayerScale

if TYPE_CHECKING:
    from symflops.oracle.number import Counter


def layer_scale(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every entry times the learned number of its channel."""
    (x,) = inputs
    channels = x.shape[1]
    must_be(layer, "num_features", channels, layer.num_features)
    gamma = counter.weight(channels)
    return Array.of(x.shape, lambda b, c, h, w: x[b, c, h, w] * gamma[c,])


REFERENCES: dict[type, Any] = {LayerScale: layer_scale}
