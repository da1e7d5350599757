"""Activations: what one element takes, by the definition of the function.

A choice between two values that are both computed costs the comparison that decides it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.facts import divides, more_than
from symflops.fields import all_but
from symflops.layers.arguments import single
from symflops.layers.base import Forward, Layer, Require, Size, option
from symflops.layers.combine import axis_of
from symflops.primitives import elementwise, log_softmax, softmax

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.fields import Axes
    from symflops.tally import Operation
    from symflops.trace import Shape, Step, Weight

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
    "quickgelu": {"mul": 2, "exp": 1, "add": 1, "div": 1},  # x · 1/(1 + exp(-1.702 · x))
    "leakyrelu": {"mul": 1, "cmp": 1},  # x if x > 0 else slope · x
    "prelu": {"mul": 1, "cmp": 1},  # the same, with a learned slope
    "elu": {"exp": 1, "sub": 1, "mul": 1, "cmp": 1},  # x if x > 0 else α · (exp(x) - 1)
    "selu": {"exp": 1, "sub": 1, "mul": 2, "cmp": 1},  # λ · (x if x > 0 else α · (exp(x) - 1))
    # x if x > 0 else α · (exp(x/α) - 1)
    "celu": {"div": 1, "exp": 1, "sub": 1, "mul": 1, "cmp": 1},
    "rrelu": {"mul": 1, "cmp": 1},  # x if x > 0 else slope · x
    "threshold": {"cmp": 1},  # x if x > threshold else value
    "softsign": {"cmp": 1, "add": 1, "div": 1},  # x/(1 + max(x, -x))
    "softshrink": {"sub": 1, "add": 1, "cmp": 2},  # x - λ if x > λ, x + λ if x < -λ, else 0
    "hardshrink": {"cmp": 2},  # x if x > λ or x < -λ, else 0
    "tanhshrink": {"tanh": 1, "sub": 1},  # x - tanh x
    "mish": {"exp": 1, "add": 1, "log": 1, "tanh": 1, "mul": 1},  # x · tanh(log(1 + exp(x)))
    "softplus": {"exp": 1, "add": 1, "log": 1},  # log(1 + exp(x))
    "logsigmoid": {"exp": 1, "add": 1, "log": 1},  # -log(1 + exp(-x))
    # log(1 + exp(β · x))/β
    "softplus_beta": {"mul": 1, "exp": 1, "add": 1, "log": 1, "div": 1},
    "hardswish": {"add": 1, "cmp": 2, "mul": 1, "div": 1},  # x · min(max(x + 3, 0), 6)/6
    "hardsigmoid": {"add": 1, "cmp": 2, "div": 1},  # min(max(x + 3, 0), 6)/6
    "hardtanh": {"cmp": 2},  # min(max(x, low), high)
    "forgetgate": {"exp": 1, "add": 1, "div": 1, "pow": 1},  # (1/(1 + exp(-x)))^(1/τ)
    "glu": {"exp": 1, "add": 1, "div": 1, "mul": 1},  # a · 1/(1 + exp(-b))
}


class Activation(Layer):
    """A function of each element by itself; the shape stays."""

    def operations(self) -> Mapping[Operation, int]:
        """Return what one element takes."""
        return DEFINITIONS[type(self).__name__.lower()]

    def weights(self) -> tuple[Weight, ...]:
        """Return what the function learns."""
        return ()

    def forward(self, x: Shape) -> Forward:
        """Apply the function to every element."""
        batch, *others = x
        elements = (*others, batch)
        step = elementwise(self.operations(), elements, "act", self.weights())
        yield type(self).__name__.lower(), step
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
    """x/(1 + exp(-x)), as x times the sigmoid: four operations an element (Elfwing et al. 2018).

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


class Hardswish(Activation):
    """x·min(max(x + 3, 0), 6)/6: 5 operations an element (Howard et al. 2019, section 5.2).

    Any shape. An addition, two comparisons, a multiplication and a division.

    >>> import symflops as sf
    >>> sf.cost(sf.Hardswish(), sf.dims("C H W")).flops
    5*C*H*W
    """

    inplace: bool = False


class Hardsigmoid(Activation):
    """min(max(x + 3, 0), 6)/6: 4 operations an element (Howard et al. 2019, section 5.2).

    Any shape. An addition, two comparisons and a division.

    >>> import symflops as sf
    >>> sf.cost(sf.Hardsigmoid(), sf.dims("C H W")).flops
    4*C*H*W
    """

    inplace: bool = False


class Hardtanh(Activation):
    """min(max(x, low), high): two comparisons an element, any shape (Collobert 2004).

    ``min_value`` and ``max_value`` are older names of ``min_val`` and ``max_val``, and go before them.

    >>> import symflops as sf
    >>> sf.cost(sf.Hardtanh(), sf.dims("N D")).flops
    2*D*N

    Raises:
        ArgumentError: a greatest value that is not above the least.
    """

    min_val: Size = -1.0
    max_val: Size = 1.0
    inplace: bool = False
    min_value: Size = None
    max_value: Size = None

    @property
    def bounds(self) -> tuple[Any, Any]:
        """The least and the greatest value."""
        low = self.min_val if self.min_value is None else self.min_value
        return low, self.max_val if self.max_value is None else self.max_value

    def needs(self) -> Iterable[Require]:
        """A greatest value above the least."""
        single(self, "min_val", "max_val", "min_value", "max_value")
        low, high = self.bounds
        yield Require(
            more_than(high, low),
            lambda: f"Hardtanh: max_val must be above min_val = {low}, got {high}",
        )


class GLU(Layer):
    """a·1/(1 + exp(-b)) of the halves a and b of axis ``dim`` (Dauphin et al. 2017, equation 1).

    Four operations an output, of which there are half as many as inputs: an exponential, an addition, a
    division and a multiplication. ``dim`` numbers the axes of a batched tensor.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> cost = sf.cost(sf.GLU(), (N, 2 * D))
    >>> cost.output, cost.flops
    ((N, D), 4*D*N)

    Raises:
        ShapeError: an axis of odd size.
    """

    dim: Any = -1

    def forward(self, x: Shape) -> Forward:
        """Let one half gate the other."""
        axis = axis_of(self.dim, x, "GLU")
        yield Require(
            divides(2, x[axis]), lambda: f"GLU needs an even size on axis {axis}, got {x[axis]}"
        )
        batch, *others = output = (*x[:axis], x[axis] / 2, *x[axis + 1 :])
        yield "glu", elementwise(DEFINITIONS["glu"], (*others, batch), "act")
        return output

    def sees(self, *inputs: Shape) -> Axes:
        """Return the other axes as they are."""
        return all_but(axis_of(self.dim, inputs[0], "GLU"), len(inputs[0]))


class AlongAxis(Layer):
    """A function of every row along axis ``dim`` of a batched tensor; the shape stays."""

    dim: Any = None

    def needs(self) -> Iterable[Require]:
        """An axis, as PyTorch asks for."""
        if self.dim is None:
            kind = type(self).__name__
            message = f"{kind} needs dim, the axis to normalize, such as {kind}(dim=-1)"
            raise ArgumentError(message)
        return ()

    def forward(self, x: Shape) -> Forward:
        """Normalize every row along the axis."""
        axis = axis_of(self.dim, x, type(self).__name__)
        rows = (*x[:axis], *x[axis + 1 :])
        yield type(self).__name__.lower(), self.step((x[axis], *rows), rows)
        return x

    def sees(self, *inputs: Shape) -> Axes:
        """Return the other axes as they are; this one is seen whole."""
        return all_but(axis_of(self.dim, inputs[0], type(self).__name__), len(inputs[0]))

    def step(self, entries: tuple[Any, ...], rows: tuple[Any, ...]) -> Step:
        """Return what the rows take."""
        raise NotImplementedError


class Softmax(AlongAxis):
    """exp(x - max x)/Σ exp(x - max x) along ``dim`` of a batched tensor: 5n - 2 for n entries.

    n - 1 comparisons, n subtractions, n exponentials, n - 1 additions, n divisions.

    >>> import symflops as sf
    >>> n = sf.dim("n")
    >>> sf.cost(sf.Softmax(dim=-1), (n,)).flops
    5*n - 2

    Raises:
        ArgumentError: no ``dim``.
    """

    def step(self, entries: tuple[Any, ...], rows: tuple[Any, ...]) -> Step:
        """Return a softmax a row."""
        return softmax(entries, rows)


class LogSoftmax(AlongAxis):
    """x - max x - log Σ exp(x - max x) along ``dim`` of a batched tensor: 5n - 1 for n entries.

    n - 1 comparisons, n subtractions of the maximum, n exponentials, n - 1 additions, a logarithm, and n
    subtractions of it.

    >>> import symflops as sf
    >>> n = sf.dim("n")
    >>> sf.cost(sf.LogSoftmax(dim=-1), (n,)).flops
    5*n - 1

    Raises:
        ArgumentError: no ``dim``.
    """

    def step(self, entries: tuple[Any, ...], rows: tuple[Any, ...]) -> Step:
        """Return a log-softmax a row."""
        return log_softmax(entries, rows)
