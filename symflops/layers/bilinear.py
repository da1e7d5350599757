"""The bilinear layer: a form in two inputs for every output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.errors import ShapeError
from symflops.facts import equal
from symflops.fields import pointwise
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.combine import same_size
from symflops.primitives import bias_add, contract
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes


class Bilinear(Layer):
    """Bilinear forms ``y_k = x₁ᵀ A_k x₂ + b_k`` of the last axes of (…, d_1) and (…, d_2).

    Counted from left to right: first the d_2 dot products x₁ᵀ A_k, then the one with x₂. For each output and
    position that is d_1·d_2 + d_2 products and d_1·d_2 - 1 additions, and one more with a bias. (From right
    to left it would be d_1·d_2 + d_1 products.) Params: d_out·d_1·d_2, and d_out with a bias.

    >>> import symflops as sf
    >>> d_1, d_2, d_out = sf.dims("d_1 d_2 d_out")
    >>> cost = sf.cost(sf.Bilinear(d_1, d_2, d_out, bias=False), [(d_1,), (d_2,)])
    >>> cost.params, cost.macs
    (d_1*d_2*d_out, d_2*d_out*(d_1 + 1))
    >>> cost.flops
    d_out*(2*d_1*d_2 + d_2 - 1)

    Raises:
        ShapeError: a last axis that is not d_1 or d_2, or other axes that differ.

    Source: PyTorch's Bilinear.
    """

    in1_features: Size
    in2_features: Size
    out_features: Size
    bias: bool = True

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return scalars(self, "in1_features", "in2_features", "out_features")

    def sees(self, *inputs: Shape) -> Axes:
        """Return every axis but the last, which each output sees whole."""
        return (*pointwise(len(inputs[0]) - 1), None)

    def forward(self, x1: Shape, x2: Shape) -> Forward:
        """Multiply the one input by the matrices, then what comes out by the other."""
        if len(x1) != len(x2) or len(x1) < 2:  # noqa: PLR2004 - batch and features
            message = f"Bilinear needs two inputs with as many axes, got {x1} and {x2}"
            raise ShapeError(message)
        for axis, (a, b) in enumerate(zip(x1[:-1], x2[:-1], strict=True)):
            yield same_size("Bilinear", axis, a, b)
        for position, (x, features) in enumerate(
            ((x1, self.in1_features), (x2, self.in2_features)), start=1
        ):
            yield Require(
                equal(x[-1], features),
                lambda p=position, n=features, x=x: (  # type: ignore[misc]
                    f"Bilinear expects {n} features on the last axis of input {p}, got {x[-1]}"
                ),
            )
        batch, *positions = x1[:-1]
        outputs = (self.out_features, *positions, batch)
        forms = (self.in2_features, *outputs)
        weight = Weight("weight", self.out_features * self.in1_features * self.in2_features)
        yield "left", contract((self.in1_features, *forms), forms, "dot.linear", (weight,))
        yield "right", contract(forms, outputs, "dot.linear")
        if self.bias:
            yield "bias", bias_add(outputs, (Weight("bias", self.out_features),))
        return (*x1[:-1], self.out_features)
