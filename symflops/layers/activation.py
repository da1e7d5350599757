"""Activations: what one element takes, by the definition of the function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.layers.base import Forward, Layer, option
from symflops.layers.combine import axis_of
from symflops.primitives import elementwise, softmax

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.layers.base import Require
    from symflops.tally import Operation
    from symflops.trace import Shape

#: What one element takes, by definition; negation, constants and indexing are free.
DEFINITIONS: dict[str, dict[Operation, int]] = {
    "relu": {"cmp": 1},  # max(x, 0)
    "relu6": {"cmp": 2},  # min(max(x, 0), 6)
    "sigmoid": {"exp": 1, "add": 1, "div": 1},  # 1/(1 + exp(-x))
    "tanh": {"tanh": 1},
    "silu": {"exp": 1, "add": 1, "div": 1, "mul": 1},  # x · 1/(1 + exp(-x))
    "gelu": {"mul": 3, "erf": 1, "add": 1},  # ½ · x · (1 + erf(x · 1/√2))
    # ½ · x · (1 + tanh(√(2/π) · (x + 0.044715 · x · x · x)))
    "gelu_tanh": {"mul": 6, "tanh": 1, "add": 2},
}


class Activation(Layer):
    """A function of each element by itself; the shape stays."""

    def operations(self) -> Mapping[Operation, int]:
        """Return what one element takes."""
        return DEFINITIONS[type(self).__name__.lower()]

    def forward(self, x: Shape) -> Forward:
        """Apply the function to every element."""
        batch, *others = x
        yield type(self).__name__.lower(), elementwise(self.operations(), (*others, batch), "act")
        return x


class ReLU(Activation):
    """max(x, 0): one comparison an element.

    >>> import symflops as sf
    >>> N = sf.dim("N")
    >>> sf.cost(sf.ReLU(), (N,)).flops
    N
    """

    inplace: bool = False


class ReLU6(Activation):
    """min(max(x, 0), 6): two comparisons an element, any shape (Howard et al. 2017).

    >>> import symflops as sf
    >>> sf.cost(sf.ReLU6(), sf.dims("C H W")).flops
    2*C*H*W
    """

    inplace: bool = False


class Sigmoid(Activation):
    """1/(1 + exp(-x)): an exponential, an addition and a division an element, any shape.

    >>> import symflops as sf
    >>> sf.cost(sf.Sigmoid(), sf.dims("N D")).flops
    3*D*N
    """


class Tanh(Activation):
    """tanh x: one operation an element, any shape.

    >>> import symflops as sf
    >>> sf.cost(sf.Tanh(), sf.dims("N D")).flops
    D*N
    """


class SiLU(Activation):
    """x/(1 + exp(-x)), as x times the sigmoid: four operations an element (Elfwing et al. 2017).

    >>> import symflops as sf
    >>> sf.cost(sf.SiLU(), sf.dims("N D")).flops
    4*D*N
    """

    inplace: bool = False


class GELU(Activation):
    """½x(1 + erf(x/√2)): 5 operations an element; its tanh form 9 (Hendrycks and Gimpel 2016).

    >>> import symflops as sf
    >>> N = sf.dim("N")
    >>> sf.cost(sf.GELU(), (N,)).flops, sf.cost(sf.GELU("tanh"), (N,)).flops
    (5*N, 9*N)
    """

    approximate: str = "none"

    def needs(self) -> Iterable[Require]:
        """One of PyTorch's two forms."""
        option(self, "approximate", ("none", "tanh"))
        return ()

    def operations(self) -> Mapping[Operation, int]:
        """Return what one element takes in this form."""
        return DEFINITIONS["gelu" if self.approximate == "none" else "gelu_tanh"]


class Softmax(Layer):
    """exp(x - max x)/Σ exp(x - max x) along ``dim`` of a batched tensor: 5n - 2 for n entries.

    n - 1 comparisons, n subtractions, n exponentials, n - 1 additions, n divisions.

    >>> import symflops as sf
    >>> n = sf.dim("n")
    >>> sf.cost(sf.Softmax(dim=-1), (n,)).flops
    5*n - 2

    Raises:
        ArgumentError: no ``dim``.
    """

    dim: Any = None

    def needs(self) -> Iterable[Require]:
        """An axis, as PyTorch asks for."""
        if self.dim is None:
            message = "Softmax needs dim, the axis to normalize, such as Softmax(dim=-1)"
            raise ArgumentError(message)
        return ()

    def forward(self, x: Shape) -> Forward:
        """Normalize every row along the axis."""
        axis = axis_of(self.dim, x, "Softmax")
        rows = (*x[:axis], *x[axis + 1 :])
        yield "softmax", softmax((x[axis], *rows), rows)
        return x
