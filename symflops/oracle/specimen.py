"""A small input for a layer that comes alone: symbols for what its arguments do not say."""

from __future__ import annotations

from typing import Any

from symflops.errors import ArgumentError
from symflops.layers.activation import GLU, Activation, AlongAxis
from symflops.layers.base import Layer
from symflops.layers.combine import Container
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm1d, LayerNorm, LocalResponseNorm
from symflops.layers.rectifiers import PReLU
from symflops.layers.reduction import Reduction
from symflops.layers.shape import Dropout, Flatten, Identity, Upsample
from symflops.symbols import dim

AXES = {3: "B C L", 4: "B C H W", 5: "B C D H W"}
ANY_RANK = (
    Activation,
    AlongAxis,
    GLU,
    Identity,
    Dropout,
    Flatten,
    LocalResponseNorm,
    Reduction,
    Upsample,
)


def specimen(layer: Layer) -> tuple[Any, ...]:
    """Return a batched input shape that a layer can take.

    >>> import symflops as sf
    >>> specimen(sf.Conv2d(3, 8, 3)), specimen(sf.Linear(5, 2))
    ((B, 3, H, W), (B, N, 5))

    Raises:
        ArgumentError: the layer does not say what it takes.
    """
    first = _first(layer)
    if isinstance(first, Linear):
        return (*_named(layer, "B N"), first.in_features)
    if isinstance(first, LayerNorm):
        last = first.normalized_shape
        return (*_named(layer, "B N"), *(last if isinstance(last, tuple) else (last,)))
    rank = first.rank
    if rank is None and isinstance(first, BatchNorm1d):
        rank = 3
    if rank is None and isinstance(first, ANY_RANK):
        rank = 4
    if rank not in AXES:
        kind = type(layer).__name__
        message = f"{kind} does not say what input it takes; write verify(sf.cost(layer, shape))"
        raise ArgumentError(message)
    batch, channels, *sizes = _named(layer, AXES[rank])
    for field in ("in_channels", "num_features", "input_channels"):
        channels = getattr(first, field, channels)
    if isinstance(first, PReLU) and first.num_parameters != 1:
        channels = first.num_parameters
    return (batch, channels, *sizes)


def _first(layer: Layer) -> Layer:
    """Return the innermost layer that sees the input first."""
    inner = getattr(layer, "body", getattr(layer, "layer", None))
    if isinstance(layer, Container) and layer.children:
        inner = layer.children[0][1]
    return _first(inner) if isinstance(inner, Layer) else layer


def _named(layer: Layer, names: str) -> list[Any]:
    """Return symbols of these names, or like them where the layer uses the name itself."""
    taken = {symbol.name for symbol in layer.symbols}
    fresh = []
    for name in names.split():
        while name in taken:
            name += "_"  # noqa: PLW2901 - the next name to try
        fresh.append(dim(name))
    return fresh
