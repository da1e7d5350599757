"""Scaling: every channel times its own learned number, or all times the root of the width.

Source: Touvron et al. 2021, Going deeper with image transformers; Vaswani et al. 2017, section 3.4.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symflops.oracle.number import Array
from symflops.oracle.sliding import must_be
from symflops.zoo.convnext import LayerScale
from symflops.zoo.tokens import ByRoot

if TYPE_CHECKING:
    from symflops.oracle.number import Counter


def layer_scale(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return every entry times the learned number of its channel."""
    (x,) = inputs
    channels = x.shape[1]
    must_be(layer, "num_features", channels, layer.num_features)
    gamma = counter.weight(channels)
    return Array.of(x.shape, lambda b, c, h, w: x[b, c, h, w] * gamma[c,])


def by_root(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
    """Return every entry times the root of the width, or times one over it; the factor is a constant."""
    (x,) = inputs
    root = math.sqrt(x.shape[-1])
    factor = 1 / root if layer.inverse else root
    return Array.of(x.shape, lambda *at: x[at] * factor)


REFERENCES: dict[type, Any] = {LayerScale: layer_scale, ByRoot: by_root}
