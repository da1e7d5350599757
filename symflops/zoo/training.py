"""Parts of a network that run in training alone, such as auxiliary heads: their weights are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from symflops.exprs import ONE, ZERO
from symflops.fields import Axes, pointwise
from symflops.layers.base import Layer, Size, positive
from symflops.trace import Flow, Group, Shape, Times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.layers.base import Require
    from symflops.layers.tracing import Tracer


class TrainingOnly(Layer):
    """Layers that inference does not run: the output is the input, and nothing but their weights counts.

    ``shape`` is an input that they take, such as (C, H, W): inference asks nothing of theirs.

    >>> import symflops as sf
    >>> H, W, K = sf.dims("H W K")
    >>> head = TrainingOnly(sf.Sequential(sf.Flatten(), sf.Linear(48, K)), (3, 4, 4))
    >>> cost = sf.cost(sf.Sequential(sf.Conv2d(3, 3, 1), head), (3, H, W))
    >>> cost.params - cost["0"].params, cost.flops - cost["0"].flops
    (49*K, 0)
    """

    arity: ClassVar[int | None] = 1
    body: Layer
    shape: Size

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return positive(self, "shape")

    def sees(self, *inputs: Shape) -> Axes:
        """Return the axes of the input: it is the output."""
        return pointwise(len(inputs[0]))

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Apply the layers not once, and count their weights all the same."""
        body = tracer.apply(self.body, (Shape((ONE, *self.shape)),))
        idle = Times(ZERO, body, shared=True)
        return Group(self, inputs, inputs, (("", idle),), flow=Flow(out=(("", 0),)))
