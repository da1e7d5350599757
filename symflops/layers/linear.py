"""The fully connected layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.errors import ShapeError
from symflops.facts import equal
from symflops.fields import pointwise
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.primitives import bias_add, contract
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes


class Linear(Layer):
    """Fully connected layer ``y = x Wᵀ + b`` on the last axis of (…, d_in).

    MACs: d_in·d_out for each of the other positions. Params: d_in·d_out, and d_out with a bias.

    >>> import symflops as sf
    >>> N, d_in, d_out = sf.dims("N d_in d_out")
    >>> cost = sf.cost(sf.Linear(d_in, d_out), (N, d_in))
    >>> cost.params, cost.macs, cost.flops
    (d_out*(d_in + 1), N*d_in*d_out, 2*N*d_in*d_out)

    Raises:
        ShapeError: the last axis is not d_in.

    Source: PyTorch's Linear.
    """

    in_features: Size
    out_features: Size
    bias: bool = True

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return scalars(self, "in_features", "out_features")

    def sees(self, *inputs: Shape) -> Axes:
        """Return every axis but the last, which each output sees whole."""
        return (*pointwise(len(inputs[0]) - 1), None)

    def forward(self, x: Shape) -> Forward:
        """Multiply by the matrix, then add the bias."""
        *others, features = x
        if not others:
            message = "Linear needs at least one axis besides the batch"
            raise ShapeError(message)
        yield Require(
            equal(features, self.in_features),
            lambda: f"Linear expects {self.in_features} features on its last axis, got {features}",
        )
        batch, *positions = others
        rows = (batch, *positions) if positions else ()  # as papers print it: N d_in d_out
        outputs = (*rows, self.out_features) if positions else (self.out_features, batch)
        weight = Weight("weight", self.in_features * self.out_features)
        products = (*rows, self.in_features, *outputs[len(rows) :])
        yield "linear", contract(products, outputs, "dot.linear", (weight,))
        if self.bias:
            yield "bias", bias_add(outputs, (Weight("bias", self.out_features),))
        return (*others, self.out_features)
