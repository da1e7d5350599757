"""What a layer does, as a small tree: steps, groups of steps, and repetitions.

The tree knows no metric: each metric is a fold of it. Subtrees are shared, so a block that is built
fifty times is one object, and a fold that remembers objects pays for it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.exprs import ONE, ZERO, product
from symflops.symbols import exact
from symflops.tally import NOTHING, Tally

if TYPE_CHECKING:
    import sympy

    from symflops.facts import Relation
    from symflops.symbols import Symbol


class Shape(tuple[Any, ...]):
    """The sizes of a tensor, axes in order; axis 0 is the batch.

    >>> import sympy
    >>> Shape(map(sympy.Integer, (1, 3, 4))).elements
    12
    """

    __slots__ = ()

    @property
    def elements(self) -> sympy.Expr:
        """How many elements the tensor has."""
        return product(self)

    def written(self, *, batched: bool) -> Shape:
        """Return the shape as the user writes it: without a batch of 1 that was not written."""
        return self if batched or self[0] != 1 else Shape(self[1:])

    def __str__(self) -> str:
        return f"({', '.join(map(str, self))}{',' if len(self) == 1 else ''})"


@dataclass(frozen=True)
class Weight:
    """A learned tensor of a step: its name and its number of elements.

    >>> import symflops as sf
    >>> C_in, C_out = sf.dims("C_in C_out")
    >>> sf.Weight("weight", C_in * C_out).elements
    C_in*C_out
    """

    name: str
    elements: sympy.Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "elements", exact(self.elements))


@dataclass(frozen=True, eq=False)
class Step:
    """One application of one primitive.

    ``rule`` names the primitive, ``counts`` is what it takes, ``order`` lists the factors of its count
    in the order in which a paper prints them, and ``why`` and ``source`` explain counts of one's own.
    ``dense`` is what the same takes with nothing skipped, where a mask or a lookup skips something: every
    pair of positions, every row of a table. ``cached`` are the elements that the next decoding step needs
    (keys and values, a recurrent state).
    """

    rule: str
    counts: Tally
    weights: tuple[Weight, ...] = ()
    order: tuple[sympy.Expr, ...] = ()
    why: str = ""
    source: str = ""
    dense: Tally = NOTHING
    cached: sympy.Expr = ZERO


@dataclass(frozen=True)
class Condition:
    """What a formula rests on: a relation that was assumed, or a size that was rounded down.

    ``kind`` is ``"assumed"`` (could not be decided for symbols), ``"stated"`` (given as ``assume``),
    ``"rounded"`` (a quotient that PyTorch's floor cut) or ``"defined"`` (the sizes H_i of a symbolic depth).
    """

    relation: Relation
    kind: str = "assumed"
    where: str = ""
    note: str = ""

    def __str__(self) -> str:
        return self.note or str(self.relation)


#: Where a tensor comes from: the name of the child that made it ("" for the inputs), and which one it is.
Source = tuple[str, int]


class Tensor(Shape):
    """A shape on its way through a ``forward``, which remembers where it comes from."""

    source: Source

    @classmethod
    def made(cls, shape: Shape, name: str, position: int) -> Tensor:
        """Return the shape of an output of a child, or of an input."""
        tensor = cls(shape)
        tensor.source = (name, position)
        return tensor


def all_of(name: str, shapes: tuple[Shape, ...]) -> tuple[Source, ...]:
    """Return the sources of all outputs of a child."""
    return tuple((name, i) for i in range(len(shapes)))


@dataclass(frozen=True)
class Flow:
    """Which tensor goes where: into each child, and out; None where a shape was made by hand."""

    into: tuple[tuple[str, tuple[Source | None, ...]], ...] = ()
    out: tuple[Source | None, ...] = ()


@dataclass(frozen=True, eq=False)
class Group:
    """A layer that was applied: its inputs, its output, and what it did, child by child.

    Weights tied by a name that starts with a dot are tied within the layer that yields them. Of a layer that
    is ``fused`` the outputs alone are stored, and nothing that is made inside.
    """

    layer: object
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    children: tuple[tuple[str, Node], ...] = ()
    conditions: tuple[Condition, ...] = ()
    tied: str = ""
    flow: Flow = Flow()
    fused: bool = False

    @property
    def kind(self) -> str:
        """The name of the layer's class."""
        return type(self.layer).__name__

    @property
    def is_leaf(self) -> bool:
        """Whether the layer holds no other layers; one that does nothing at all is a view."""
        return all(isinstance(child, Step) for _, child in self.children)

    @property
    def is_row(self) -> bool:
        """Whether a table has no rows for what is inside: a leaf, or several layers fused to one."""
        return self.is_leaf or self.fused


@dataclass(frozen=True, eq=False)
class Times:
    """A child that is applied ``n`` times; with ``shared`` weights, they are there once."""

    n: sympy.Expr
    child: Node
    shared: bool = False

    @property
    def copies(self) -> sympy.Expr:
        """How many sets of weights there are."""
        return ONE if self.shared else self.n

    @property
    def active(self) -> sympy.Expr:
        """How many sets of weights an input meets."""
        return self.copies


@dataclass(frozen=True, eq=False)
class Routed(Times):
    """A child of which there are ``of``, each with weights of its own, and ``n`` are applied to an input.

    An input meets as many, or ``met`` where some are applied to nothing (slots that stay empty).
    """

    of: sympy.Expr = ONE
    met: sympy.Expr | None = None

    @property
    def copies(self) -> sympy.Expr:
        """How many sets of weights there are."""
        return self.of

    @property
    def active(self) -> sympy.Expr:
        """How many sets of weights an input meets."""
        return self.n if self.met is None else self.met


@dataclass(frozen=True, eq=False)
class Sum:
    """A child whose sizes depend on an index that runs from ``start`` over ``n`` whole numbers."""

    index: Symbol
    start: sympy.Expr
    n: sympy.Expr
    child: Node

    @property
    def limits(self) -> tuple[Symbol, sympy.Expr, sympy.Expr]:
        """The index with its first and last value."""
        return self.index, self.start, self.start + self.n - ONE


Node = Step | Group | Times | Sum
