"""Keys and values that are there already: those of positions before, of a memory, or learned; and what is kept.

Where they come from is none of attention's work: such a layer makes a tensor wider and takes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.fields import SAME
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.primitives import move, there
from symflops.trace import Group, Shape, Step, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.layers.tracing import Tracer


class Kept(Layer):
    """A layer of which ``elements`` are kept for the next decoding step: keys, values, a state.

    It costs what the layer does; ``cost.kv_cache`` has the elements.

    >>> import symflops as sf
    >>> N, D, d = sf.dims("N D d")
    >>> cost = sf.cost(sf.Kept(sf.Linear(D, d), N * d), (N, D))
    >>> cost.macs, cost.kv_cache
    (D*N*d, N*d)

    Raises:
        ArgumentError: a layer that takes no step of its own.
    """

    arity: ClassVar[int | None] = None
    layer: Layer
    elements: Size

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the layer; its last step makes what is kept."""
        group = tracer.apply(self.layer, inputs)
        last = group.children[-1] if group.children else ("", None)
        if not isinstance(last[1], Step):
            message = f"Kept needs a layer that ends with a step of its own, got {self.layer!r}"
            raise ArgumentError(message)
        step = replace(last[1], cached=tracer.expr(self.elements))
        return replace(group, children=(*group.children[:-1], (last[0], step)))


class Precomputed(Layer):
    """A layer that was applied before, and whose output is there: it takes nothing, and its weights count.

    Of an encoder, or of the keys of a memory, in every decoding step behind the first.

    >>> import symflops as sf
    >>> N, D, E = sf.dims("N D E")
    >>> cost = sf.cost(sf.Precomputed(sf.Linear(D, E)), (N, D))
    >>> cost.output, cost.params, cost.flops, cost.activations
    ((N, E), E*(D + 1), 0, 0)
    """

    arity: ClassVar[int | None] = None
    layer: Layer

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the layer, and leave its weights alone of what it does."""
        group: Group = _idle(tracer.apply(self.layer, inputs), {})
        return group


def _idle(node: Any, seen: dict[Any, Any]) -> Any:
    """Return a node with nothing done in it, the same one for the same one."""
    if node not in seen:
        if isinstance(node, Step):
            seen[node] = there(node.weights)
        elif isinstance(node, Group):
            children = tuple((name, _idle(child, seen)) for name, child in node.children)
            seen[node] = replace(node, children=children, fused=False)  # nor is anything stored
        else:
            seen[node] = replace(node, child=_idle(node.child, seen))
    return seen[node]


class Cached(Layer):
    """Positions from before in front of the new ones, (B, N, D) to (B, S + N, D): a view, nothing is moved.

    >>> import symflops as sf
    >>> from symflops.layers.cache import Cached
    >>> S, N, D = sf.dims("S N D")
    >>> cost = sf.cost(Cached(S), (N, D))
    >>> cost.output, cost.activations
    ((N + S, D), 0)
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    length: Size

    def needs(self) -> Iterable[Require]:
        """A length of at least 0."""
        single(self, "length")
        return positive(self, "length", least=0)

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - positions are no longer those of the input
        """Return the batch."""
        return ((0, SAME), None, None)

    def forward(self, x: Shape) -> Shape:
        """Lengthen the axis of positions."""
        batch, positions, width = x
        return Shape((batch, self.length + positions, width))


class Memory(Layer):
    """Another sequence, (B, M, D), beside the input: it comes from outside and takes nothing.

    >>> import symflops as sf
    >>> from symflops.layers.cache import Memory
    >>> M, D, N, E = sf.dims("M D N E")
    >>> sf.cost(Memory(M, D), (N, E)).output
    (M, D)
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    length: Size
    width: Size

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return scalars(self, "length", "width")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - it sees nothing of the input
        """Return the batch."""
        return ((0, SAME), None, None)

    def forward(self, x: Shape) -> Shape:
        """Return the shape of the memory."""
        return Shape((x[0], self.length, self.width))


class Appended(Layer):
    """One position more behind the others, (B, N, D) to (B, N + 1, D): learned, or zeros.

    >>> import symflops as sf
    >>> from symflops.layers.cache import Appended
    >>> N, D = sf.dims("N D")
    >>> cost = sf.cost(Appended(D), (N, D))
    >>> cost.output, cost.params, cost.flops
    ((N + 1, D), D, 0)

    Source: PyTorch's MultiheadAttention, add_bias_kv and add_zero_attn.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    width: Size
    learned: bool = True

    def needs(self) -> Iterable[Require]:
        """A width of at least 1."""
        return scalars(self, "width")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - positions are no longer those of the input
        """Return the batch."""
        return ((0, SAME), None, None)

    def forward(self, x: Shape) -> Forward:
        """Lay one row behind the others."""
        batch, positions, width = x
        weights = (Weight("row", self.width),) if self.learned else ()
        yield "append", replace(move(), weights=weights)
        return (batch, positions + 1, width)
