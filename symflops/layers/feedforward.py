"""The feed-forward network of a transformer: every position by itself, wide in between."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.layers.activation import GELU, ReLU, Sigmoid, SiLU, Tanh
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.combine import Multiply
from symflops.layers.linear import Linear

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape

#: Words for activations, as models' configurations have them.
ACTIVATIONS: dict[str, Layer] = {
    "relu": ReLU(),
    "gelu": GELU(),
    "gelu_tanh": GELU("tanh"),
    "silu": SiLU(),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
}


def activation_of(layer: Layer, activation: Any) -> Layer:
    """Return the layer that a word for an activation stands for, or the layer itself.

    Raises:
        ArgumentError: another word, or a function.
    """
    if isinstance(activation, Layer):
        return activation
    if isinstance(activation, str) and activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    listed = ", ".join(map(repr, ACTIVATIONS))
    message = (
        f"{type(layer).__name__}: activation must be a layer such as ReLU(), or one of {listed}; got "
        f"{activation!r}"
    )
    raise ArgumentError(message)


class Widened(Layer):
    """The engine: W_down δ(W_up x), or with a gate W_down (δ(W_gate x) ⊙ W_up x), on the last axis."""

    d_model: Size

    @property
    def parts(self) -> tuple[Size, Layer, bool, bool]:
        """The width in between, the activation, and whether there are biases and a gate."""
        raise NotImplementedError

    def forward(self, x: Shape) -> Forward:
        """Widen every position, and bring it back."""
        width, act, bias, gated = self.parts
        y = yield "gate" if gated else "up", Linear(self.d_model, width, bias), x
        y = yield "act", act, y
        if gated:
            up = yield "up", Linear(self.d_model, width, bias), x
            y = yield "mul", Multiply(), y, up
        return (yield "down", Linear(width, self.d_model, bias), y)


class FeedForward(Widened):
    """W₂ δ(W₁ x + b₁) + b₂ on the last axis of (…, D), d_ff wide in between; 4·D where d_ff is left out.

    Params: 2·D·d_ff + d_ff + D; MACs: 2·D·d_ff a position. With ``gated``, W₂ (δ(W x + b) ⊙ (V x + c)) + b₂:
    three matrices and one product an element more. ``activation`` is a word ("relu", "gelu", "gelu_tanh",
    "silu", "sigmoid", "tanh") or a layer; dropout drops nothing at inference.

    >>> import symflops as sf
    >>> N, D, d_ff = sf.dims("N D d_ff")
    >>> cost = sf.cost(sf.FeedForward(D, d_ff), (N, D))
    >>> cost.params, cost.macs
    (2*D*d_ff + D + d_ff, 2*D*N*d_ff)
    >>> sf.cost(sf.FeedForward(D, bias=False), (N, D)).under("2mac").flops
    16*D**2*N

    Raises:
        ArgumentError: sizes below 1, an activation that is neither a known word nor a layer.
        ShapeError: the last axis is not d_model.

    Source: Vaswani et al. 2017, equation 2; with a gate Shazeer 2020, equations 5 and 6.
    """

    d_ff: Size = None
    activation: Any = "gelu"
    bias: bool = True
    dropout: Size = 0.0
    gated: bool = dataclasses.field(default=False, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and an activation that is known."""
        activation_of(self, self.activation)
        return scalars(self, "d_model", "d_ff")

    @property
    def parts(self) -> tuple[Size, Layer, bool, bool]:
        """The width in between, the activation, and whether there are biases and a gate."""
        width = 4 * self.d_model if self.d_ff is None else self.d_ff
        return width, activation_of(self, self.activation), self.bias, self.gated


class Gated(Widened):
    """A feed-forward network with a gate: three matrices, without biases unless asked for."""

    act: ClassVar[Layer]
    d_ff: Size
    bias: bool = False

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return scalars(self, "d_model", "d_ff")

    @property
    def parts(self) -> tuple[Size, Layer, bool, bool]:
        """The width in between, the activation, and whether there are biases and a gate."""
        return self.d_ff, self.act, self.bias, True


class SwiGLU(Gated):
    """W₂ (SiLU(W x) ⊙ V x) on the last axis of (…, D). Params: 3·D·d_ff; MACs: 3·D·d_ff a position.

    At d_ff = 8/3·D that is what two matrices take at 4·D.

    >>> import symflops as sf
    >>> N, D, d_ff = sf.dims("N D d_ff")
    >>> cost = sf.cost(sf.SwiGLU(D, d_ff), (N, D))
    >>> cost.params, cost.macs
    (3*D*d_ff, 3*D*N*d_ff)

    Raises:
        ArgumentError: sizes below 1.
        ShapeError: the last axis is not d_model.

    Source: Shazeer 2020, equation 6.
    """

    act: ClassVar[Layer] = SiLU()


class GeGLU(Gated):
    """W₂ (GELU(W x) ⊙ V x) on the last axis of (…, D). Params: 3·D·d_ff; MACs: 3·D·d_ff a position.

    >>> import symflops as sf
    >>> N, D, d_ff = sf.dims("N D d_ff")
    >>> sf.cost(sf.GeGLU(D, d_ff), (N, D)).under("2mac").flops
    6*D*N*d_ff

    Raises:
        ArgumentError: sizes below 1.
        ShapeError: the last axis is not d_model.

    Source: Shazeer 2020, equation 6.
    """

    act: ClassVar[Layer] = GELU()
