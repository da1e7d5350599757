"""Recurrent cells: one step in time, from an input and the last state to the next state."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ShapeError
from symflops.facts import equal, more_than
from symflops.fields import pointwise
from symflops.layers.activation import DEFINITIONS
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, option, positive
from symflops.primitives import (
    bias_add,
    blend,
    contract,
    elementwise,
    gated_addition,
    gated_sum,
)
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.fields import Axes
    from symflops.trace import Step


class Cell(Layer):
    """What cells have in common: two products, of the input and of the last state, for each of their gates.

    The last state may come as further inputs, as in PyTorch; without, it is 0, which takes the same.
    """

    rank: ClassVar[int | None] = 2
    sample: ClassVar[str] = "F"
    gates: ClassVar[int]

    def needs(self: Any) -> Iterable[Require]:
        """Sizes of at least 1, and one vector of biases or two."""
        option(self, "bias_vectors", (1, 2))
        return scalars(self, "input_size", "hidden_size")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - a vector, whatever it is
        """Return the batch; a unit sees the whole input."""
        return (*pointwise(1), None)

    @property
    def states(self: Any) -> tuple[Size, ...]:
        """The sizes of what goes from one step to the next."""
        return (self.hidden_size,)

    def forward(self, x: Shape, *state: Shape) -> Forward:
        """Check the input and the last state, and yield what the step takes."""
        yield from self.fits(x, state)
        yield from self.steps(x[0])
        outputs = tuple((x[0], size) for size in self.states)
        return outputs if len(outputs) > 1 else outputs[0]

    def steps(self, batch: Size) -> Iterator[tuple[str, Step]]:
        """Yield what one step takes."""
        raise NotImplementedError

    def fits(self: Any, x: Shape, state: tuple[Shape, ...]) -> Iterator[Require]:
        """Require an input and, where it is given, a state of the cell's sizes."""
        kind = type(self).__name__
        batch, features = x
        yield Require(
            equal(features, self.input_size),
            lambda: f"{kind} expects input_size = {self.input_size} features, got {features}",
        )
        if state and len(state) != len(self.states):
            inputs = " or ".join(str(n) for n in (1, 1 + len(self.states)))
            message = (
                f"{kind} takes {inputs} inputs, x alone or with its state; got {1 + len(state)}"
            )
            raise ShapeError(message)
        for last, size in zip(state, self.states, strict=False):
            yield Require(
                equal(last[1], size),
                lambda last=last, size=size: (  # type: ignore[misc]
                    f"{kind} expects {size} units of a last state, got {last[1]}"
                ),
            )
            yield Require(
                equal(last[0], batch),
                lambda last=last: (  # type: ignore[misc]
                    f"{kind} expects a last state for each of {batch} samples, got {last[0]}"
                ),
            )

    def products(self: Any, batch: Size) -> Iterator[tuple[str, Step]]:
        """Yield the product of the input and that of the state, with their biases, for all gates."""
        outputs = (self.gates, self.hidden_size, batch)
        for name, size in (("ih", self.input_size), ("hh", self.states[0])):
            weight = Weight(f"weight_{name}", self.gates * self.hidden_size * size)
            yield f"product_{name}", contract((size, *outputs), outputs, "dot.linear", (weight,))
        if self.bias:
            for name in ("ih", "hh")[: int(self.bias_vectors)]:
                bias = Weight(f"bias_{name}", self.gates * self.hidden_size)
                yield f"bias_{name}", bias_add(outputs, (bias,))


class RNNCell(Cell):
    """One step of a recurrent network, h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh): (B, i) to (B, h).

    MACs: (i + h)·h. Params: (i + h)·h and 2·h of biases; with ``bias_vectors=1``, as the literature and Keras
    have it, h of them. ``nonlinearity`` is ``"tanh"`` or ``"relu"``. A second input is the last state, (B, h).

    >>> import symflops as sf
    >>> i, h = sf.dims("i h")
    >>> cost = sf.cost(sf.RNNCell(i, h), (i,))
    >>> cost.params, cost.macs
    (h*(h + i + 2), h*(h + i))

    Raises:
        ArgumentError: sizes below 1, another nonlinearity.
        ShapeError: other features than input_size, a state of another size.

    Source: Elman 1990, Finding structure in time; PyTorch's RNNCell.
    """

    gates: ClassVar[int] = 1
    input_size: Size
    hidden_size: Size
    bias: bool = True
    nonlinearity: str = "tanh"
    bias_vectors: Size = dataclasses.field(default=2, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """One of PyTorch's two nonlinearities."""
        option(self, "nonlinearity", ("tanh", "relu"))
        return super().needs()

    def steps(self, batch: Size) -> Iterator[tuple[str, Step]]:
        """Yield both products, their sum and the nonlinearity."""
        units = (self.hidden_size, batch)
        yield from self.products(batch)
        yield "sum", elementwise("add", units)
        yield self.nonlinearity, elementwise(DEFINITIONS[self.nonlinearity], units, "act")


class LSTMCell(Cell):
    """One step of long short-term memory: (B, i) to the state h' and the memory c', both (B, h).

    With i, f, g, o = σ, σ, tanh, σ of W_ih·x + b_ih + W_hh·h + b_hh, each gate its rows: c' = f·c + i·g and
    h' = o·tanh c'. MACs: 4·(i + h)·h. Params: 4·(i + h)·h and 8·h of biases; with ``bias_vectors=1``, as the
    literature and Keras have it, 4·h of them. With ``proj_size`` p, the state that is handed on is W_hr·h',
    of size p. A second and a third input are the last state and memory.

    >>> import symflops as sf
    >>> n, m = sf.dims("n m")
    >>> cost = sf.cost(sf.LSTMCell(m, n, bias_vectors=1), (m,))
    >>> cost.params, cost.under("2mac").flops, cost.output
    (4*n*(m + n + 1), 8*n*(m + n), ((n,), (n,)))

    Raises:
        ArgumentError: sizes below 1, a projection that makes the state no smaller.
        ShapeError: other features than input_size, a state of another size.

    Source: Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al. 2000; the projection of Sak et
    al. 2014; PyTorch's LSTMCell and LSTM.
    """

    gates: ClassVar[int] = 4
    input_size: Size
    hidden_size: Size
    bias: bool = True
    bias_vectors: Size = dataclasses.field(default=2, kw_only=True)
    proj_size: Size = dataclasses.field(default=0, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """A projection to fewer units than there are, where there is one."""
        yield from super().needs()
        single(self, "proj_size")
        yield from positive(self, "proj_size", least=0)
        yield Require(
            more_than(self.hidden_size, self.proj_size),
            lambda: (
                f"LSTM: proj_size must be below hidden_size = {self.hidden_size}, or 0 for none; "
                f"got {self.proj_size}"
            ),
        )

    @property
    def states(self) -> tuple[Size, ...]:
        """The sizes of state and memory."""
        return (self.hidden_size if self.proj_size == 0 else self.proj_size, self.hidden_size)

    def steps(self, batch: Size) -> Iterator[tuple[str, Step]]:
        """Yield both products, the gates, the memory and the state."""
        units = (self.hidden_size, batch)
        sigmoids = (self.gates - 1, *units)
        yield from self.products(batch)
        yield "sum", elementwise("add", (self.gates, *units))
        yield "gates", elementwise(DEFINITIONS["sigmoid"], sigmoids, "act")
        yield "candidate", elementwise(DEFINITIONS["tanh"], units, "act")
        yield "memory", gated_sum(units)
        yield "tanh", elementwise(DEFINITIONS["tanh"], units, "act")
        yield "output", elementwise("mul", units)
        if self.proj_size != 0:
            projected = (self.proj_size, batch)
            weight = Weight("weight_hr", self.proj_size * self.hidden_size)
            products = (self.hidden_size, *projected)
            yield "projection", contract(products, projected, "dot.linear", (weight,))


class GRUCell(Cell):
    """One step of a gated recurrent unit: (B, i) to the state h', (B, h).

    With r, z = σ of W_ih·x + b_ih + W_hh·h + b_hh, each gate its rows, and n = tanh(W_in·x + b_in +
    r·(W_hn·h + b_hn)): h' = (1 - z)·n + z·h. The reset gate comes after the product, as in PyTorch; before it,
    as in the paper, it takes as many operations. MACs: 3·(i + h)·h. Params: 3·(i + h)·h and 6·h of biases;
    with ``bias_vectors=1`` 3·h of them. A second input is the last state, (B, h).

    >>> import symflops as sf
    >>> i, h = sf.dims("i h")
    >>> cost = sf.cost(sf.GRUCell(i, h), (i,))
    >>> cost.params, cost.macs
    (3*h*(h + i + 2), 3*h*(h + i))

    Raises:
        ArgumentError: sizes below 1.
        ShapeError: other features than input_size, a state of another size.

    Source: Cho et al. 2014, equations 5 to 8; PyTorch's GRUCell.
    """

    gates: ClassVar[int] = 3
    input_size: Size
    hidden_size: Size
    bias: bool = True
    bias_vectors: Size = dataclasses.field(default=2, kw_only=True)

    def steps(self, batch: Size) -> Iterator[tuple[str, Step]]:
        """Yield both products, the gates, the candidate and the blend of it with the last state."""
        units = (self.hidden_size, batch)
        both = (self.gates - 1, *units)
        yield from self.products(batch)
        yield "sum", elementwise("add", both)
        yield "gates", elementwise(DEFINITIONS["sigmoid"], both, "act")
        yield "reset", gated_addition(units)
        yield "candidate", elementwise(DEFINITIONS["tanh"], units, "act")
        yield "update", blend(units)
