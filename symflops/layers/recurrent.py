"""Recurrent layers: a cell that is applied step after step, with one set of weights."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ShapeError
from symflops.fields import pointwise
from symflops.layers.arguments import portions, scalars
from symflops.layers.base import Forward, Layer, Require, Size, option
from symflops.layers.cells import GRUCell, LSTMCell, RNNCell
from symflops.layers.depth import Repeat
from symflops.layers.series import MAX_UNROLLED, named
from symflops.primitives import kept_state
from symflops.trace import Flow, Group, Shape, Step, Times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.layers.cells import Cell
    from symflops.layers.tracing import Tracer

SEQUENCE = 3  # axes: the batch, time, features


class OfSequences(Layer):
    """A layer from (B, T, F) to (B, T, D); without ``batch_first`` the batch stands on axis 1."""

    rank: ClassVar[int | None] = SEQUENCE
    sample: ClassVar[str] = "T, F"

    def sees(self: Any, *inputs: Shape) -> Axes:  # noqa: ARG002 - a sequence, whatever it is
        """Return the batch; a step sees those before it, and so the sequence."""
        return (*(pointwise(1) if self.batch_first else (None,)), None, None)


class Recurrent(OfSequences):
    """A cell over the T steps of a sequence, with the same weights: (B, T, F) to (B, T, D).

    Cost: T times the cell's, its weights once. The cell maps (B, F) to its state, of which the first part,
    (B, D), is the output of a step. What is made inside a step is not stored: activations are the elements of
    the output. For decoding the state of the last step is kept; with ``reverse``, which starts from the end
    and needs the whole sequence, or without ``keeps`` nothing is. Without ``batch_first`` a written batch
    stands on axis 1, as in PyTorch.

    >>> import symflops as sf
    >>> T, i, h = sf.dims("T i h")
    >>> cost = sf.cost(sf.Recurrent(sf.GRUCell(i, h)), (T, i))
    >>> cost.output, cost.macs, cost.params, cost.kv_cache
    ((T, h), 3*T*h*(h + i), 3*h*(h + i + 2), h)

    Raises:
        ShapeError: an input that is no sequence, or a cell that does not map its steps to vectors.
    """

    cell: Layer
    batch_first: bool = True
    reverse: bool = dataclasses.field(default=False, kw_only=True)
    keeps: bool = dataclasses.field(default=True, kw_only=True)

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the cell once, and repeat it over time."""
        (x,) = inputs
        # a batch that is not written stands first, whatever is asked for
        time = 1 if self.batch_first or not tracer.batch_written else 0
        cell = named(tracer, self.cell, (Shape((*x[:time], *x[time + 1 :])),), "0")
        batch, *features = cell.outputs[0]
        if batch != x[1 - time] or len(features) != 1:
            message = f"Recurrent needs a cell with an output of (D,), got {tracer.shown(cell.outputs[0])}"
            raise ShapeError(message)
        state: list[tuple[str, Step]] = []
        if self.keeps and not self.reverse:
            elements = sum(shape.elements for shape in cell.outputs)
            state.append(("state", kept_state(elements)))
        return Group(
            self,
            inputs,
            (Shape((*x[:-1], *features)),),
            (("", Times(x[time], cell, shared=True)), *state),
            flow=Flow(out=(("", 0),)),
            fused=True,
        )


class Bidirectional(OfSequences):
    """Two of a cell, one from the first step to the last and one back: (B, T, F) to (B, T, 2·D).

    Cost: twice that of one direction; both write to their half of the output. Nothing is kept for a next
    step: the way back starts from the end. Without ``batch_first`` a written batch stands on axis 1.

    >>> import symflops as sf
    >>> T, i, h = sf.dims("T i h")
    >>> cost = sf.cost(sf.Bidirectional(sf.RNNCell(i, h)), (T, i))
    >>> cost.output, cost.macs, cost.kv_cache
    ((T, 2*h), 2*T*h*(h + i), 0)

    Source: Schuster and Paliwal 1997, Bidirectional recurrent neural networks.
    """

    cell: Layer
    batch_first: bool = True

    def forward(self, x: Shape) -> Forward:
        """Run both ways, and lay their outputs side by side."""
        y = yield "forward", Recurrent(self.cell, self.batch_first, keeps=False), x
        z = yield "reverse", Recurrent(self.cell, self.batch_first, reverse=True), x
        return (*y[:-1], y[-1] + z[-1])


class Stacked(OfSequences):
    """What RNN, LSTM and GRU have in common: layers of one cell, each on the outputs of that before."""

    input_size: Size
    hidden_size: Size
    num_layers: Size = 1

    def needs(self: Any) -> Iterable[Require]:
        """What the cell needs, at least one layer, and a part that dropout drops."""
        portions(self, "dropout")
        option(self, "bias_vectors", (1, 2))
        yield from scalars(self, "input_size", "hidden_size", "num_layers")
        yield from self.cell(self.input_size).needs()

    def cell(self, features: Size) -> Cell:
        """Return the cell of a layer on so many features."""
        raise NotImplementedError

    def layer(self: Any, features: Size) -> Layer:
        """Return one layer, in one direction or in both."""
        kind = Bidirectional if self.bidirectional else Recurrent
        return kind(self.cell(features), self.batch_first)

    @property
    def width(self: Any) -> Size:
        """The size of the output of a layer: a state for each direction."""
        state = self.cell(self.input_size).states[0]
        return state + state if self.bidirectional else state

    def forward(self: Any, x: Shape) -> Forward:
        """Run layer after layer; those behind the first are alike."""
        n, first, behind = self.num_layers, self.layer(self.input_size), self.layer(self.width)
        if n.is_Integer and n <= MAX_UNROLLED:
            for k in range(int(n)):
                x = yield f"l{k}", behind if k else first, x
            return x
        if first == behind:
            return (yield "layers", Repeat(first, n), x)
        x = yield "l0", first, x
        return (yield "behind", Repeat(behind, n - 1), x)


class RNN(Stacked):
    """Layers of :class:`RNNCell` over T steps: (B, T, F) to (B, T, h), bidirectional to (B, T, 2·h).

    MACs a step: (i + h)·h for the first layer, 2·h² for those behind it. Over a symbolic ``num_layers`` those
    behind l0 are one repetition, and all are where the input is as wide as the outputs.
    Biases, ``nonlinearity`` and ``bias_vectors`` are those of the cell, whose ``weight_ih`` in l0, and in
    l0.reverse, is PyTorch's weight_ih_l0, and weight_ih_l0_reverse. The batch is first here, which PyTorch has
    to be asked for; with ``batch_first=False`` a written one is on axis 1. The state starts from 0.
    Dropout between layers takes nothing at inference. The output is that of every step in the last layer.

    >>> import symflops as sf
    >>> n, d = sf.dims("n d")
    >>> sf.cost(sf.RNN(d, d, bias=False), (n, d)).macs
    2*d**2*n

    Raises:
        ArgumentError: sizes below 1, another nonlinearity, a dropout outside of 0 to 1.
        ShapeError: other features than input_size.

    Source: Elman 1990, Finding structure in time; PyTorch's RNN.
    """

    nonlinearity: str = "tanh"
    bias: bool = True
    batch_first: bool = True
    dropout: Size = 0.0
    bidirectional: bool = False
    bias_vectors: Size = dataclasses.field(default=2, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """One of PyTorch's two nonlinearities."""
        option(self, "nonlinearity", ("tanh", "relu"))
        return super().needs()

    def cell(self, features: Size) -> Cell:
        """Return the cell of a layer on so many features."""
        return RNNCell(
            features,
            self.hidden_size,
            self.bias,
            self.nonlinearity,
            bias_vectors=self.bias_vectors,
        )


class LSTM(Stacked):
    """Layers of :class:`LSTMCell` over T steps: (B, T, F) to (B, T, h), bidirectional to (B, T, 2·h).

    MACs a step: 4·(i + h)·h for the first layer, 8·h² for those behind it. With ``proj_size`` p the outputs
    have size p. Axes, names, ``num_layers``, ``bias_vectors`` and the rest are as in :class:`RNN`. For decoding
    a state of h (or p) and a memory of h a layer are kept.

    >>> import symflops as sf
    >>> T, i, h, L = sf.dims("T i h L")
    >>> cost = sf.cost(sf.LSTM(i, h, L), (T, i))
    >>> cost.macs, cost.kv_cache
    (4*T*h*(2*h*(L - 1) + h + i), 2*L*h)
    >>> sf.cost(sf.LSTM(10, 20), (5, 10)).macs
    12000

    Raises:
        ArgumentError: sizes below 1, a projection that makes the state no smaller, a dropout outside of 0 to 1.
        ShapeError: other features than input_size.

    Source: Hochreiter and Schmidhuber 1997; Gers et al. 2000; Sak et al. 2014; PyTorch's LSTM.
    """

    bias: bool = True
    batch_first: bool = True
    dropout: Size = 0.0
    bidirectional: bool = False
    proj_size: Size = 0
    bias_vectors: Size = dataclasses.field(default=2, kw_only=True)

    def cell(self, features: Size) -> Cell:
        """Return the cell of a layer on so many features."""
        return LSTMCell(
            features,
            self.hidden_size,
            self.bias,
            bias_vectors=self.bias_vectors,
            proj_size=self.proj_size,
        )


class GRU(Stacked):
    """Layers of :class:`GRUCell` over T steps: (B, T, F) to (B, T, h), bidirectional to (B, T, 2·h).

    MACs a step: 3·(i + h)·h for the first layer, 6·h² for those behind it. Axes, names, ``num_layers``,
    ``bias_vectors`` and the rest are as in :class:`RNN`.

    >>> import symflops as sf
    >>> T, i, h = sf.dims("T i h")
    >>> cost = sf.cost(sf.GRU(i, h, bidirectional=True), (T, i))
    >>> cost.output, cost.macs
    ((T, 2*h), 6*T*h*(h + i))

    Raises:
        ArgumentError: sizes below 1, a dropout outside of 0 to 1.
        ShapeError: other features than input_size.

    Source: Cho et al. 2014, equations 5 to 8; PyTorch's GRU.
    """

    bias: bool = True
    batch_first: bool = True
    dropout: Size = 0.0
    bidirectional: bool = False
    bias_vectors: Size = dataclasses.field(default=2, kw_only=True)

    def cell(self, features: Size) -> Cell:
        """Return the cell of a layer on so many features."""
        return GRUCell(features, self.hidden_size, self.bias, bias_vectors=self.bias_vectors)
