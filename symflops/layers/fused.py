"""Fusion: layers that run as one, so that nothing between them is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from symflops.layers.base import Layer
from symflops.trace import Group, Node, Step, Times

if TYPE_CHECKING:
    from symflops.layers.tracing import Tracer
    from symflops.trace import Shape


class Fused(Layer):
    """``body`` as one kernel: what is made inside is neither stored nor moved, its outputs alone are.

    Operations, weights and paths are the body's; activations are the elements of its outputs, and a table has
    one row for it. FlashAttention is attention between projections, fused: the N² scores are computed and
    never stored. What its backward pass computes anew is no part of a forward pass.

    >>> import symflops as sf
    >>> N, D, E = sf.dims("N D E")
    >>> mlp = sf.Sequential(sf.Linear(D, E), sf.GELU(), sf.Linear(E, D))
    >>> plain, fused = sf.cost(mlp, (N, D)), sf.cost(sf.Fused(mlp), (N, D))
    >>> plain.activations, fused.activations
    (N*(D + 2*E), D*N)
    >>> fused.macs == plain.macs, fused.params == plain.params
    (True, True)

    Source: Dao et al. 2022, FlashAttention, section 3.1 and theorem 1.
    """

    arity: ClassVar[int | None] = None
    body: Layer

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the body, and mark it; views, and what was there before, store nothing as it is."""
        group = tracer.apply(self.body, inputs)
        return replace(group, fused=_does_anything(group, set()))


def _does_anything(node: Node, seen: set[Node]) -> bool:
    """Say whether there is a step in a node, or in what it holds."""
    if isinstance(node, Step):
        return node.rule != "there"
    if node in seen:
        return False
    seen.add(node)
    if isinstance(node, Group):
        return any(_does_anything(child, seen) for _, child in node.children)
    idle = isinstance(node, Times) and node.n == 0
    return not idle and _does_anything(node.child, seen)
