"""Activations that draw what they are given towards 0: by a threshold, or by a share of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.facts import at_least
from symflops.layers.activation import Activation
from symflops.layers.arguments import single
from symflops.layers.base import Require, Size

if TYPE_CHECKING:
    from collections.abc import Iterable


class Softsign(Activation):
    """x/(1 + |x|): a comparison for |x| = max(x, -x), an addition and a division an element, any shape.

    >>> import symflops as sf
    >>> sf.cost(sf.Softsign(), sf.dims("N D")).flops
    3*D*N

    Source: Turian et al. 2009; PyTorch's Softsign.
    """


class Softshrink(Activation):
    """x - λ where x > λ, x + λ where x < -λ, else 0: 4 operations an element, any shape.

    A subtraction, an addition and two comparisons, which choose between what is computed.

    >>> import symflops as sf
    >>> sf.cost(sf.Softshrink(), sf.dims("N D")).flops
    4*D*N

    Raises:
        ArgumentError: a λ below 0.

    Source: Donoho 1995, De-Noising by Soft-Thresholding; PyTorch's Softshrink.
    """

    lambd: Size = 0.5

    def needs(self) -> Iterable[Require]:
        """A threshold of at least 0."""
        single(self, "lambd")
        yield Require(
            at_least(self.lambd, 0),
            lambda: f"Softshrink: lambd must be at least 0, got {self.lambd}",
        )


class Hardshrink(Activation):
    """x where x > λ or x < -λ, else 0: two comparisons an element, any shape (PyTorch's Hardshrink).

    >>> import symflops as sf
    >>> sf.cost(sf.Hardshrink(), sf.dims("N D")).flops
    2*D*N
    """

    lambd: Size = 0.5


class Tanhshrink(Activation):
    """x - tanh x: two operations an element, any shape (PyTorch's Tanhshrink).

    >>> import symflops as sf
    >>> sf.cost(sf.Tanhshrink(), sf.dims("N D")).flops
    2*D*N
    """
