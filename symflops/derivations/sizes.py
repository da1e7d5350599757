"""Names for sizes: H_1 for ⌊(H − 1)/2⌋ + 1, so that a formula can be read.

A name stands for a size of one axis of a map that was rounded; it is put in for the floor wherever that stands.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sympy

from symflops.symbols import Member, Symbol, index, is_index
from symflops.trace import Group, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.costs import Cost
    from symflops.trace import Node


@dataclass(frozen=True)
class Names:
    """Which size each name stands for, in the order in which they come up."""

    given: dict[Symbol, sympy.Expr] = field(default_factory=dict)
    floors: dict[sympy.Expr, sympy.Expr] = field(
        default_factory=dict
    )  # floor → name less what is beside it

    def put(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression with names for its sizes."""
        return expr.xreplace(self.floors) if self.floors else expr

    @property
    def where(self) -> tuple[tuple[Symbol, sympy.Expr], ...]:
        """The names with what they stand for."""
        return tuple(self.given.items())


def names_of(cost: Cost) -> Names:
    """Return names for the rounded sizes of a cost's maps, where there are too many to be read as they are.

    >>> import symflops as sf
    >>> C, H, s = sf.dims("C H s")
    >>> names_of(sf.cost(sf.Conv1d(C, C, 3, stride=s, padding=1), (C, H))).given
    {H_1: floor((H - 1)/s) + 1}
    """
    letters = set().union(*(n.free_symbols for shape in cost.root.inputs for n in shape))
    taken = {symbol.name for symbol in cost.symbols}
    found: dict[sympy.Expr, tuple[sympy.Expr, Symbol]] = {}
    for size in _sizes(cost.root, set()):
        beside, floor = size.as_coeff_Add()
        along = [s for s in floor.free_symbols if s in letters]
        if isinstance(floor, sympy.floor) and len(along) == 1 and floor not in found:
            found[floor] = beside, along[0]
    if len(found) <= FEW and all(_is_short(floor, beside) for floor, (beside, _) in found.items()):
        return Names()
    names = Names()
    for floor, (beside, symbol) in found.items():
        numbers = (f"{symbol.name}_{i}" for i in itertools.count(1))
        name = index(next(name for name in numbers if name not in taken))
        taken.add(name.name)
        names.given[name] = floor + beside
        names.floors[floor] = name - beside
    return names


FEW = 2  # rounded sizes that need no name: ⌊H/2⌋ and ⌊W/2⌋


def _is_short(floor: sympy.Expr, beside: sympy.Expr) -> bool:
    return beside == 0 and len(floor.free_symbols) == 1


def _sizes(node: Node, seen: set[Node]) -> Iterator[sympy.Expr]:
    """Yield the sizes of all maps, in the order in which the layers run; each layer once."""
    if isinstance(node, Times | Sum):
        yield from _sizes(node.child, seen)
    elif isinstance(node, Group) and node not in seen:
        seen.add(node)
        for _, child in node.children:
            yield from _sizes(child, seen)
        for size in dict.fromkeys(size for shape in node.outputs for size in shape[1:]):
            if not any(map(is_index, size.free_symbols)) and not size.has(Member):
                yield size
