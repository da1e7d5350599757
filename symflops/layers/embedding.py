"""The table of vectors, one for each word of a vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.facts import at_least
from symflops.fields import pointwise
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.combine import whole_number
from symflops.primitives import lookup, unknown
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes


class Embedding(Layer):
    """Row i of a table of V vectors for every token i: (…) to (…, D), a lookup. Params: V·D.

    A lookup takes no operation; as the product of one-hot vectors with the table, which the convention
    ``"chinchilla"`` counts, it takes N·V·D. A head that uses the same table is tied to it by name,
    ``Shared("wte", Embedding(V, D))`` and ``Shared("wte", Linear(D, V, bias=False))``. With ``max_norm``
    the rows that are looked up are renormalised first; how many differ is a matter of the data, and what
    that takes is the unknown c_renormalize(N, D).

    >>> import symflops as sf
    >>> N, V, D = sf.dims("N V D")
    >>> cost = sf.cost(sf.Embedding(V, D), (N,))
    >>> cost.output, cost.params, cost.flops
    ((N, D), D*V, 0)
    >>> cost.under("chinchilla").flops
    2*D*N*V

    Raises:
        ArgumentError: a table without rows or columns, a padding_idx outside of it.

    Source: PyTorch's Embedding; for the dense count Hoffmann et al. 2022, appendix F.
    """

    num_embeddings: Size
    embedding_dim: Size
    padding_idx: Any = None
    max_norm: Size = None
    norm_type: Size = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False

    def needs(self) -> Iterable[Require]:
        """A table, and a row of it for padding."""
        yield from scalars(self, "num_embeddings", "embedding_dim")
        single(self, "padding_idx", "max_norm", "norm_type")
        if self.padding_idx is not None:
            yield self._has_row(whole_number("Embedding", "padding_idx", self.padding_idx))

    def _has_row(self, index: int) -> Require:
        least = -index if index < 0 else index + 1
        return Require(
            at_least(self.num_embeddings, least),
            lambda: (
                f"Embedding: padding_idx = {index} is not among the {self.num_embeddings} rows of the table"
            ),
        )

    def sees(self, *inputs: Shape) -> Axes:
        """Return the axes of the tokens; each has its own vector."""
        return (*pointwise(len(inputs[0])), None)

    def forward(self, x: Shape) -> Forward:
        """Look up the row of every token."""
        weight = Weight("weight", self.num_embeddings * self.embedding_dim)
        outputs = (*x, self.embedding_dim)
        if self.max_norm is not None:
            yield "renormalize", unknown("renormalize", Shape(x).elements, self.embedding_dim)
        yield "lookup", lookup(outputs, self.num_embeddings, (weight,))
        return outputs
