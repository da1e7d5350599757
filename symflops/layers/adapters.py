"""Small networks added to a trained one: a low-rank matrix beside a matrix, a bottleneck behind a layer."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.combine import Add
from symflops.layers.feedforward import activation_of
from symflops.layers.linear import Linear
from symflops.primitives import elementwise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class ScaleBy(Layer):
    """Every element times a constant: one multiplication each."""

    factor: Size

    def forward(self, x: Shape) -> Forward:
        """Multiply every element."""
        batch, *others = x
        yield "scale", elementwise("mul", (*others, batch))
        return x


class LoRA(Layer):
    """A fully connected layer and a matrix of rank r beside it, W₀x + α/r·B A x, on the last axis of (…, d_in).

    Added params: r·(d_in + d_out), and as many MACs a position. With ``alpha`` every output takes one
    multiplication by α/r; without, α is r and there is none. ``merged``: B A was added into W₀, and nothing
    is left of it. Children: ``base`` (the layer as it was), ``lora_A``, ``lora_B``; what is added to a
    network is what is left without its base.

    >>> import symflops as sf
    >>> N, r, d_in, d_out = sf.dims("N r d_in d_out")
    >>> cost = sf.cost(sf.LoRA(sf.Linear(d_in, d_out), r), (N, d_in))
    >>> cost.without("base").params, cost.without("base").macs
    (r*(d_in + d_out), N*r*(d_in + d_out))
    >>> sf.cost(sf.LoRA(sf.Linear(d_in, d_out), r, merged=True), (N, d_in)).params
    d_out*(d_in + 1)

    Raises:
        ArgumentError: a layer that is not Linear, a rank below 1.

    Source: Hu et al. 2021, section 4.1, equation 3.
    """

    linear: Layer
    r: Size
    alpha: Size = dataclasses.field(default=None, kw_only=True)
    merged: bool = dataclasses.field(default=False, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """A fully connected layer, and a rank of at least 1."""
        if not isinstance(self.linear, Linear):
            message = f"LoRA: linear must be a layer Linear(d_in, d_out), got {self.linear!r}"
            raise ArgumentError(message)
        single(self, "alpha")
        return scalars(self, "r")

    def forward(self, x: Shape) -> Forward:
        """Apply the layer and the low-rank matrix, and add what they give."""
        linear: Any = self.linear
        y = yield "base", linear, x
        if self.merged:
            return y
        z = yield "lora_A", Linear(linear.in_features, self.r, bias=False), x
        z = yield "lora_B", Linear(self.r, linear.out_features, bias=False), z
        if self.alpha is not None:
            z = yield "scale", ScaleBy(self.alpha / self.r), z
        return (yield "add", Add(), y, z)


class Adapter(Layer):
    """x + W_up δ(W_down x + b) + c on the last axis of (…, D): a bottleneck of width m with a skip.

    Params: 2·D·m + D + m. MACs: 2·D·m a position. ``activation`` is a word ("relu", "gelu", …) or a layer.

    >>> import symflops as sf
    >>> N, D, m = sf.dims("N D m")
    >>> cost = sf.cost(sf.Adapter(D, m), (N, D))
    >>> cost.params, cost.macs
    (2*D*m + D + m, 2*D*N*m)

    Raises:
        ArgumentError: sizes below 1, an activation that is neither a known word nor a layer.
        ShapeError: the last axis is not d_model.

    Source: Houlsby et al. 2019, section 2.1.
    """

    d_model: Size
    bottleneck: Size
    activation: Any = "gelu"

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and an activation that is known."""
        activation_of(self, self.activation)
        return scalars(self, "d_model", "bottleneck")

    def forward(self, x: Shape) -> Forward:
        """Narrow, activate, widen, and add."""
        y = yield "down", Linear(self.d_model, self.bottleneck), x
        y = yield "activation", activation_of(self, self.activation), y
        y = yield "up", Linear(self.bottleneck, self.d_model), y
        return (yield "add", Add(), x, y)
