"""Relatives of ReLU that let something through below 0: leaky, learned, exponential and smooth ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.errors import ArgumentError
from symflops.layers.activation import DEFINITIONS, Activation
from symflops.layers.arguments import scalars, single
from symflops.layers.conv import channels_match
from symflops.layers.norm import stands_behind, with_channels
from symflops.trace import Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.layers.base import Forward, Require, Size
    from symflops.tally import Operation
    from symflops.trace import Shape


class LeakyReLU(Activation):
    """x where x > 0, else slope·x: a multiplication and a comparison an element (Maas et al. 2013).

    Any shape; both values are computed, and the comparison chooses.

    >>> import symflops as sf
    >>> sf.cost(sf.LeakyReLU(0.2), sf.dims("C H W")).flops
    2*C*H*W
    """

    negative_slope: Size = 0.01
    inplace: bool = False


class RReLU(Activation):
    """x where x > 0, else slope·x, the slope drawn in training, and (lower + upper)/2 at inference.

    Any shape: a multiplication and a comparison an element, as :class:`LeakyReLU` (Xu et al. 2015, section 2.4).

    >>> import symflops as sf
    >>> sf.cost(sf.RReLU(), sf.dims("C H W")).flops
    2*C*H*W
    """

    lower: Size = 1.0 / 8
    upper: Size = 1.0 / 3
    inplace: bool = False


class Threshold(Activation):
    """x where x > threshold, else value: one comparison an element, any shape (PyTorch's Threshold).

    >>> import symflops as sf
    >>> sf.cost(sf.Threshold(0.1, 20), sf.dims("C H W")).flops
    C*H*W
    """

    threshold: Size
    value: Size
    inplace: bool = False


class PReLU(Activation):
    """x where x > 0, else a·x with learned a: two operations an element (He et al. 2015, equation 1).

    One a for all, or one for each of ``num_parameters`` channels of (B, C, …). Params: num_parameters.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> cost = sf.cost(sf.PReLU(C), (C, H, W))
    >>> cost.flops, cost.params
    (2*C*H*W, C)

    Raises:
        ShapeError: several parameters, and another number of channels.
    """

    num_parameters: Size = 1
    init: Size = 0.25

    def needs(self) -> Iterable[Require]:
        """At least one parameter."""
        return scalars(self, "num_parameters")

    def sees_batch(self, shape: Shape) -> bool:
        """Whether the channels stand on the axis where a batch has them."""
        return bool(self.num_parameters != 1) and stands_behind(shape, self.num_parameters)

    def weights(self) -> tuple[Weight, ...]:
        """Return the slopes."""
        return (Weight("weight", self.num_parameters),)

    def forward(self, x: Shape) -> Forward:
        """Scale every element by the slope of its channel."""
        if self.num_parameters != 1:
            yield channels_match(self, with_channels(self, x)[1], self.num_parameters)
        return (yield from super().forward(x))


class ELU(Activation):
    """x where x > 0, else α(exp(x) - 1): 4 operations an element (Clevert et al. 2016, section 3).

    Any shape. An exponential, a subtraction, a multiplication, which is counted for α = 1 too, and a
    comparison.

    >>> import symflops as sf
    >>> sf.cost(sf.ELU(), sf.dims("N D")).flops
    4*D*N
    """

    alpha: Size = 1.0
    inplace: bool = False


class CELU(Activation):
    """x where x > 0, else α(exp(x/α) - 1): 5 operations an element (Barron 2017).

    Any shape. Those of :class:`ELU`, and a division, which is counted for α = 1 too.

    >>> import symflops as sf
    >>> sf.cost(sf.CELU(), sf.dims("N D")).flops
    5*D*N

    Raises:
        ArgumentError: an α of 0.
    """

    alpha: Size = 1.0
    inplace: bool = False

    def needs(self) -> Iterable[Require]:
        """An α that x can be divided by."""
        single(self, "alpha")
        if self.alpha == 0:
            message = "CELU: alpha must not be 0"
            raise ArgumentError(message)
        return ()


class SELU(Activation):
    """λx where x > 0, else λα(exp(x) - 1): 5 operations an element (Klambauer et al. 2017, equation 2).

    Any shape. Those of :class:`ELU`, and the multiplication by λ.

    >>> import symflops as sf
    >>> sf.cost(sf.SELU(), sf.dims("N D")).flops
    5*D*N
    """

    inplace: bool = False


class Mish(Activation):
    """x·tanh(log(1 + exp(x))): 5 operations an element, any shape (Misra 2019).

    >>> import symflops as sf
    >>> sf.cost(sf.Mish(), sf.dims("C H W")).flops
    5*C*H*W
    """

    inplace: bool = False


class Softplus(Activation):
    """log(1 + exp(βx))/β: 3 operations an element for β = 1, else 5 (Dugas et al. 2001).

    Any shape. An exponential, an addition and a logarithm; with another β a multiplication and a division.
    Above ``threshold`` PyTorch returns x itself, against overflow: a numerical matter that is not counted.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> sf.cost(sf.Softplus(), (N, D)).flops, sf.cost(sf.Softplus(beta=2), (N, D)).flops
    (3*D*N, 5*D*N)

    Raises:
        ArgumentError: a symbolic β, which may be 1 or not; or 0.
    """

    beta: Size = 1.0
    threshold: Size = 20.0

    def needs(self) -> Iterable[Require]:
        """A number for beta: it decides whether there is anything to multiply."""
        single(self, "beta")
        if not self.beta.is_Rational or self.beta == 0:
            message = f"Softplus: beta must be a number that is not 0, got {self.beta}"
            raise ArgumentError(message)
        return ()

    def operations(self) -> Mapping[Operation, int]:
        """Return what one element takes with this beta."""
        return DEFINITIONS["softplus" if self.beta == 1 else "softplus_beta"]


class LogSigmoid(Activation):
    """log(1/(1 + exp(-x))), as -log(1 + exp(-x)): an exponential, an addition and a logarithm an element.

    Any shape.

    >>> import symflops as sf
    >>> sf.cost(sf.LogSigmoid(), sf.dims("N D")).flops
    3*D*N

    Source: PyTorch's LogSigmoid.
    """
